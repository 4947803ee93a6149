"""Seeds with `rotation=Rotation(…)`, in code and by marker: the rotation that they set up, and refusals."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from put_and_promote import put_and_promote

from pytest_secretsmanager import Rotation, SecretsManager, UsageError, Version
from pytest_secretsmanager.inspection.views import state_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Failures = Callable[[str], list[str]]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
ONE = "1" * 32

steps: list[str] = []
"""The steps for which the function was called in the current test."""


@pytest.fixture(autouse=True)
def _no_steps_yet() -> None:
    steps.clear()


def handler(event: dict[str, str], context: object) -> None:
    """A rotation function that records its steps."""
    steps.append(event["Step"])
    put_and_promote(boto3.client("secretsmanager"), event, "new")


def described(client: "SecretsManagerClient") -> dict[str, Any]:
    """Return the members of DescribeSecret about the rotation of `db`."""
    shown: Any = client.describe_secret(SecretId="db")
    return {name: value for name, value in shown.items() if "Rotat" in name}


# --- the rotation ----------------------------------------------------------------------------------------------------


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
def test_describe_secret_shows_function_and_rules_of_a_seeded_rotation(
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
def test_next_rotation_date_counts_from_the_seed(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=30))
    assert described(client)["NextRotationDate"] == datetime(2026, 4, 2, 23, 59, 59, tzinfo=UTC)


def test_seed_with_rotation_runs_no_step(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=1))
    assert steps == []
    assert secretsmanager.rotation.runs == ()


def test_seed_with_rotation_logs_nothing_and_makes_one_version(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", Version("one", id=ONE), rotation=Rotation(handler, days=1))
    assert list(secretsmanager.log) == []
    assert (view.labels, view.history) == ({"AWSCURRENT": ONE}, [])
    assert [version.number for version in view.versions] == [1]


def test_seed_with_rotation_may_have_several_versions(secretsmanager: SecretsManager) -> None:
    versions = [Version("one", age=timedelta(days=40)), Version("two", labels=["BLUE"])]
    secretsmanager.seed("db", "three", versions=versions, rotation=Rotation(handler))
    secretsmanager.assert_labels("db", {"AWSPREVIOUS": 1, "BLUE": 2, "AWSCURRENT": 3})


def test_seed_with_rotation_may_have_no_value(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    secretsmanager.seed("db", rotation=Rotation(handler))
    client.rotate_secret(SecretId="db")
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


# --- the function ----------------------------------------------------------------------------------------------------


def test_seed_with_rotation_registers_its_handler(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler))
    client.rotate_secret(SecretId="db")
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert secretsmanager.rotation.register(handler) == described(client)["RotationLambdaARN"]


def test_seed_with_rotation_accepts_the_arn_of_a_registered_function(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    arn = secretsmanager.rotation.register(handler, name="rotate-db")
    secretsmanager.seed("db", "one", rotation=Rotation(arn))
    client.rotate_secret(SecretId="db")
    assert secretsmanager.rotation.runs[0].function == arn
    assert len(steps) == 4


def test_seeds_with_the_same_handler_share_its_function(secretsmanager: SecretsManager) -> None:
    views = [secretsmanager.seed(name, "one", rotation=Rotation(handler)) for name in ("a", "b")]
    assert {state_of(view).rotation.function for view in views} == {f"{FUNCTION}handler"}  # type: ignore[union-attr]


def test_seed_with_rotation_registers_its_handler_in_its_region(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", region="eu-west-1", rotation=Rotation(handler))
    there = secretsmanager.client("eu-west-1")
    assert described(there)["RotationLambdaARN"] == "arn:aws:lambda:eu-west-1:123456789012:function:handler"
    there.rotate_secret(SecretId="db")
    assert len(steps) == 4


def test_seed_of_a_managed_secret_rotates_without_a_function(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds", rotation=Rotation(days=7))
    found = described(client)
    assert (found["RotationEnabled"], "RotationLambdaARN" in found) == (True, False)
    secretsmanager.clock.advance(days=7)
    secretsmanager.assert_rotated("db")


# --- other options ---------------------------------------------------------------------------------------------------


def test_deleted_seed_rotates_after_its_restore_and_rotate_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=7), deleted=True)
    client.restore_secret(SecretId="db")
    secretsmanager.clock.advance(days=7)
    assert (described(client)["RotationEnabled"], steps) == (False, [])
    client.rotate_secret(SecretId="db")
    assert len(steps) == 4


def test_seed_with_rotation_and_replicas_rotates_in_its_primary_region(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=7), replicas=["eu-west-1"])
    secretsmanager.clock.advance(days=7)
    assert [run.secret for run in secretsmanager.rotation.runs] == [secretsmanager.secret("db").arn]


def test_seed_that_replaces_a_secret_removes_its_schedule(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler, days=7))
    secretsmanager.seed("db", "two")
    secretsmanager.clock.advance(days=365)
    assert steps == []


def test_refused_seed_keeps_the_schedule_of_the_old_secret(secretsmanager: SecretsManager) -> None:
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
            id="function in place of a Rotation",
        ),
        pytest.param(
            {"days": 30},
            "the option 'rotation' of a seed is a Rotation such as Rotation(handler, days=30), not dict",
            id="dict",
        ),
        pytest.param(Rotation(5), "the function of a Rotation is a handler or an ARN, not int", id="function"),  # type: ignore[arg-type]
        pytest.param(
            Rotation("app.rotation:handler"),
            "the function of a Rotation is a handler or an ARN, not 'app.rotation:handler': only a seed file names a "
            "handler by its module and name; pass the handler itself",
            id="function as in a seed file",
        ),
        pytest.param(Rotation(handler, days="30"), "the days of a Rotation are a number, not str", id="days"),  # type: ignore[arg-type]
        pytest.param(Rotation(handler, days=True), "the days of a Rotation are a number, not bool", id="bool"),
        pytest.param(Rotation(handler, days=1.5), "the days of a Rotation are a number, not float", id="half a day"),  # type: ignore[arg-type]
        pytest.param(Rotation(handler, schedule=30), "the schedule of a Rotation is a str, not int", id="schedule"),  # type: ignore[arg-type]
        pytest.param(
            Rotation(handler, days=1, duration=3),  # type: ignore[arg-type]
            "the duration of a Rotation is a str, not int",
            id="duration",
        ),
        pytest.param(
            Rotation(coroutine),
            "a rotation function is a plain function, not a coroutine function: Lambda does not await it",
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
def test_seed_refuses_an_invalid_rotation(secretsmanager: SecretsManager, rotation: Any, text: str) -> None:
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
def test_seed_with_a_rotation_that_aws_refuses_shows_the_error_of_aws(
    secretsmanager: SecretsManager, rotation: Rotation, text: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.seed("db", "one", rotation=rotation)
    assert str(refusal.value) == f"secret 'db' can't be seeded: AWS would refuse it with {text}"
    assert len(secretsmanager.secrets) == 0


# --- by marker -------------------------------------------------------------------------------------------------------


@pytest.mark.secret("db", "one", rotation=Rotation(handler, days=30))
def test_secret_marker_seeds_a_secret_that_rotates(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    assert described(client)["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert steps == []
    secretsmanager.clock.advance(days=30)
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.mark.secret("db", {"password": "one"}, owning_service="rds", rotation=Rotation(schedule="rate(7 days)"))
def test_secret_marker_seeds_a_managed_secret_that_rotates(secretsmanager: SecretsManager) -> None:
    secretsmanager.clock.advance(days=7)
    secretsmanager.assert_rotated("db")


@pytest.mark.secret("other", "one", rotation=Rotation(handler))
@pytest.mark.secret("db", "one", rotation=Rotation(f"{FUNCTION}handler"))
def test_secret_marker_accepts_the_arn_of_a_function_of_an_outer_marker(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.rotate_secret(SecretId="db")
    secretsmanager.assert_rotated("db")


@pytest.fixture
def failures(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Failures:
    """Return a function that runs a file with this plugin alone and returns each failure text."""
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
            f"no function is registered as {FUNCTION}nobody: sm.rotation.register(handler, arn=…) registers one",
        ),
        (
            'Rotation(handler, schedule="never")',
            "secret 'db' can't be seeded: AWS would refuse it with InvalidParameterException: Invalid schedule "
            "expression.",
        ),
        ("handler", "the option 'rotation' of a seed is a Rotation such as Rotation(handler, days=30), not function"),
        ('Rotation(handler, days="30")', "the days of a Rotation are a number, not str"),
        (
            "Rotation(coroutine)",
            "a rotation function is a plain function, not a coroutine function: Lambda does not await it",
        ),
    ],
    ids=["unregistered function", "schedule", "function in place of a Rotation", "days", "coroutine function"],
)
def test_refused_rotation_of_a_marker_names_marker_and_test(failures: Failures, rotation: str, text: str) -> None:
    assert failures(FILE.format(rotation=rotation)) == [
        f"{text}\n  in @pytest.mark.secret('db') of test_it.py::test_it"
    ]


# --- a pending version -----------------------------------------------------------------------------------------------


def test_seed_with_rotation_may_have_a_pending_version(secretsmanager: SecretsManager) -> None:
    """As after the last retry of a rotation: the next window continues with that version."""
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


def test_seed_refuses_a_rotation_without_a_function_for_an_unmanaged_secret(secretsmanager: SecretsManager) -> None:
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
def test_pending_version_does_not_make_a_seeded_rotation_overdue(
    secretsmanager: SecretsManager, versions: list[Version]
) -> None:
    """The schedule counts from now, at any age of the versions."""
    db = secretsmanager.seed("db", versions=versions, rotation=Rotation(handler, days=30))
    assert {label: db.version(holder).value for label, holder in db.labels.items()} == {
        label: version.value for version in versions for label in version.labels or ()
    }
    assert boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "now"
    assert secretsmanager.rotation.runs == ()


def test_between_reads_without_with_warns(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(handler))
    with pytest.warns(RuntimeWarning, match="not entered, so nothing rotates"):
        secretsmanager.rotation.between_reads("db")
