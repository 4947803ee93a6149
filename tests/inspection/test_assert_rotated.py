"""`assert_rotated`: when it holds, and how it says where a rotation has stopped and why."""

from collections.abc import Callable, Mapping
from inspect import getsourcelines
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from pytest_secretsmanager import Rotation, SecretNotFound, SecretsManager, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Event = Mapping[str, str]

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
HERE = Path(__file__)


@pytest.fixture(autouse=True)
def _a_secret_that_rotates(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """`db` of one version, ONE, by a function that does what has to be done and no more."""

    def function(event: Event, _: object) -> None:
        secret, token = event["SecretId"], event["ClientRequestToken"]
        if event["Step"] == "createSecret":
            client.put_secret_value(
                SecretId=secret, ClientRequestToken=token, SecretString="two", VersionStages=["AWSPENDING"]
            )
        if event["Step"] == "finishSecret":
            current = client.get_secret_value(SecretId=secret)["VersionId"]
            client.update_secret_version_stage(
                SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=current, MoveToVersionId=token
            )

    secretsmanager.seed("db", Version("one", id=ONE), rotation=Rotation(function))


def rotate(sm: SecretsManager, function: Callable[[Event, Any], object] | None = None, token: str = TWO) -> None:
    """Has `db` rotated, by its own function unless another is given."""
    parameters: Any = {} if function is None else {"RotationLambdaARN": sm.rotation.register(function)}
    sm.client().rotate_secret(SecretId="db", ClientRequestToken=token, **parameters)


def failure(sm: SecretsManager) -> AssertionError:
    with pytest.raises(AssertionError) as caught:
        sm.assert_rotated("db")
    return caught.value


def table(*labels: str) -> str:
    """The table below a failure: each version's labels."""
    rows = [f"\n  {number}  {str(number) * 32}  0 s  {held}" for number, held in enumerate(labels, start=1)]
    return "\n\nsecret 'db' in us-east-1\n  #  version id                        age  labels" + "".join(rows)


def place_of(function: Callable[..., object], text: str) -> str:
    """The place of a line of a function."""
    lines, first = getsourcelines(function)
    return f"{HERE}:{first + next(number for number, line in enumerate(lines) if text in line)}"


# --- when it holds ---------------------------------------------------------------------------------------------------


def test_it_holds_after_a_rotation(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.assert_rotated("db")


def test_it_holds_after_a_rotation_without_a_function(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds")
    rotate(secretsmanager)
    secretsmanager.assert_rotated("db")


def test_it_holds_when_the_last_try_has_succeeded(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.fail("setSecret", ConnectionError)
    rotate(secretsmanager)
    secretsmanager.clock.advance(minutes=1)
    secretsmanager.assert_rotated("db")


def test_it_holds_whatever_a_trial_came_to(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.rotation.fail("testSecret", ConnectionError)
    secretsmanager.client().rotate_secret(SecretId="db", RotateImmediately=False)
    secretsmanager.assert_rotated("db")


def test_a_secret_is_named_by_its_arn_and_by_its_view(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    view = secretsmanager.secret("db")
    secretsmanager.assert_rotated(view.arn)
    secretsmanager.assert_rotated(view)


def test_a_rotation_is_looked_up_in_region_and_account(secretsmanager: SecretsManager) -> None:
    place: Any = {"region": "eu-west-1", "account": "999999999999"}
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds", rotation=Rotation(days=1), **place)
    secretsmanager.clock.advance(days=1)
    secretsmanager.assert_rotated("db", **place)


# --- when no rotation has begun --------------------------------------------------------------------------------------


def test_it_fails_when_no_rotation_has_begun(secretsmanager: SecretsManager) -> None:
    assert str(failure(secretsmanager)) == f"secret 'db' was never rotated{table('AWSCURRENT')}"


def test_it_fails_with_the_reason_when_the_rotation_was_refused(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", Version("one", id=ONE))
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.rotate_secret(SecretId="db")
    assert str(failure(secretsmanager)) == (
        "secret 'db' was never rotated; RotateSecret was refused: InvalidRequestException: No Lambda rotation "
        f"function ARN is associated with this secret.{table('AWSCURRENT')}"
    )


def test_a_trial_is_no_rotation(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.rotate_secret(SecretId="db", RotateImmediately=False)
    assert str(failure(secretsmanager)) == f"secret 'db' was never rotated{table('AWSCURRENT')}"


def test_the_rotation_of_another_secret_is_none_of_this_one(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("other", {"password": "one"}, owning_service="rds")
    secretsmanager.client().rotate_secret(SecretId="other")
    assert str(failure(secretsmanager)) == f"secret 'db' was never rotated{table('AWSCURRENT')}"


def test_the_rotation_of_a_namesake_that_is_gone_is_none_of_this_one(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.seed("db", Version("one", id=ONE))
    assert str(failure(secretsmanager)) == f"secret 'db' was never rotated{table('AWSCURRENT')}"


def test_a_secret_that_is_not_there_is_told_so(secretsmanager: SecretsManager) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' in us-east-1 of account 123456789012; there is 'db'$"):
        secretsmanager.assert_rotated("bd")


# --- when a step has failed ------------------------------------------------------------------------------------------

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
        pytest.param(raising, "ValueError", (raising, "raise ValueError"), id="of its own"),
        pytest.param(helped, "ValueError", (raising, "raise ValueError"), id="of what it calls"),
        pytest.param(reading_nothing, "ResourceNotFoundException", (reading_nothing, "get_secret_value"), id="of AWS"),
    ],
)
def test_it_fails_with_the_error_and_the_last_line_of_the_functions_own_code(
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
def test_it_fails_with_the_step_that_a_test_had_fail(secretsmanager: SecretsManager, step: str) -> None:
    secretsmanager.rotation.fail(step, ConnectionError("to-hide"))
    rotate(secretsmanager)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} {step} failed with ConnectionError, as the test planned{table('AWSCURRENT', 'AWSPENDING')}"
    )


def test_the_error_of_the_step_is_the_cause_of_the_failure(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager, raising)
    cause = failure(secretsmanager).__cause__
    assert cause is secretsmanager.rotation.runs[-1].error
    assert repr(cause) == "ValueError('to-hide')"


def test_it_fails_when_the_last_of_several_rotations_has_failed(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.rotation.fail("createSecret", ConnectionError)
    rotate(secretsmanager, token=THREE)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} createSecret failed with ConnectionError, as the test planned"
        f"{table('AWSPREVIOUS', 'AWSCURRENT', 'AWSPENDING')}"
    )


def test_it_fails_when_the_function_has_promoted_nothing(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager, lambda _event, _context: None)
    found = failure(secretsmanager)
    assert str(found) == (
        f"{NOT_SUCCEEDED} all steps ran, but AWSCURRENT did not move to version {TWO}"
        f"{table('AWSCURRENT', 'AWSPENDING')}"
    )
    assert found.__cause__ is None


def test_it_fails_when_aws_could_not_make_the_version(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(alias="alias/pay")
    secretsmanager.seed("db", Version({"password": "one"}, id=ONE), owning_service="rds", kms_key="alias/pay")
    secretsmanager.kms.deny(key)
    rotate(secretsmanager)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} AWS could not create its version{table('AWSCURRENT', 'AWSPENDING')}"
    )


# --- when a rotation is held or was abandoned ------------------------------------------------------------------------

PLACES = [
    ({"before": "createSecret"}, "before createSecret"),
    ({"after": "createSecret"}, "between createSecret and setSecret"),
    ({"before": "setSecret"}, "between createSecret and setSecret"),
    ({"before": "testSecret"}, "between setSecret and testSecret"),
    ({"before": "finishSecret"}, "between testSecret and finishSecret"),
]


@pytest.mark.parametrize(("point", "place"), PLACES, ids=str)
def test_it_fails_with_the_place_where_the_rotation_is_held(
    secretsmanager: SecretsManager, point: dict[str, str], place: str
) -> None:
    secretsmanager.rotation.hold("db", **point)
    rotate(secretsmanager)
    assert str(failure(secretsmanager)) == f"{NOT_SUCCEEDED} it is held {place}{table('AWSCURRENT', 'AWSPENDING')}"


def test_it_fails_while_the_rotation_is_held_after_its_last_step(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.hold("db", after="finishSecret")
    rotate(secretsmanager)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} it is held after finishSecret{table('AWSPREVIOUS', 'AWSPENDING, AWSCURRENT')}"
    )


@pytest.mark.parametrize(("point", "place"), PLACES, ids=str)
def test_it_fails_with_the_place_where_the_rotation_was_abandoned(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", point: dict[str, str], place: str
) -> None:
    with secretsmanager.rotation.hold("db", **point):
        rotate(secretsmanager)
        client.cancel_rotate_secret(SecretId="db")
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} it was abandoned {place}: {ABANDONED}{table('AWSCURRENT', 'AWSPENDING')}"
    )


def test_it_fails_when_the_rotation_was_abandoned_after_its_last_step(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.rotation.hold("db", after="finishSecret"):
        rotate(secretsmanager)
        client.put_secret_value(SecretId="db", SecretString="by hand", ClientRequestToken=THREE)
    assert str(failure(secretsmanager)) == (
        f"{NOT_SUCCEEDED} it was abandoned after finishSecret: {ABANDONED}{table('-', 'AWSPREVIOUS', 'AWSCURRENT')}"
    )


# --- when the new version is not current any more --------------------------------------------------------------------


def test_it_fails_when_another_version_is_current_by_now(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    rotate(secretsmanager)
    client.put_secret_value(SecretId="db", SecretString="by hand", ClientRequestToken=THREE)
    assert str(failure(secretsmanager)) == (
        f"the last rotation of secret 'db' succeeded, but its version {TWO} is no longer AWSCURRENT"
        f"{table('-', 'AWSPREVIOUS', 'AWSCURRENT')}"
    )


def test_it_fails_when_the_old_version_is_current_again(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    rotate(secretsmanager)
    client.update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=TWO, MoveToVersionId=ONE
    )
    assert str(failure(secretsmanager)) == (
        f"the last rotation of secret 'db' succeeded, but its version {TWO} is no longer AWSCURRENT"
        f"{table('AWSCURRENT', 'AWSPREVIOUS')}"
    )


def test_no_failure_shows_what_an_error_says(secretsmanager: SecretsManager) -> None:
    """It may hold a secret value; pytest shows it below, as the cause."""
    rotate(secretsmanager, raising)
    assert "to-hide" not in str(failure(secretsmanager))


def test_it_says_that_one_is_overdue(secretsmanager: SecretsManager, clock: Any) -> None:
    """Time that goes on by itself has nothing run; the next call does."""
    secretsmanager.seed("late", "one", rotation=Rotation(lambda _event, _context: None, days=30))
    clock.advance(31 * 86_400)
    with pytest.raises(
        AssertionError, match="; a rotation was due on 2026-02-01 00:00 UTC: it runs with the next call"
    ):
        secretsmanager.assert_rotated("late")
