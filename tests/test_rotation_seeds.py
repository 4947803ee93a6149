"""Seeds that rotate: what `rotation=Rotation(…)` puts there, in code and by marker, and what it refuses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from pytest_secretsmanager import Rotation, SecretsManager, UsageError, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Failures = Callable[[str], list[str]]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
ONE = "1" * 32

steps: list[str] = []
"""The steps for which the function was called in the present test."""


@pytest.fixture(autouse=True)
def _no_steps_yet() -> None:
    steps.clear()


def handler(event: dict[str, str], context: object) -> None:
    """A rotation function that notes what it is called for."""
    steps.append(event["Step"])
    client, secret, token = boto3.client("secretsmanager"), event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString="new", VersionStages=["AWSPENDING"]
        )
    if event["Step"] == "finishSecret":
        stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = {label: version for version, labels in stages.items() for label in labels}["AWSCURRENT"]
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=current, MoveToVersionId=token
        )


def described(client: "SecretsManagerClient") -> dict[str, Any]:
    """What DescribeSecret says of the rotation of `db`."""
    shown: Any = client.describe_secret(SecretId="db")
    return {name: value for name, value in shown.items() if "Rotat" in name}


# --- what is there ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ({}, None),
        ({"days": 30}, {"AutomaticallyAfterDays": 30}),
        ({"days": 1000}, {"AutomaticallyAfterDays": 1000}),
        ({"days": 30, "duration": "3h"}, {"AutomaticallyAfterDays": 30, "Duration": "3h"}),
        ({"schedule": "rate(10 days)"}, {"AutomaticallyAfterDays": 10, "ScheduleExpression": "rate(10 days)"}),
        (
            {"schedule": "cron(0 8 ? * MON *)", "duration": "2h"},
            {"AutomaticallyAfterDays": 7, "ScheduleExpression": "cron(0 8 ? * MON *)", "Duration": "2h"},
        ),
    ],
    ids=str,
)
def test_a_client_reads_function_and_rules(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", options: Any, rules: dict[str, Any] | None
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, **options))
    found = described(client)
    found.pop("NextRotationDate", None)
    assert found == {
        "RotationEnabled": True,
        "RotationLambdaARN": f"{FUNCTION}handler",
        **({} if rules is None else {"RotationRules": rules}),
    }


@pytest.mark.secretsmanager(now=NOON)
def test_the_first_rotation_is_counted_from_the_seed(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=30))
    assert described(client)["NextRotationDate"] == datetime(2026, 4, 2, 23, 59, 59, tzinfo=UTC)


def test_no_step_runs_while_seeding(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=1))
    assert steps == []
    assert secretsmanager.rotation.runs == ()


def test_seeding_leaves_nothing_in_the_log_and_one_version(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", Version("one", id=ONE), rotation=Rotation(handler, days=1))
    assert list(secretsmanager.log) == []
    assert (view.labels, view.history) == ({"AWSCURRENT": ONE}, [])
    assert [version.number for version in view.versions] == [1]


def test_a_seed_may_have_versions_beside_its_rotation(secretsmanager: SecretsManager) -> None:
    versions = [Version("one", age=timedelta(days=40)), Version("two", labels=["BLUE"])]
    secretsmanager.seed("db", "three", versions=versions, rotation=Rotation(handler))
    secretsmanager.assert_labels("db", {"AWSPREVIOUS": 1, "BLUE": 2, "AWSCURRENT": 3})


def test_a_secret_without_a_value_may_rotate(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    secretsmanager.seed("db", rotation=Rotation(handler))
    client.rotate_secret(SecretId="db")
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


# --- which function --------------------------------------------------------------------------------------------------


def test_a_handler_is_registered_by_its_seed(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler))
    client.rotate_secret(SecretId="db")
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert secretsmanager.rotation.register(handler) == described(client)["RotationLambdaARN"]


def test_the_arn_of_a_function_that_is_registered_will_do(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    arn = secretsmanager.rotation.register(handler, name="rotate-db")
    secretsmanager.seed("db", "one", rotation=Rotation(arn))
    client.rotate_secret(SecretId="db")
    assert secretsmanager.rotation.runs[0].function == arn
    assert len(steps) == 4


def test_secrets_of_one_handler_share_its_function(secretsmanager: SecretsManager) -> None:
    views = [secretsmanager.seed(name, "one", rotation=Rotation(handler)) for name in ("a", "b")]
    assert {view.state.rotation.function for view in views} == {f"{FUNCTION}handler"}  # type: ignore[union-attr]


def test_the_function_of_a_seed_is_in_the_region_of_its_secret(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", region="eu-west-1", rotation=Rotation(handler))
    there = secretsmanager.client("eu-west-1")
    assert described(there)["RotationLambdaARN"] == "arn:aws:lambda:eu-west-1:123456789012:function:handler"
    there.rotate_secret(SecretId="db")
    assert len(steps) == 4


def test_a_secret_that_a_service_manages_needs_no_function(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds", rotation=Rotation(days=7))
    found = described(client)
    assert (found["RotationEnabled"], "RotationLambdaARN" in found) == (True, False)
    secretsmanager.clock.advance(days=7)
    secretsmanager.assert_rotated("db")


# --- with other options ----------------------------------------------------------------------------------------------


def test_a_seed_that_is_deleted_rotates_once_it_is_restored_and_told_to(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=7), deleted=True)
    client.restore_secret(SecretId="db")
    secretsmanager.clock.advance(days=7)
    assert (described(client)["RotationEnabled"], steps) == (False, [])
    client.rotate_secret(SecretId="db")
    assert len(steps) == 4


def test_a_seed_that_is_replicated_rotates_where_it_is_primary(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=7), replicas=["eu-west-1"])
    secretsmanager.clock.advance(days=7)
    assert [run.secret for run in secretsmanager.rotation.runs] == [secretsmanager.secret("db").arn]


def test_a_seed_takes_the_schedule_of_its_namesake_away(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=7))
    secretsmanager.seed("db", "two")
    secretsmanager.clock.advance(days=365)
    assert steps == []


def test_a_refused_seed_leaves_the_schedule_of_its_namesake(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=7))
    with secretsmanager.assert_unchanged(), pytest.raises(UsageError):
        secretsmanager.seed("db", "two", rotation=Rotation(handler, schedule="never"))
    secretsmanager.clock.advance(days=7)
    assert len(steps) == 4


# --- refusals --------------------------------------------------------------------------------------------------------


async def coroutine(event: dict[str, str], context: object) -> None: ...


def of_one(event: dict[str, str]) -> None: ...


@pytest.mark.parametrize(
    ("rotation", "text"),
    [
        pytest.param(
            handler,
            "the option 'rotation' of a seed is a Rotation such as Rotation(handler, days=30), not function",
            id="no Rotation",
        ),
        pytest.param(
            {"days": 30},
            "the option 'rotation' of a seed is a Rotation such as Rotation(handler, days=30), not dict",
            id="dict",
        ),
        pytest.param(Rotation(5), "the function of a Rotation is a handler or an ARN, not int", id="function"),  # type: ignore[arg-type]
        pytest.param(Rotation(handler, days="30"), "the days of a Rotation are a number, not str", id="days"),  # type: ignore[arg-type]
        pytest.param(Rotation(handler, days=True), "the days of a Rotation are a number, not bool", id="truth value"),
        pytest.param(Rotation(handler, days=1.5), "the days of a Rotation are a number, not float", id="half a day"),  # type: ignore[arg-type]
        pytest.param(Rotation(handler, schedule=30), "the schedule of a Rotation is a str, not int", id="schedule"),  # type: ignore[arg-type]
        pytest.param(
            Rotation(handler, days=1, duration=3),  # type: ignore[arg-type]
            "the duration of a Rotation is a str, not int",
            id="duration",
        ),
        pytest.param(
            Rotation(coroutine),
            "a rotation function is no coroutine function: Lambda awaits nothing",
            id="coroutine function",
        ),
        pytest.param(
            Rotation(of_one),  # type: ignore[arg-type]
            f"a rotation function is called as handler(event, context); {of_one!r} takes other arguments",
            id="handler of one argument",
        ),
        pytest.param(
            Rotation(dict),
            "a rotation function is called as handler(event, context); <class 'dict'> can't be",
            id="class",
        ),
    ],
)
def test_what_can_be_no_rotation_is_refused_in_words(secretsmanager: SecretsManager, rotation: Any, text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.seed("db", "one", rotation=rotation)
    assert str(refusal.value) == text
    assert len(secretsmanager.secrets) == 0


BAD_ARN = (
    "InvalidParameterException: Invalid rotation Lambda ARN. Ensure the ARN matches format "
    "arn:aws:lambda:<region>:<account>:function:<functionName>."
)


@pytest.mark.parametrize(
    ("rotation", "text"),
    [
        pytest.param(Rotation("rotate-db"), BAD_ARN, id="name in place of an ARN"),
        pytest.param(
            Rotation("arn:aws:lambda:eu-west-1:123456789012:function:handler"), BAD_ARN, id="function elsewhere"
        ),
        pytest.param(
            Rotation(handler, days=30, schedule="rate(10 days)"),
            "InvalidParameterException: You cannot specify both rotation frequency and schedule expression together.",
            id="days and schedule",
        ),
        pytest.param(
            Rotation(handler, schedule="every day"),
            "InvalidParameterException: Invalid schedule expression.",
            id="schedule",
        ),
        pytest.param(
            Rotation(handler, schedule="rate(4 hours)", duration="5h"),
            "InvalidParameterException: Duration cannot be greater than Rate in hour.",
            id="duration",
        ),
        pytest.param(
            Rotation(handler, days=0),
            "ValidationException: 1 validation error detected: Value '0' at 'rotationRules.automaticallyAfterDays' "
            "failed to satisfy constraint: Member must have value greater than or equal to 1",
            id="no days",
        ),
    ],
)
def test_what_aws_refuses_is_refused_in_awss_words(
    secretsmanager: SecretsManager, rotation: Rotation, text: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.seed("db", "one", rotation=rotation)
    assert str(refusal.value) == f"secret 'db' can't be seeded: AWS answers {text}"
    assert len(secretsmanager.secrets) == 0


# --- by marker -------------------------------------------------------------------------------------------------------


@pytest.mark.secret("db", "one", rotation=Rotation(handler, days=30))
def test_a_marker_seeds_a_secret_that_rotates(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    assert described(client)["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert steps == []
    secretsmanager.clock.advance(days=30)
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.mark.secret("db", {"password": "one"}, owning_service="rds", rotation=Rotation(schedule="rate(7 days)"))
def test_a_marker_seeds_a_secret_that_aws_rotates(secretsmanager: SecretsManager) -> None:
    secretsmanager.clock.advance(days=7)
    secretsmanager.assert_rotated("db")


@pytest.mark.secret("other", "one", rotation=Rotation(handler))
@pytest.mark.secret("db", "one", rotation=Rotation(f"{FUNCTION}handler"))
def test_a_marker_may_name_the_function_that_a_marker_farther_away_has_brought_along(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.rotate_secret(SecretId="db")
    secretsmanager.assert_rotated("db")


@pytest.fixture
def failures(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Failures:
    """Runs a file with this plugin and no other, and gives the exact text of each failure and error."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def texts(source: str) -> list[str]:
        pytester.makepyfile(test_it=source)
        result: Any = pytester.runpytest("-p", "pytest_secretsmanager.plugin")
        reports = result.reprec.getreports("pytest_runtest_logreport")
        return [report.longreprtext for report in reports if report.failed]

    return texts


FILE = """
import pytest
from pytest_secretsmanager import Rotation

async def coroutine(event, context): ...

def handler(event, context): ...

@pytest.mark.secret("db", "one", rotation={rotation})
def test_it():
    raise AssertionError("the body ran")
"""


@pytest.mark.parametrize(
    ("rotation", "text"),
    [
        (
            f'Rotation("{FUNCTION}nobody")',
            f"no function is registered as {FUNCTION}nobody: sm.rotation.register(handler, arn=…) does that",
        ),
        (
            'Rotation(handler, schedule="never")',
            "secret 'db' can't be seeded: AWS answers InvalidParameterException: Invalid schedule expression.",
        ),
        ("handler", "the option 'rotation' of a seed is a Rotation such as Rotation(handler, days=30), not function"),
        ('Rotation(handler, days="30")', "the days of a Rotation are a number, not str"),
        ("Rotation(coroutine)", "a rotation function is no coroutine function: Lambda awaits nothing"),
    ],
    ids=["function that is not registered", "schedule", "no Rotation", "days", "coroutine function"],
)
def test_a_rotation_that_is_refused_names_marker_and_test(failures: Failures, rotation: str, text: str) -> None:
    assert failures(FILE.format(rotation=rotation)) == [
        f"{text}\n  in @pytest.mark.secret('db') of test_it.py::test_it"
    ]


# --- beside a pending version ----------------------------------------------------------------------------------------


def test_a_secret_that_rotates_may_have_a_pending_version(secretsmanager: SecretsManager) -> None:
    """As after a rotation that nobody tries again: its next window goes on with that version."""
    tokens = []
    secretsmanager.seed(
        "db",
        versions=[
            Version("old", labels=["AWSPREVIOUS"], age=timedelta(days=40)),
            Version("now", labels=["AWSCURRENT"]),
            Version("next", labels=["AWSPENDING"]),
        ],
        rotation=Rotation(lambda event, _: tokens.append(event["ClientRequestToken"]), days=30),
    )
    secretsmanager.assert_labels("db", {"AWSPREVIOUS": 1, "AWSCURRENT": 2, "AWSPENDING": 3})
    assert not secretsmanager.rotation.runs
    secretsmanager.clock.advance(days=30)
    assert tokens[:1] == [secretsmanager.secret("db").version(3).id]


def test_a_rotation_without_a_function_is_for_managed_secrets(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError) as caught:
        secretsmanager.seed("db", "one", rotation=Rotation(days=30))
    assert str(caught.value) == (
        "a Rotation begins with its function, as in Rotation(handler, days=30): only a secret with owning_service "
        "rotates without one"
    )


@pytest.mark.parametrize(
    "versions",
    [
        pytest.param(
            [Version("now", labels=["AWSCURRENT", "AWSPENDING"], age=timedelta(days=40))], id="on one version"
        ),
        pytest.param(
            [
                Version("old", labels=["AWSPREVIOUS"], age=timedelta(days=60)),
                Version("next", labels=["AWSPENDING"], age=timedelta(days=45)),
                Version("now", labels=["AWSCURRENT"], age=timedelta(days=40)),
            ],
            id="on one before the current one",
        ),
    ],
)
def test_a_pending_version_does_not_make_the_rotation_overdue(
    secretsmanager: SecretsManager, versions: list[Version]
) -> None:
    """Its schedule counts from now, however old the versions are."""
    db = secretsmanager.seed("db", versions=versions, rotation=Rotation(handler, days=30))
    assert {label: db.version(holder).value for label, holder in db.labels.items()} == {
        label: version.value for version in versions for label in version.labels or ()
    }
    assert boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "now"
    assert secretsmanager.rotation.runs == ()


def test_to_forget_the_with_of_between_reads_is_warned_of(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler))
    with pytest.warns(RuntimeWarning, match="never entered, so nothing rotates"):
        secretsmanager.rotation.between_reads("db")
