"""`assert_rotated`: when it passes, and how its failure names the place and the reason of a stop."""

from collections.abc import Callable, Mapping
from inspect import getsourcelines
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from put_and_promote import put_and_promote

from pytest_secretsmanager import Rotation, SecretNotFound, SecretsManager, Version

NEVER = "secret 'db' was never rotated by RotateSecret or its schedule"

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Event = Mapping[str, str]

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
HERE = Path(__file__)


@pytest.fixture(autouse=True)
def _a_secret_that_rotates(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """`db` with one version, ONE, and a minimal rotation function."""

    def function(event: Event, _: object) -> None:
        put_and_promote(client, event, "two")

    secretsmanager.seed("db", Version("one", id=ONE), rotation=Rotation(function))


def rotate(sm: SecretsManager, function: Callable[[Event, Any], object] | None = None, token: str = TWO) -> None:
    """Rotate `db`, with its own function unless another is given."""
    parameters: Any = {} if function is None else {"RotationLambdaARN": sm.rotation.register(function)}
    sm.client().rotate_secret(SecretId="db", ClientRequestToken=token, **parameters)


def failure(sm: SecretsManager) -> AssertionError:
    with pytest.raises(AssertionError) as caught:
        sm.assert_rotated("db")
    return caught.value


def table(*labels: str) -> str:
    """Return the table below a failure: the labels of each version, `was AWSCURRENT` for one that has moved away."""
    names = [name for name in ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS") if any(name in held for held in labels)]
    ids = [str(number) * 32 if len(names) < 3 else f"{str(number) * 8}…" for number in range(1, len(labels) + 1)]
    width = max(len(ids[0]), len("version id"))
    header = f"  #  {'version id'.ljust(width)}  age  {'  '.join(names)}"
    rows = [
        f"  {number}  {version_id.ljust(width)}  0 s  {'  '.join(_mark(name, held).ljust(len(name)) for name in names)}"
        for number, (version_id, held) in enumerate(zip(ids, labels, strict=True), start=1)
    ]
    return "\n\n" + "\n".join(["secret 'db' in us-east-1", header, *map(str.rstrip, rows)])


def _mark(label: str, held: str) -> str:
    """Return the cell of a label on a version."""
    marks = {name.removeprefix("was "): "was" if name.startswith("was ") else "now" for name in held.split(", ")}
    return marks.get(label, "")


def place_of(function: Callable[..., object], text: str) -> str:
    """Return the file and line of a text in a function."""
    lines, first = getsourcelines(function)
    return f"{HERE}:{first + next(number for number, line in enumerate(lines) if text in line)}"


# --- passes ----------------------------------------------------------------------------------------------------------


def test_assert_rotated_passes_after_a_rotation(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.assert_rotated("db")


def test_assert_rotated_passes_after_a_managed_rotation(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds")
    rotate(secretsmanager)
    secretsmanager.assert_rotated("db")


def test_assert_rotated_passes_when_a_retry_succeeded(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.fail("setSecret", ConnectionError)
    rotate(secretsmanager)
    secretsmanager.clock.advance(minutes=1)
    secretsmanager.assert_rotated("db")


def test_assert_rotated_ignores_a_failed_trial(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.rotation.fail("testSecret", ConnectionError)
    secretsmanager.client().rotate_secret(SecretId="db", RotateImmediately=False)
    secretsmanager.assert_rotated("db")


def test_assert_rotated_accepts_an_arn_and_a_view(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    view = secretsmanager.secret("db")
    secretsmanager.assert_rotated(view.arn)
    secretsmanager.assert_rotated(view)


def test_assert_rotated_finds_its_secret_by_region_and_account(secretsmanager: SecretsManager) -> None:
    place: Any = {"region": "eu-west-1", "account": "999999999999"}
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds", rotation=Rotation(days=1), **place)
    secretsmanager.clock.advance(days=1)
    secretsmanager.assert_rotated("db", **place)


# --- no rotation -----------------------------------------------------------------------------------------------------


def test_assert_rotated_fails_when_no_rotation_has_begun(secretsmanager: SecretsManager) -> None:
    assert str(failure(secretsmanager)) == f"{NEVER}{table('AWSCURRENT')}"


def test_assert_rotated_shows_why_rotate_secret_was_refused(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", Version("one", id=ONE))
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.rotate_secret(SecretId="db")
    assert str(failure(secretsmanager)) == (
        f"{NEVER}; RotateSecret was refused: InvalidRequestException: No Lambda rotation "
        f"function ARN is associated with this secret.{table('AWSCURRENT')}"
    )


def test_assert_rotated_does_not_count_a_trial(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.rotate_secret(SecretId="db", RotateImmediately=False)
    assert str(failure(secretsmanager)) == f"{NEVER}{table('AWSCURRENT')}"


def test_assert_rotated_ignores_rotations_of_another_secret(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("other", {"password": "one"}, owning_service="rds")
    secretsmanager.client().rotate_secret(SecretId="other")
    assert str(failure(secretsmanager)) == f"{NEVER}{table('AWSCURRENT')}"


def test_assert_rotated_ignores_rotations_of_a_replaced_secret_of_the_same_name(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.seed("db", Version("one", id=ONE))
    assert str(failure(secretsmanager)) == f"{NEVER}{table('AWSCURRENT')}"


def test_assert_rotated_of_an_unknown_secret_raises_secret_not_found(secretsmanager: SecretsManager) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' in us-east-1 of account 123456789012; there is 'db'$"):
        secretsmanager.assert_rotated("bd")


# --- a failed step ---------------------------------------------------------------------------------------------------

ABANDONED = (
    "cancelled, or another version was written during the rotation (a function writes its own with "
    "ClientRequestToken=event['ClientRequestToken'])"
)
NOT_SUCCEEDED = "the last rotation of secret 'db' did not succeed:"


def raising(event: Event, _: object) -> None:
    if event["Step"] == "setSecret":
        raise ValueError("to-hide")


def helped(event: Event, context: object) -> None:
    raising(event, context)


def reading_nothing(event: Event, _: object) -> None:
    if event["Step"] == "setSecret":
        boto3.client("secretsmanager").get_secret_value(SecretId="nowhere")


@pytest.mark.parametrize(
    ("function", "error", "place"),
    [
        pytest.param(raising, "ValueError", (raising, "raise ValueError"), id="error of the function"),
        pytest.param(helped, "ValueError", (raising, "raise ValueError"), id="error of a called function"),
        pytest.param(
            reading_nothing, "ResourceNotFoundException", (reading_nothing, "get_secret_value"), id="error of AWS"
        ),
    ],
)
def test_assert_rotated_shows_the_error_and_the_line_of_the_function(
    secretsmanager: SecretsManager,
    function: Callable[[Event, Any], object],
    error: str,
    place: tuple[Callable[..., object], str],
) -> None:
    rotate(secretsmanager, function)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} setSecret failed with {error} at {place_of(*place)}{table('AWSCURRENT', 'AWSPENDING')}"
    )


@pytest.mark.parametrize("step", STEPS)
def test_assert_rotated_names_the_step_that_failed_by_plan(secretsmanager: SecretsManager, step: str) -> None:
    secretsmanager.rotation.fail(step, ConnectionError("to-hide"))
    rotate(secretsmanager)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} {step} failed with ConnectionError, as the test planned{table('AWSCURRENT', 'AWSPENDING')}"
    )


def test_assert_rotated_fails_with_the_error_of_the_step_as_its_cause(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager, raising)
    cause = failure(secretsmanager).__cause__
    assert cause is secretsmanager.rotation.runs[-1].error
    assert repr(cause) == "ValueError('to-hide')"


def test_assert_rotated_fails_when_the_last_of_several_rotations_failed(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.rotation.fail("createSecret", ConnectionError)
    rotate(secretsmanager, token=THREE)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} createSecret failed with ConnectionError, as the test planned"
        f"{table('was AWSCURRENT, AWSPREVIOUS', 'AWSCURRENT, was AWSPENDING', 'AWSPENDING')}"
    )


def test_assert_rotated_fails_when_awscurrent_did_not_move(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager, lambda _event, _context: None)
    found = failure(secretsmanager)
    assert str(found) == (
        f"{NOT_SUCCEEDED} all steps ran, but AWSCURRENT did not move to version {TWO}"
        f"{table('AWSCURRENT', 'AWSPENDING')}"
    )
    assert found.__cause__ is None


def test_assert_rotated_fails_when_aws_could_not_make_the_version(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(alias="alias/pay")
    secretsmanager.seed("db", Version({"password": "one"}, id=ONE), owning_service="rds", kms_key="alias/pay")
    secretsmanager.kms.deny(key)
    rotate(secretsmanager)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} AWS could not create its version{table('AWSCURRENT', 'AWSPENDING')}"
    )


# --- a held or an abandoned rotation ---------------------------------------------------------------------------------

PLACES = [
    ({"before": "createSecret"}, "before createSecret"),
    ({"after": "createSecret"}, "between createSecret and setSecret"),
    ({"before": "setSecret"}, "between createSecret and setSecret"),
    ({"before": "testSecret"}, "between setSecret and testSecret"),
    ({"before": "finishSecret"}, "between testSecret and finishSecret"),
]


@pytest.mark.parametrize(("point", "place"), PLACES, ids=str)
def test_assert_rotated_names_the_step_where_the_rotation_is_held(
    secretsmanager: SecretsManager, point: dict[str, str], place: str
) -> None:
    secretsmanager.rotation.hold("db", **point)
    rotate(secretsmanager)
    assert str(failure(secretsmanager)) == f"{NOT_SUCCEEDED} it is held {place}{table('AWSCURRENT', 'AWSPENDING')}"


def test_assert_rotated_fails_while_the_rotation_is_held_after_finish_secret(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.hold("db", after="finishSecret")
    rotate(secretsmanager)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} it is held after finishSecret{table('was AWSCURRENT, AWSPREVIOUS', 'AWSPENDING, AWSCURRENT')}"
    )


@pytest.mark.parametrize(("point", "place"), PLACES, ids=str)
def test_assert_rotated_names_the_step_where_the_rotation_was_abandoned(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", point: dict[str, str], place: str
) -> None:
    with secretsmanager.rotation.hold("db", **point):
        rotate(secretsmanager)
        client.cancel_rotate_secret(SecretId="db")
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} it was abandoned {place}: {ABANDONED}{table('AWSCURRENT', 'AWSPENDING')}"
    )


def test_assert_rotated_fails_when_the_rotation_was_abandoned_after_finish_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.rotation.hold("db", after="finishSecret"):
        rotate(secretsmanager)
        client.put_secret_value(SecretId="db", SecretString="by hand", ClientRequestToken=THREE)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} it was abandoned after finishSecret: {ABANDONED}"
        f"{table('was AWSCURRENT, was AWSPREVIOUS', 'was AWSCURRENT, was AWSPENDING, AWSPREVIOUS', 'AWSCURRENT')}"
    )


# --- another current version -----------------------------------------------------------------------------------------


def test_assert_rotated_fails_when_another_version_is_current(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    rotate(secretsmanager)
    client.put_secret_value(SecretId="db", SecretString="by hand", ClientRequestToken=THREE)
    assert str(failure(secretsmanager)) == (
        f"the last rotation of secret 'db' succeeded, but its version {TWO} is no longer AWSCURRENT"
        f"{table('was AWSCURRENT, was AWSPREVIOUS', 'was AWSCURRENT, was AWSPENDING, AWSPREVIOUS', 'AWSCURRENT')}"
    )


def test_assert_rotated_fails_when_the_old_version_is_current_again(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    rotate(secretsmanager)
    client.update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=TWO, MoveToVersionId=ONE
    )
    assert str(failure(secretsmanager)) == (
        f"the last rotation of secret 'db' succeeded, but its version {TWO} is no longer AWSCURRENT"
        f"{table('AWSCURRENT, was AWSPREVIOUS', 'was AWSCURRENT, was AWSPENDING, AWSPREVIOUS')}"
    )


def test_assert_rotated_does_not_show_the_text_of_an_error(secretsmanager: SecretsManager) -> None:
    """The text may hold a secret value. pytest shows it below, as the cause."""
    rotate(secretsmanager, raising)
    assert "to-hide" not in str(failure(secretsmanager))


def test_assert_rotated_says_that_a_rotation_is_overdue(secretsmanager: SecretsManager, clock: Any) -> None:
    """The passing of real time runs no rotation: the next call does."""
    secretsmanager.seed("late", "one", rotation=Rotation(lambda _event, _context: None, days=30))
    clock.advance(31 * 86_400)
    with pytest.raises(
        AssertionError, match="; a rotation was due on 2026-02-01 00:00 UTC: it runs with the next call"
    ):
        secretsmanager.assert_rotated("late")
