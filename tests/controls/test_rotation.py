"""Rotation as a test turns it: functions and what they are handed, runs, holds, failures, rotation between reads.

Here rotations begin with RotateSecret; those that fall due by themselves are in `test_scheduled_rotation.py`.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from rotation_function import Database, Handler, LoginRefused, log_in, rotation_function

from pytest_secretsmanager import Rotation, RotationRun, SecretNotFound, SecretsManager, UsageError, Version
from pytest_secretsmanager.inspection.rotations import run_text

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Look = Callable[[dict[str, str], Any], object]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")
INCOMPLETE = "A previous rotation isn't complete. That rotation will be reattempted."


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", NOON.timestamp)


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    return secretsmanager


@pytest.fixture
def database(sm: SecretsManager) -> Database:
    """A database whose one user has its password in the secret `db`, which rotates."""
    database = {"app": "one"}
    value = Version({"username": "app", "password": "one"}, id=V1)
    sm.seed("db", value, rotation=Rotation(rotation_function(database)))
    return database


@pytest.fixture
def look_at_steps(sm: SecretsManager, database: Database) -> Callable[[Look], RotationRun]:
    """Rotates `db` once and lets somebody look at each step, as the function sees it, before the function does."""
    function = rotation_function(database)

    def rotate_and_look(look: Look) -> RotationRun:
        def handler(event: dict[str, str], context: Any) -> None:
            look(event, context)
            function(event, context)

        return rotate(sm, RotationLambdaARN=sm.rotation.register(handler))

    return rotate_and_look


def rotate(sm: SecretsManager, secret: str = "db", **parameters: Any) -> RotationRun:
    """Has a secret rotated, and gives the run that this was."""
    token = sm.client().rotate_secret(SecretId=secret, **parameters)["VersionId"]
    return next(run for run in reversed(sm.rotation.runs) if run.token == token)


def idle(_event: dict[str, str], _context: object) -> None:
    """A function that does nothing, and so never makes its version the current one."""


DELETED_BY_FORCE = ["StartSecretVersionDelete", "EndSecretVersionDelete"]


def events_of_aws(sm: SecretsManager) -> list[str]:
    return [event.operation for event in sm.log if event.by_service]


def refusal(call: Callable[..., object], **parameters: Any) -> tuple[str, str]:
    """AWS's code and text for a call that is refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


# --- from end to end -------------------------------------------------------------------------------------------------


def test_a_rotation_changes_the_password_of_the_secret_and_of_the_database(
    sm: SecretsManager, database: Database
) -> None:
    rotate(sm)
    assert database["app"] != "one"
    sm.assert_history("db", [{"username": "app", "password": "one"}, {"username": "app", "password": database["app"]}])


def test_the_answer_names_the_new_version(sm: SecretsManager, database: Database) -> None:
    reply = sm.client().rotate_secret(SecretId="db", ClientRequestToken=V2)
    del reply["ResponseMetadata"]  # type: ignore[misc]
    assert reply == {"ARN": sm.secret("db").arn, "Name": "db", "VersionId": V2}


def test_the_new_version_is_current_and_the_old_one_is_previous(sm: SecretsManager, database: Database) -> None:
    rotate(sm, ClientRequestToken=V2)
    sm.assert_labels("db", {"AWSCURRENT": V2, "AWSPREVIOUS": V1})


def test_aws_places_awspending_and_takes_it_away_itself(sm: SecretsManager, database: Database) -> None:
    rotate(sm, ClientRequestToken=V2)
    moves = [move for move in sm.secret("db").history if move.label == "AWSPENDING"]
    assert [(move.source, move.target, move.operation) for move in moves] == [
        (None, V2, "RotateSecret"),
        (V2, None, "RotationSucceeded"),
    ]


def test_the_log_shows_the_whole_rotation_in_order(sm: SecretsManager, database: Database) -> None:
    rotate(sm)
    assert [event.operation for event in sm.log] == [
        "RotateSecret",
        "RotationStarted",
        *("DescribeSecret", "GetSecretValue", "GetSecretValue", "GetRandomPassword", "PutSecretValue"),
        *("DescribeSecret", "GetSecretValue", "GetSecretValue"),
        *("DescribeSecret", "GetSecretValue"),
        *("DescribeSecret", "DescribeSecret", "UpdateSecretVersionStage"),
        "RotationSucceeded",
    ]


def test_the_secret_tells_when_it_was_rotated(sm: SecretsManager, database: Database) -> None:
    sm.clock.advance(days=1)
    rotate(sm)
    described = sm.client().describe_secret(SecretId="db")
    assert described["LastRotatedDate"] == described["LastChangedDate"] == NOON + timedelta(days=1)


def test_a_secret_without_a_schedule_tells_no_date_of_its_next_rotation(sm: SecretsManager, database: Database) -> None:
    rotate(sm)
    assert "NextRotationDate" not in sm.client().describe_secret(SecretId="db")


def test_a_later_rotation_needs_no_parameters(sm: SecretsManager, database: Database) -> None:
    first, second = rotate(sm), rotate(sm)
    assert first.function == second.function == sm.client().describe_secret(SecretId="db")["RotationLambdaARN"]
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": first.token})


def test_a_function_that_runs_each_step_twice_does_no_harm(sm: SecretsManager, database: Database) -> None:
    function = rotation_function(database)

    def twice(event: dict[str, str], context: Any) -> None:
        function(event, context)
        function(event, context)

    rotate(sm, RotationLambdaARN=sm.rotation.register(twice))
    sm.assert_rotated("db")
    sm.assert_value("db", {"username": "app", "password": database["app"]})


def test_what_a_function_returns_counts_for_nothing(sm: SecretsManager, database: Database) -> None:
    function = rotation_function(database)

    def complaining(event: dict[str, str], context: Any) -> dict[str, int]:
        function(event, context)
        return {"statusCode": 500}

    assert rotate(sm, RotationLambdaARN=sm.rotation.register(complaining)).state == "succeeded"


def test_a_secret_of_another_region_is_rotated_by_a_function_of_that_region(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    view = sm.seed("db", value, region="eu-west-1", rotation=Rotation(rotation_function(database)))
    sm.client("eu-west-1").rotate_secret(SecretId="db")
    assert view.json == {"username": "app", "password": database["app"]}
    assert {event.region for event in sm.log} == {"eu-west-1"}


def test_a_replica_follows_a_rotation(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function(database)), replicas=["eu-west-1"])
    run = rotate(sm)
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1}, region="eu-west-1")
    sm.assert_value("db", {"username": "app", "password": database["app"]}, region="eu-west-1")


def test_a_replica_follows_a_rotation_that_was_held(sm: SecretsManager) -> None:
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function({"app": "one"})), replicas=["eu-west-1"])
    with sm.rotation.hold("db", after="finishSecret"):
        run = rotate(sm)
        sm.assert_label("db", "AWSPENDING", run.token, region="eu-west-1")
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1}, region="eu-west-1")


def test_a_replica_that_is_held_back_does_not_follow_a_rotation(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function(database)), replicas=["eu-west-1"])
    with sm.replication.hold():
        rotate(sm)
        sm.assert_value("db", value, region="eu-west-1")


# --- what a function is handed ---------------------------------------------------------------------------------------


def test_each_step_is_handed_the_event_of_aws(sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]) -> None:
    events: list[dict[str, str]] = []
    run = look_at_steps(lambda event, _: events.append(event))
    tokens = [event.pop("RotationToken") for event in events]
    assert events == [
        {"Step": step, "SecretId": sm.secret("db").arn, "ClientRequestToken": run.token} for step in STEPS
    ]
    assert all(UUID.fullmatch(token) for token in tokens)


def test_an_event_that_a_step_changes_is_whole_again_for_the_next(
    look_at_steps: Callable[[Look], RotationRun],
) -> None:
    seen: list[set[str]] = []

    def spoil(event: dict[str, str], _: object) -> None:
        seen.append(set(event))
        event["more"] = "x"

    look_at_steps(spoil)
    assert seen == [{"Step", "SecretId", "ClientRequestToken", "RotationToken"}] * 4


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("function_name", "handler"),
        ("function_version", "$LATEST"),
        ("invoked_function_arn", f"{FUNCTION}handler"),
        ("memory_limit_in_mb", "128"),
        ("log_group_name", "/aws/lambda/handler"),
        ("client_context", None),
        ("identity", None),
    ],
)
def test_the_context_of_a_step_tells(
    look_at_steps: Callable[[Look], RotationRun], attribute: str, expected: object
) -> None:
    seen: list[object] = []
    look_at_steps(lambda _, context: seen.append(getattr(context, attribute)))
    assert seen == [expected] * 4


def test_each_step_is_a_request_of_its_own(look_at_steps: Callable[[Look], RotationRun]) -> None:
    ids: list[str] = []
    look_at_steps(lambda _, context: ids.append(context.aws_request_id))
    assert len(set(ids)) == 4
    assert all(UUID.fullmatch(request_id) for request_id in ids)


def test_the_log_stream_of_a_step_is_named_by_version_and_request(
    look_at_steps: Callable[[Look], RotationRun],
) -> None:
    contexts: list[Any] = []
    look_at_steps(lambda _, context: contexts.append(context))
    assert [context.log_stream_name for context in contexts] == [
        f"[$LATEST]{context.aws_request_id}" for context in contexts
    ]


def test_the_time_of_a_step_does_not_run_out(sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]) -> None:
    left: list[int] = []

    def look(_: object, context: Any) -> None:
        sm.clock.advance(hours=1)
        left.append(context.get_remaining_time_in_millis())

    look_at_steps(look)
    assert left == [30_000] * 4


# --- the environment of a function -----------------------------------------------------------------------------------

VARIABLES = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "handler",
    "SECRETS_MANAGER_ENDPOINT": "https://secretsmanager.us-east-1.amazonaws.com",
}


def environment() -> dict[str, str | None]:
    """The variables that a function is given, as they are now."""
    return {name: os.environ.get(name) for name in VARIABLES}


def test_a_step_sees_the_environment_of_a_lambda_function(look_at_steps: Callable[[Look], RotationRun]) -> None:
    seen: list[dict[str, str | None]] = []
    look_at_steps(lambda *_: seen.append(environment()))
    assert seen == [VARIABLES] * 4


@pytest.mark.parametrize("before", [None, "mine"], ids=["unset", "set"])
@pytest.mark.parametrize("variable", VARIABLES)
def test_afterwards_a_variable_is_as_it_was(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch, variable: str, before: str | None
) -> None:
    if before is None:
        monkeypatch.delenv(variable, raising=False)
    else:
        monkeypatch.setenv(variable, before)
    look_at_steps(idle)
    assert os.environ.get(variable) == before


def test_a_region_that_was_set_before_is_that_of_the_function_meanwhile(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    seen: list[dict[str, str | None]] = []
    look_at_steps(lambda *_: seen.append(environment()))
    assert seen == [VARIABLES] * 4


def test_an_endpoint_that_was_set_before_is_the_functions_too(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRETS_MANAGER_ENDPOINT", "https://vpce-1.example.com")
    seen: list[str] = []
    look_at_steps(lambda *_: seen.append(os.environ["SECRETS_MANAGER_ENDPOINT"]))
    assert seen == ["https://vpce-1.example.com"] * 4


def test_a_step_that_fails_leaves_the_environment_as_it_was(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no")

    before = environment()
    assert look_at_steps(fail).state == "failed"
    assert environment() == before


def test_what_a_step_does_to_its_own_variables_is_taken_back(look_at_steps: Callable[[Look], RotationRun]) -> None:
    def meddle(*_: object) -> None:
        del os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        os.environ["AWS_REGION"] = "eu-west-1"

    before = environment()
    look_at_steps(meddle)
    assert environment() == before


def test_between_two_steps_the_environment_is_that_of_the_test(sm: SecretsManager, database: Database) -> None:
    before = environment()
    with sm.rotation.hold("db", after="createSecret"):
        rotate(sm)
        assert environment() == before


def test_a_function_that_runs_inside_another_has_its_own_environment_and_gives_it_back(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    regions: list[str] = []
    inner = Rotation(lambda *_: regions.append(os.environ["AWS_REGION"]))
    sm.seed("inner", "x", region="eu-west-1", rotation=inner)

    def rotate_inner(event: dict[str, str], _: object) -> None:
        if event["Step"] == "setSecret":
            regions.append(os.environ["AWS_REGION"])
            sm.client("eu-west-1").rotate_secret(SecretId="inner")
            regions.append(os.environ["AWS_REGION"])

    look_at_steps(rotate_inner)
    assert regions == ["us-east-1", *["eu-west-1"] * 4, "us-east-1"]


# --- registering -----------------------------------------------------------------------------------------------------


class CallableObject:
    def __call__(self, event: dict[str, str], context: object) -> None: ...

    def method(self, event: dict[str, str], context: object) -> None: ...


def named(name: str) -> Handler:
    def handler(event: dict[str, str], context: object) -> None: ...

    handler.__name__ = name
    return handler


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        pytest.param(idle, "idle", id="function"),
        pytest.param(lambda event, context: None, "lambda", id="lambda expression"),  # noqa: ARG005
        pytest.param(CallableObject(), "CallableObject", id="callable object"),
        pytest.param(CallableObject().method, "method", id="method"),
        pytest.param(partial(idle), "partial", id="partial"),
        pytest.param(lambda *arguments: None, "lambda", id="of any arguments"),  # noqa: ARG005
        pytest.param(lambda event, context, more=None: None, "lambda", id="of optional ones"),  # noqa: ARG005
        pytest.param(max, "max", id="that tells nothing of its arguments"),
        pytest.param(named("käse"), "kse", id="letters beyond ASCII"),
        pytest.param(named("…"), "function", id="no letter that Lambda takes"),
        pytest.param(named("x" * 80), "x" * 60, id="too long"),
    ],
)
def test_a_function_is_called_as_its_handler_is(sm: SecretsManager, handler: Handler, name: str) -> None:
    assert sm.rotation.register(handler) == f"{FUNCTION}{name}"


@pytest.mark.parametrize(
    ("arguments", "arn"),
    [
        ({"name": "rotate-db"}, "arn:aws:lambda:us-east-1:123456789012:function:rotate-db"),
        ({"name": "x" * 64}, f"arn:aws:lambda:us-east-1:123456789012:function:{'x' * 64}"),
        ({"region": "eu-west-1"}, "arn:aws:lambda:eu-west-1:123456789012:function:idle"),
        ({"region": "eu-west-1", "name": "r"}, "arn:aws:lambda:eu-west-1:123456789012:function:r"),
        ({"region": "cn-north-1"}, "arn:aws-cn:lambda:cn-north-1:123456789012:function:idle"),
        ({"region": "us-gov-west-1"}, "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:idle"),
        (
            {"arn": "arn:aws:lambda:eu-west-1:999999999999:function:r"},
            "arn:aws:lambda:eu-west-1:999999999999:function:r",
        ),
    ],
    ids=["name", "longest name", "region", "name and region", "region of China", "region of a government", "ARN"],
)
def test_a_function_is_where_it_is_wanted(sm: SecretsManager, arguments: dict[str, str], arn: str) -> None:
    assert sm.rotation.register(idle, **arguments) == arn


def test_a_function_is_in_the_region_and_account_of_its_manager() -> None:
    manager = SecretsManager(region="eu-west-1", account="999999999999")
    assert manager.rotation.register(idle) == "arn:aws:lambda:eu-west-1:999999999999:function:idle"


def test_handlers_of_one_name_are_functions_of_their_own(sm: SecretsManager) -> None:
    handlers = [named("lambda_handler") for _ in range(3)]
    assert [sm.rotation.register(handler) for handler in handlers] == [
        f"{FUNCTION}lambda_handler",
        f"{FUNCTION}lambda_handler-2",
        f"{FUNCTION}lambda_handler-3",
    ]


def test_each_handler_of_one_name_rotates_its_own_secret(sm: SecretsManager) -> None:
    databases = {"one": {"app": "1"}, "two": {"app": "2"}}
    for name, database in databases.items():
        value = {"username": "app", "password": database["app"]}
        sm.seed(name, value, rotation=Rotation(rotation_function(database)))
    for name, database in databases.items():
        rotate(sm, name)
        sm.assert_value(name, {"username": "app", "password": database["app"]})


def test_a_handler_that_is_registered_twice_is_one_function(sm: SecretsManager) -> None:
    first, other, second = named("same"), named("same"), named("same")
    arns = [sm.rotation.register(handler) for handler in (first, other, second, first, other, second)]
    assert arns[:3] == arns[3:]
    assert len(set(arns)) == 3


def test_a_handler_has_a_function_in_each_region(sm: SecretsManager) -> None:
    assert len({sm.rotation.register(idle, region=region) for region in ("us-east-1", "eu-west-1")}) == 2


@pytest.mark.parametrize("place", ["arn", "name"])
def test_a_function_takes_the_place_of_the_one_that_was_there(
    sm: SecretsManager, database: Database, place: str
) -> None:
    names = {"arn": f"{FUNCTION}rotate", "name": "rotate"}
    arn = sm.rotation.register(idle, **{place: names[place]})
    assert rotate(sm, RotationLambdaARN=arn).state == "failed"
    assert sm.rotation.register(rotation_function(database), **{place: names[place]}) == arn
    sm.clock.advance(minutes=1)
    sm.assert_rotated("db")


@pytest.mark.parametrize("qualifier", ["$LATEST", "live", "7"])
def test_a_secret_may_name_a_version_or_an_alias_of_its_function(
    sm: SecretsManager, database: Database, qualifier: str
) -> None:
    arn = sm.rotation.register(rotation_function(database), name="rotate")
    run = rotate(sm, RotationLambdaARN=f"{arn}:{qualifier}")
    assert (run.function, run.state) == (f"{arn}:{qualifier}", "succeeded")


def test_a_function_that_is_not_registered_can_not_be_invoked(sm: SecretsManager, database: Database) -> None:
    with sm.assert_unchanged():
        found = refusal(sm.client().rotate_secret, SecretId="db", RotationLambdaARN=f"{FUNCTION}nobody")
    assert found == (
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
        "the principal secretsmanager.amazonaws.com.",
    )


def test_a_function_of_another_region_is_refused(sm: SecretsManager, database: Database) -> None:
    arn = sm.rotation.register(idle, region="eu-west-1")
    with sm.assert_unchanged():
        found = refusal(sm.client().rotate_secret, SecretId="db", RotationLambdaARN=arn)
    assert found == (
        "InvalidParameterException",
        "Invalid rotation Lambda ARN. Ensure the ARN matches format "
        "arn:aws:lambda:<region>:<account>:function:<functionName>.",
    )


async def coroutine(event: dict[str, str], context: object) -> None: ...


def of_one(event: dict[str, str]) -> None: ...


def of_three(event: dict[str, str], context: object, more: object) -> None: ...


def by_name(*, event: dict[str, str], context: object) -> None: ...


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        pytest.param(5, "a rotation function is called as handler(event, context); 5 can't be", id="number"),
        pytest.param("arn", "a rotation function is called as handler(event, context); 'arn' can't be", id="text"),
        pytest.param(
            CallableObject,
            f"a rotation function is called as handler(event, context); {CallableObject!r} can't be",
            id="class",
        ),
        pytest.param(
            coroutine, "a rotation function is no coroutine function: Lambda awaits nothing", id="coroutine function"
        ),
        *(
            pytest.param(
                handler,
                f"a rotation function is called as handler(event, context); {handler!r} takes other arguments",
                id=handler.__name__,
            )
            for handler in (of_one, of_three, by_name)
        ),
    ],
)
def test_what_lambda_could_not_call_is_refused(sm: SecretsManager, handler: Any, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(handler)
    assert str(caught.value) == text


@pytest.mark.parametrize("name", ["rotate db", "rotate.db", "rotate:live", "käse", "x" * 65])
def test_what_can_be_no_name_of_a_function_is_refused(sm: SecretsManager, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, name=name)
    assert str(caught.value) == f"a function's name has 1 to 64 letters, digits, - or _, not {name!r}"


@pytest.mark.parametrize(
    "arn",
    [
        "rotate",
        "arn:aws:lambda:us-east-1:123456789012:function:rotate:live",
        "arn:aws:lambda:us-east-1:12345:function:rotate",
        "arn:aws:lambda::123456789012:function:rotate",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab12Cd",
    ],
    ids=["name", "with a qualifier", "account", "no region", "of a secret"],
)
def test_what_can_be_no_arn_of_a_function_is_refused(sm: SecretsManager, arn: str) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, arn=arn)
    assert str(caught.value) == (
        f"the ARN of a function is arn:aws:lambda:<region>:<account>:function:<name>, not {arn!r}"
    )


@pytest.mark.parametrize("more", [{"name": "rotate"}, {"region": "us-east-1"}, {"account": "123456789012"}], ids=str)
def test_an_arn_says_it_all(sm: SecretsManager, more: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, arn=f"{FUNCTION}rotate", **more)
    assert str(caught.value) == "a function is named by its ARN, or by name, region and account, not by both"


# --- runs ------------------------------------------------------------------------------------------------------------


def test_before_the_first_rotation_there_are_no_runs(sm: SecretsManager, database: Database) -> None:
    assert sm.rotation.runs == ()


def test_a_run_tells_what_was_rotated_and_by_what(sm: SecretsManager, database: Database) -> None:
    run = rotate(sm, ClientRequestToken=V2)
    assert (run.secret, run.token) == (sm.secret("db").arn, V2)
    assert (run.function, run.test, run.state) == (f"{FUNCTION}lambda_handler", False, "succeeded")


def test_a_run_tells_its_steps(sm: SecretsManager, database: Database) -> None:
    run = rotate(sm)
    assert [(step.step, step.error, step.traceback) for step in run.steps] == [(step, None, "") for step in STEPS]
    assert run.error is None


def test_a_run_tells_when_it_began_and_ended(sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]) -> None:
    run = look_at_steps(lambda *_: sm.clock.advance(minutes=5))
    assert (run.started, run.ended) == (NOON, NOON + timedelta(minutes=20))


def test_a_run_that_goes_on_has_not_ended(sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]) -> None:
    seen: list[object] = []
    look_at_steps(lambda *_: seen.append((sm.rotation.runs[0].state, sm.rotation.runs[0].ended)))
    assert seen == [("running", None)] * 4


def test_a_run_that_failed_ends_with_the_step_that_failed(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    run = rotate(sm)
    assert (run.state, run.ended) == ("failed", NOON)
    assert [step.step for step in run.steps] == ["createSecret", "setSecret"]
    assert run.error is run.steps[-1].error
    assert repr(run.error) == "LoginRefused('no such password of user app')"


def test_a_step_that_failed_keeps_its_traceback_as_text(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    text = rotate(sm).steps[-1].traceback
    assert text.startswith("Traceback (most recent call last):\n")
    assert 'rotation_function.py", line ' in text
    assert text.endswith("rotation_function.LoginRefused: no such password of user app\n")


def test_the_run_of_a_function_that_promotes_nothing_has_failed_without_an_error(
    sm: SecretsManager, database: Database
) -> None:
    run = rotate(sm, RotationLambdaARN=sm.rotation.register(idle))
    assert (run.state, [step.step for step in run.steps], run.error) == ("failed", STEPS, None)
    assert sm.log[-1].error_message == f"AWSCURRENT has not come to version {run.token}"


def test_a_function_that_deletes_its_secret_and_fails_has_failed(sm: SecretsManager) -> None:
    def destructive(event: dict[str, str], _: object) -> None:
        sm.client().delete_secret(SecretId=event["SecretId"], ForceDeleteWithoutRecovery=True)
        raise ValueError("gone")

    sm.seed("db", "one")
    run = rotate(sm, RotationLambdaARN=sm.rotation.register(destructive))
    assert (run.state, str(run.error)) == ("failed", "gone")
    assert events_of_aws(sm) == ["RotationStarted", *DELETED_BY_FORCE]


def test_a_function_that_cancels_its_rotation_and_fails_is_not_tried_again(
    sm: SecretsManager, database: Database
) -> None:
    def giving_up(event: dict[str, str], _: object) -> None:
        sm.client().cancel_rotate_secret(SecretId=event["SecretId"])
        raise ValueError("not today")

    rotate(sm, RotationLambdaARN=sm.rotation.register(giving_up))
    sm.clock.advance(days=400)
    assert [(run.state, str(run.error)) for run in sm.rotation.runs] == [("failed", "not today")]


def test_runs_stand_oldest_first(sm: SecretsManager, database: Database) -> None:
    runs = [rotate(sm), rotate(sm), rotate(sm)]
    assert list(sm.rotation.runs) == runs


def test_runs_that_were_looked_at_do_not_grow(sm: SecretsManager, database: Database) -> None:
    before = sm.rotation.runs
    rotate(sm)
    assert (len(before), len(sm.rotation.runs)) == (0, 1)


def test_the_repr_of_a_run_shows_no_error_and_no_value(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError("to-hide"))
    run = rotate(sm, ClientRequestToken=V2)
    assert repr(run) == "<rotation of 'db' in us-east-1: failed in createSecret>"


def test_the_repr_of_a_run_says_how_far_it_has_come(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", after="setSecret") as hold:
        run = rotate(sm)
        assert repr(run) == "<rotation of 'db' in us-east-1: held after setSecret>"
        assert hold.run is run
    assert repr(run) == "<rotation of 'db' in us-east-1: succeeded>"
    sm.rotation.fail("testSecret", ValueError)
    assert repr(rotate(sm, RotateImmediately=False)) == "<trial of 'db' in us-east-1: failed in testSecret>"


def test_a_run_that_failed_says_when_aws_tries_again(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError)
    run = rotate(sm)
    assert run.retry == run.ended + timedelta(minutes=1)
    sm.clock.set(run.retry)
    again = sm.rotation.runs[-1]
    assert (again.token, again.state, again.retry) == (run.token, "succeeded", None)


def test_a_failure_that_was_planned_is_marked_as_such(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError)
    assert [step.planned for step in rotate(sm).steps] == [True]
    sm.clock.advance(minutes=1)
    assert [step.planned for step in sm.rotation.runs[-1].steps] == [False] * 4


def test_a_failure_that_was_planned_has_no_frame_of_ours_in_its_traceback(
    sm: SecretsManager, database: Database
) -> None:
    sm.rotation.fail("createSecret", ValueError("on purpose"))
    assert rotate(sm).steps[-1].traceback == "ValueError: on purpose\n"


def test_what_a_decorated_function_has_planned_is_taken_back_with_it() -> None:
    manager = SecretsManager()

    @manager
    def planning() -> None:
        manager.seed("db", "one", rotation=Rotation(idle))
        manager.rotation.hold("db", before="createSecret")
        manager.rotation.fail("testSecret", ValueError, times=3)
        rotate(manager, RotateImmediately=False)
        rotate(manager)

    @manager
    def rotating() -> RotationRun:
        manager.seed("db", "one", owning_service="rds")
        return rotate(manager)

    planning()
    assert rotating().state == "succeeded"


def test_the_runs_of_a_decorated_function_are_taken_back_with_it() -> None:
    manager = SecretsManager()

    @manager
    def rotating() -> int:
        manager.seed("db", "one", rotation=Rotation(idle))
        rotate(manager)
        return len(manager.rotation.runs)

    assert (rotating(), rotating(), manager.rotation.runs) == (1, 1, ())


# --- the trial of a function -----------------------------------------------------------------------------------------


def test_a_secret_that_is_not_to_rotate_at_once_has_its_function_tried(sm: SecretsManager, database: Database) -> None:
    run = rotate(sm, RotateImmediately=False)
    assert (run.test, run.state, [step.step for step in run.steps]) == (True, "succeeded", ["testSecret"])
    assert events_of_aws(sm) == ["TestRotationStarted", "TestRotationSucceeded"]


def test_a_trial_is_made_on_a_copy_of_the_current_value(sm: SecretsManager) -> None:
    seen: list[object] = []

    def look(event: dict[str, str], _: object) -> None:
        pending = sm.secret("db").pending
        assert pending is not None
        seen.append((event["Step"], pending.id == event["ClientRequestToken"], pending.value))

    sm.seed("db", "one")
    rotate(sm, RotationLambdaARN=sm.rotation.register(look), RotateImmediately=False)
    assert seen == [("testSecret", True, "one")]


def test_a_trial_leaves_nothing_of_its_version(sm: SecretsManager, database: Database) -> None:
    rotate(sm, RotateImmediately=False)
    sm.assert_labels("db", {"AWSCURRENT": 1})
    sm.assert_history("db", [{"username": "app", "password": "one"}])
    assert rotate(sm).state == "succeeded"
    assert [version.number for version in sm.secret("db").versions] == [1, 2]


def test_a_trial_of_a_secret_without_a_value_is_made_on_an_empty_version(sm: SecretsManager) -> None:
    seen: list[object] = []

    def look(_event: dict[str, str], _context: object) -> None:
        pending = sm.secret("db").pending
        seen.append(None if pending is None else (pending.number, pending.value))

    sm.seed("db")
    rotate(sm, RotationLambdaARN=sm.rotation.register(look), RotateImmediately=False)
    assert seen == [(1, None)]


def test_a_trial_that_fails_is_logged_with_its_step(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    run = rotate(sm, RotateImmediately=False)
    assert (run.test, run.state, type(run.error)) == (True, "failed", LoginRefused)
    assert events_of_aws(sm) == ["TestRotationStarted", "TestRotationFailed"]
    assert sm.log[-1].error_message == f"Error when executing lambda {run.function} during testSecret step"


def test_a_trial_that_failed_is_not_tried_again(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    rotate(sm, RotateImmediately=False)
    sm.clock.advance(days=400)
    assert len(sm.rotation.runs) == 1


def test_a_trial_for_which_aws_can_make_no_version_fails_before_its_step(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("db", "one", kms_key="alias/pay", rotation=Rotation(idle))
    sm.kms.deny(key)
    run = rotate(sm, RotateImmediately=False)
    assert (run.test, run.state, run.steps) == (True, "failed", [])
    assert (sm.log[-1].operation, sm.log[-1].error_message) == ("TestRotationFailed", "Access to KMS is not allowed")


def test_an_interrupt_in_a_trial_comes_through(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("testSecret", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        rotate(sm, RotateImmediately=False)
    assert sm.rotation.runs[-1].state == "failed"
    sm.assert_labels("db", {"AWSCURRENT": 1})


def test_a_hold_does_not_stop_a_trial(sm: SecretsManager, database: Database) -> None:
    hold = sm.rotation.hold("db", before="testSecret")
    rotate(sm, RotateImmediately=False)
    assert hold.run is None
    assert rotate(sm).state == "held"


# --- without a function ----------------------------------------------------------------------------------------------


def test_aws_rotates_a_secret_that_a_service_manages_by_itself(sm: SecretsManager) -> None:
    sm.seed("db", {"username": "app", "password": "one"}, owning_service="rds")
    run = rotate(sm)
    assert (run.function, run.test, run.state, run.steps) == ("", False, "succeeded", [])
    assert [event.operation for event in sm.log] == ["RotateSecret", "RotationStarted", "RotationSucceeded"]
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1})


def test_a_rotation_without_a_function_that_aws_can_not_make_has_failed(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("db", {"password": "one"}, owning_service="rds", kms_key="alias/pay")
    sm.kms.deny(key)
    run = rotate(sm)
    assert (run.state, run.steps, run.error) == ("failed", [], None)
    assert (sm.log[-1].operation, sm.log[-1].error_message) == ("RotationFailed", "Access to KMS is not allowed")


def test_a_rotation_without_a_function_is_tried_again(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("db", {"password": "one"}, owning_service="rds", kms_key="alias/pay")
    sm.kms.disable(key)
    first = rotate(sm)
    sm.kms.enable(key)
    sm.clock.advance(minutes=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "succeeded"]
    sm.assert_labels("db", {"AWSCURRENT": first.token, "AWSPREVIOUS": 1})


# --- interrupted rotations -------------------------------------------------------------------------------------------


class Interruption(Exception):  # noqa: N818 - no error, but what a rotation meets
    """What a rotation is interrupted by."""


class Flaky:
    """The rotation function, which fails once in a step of choice, when it has done its work."""

    def __init__(self, database: Database) -> None:
        self.fails_in = ""
        self._function = rotation_function(database)

    def __call__(self, event: dict[str, str], context: Any) -> None:
        self._function(event, context)
        if event["Step"] == self.fails_in:
            self.fails_in = ""
            raise Interruption


@pytest.fixture
def flaky(sm: SecretsManager, database: Database) -> Flaky:
    """The rotation function of `db` from now on."""
    flaky = Flaky(database)
    sm.client().rotate_secret(
        SecretId="db", RotationLambdaARN=sm.rotation.register(flaky, name="flaky"), RotateImmediately=False
    )
    return flaky


INTERRUPTIONS: dict[str, Callable[[SecretsManager, Flaky, str], None]] = {
    "before the function": lambda sm, _, step: sm.rotation.fail(step, Interruption),
    "after the function": lambda sm, _, step: sm.rotation.fail(step, Interruption, after=True),
    "by the function": lambda _, flaky, step: setattr(flaky, "fails_in", step),
}


@pytest.fixture(params=INTERRUPTIONS)
def interrupted(request: pytest.FixtureRequest, sm: SecretsManager, flaky: Flaky, step: str) -> RotationRun:
    """A rotation of `db` that was interrupted in `step`, in each of the ways."""
    INTERRUPTIONS[request.param](sm, flaky, step)
    return rotate(sm)


EACH_STEP = pytest.mark.parametrize("step", STEPS)


@EACH_STEP
def test_an_interrupted_rotation_has_failed_in_that_step(interrupted: RotationRun, step: str) -> None:
    assert interrupted.state == "failed"
    assert isinstance(interrupted.error, Interruption)
    assert [each.step for each in interrupted.steps] == STEPS[: STEPS.index(step) + 1]


@EACH_STEP
def test_an_interrupted_rotation_is_logged_as_failed_in_that_step(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    assert events_of_aws(sm)[-2:] == ["RotationStarted", "RotationFailed"]
    assert sm.log[-1].error_message == f"Error when executing lambda {FUNCTION}flaky during {step} step"


@EACH_STEP
def test_an_interrupted_rotation_leaves_awspending_on_its_version(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    sm.assert_label("db", "AWSPENDING", interrupted.token)


@EACH_STEP
def test_an_interrupted_rotation_recovers_a_minute_later_under_its_own_token(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    again = sm.rotation.runs[-1]
    assert again is not interrupted
    assert (again.token, again.state, again.started) == (interrupted.token, "succeeded", NOON + timedelta(minutes=1))
    assert [each.step for each in again.steps] == STEPS
    sm.assert_rotated("db")


@EACH_STEP
def test_a_recovery_leaves_one_new_version_which_the_database_knows(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    sm.assert_history("db", [{"username": "app", "password": "one"}, {"username": "app", "password": database["app"]}])
    sm.assert_labels("db", {"AWSCURRENT": interrupted.token, "AWSPREVIOUS": V1})


@EACH_STEP
def test_a_rotation_that_has_recovered_is_not_tried_again(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    runs = len(sm.rotation.runs)
    sm.clock.advance(days=400)
    assert len(sm.rotation.runs) == runs


@EACH_STEP
def test_after_a_recovery_a_second_full_run_rotates_once_more(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    second = rotate(sm)
    assert ([each.step for each in second.steps], second.state) == (STEPS, "succeeded")
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": interrupted.token})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


@pytest.mark.parametrize("step", STEPS[:3])
def test_until_it_recovers_no_other_rotation_begins(sm: SecretsManager, interrupted: RotationRun, step: str) -> None:
    assert refusal(sm.client().rotate_secret, SecretId="db") == ("InvalidRequestException", INCOMPLETE)
    assert sm.rotation.runs[-1] is interrupted


def test_a_repeated_request_starts_nothing(sm: SecretsManager, flaky: Flaky) -> None:
    sm.rotation.fail("setSecret", Interruption)
    failed = rotate(sm)
    assert rotate(sm, ClientRequestToken=failed.token) is failed


@pytest.mark.parametrize("when", ["createSecret", "setSecret"])
def test_once_awspending_is_gone_a_second_full_run_makes_a_version_of_its_own(
    sm: SecretsManager, database: Database, when: str
) -> None:
    sm.rotation.fail(when, Interruption)
    failed = rotate(sm)
    sm.client().update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=failed.token)
    second = rotate(sm)
    assert second.token != failed.token
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": V1})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


def test_after_the_last_step_of_a_rotation_that_was_interrupted_then_another_may_begin(
    sm: SecretsManager, database: Database
) -> None:
    """AWSPENDING on the current version stands in nobody's way."""
    sm.rotation.fail("finishSecret", Interruption, after=True)
    failed = rotate(sm)
    second = rotate(sm)
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": failed.token})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


# --- holding ---------------------------------------------------------------------------------------------------------

POINTS = pytest.mark.parametrize(
    "point",
    [pytest.param({when: step}, id=f"{when} {step}") for step in STEPS for when in ("before", "after")],
)
Point = dict[str, str]


def steps_done(point: Point) -> list[str]:
    """The steps that have run when a rotation is held there."""
    ((when, step),) = point.items()
    return STEPS[: STEPS.index(step) + (when == "after")]


@POINTS
def test_a_rotation_is_held(sm: SecretsManager, database: Database, point: Point) -> None:
    hold = sm.rotation.hold("db", **point)
    run = rotate(sm)
    assert hold.run is run
    assert (run.state, run.ended, [step.step for step in run.steps]) == ("held", None, steps_done(point))


@POINTS
def test_a_held_rotation_goes_on_when_it_is_resumed(sm: SecretsManager, database: Database, point: Point) -> None:
    hold = sm.rotation.hold("db", **point)
    run = rotate(sm)
    assert hold.resume() is run
    assert (run.state, run.ended, [step.step for step in run.steps]) == ("succeeded", NOON, STEPS)
    sm.assert_rotated("db")


@POINTS
def test_meanwhile_the_labels_are_as_the_steps_have_left_them(
    sm: SecretsManager, database: Database, point: Point
) -> None:
    done = steps_done(point)
    with sm.rotation.hold("db", **point):
        run = rotate(sm)
        if "finishSecret" in done:
            sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPENDING": run.token, "AWSPREVIOUS": V1})
        else:
            sm.assert_labels("db", {"AWSCURRENT": V1, "AWSPENDING": run.token})


@POINTS
def test_meanwhile_the_pending_version_has_the_value_that_the_function_has_put(
    sm: SecretsManager, database: Database, point: Point
) -> None:
    with sm.rotation.hold("db", **point):
        run = rotate(sm)
        assert (sm.secret("db").version(run.token).value is not None) == ("createSecret" in steps_done(point))


@POINTS
def test_meanwhile_the_database_has_the_password_that_the_function_has_set(
    sm: SecretsManager, database: Database, point: Point
) -> None:
    with sm.rotation.hold("db", **point):
        rotate(sm)
        assert (database["app"] != "one") == ("setSecret" in steps_done(point))


def test_meanwhile_code_under_test_reads_the_old_value_and_the_new_one(sm: SecretsManager, database: Database) -> None:
    client = sm.client()
    with sm.rotation.hold("db", after="createSecret"):
        rotate(sm)
        assert "one" in client.get_secret_value(SecretId="db")["SecretString"]
        assert "one" not in client.get_secret_value(SecretId="db", VersionStage="AWSPENDING")["SecretString"]


def test_meanwhile_the_empty_version_answers_as_if_it_were_not_there(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="createSecret"):
        rotate(sm)
        found = refusal(sm.client().get_secret_value, SecretId="db", VersionStage="AWSPENDING")
    assert found == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    )


def test_meanwhile_no_other_rotation_of_that_secret_begins(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
        assert refusal(sm.client().rotate_secret, SecretId="db") == ("InvalidRequestException", INCOMPLETE)


def test_a_held_rotation_ends_when_it_was_resumed(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret") as hold:
        rotate(sm)
        sm.clock.advance(hours=3)
    assert hold.run is not None
    assert (hold.run.started, hold.run.ended) == (NOON, NOON + timedelta(hours=3))


def test_one_rotation_may_be_held_at_several_points(sm: SecretsManager, database: Database) -> None:
    first, second = sm.rotation.hold("db", after="createSecret"), sm.rotation.hold("db", before="finishSecret")
    run = rotate(sm)
    assert (first.run, second.run) == (run, None)
    assert first.resume().state == "held"
    assert second.run is run
    assert second.resume().state == "succeeded"


def test_a_hold_stops_one_rotation_only(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
    assert rotate(sm).state == "succeeded"


def test_a_hold_stops_no_other_secret(sm: SecretsManager, database: Database) -> None:
    sm.seed("other", {"username": "app", "password": "one"}, rotation=Rotation(rotation_function({"app": "one"})))
    with sm.rotation.hold("db", before="setSecret"):
        assert rotate(sm, "other").state == "succeeded"
        rotate(sm)


@pytest.mark.parametrize("place", [{"region": "eu-west-1"}, {"account": "999999999999"}], ids=["region", "account"])
def test_a_hold_is_looked_up_in_region_and_account(sm: SecretsManager, place: dict[str, Any]) -> None:
    sm.seed("there", "one", rotation=Rotation(idle), **place)
    hold = sm.rotation.hold("there", before="setSecret", **place)
    assert repr(hold) == "<hold of 'there' before setSecret>"
    sm.client(place.get("region"), aws_account_id=place.get("account", sm.account)).rotate_secret(SecretId="there")
    assert hold.run is not None
    with pytest.raises(SecretNotFound, match=r"^no secret 'there' in us-east-1 of account 123456789012; it is in "):
        sm.rotation.hold("there", before="setSecret")


def test_a_held_rotation_of_another_region_goes_on(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    view = sm.seed("db", value, region="eu-west-1", rotation=Rotation(rotation_function(database)))
    with sm.rotation.hold(view, before="finishSecret"):
        sm.client("eu-west-1").rotate_secret(SecretId="db")
        sm.assert_label("db", "AWSCURRENT", 1, region="eu-west-1")
    sm.assert_rotated("db", region="eu-west-1")


def test_a_held_rotation_that_fails_is_tried_again(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", Interruption)
    with sm.rotation.hold("db", before="setSecret") as hold:
        rotate(sm)
        sm.clock.advance(minutes=10)
    assert hold.run is not None
    assert hold.run.state == "failed"
    sm.clock.advance(minutes=1)
    sm.assert_rotated("db")


# --- the block of a hold ---------------------------------------------------------------------------------------------


def test_the_end_of_its_block_resumes_a_hold(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret") as hold:
        run = rotate(sm)
        assert run.state == "held"
    assert hold.run is run
    assert run.state == "succeeded"


def test_a_hold_that_was_resumed_in_its_block_is_not_resumed_at_its_end(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret") as hold:
        rotate(sm)
        assert hold.resume().state == "succeeded"
    assert [run.state for run in sm.rotation.runs] == ["succeeded"]


def test_a_block_that_ends_in_an_error_leaves_its_rotation_held(sm: SecretsManager, database: Database) -> None:
    def rotate_and_fail() -> None:
        with sm.rotation.hold("db", before="setSecret"):
            rotate(sm)
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        rotate_and_fail()
    assert sm.rotation.runs[0].state == "held"


def test_a_hold_whose_block_ended_in_an_error_stops_nothing_later(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(KeyError, match="mine"), sm.rotation.hold("db", before="setSecret"):
        raise KeyError("mine")
    assert rotate(sm).state == "succeeded"


def test_a_hold_that_no_rotation_came_to_is_a_usage_error_at_the_end_of_its_block(
    sm: SecretsManager, database: Database
) -> None:
    hold = sm.rotation.hold("db", before="setSecret")
    with pytest.raises(UsageError) as caught, hold:
        pass
    assert str(caught.value) == "no rotation has come to the <hold of 'db' before setSecret>, so none goes on"


def test_a_hold_that_no_rotation_came_to_can_not_be_resumed(sm: SecretsManager, database: Database) -> None:
    hold = sm.rotation.hold("db", after="finishSecret")
    with pytest.raises(UsageError) as caught:
        hold.resume()
    assert str(caught.value) == "no rotation has come to the <hold of 'db' after finishSecret>, so none goes on"


def test_a_hold_is_not_resumed_twice(sm: SecretsManager, database: Database) -> None:
    hold = sm.rotation.hold("db", before="setSecret")
    rotate(sm)
    hold.resume()
    with pytest.raises(UsageError) as caught:
        hold.resume()
    assert str(caught.value) == "the rotation of the <hold of 'db' before setSecret> goes on already"


def test_a_hold_that_was_resumed_too_early_still_holds(sm: SecretsManager, database: Database) -> None:
    hold = sm.rotation.hold("db", before="setSecret")
    with pytest.raises(UsageError):
        hold.resume()
    assert rotate(sm).state == "held"
    assert hold.resume().state == "succeeded"


@pytest.mark.parametrize("when", ["before", "after"])
def test_two_holds_at_one_point_hold_the_same_rotation(sm: SecretsManager, database: Database, when: str) -> None:
    one, two = sm.rotation.hold("db", **{when: "setSecret"}), sm.rotation.hold("db", **{when: "setSecret"})
    run = rotate(sm)
    assert one.run is two.run is run
    assert one.resume().state == "succeeded"
    with pytest.raises(UsageError, match="goes on already"):
        two.resume()
    assert rotate(sm).state == "succeeded"


def test_a_rotation_that_is_promoted_and_not_over_lets_no_other_begin(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", after="finishSecret") as hold:
        run = rotate(sm)
        assert refusal(sm.client().rotate_secret, SecretId="db") == (
            "InvalidRequestException",
            "A previous rotation isn't complete. That rotation will be reattempted.",
        )
    assert (hold.run, run.state) == (run, "succeeded")


def test_a_secret_that_was_deleted_and_restored_under_a_rotation_rotates_again(
    sm: SecretsManager, database: Database
) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        run = rotate(sm)
        sm.client().delete_secret(SecretId="db")
        sm.client().restore_secret(SecretId="db")
    assert run.state == "abandoned"
    sm.client().update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=run.token)
    assert rotate(sm).state == "succeeded"


def test_the_step_that_is_running_is_named(sm: SecretsManager) -> None:
    seen = []

    def handler(event: dict[str, str], _: object) -> None:
        seen.append(run_text(sm.rotation.runs[-1]))

    sm.seed("db", "one", rotation=Rotation(handler))
    rotate(sm)
    assert seen == [f"it is running in {step}" for step in ("createSecret", "setSecret", "testSecret", "finishSecret")]


def test_a_bound_method_is_one_function(sm: SecretsManager) -> None:
    class Deployment:
        def handle(self, event: object, context: object) -> None: ...

    deployment = Deployment()
    assert sm.rotation.register(deployment.handle) == sm.rotation.register(deployment.handle)


def test_the_endpoint_of_a_function_is_that_of_its_partition(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRETS_MANAGER_ENDPOINT", raising=False)
    seen = []
    function = sm.rotation.register(
        lambda _event, _context: seen.append(os.environ["SECRETS_MANAGER_ENDPOINT"]), region="cn-north-1"
    )
    sm.seed("db", "one", region="cn-north-1")
    client = sm.client("cn-north-1")
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, RotateImmediately=False)
    assert seen == ["https://secretsmanager.cn-north-1.amazonaws.com.cn"]


@pytest.mark.parametrize("arguments", [{"account": 5}, {"account": ""}, {"name": 5}, {"arn": 5}, {"arn": ""}], ids=str)
def test_a_function_is_not_named_by_what_is_no_text(sm: SecretsManager, arguments: dict[str, Any]) -> None:
    (what,) = arguments
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, **arguments)
    name = "ARN" if what == "arn" else what
    assert str(caught.value) == f"the {name} of a function is a str that is not empty, not {arguments[what]!r}"


def test_a_failure_that_can_not_be_made_is_refused(sm: SecretsManager) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.fail("setSecret", ClientError)
    assert str(caught.value) == (
        "a step fails with an exception, and ClientError can't be made without arguments: give one that is made already"
    )


def test_a_failure_that_is_empty_is_one(sm: SecretsManager, database: Database) -> None:
    class EmptyError(Exception):
        def __len__(self) -> int:
            return 0

    sm.rotation.fail("setSecret", EmptyError())
    assert rotate(sm).state == "failed"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "a rotation is held before one step, or after one: hold(secret, before='finishSecret')"),
        (
            {"before": "setSecret", "after": "setSecret"},
            "a rotation is held before one step, or after one: hold(secret, before='finishSecret')",
        ),
        (
            {"before": "finishsecret"},
            "a rotation has no step 'finishsecret'; did you mean 'finishSecret'?",
        ),
        (
            {"after": "promote"},
            "a rotation has no step 'promote'; there are 'createSecret', 'setSecret', 'testSecret', 'finishSecret'",
        ),
        ({"before": 3}, "a step of a rotation is named by a str, not by int"),
    ],
    ids=["no point", "two points", "misspelt step", "no step", "number"],
)
def test_a_hold_at_no_point_is_refused(
    sm: SecretsManager, database: Database, arguments: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.hold("db", **arguments)
    assert str(caught.value) == text


def test_a_hold_of_no_secret_is_refused(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' in us-east-1 of account 123456789012; there is 'db'$"):
        sm.rotation.hold("bd", before="setSecret")


# --- what ends a held rotation ---------------------------------------------------------------------------------------

Ending = Callable[["SecretsManagerClient", str], object]

ENDINGS: dict[str, tuple[Ending, list[str]]] = {
    "CancelRotateSecret": (lambda client, _: client.cancel_rotate_secret(SecretId="db"), []),
    "DeleteSecret": (lambda client, _: client.delete_secret(SecretId="db"), []),
    "DeleteSecret by force": (
        lambda client, _: client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True),
        DELETED_BY_FORCE,
    ),
    "PutSecretValue": (
        lambda client, _: client.put_secret_value(SecretId="db", SecretString="by hand"),
        ["RotationAbandoned"],
    ),
    "UpdateSecret": (
        lambda client, _: client.update_secret(SecretId="db", SecretString="by hand"),
        ["RotationAbandoned"],
    ),
}
"""What ends a rotation that is under way, and what AWS logs of that."""

EACH_ENDING = pytest.mark.parametrize("ending", ENDINGS)


@EACH_ENDING
def test_a_held_rotation_is_abandoned_by(sm: SecretsManager, database: Database, ending: str) -> None:
    end, _ = ENDINGS[ending]
    with sm.rotation.hold("db", after="createSecret") as hold:
        run = rotate(sm)
        end(sm.client(), run.token)
    assert hold.run is run
    assert (run.state, [step.step for step in run.steps], run.error) == ("abandoned", ["createSecret"], None)
    assert database == {"app": "one"}


@EACH_ENDING
def test_what_aws_logs_of_an_abandoned_rotation(sm: SecretsManager, database: Database, ending: str) -> None:
    end, logged = ENDINGS[ending]
    with sm.rotation.hold("db", after="createSecret"):
        end(sm.client(), rotate(sm).token)
    assert events_of_aws(sm) == ["RotationStarted", *logged]


@pytest.mark.parametrize("ending", ["PutSecretValue", "UpdateSecret", "CancelRotateSecret"])
def test_a_rotation_that_is_held_after_its_last_step_is_abandoned_too(
    sm: SecretsManager, database: Database, ending: str
) -> None:
    with sm.rotation.hold("db", after="finishSecret"):
        run = rotate(sm)
        ENDINGS[ending][0](sm.client(), run.token)
    assert (run.state, run.ended, [step.step for step in run.steps]) == ("abandoned", NOON, STEPS)


def test_a_rotation_that_another_pending_version_takes_the_place_of_is_abandoned(
    sm: SecretsManager, database: Database
) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        run = rotate(sm)
        sm.client().put_secret_value(SecretId="db", SecretString="x", VersionStages=["AWSPENDING"])
    assert run.state == "abandoned"
    assert events_of_aws(sm) == ["RotationStarted", "RotationAbandoned"]


def test_a_rotation_whose_version_loses_its_label_is_abandoned(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        run = rotate(sm)
        sm.client().update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=run.token)
    assert run.state == "abandoned"
    assert events_of_aws(sm) == ["RotationStarted", "RotationAbandoned"]


def test_a_value_that_is_written_by_hand_takes_awspending_away(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
        sm.client().put_secret_value(SecretId="db", SecretString="by hand")
        sm.assert_no_label("db", "AWSPENDING")


def test_a_cancellation_leaves_awspending_where_it_is(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        run = rotate(sm)
        assert sm.client().cancel_rotate_secret(SecretId="db")["VersionId"] == run.token
    sm.assert_label("db", "AWSPENDING", run.token)


@pytest.mark.parametrize("ending", ["CancelRotateSecret", "DeleteSecret", "PutSecretValue"])
def test_an_abandoned_rotation_is_not_tried_again(sm: SecretsManager, database: Database, ending: str) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        ENDINGS[ending][0](sm.client(), rotate(sm).token)
    sm.clock.advance(days=400)
    assert len(sm.rotation.runs) == 1


def test_after_a_value_was_written_by_hand_the_secret_rotates_again(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
        sm.client().put_secret_value(SecretId="db", SecretString='{"username": "app", "password": "one"}')
    rotate(sm)
    sm.assert_rotated("db")


# --- failing on purpose ----------------------------------------------------------------------------------------------


def steps_called(sm: SecretsManager) -> list[str]:
    """Has `db` rotate by a function that notes each step which it is called for; gives the notes as they grow."""
    called: list[str] = []
    sm.seed("db", "one", rotation=Rotation(lambda event, _: called.append(event["Step"])))
    return called


@EACH_STEP
def test_a_step_fails_in_place_of_the_function(sm: SecretsManager, step: str) -> None:
    called = steps_called(sm)
    sm.rotation.fail(step, Interruption)
    rotate(sm)
    assert called == STEPS[: STEPS.index(step)]


@EACH_STEP
def test_a_step_fails_once_the_function_has_run(sm: SecretsManager, step: str) -> None:
    called = steps_called(sm)
    sm.rotation.fail(step, Interruption, after=True)
    rotate(sm)
    assert called == STEPS[: STEPS.index(step) + 1]


def test_a_step_fails_with_the_very_error_that_it_was_given(sm: SecretsManager, database: Database) -> None:
    error = ConnectionError("no answer")
    sm.rotation.fail("setSecret", error)
    assert rotate(sm).error is error


def test_a_step_fails_with_an_error_of_the_class_that_it_was_given(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    assert repr(rotate(sm).error) == "ConnectionError()"


def test_a_step_fails_once_unless_it_is_asked_for_more(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", Interruption)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "succeeded"]


def test_a_step_fails_as_often_as_it_was_asked_to(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", Interruption, times=3)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "failed", "failed", "succeeded"]


def test_failures_of_one_step_come_in_the_order_in_which_they_were_planned(
    sm: SecretsManager, database: Database
) -> None:
    sm.rotation.fail("setSecret", KeyError, times=2)
    sm.rotation.fail("setSecret", OSError)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [type(run.error) for run in sm.rotation.runs] == [KeyError, KeyError, OSError, type(None)]


def test_failures_of_several_steps_each_come_in_their_step(sm: SecretsManager, database: Database) -> None:
    for step in reversed(STEPS):
        sm.rotation.fail(step, Interruption)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.steps[-1].step for run in sm.rotation.runs if run.state == "failed"] == STEPS


@pytest.mark.parametrize("secret", [None, "db"], ids=["any", "one"])
def test_a_failure_strikes_the_secret_that_it_is_meant_for(
    sm: SecretsManager, database: Database, secret: str | None
) -> None:
    sm.seed("other", {"username": "app", "password": "one"}, rotation=Rotation(rotation_function({"app": "one"})))
    sm.rotation.fail("setSecret", Interruption, secret=secret)
    states = [rotate(sm, "other").state, rotate(sm).state]
    assert states == (["failed", "succeeded"] if secret is None else ["succeeded", "failed"])


def test_a_failure_is_looked_up_in_region_and_account(sm: SecretsManager, database: Database) -> None:
    there = Rotation(rotation_function({"app": "one"}))
    sm.seed("db", {"username": "app", "password": "one"}, region="eu-west-1", rotation=there)
    sm.rotation.fail("setSecret", Interruption, secret="db", region="eu-west-1")
    assert rotate(sm).state == "succeeded"
    sm.client("eu-west-1").rotate_secret(SecretId="db")
    assert sm.rotation.runs[-1].state == "failed"


@pytest.mark.parametrize(
    ("arguments", "options", "text"),
    [
        (
            ("setSecrets", ValueError),
            {},
            "a rotation has no step 'setSecrets'; did you mean 'setSecret' or 'testSecret' or 'createSecret'?",
        ),
        (("finish_secret", ValueError), {}, "a rotation has no step 'finish_secret'; did you mean 'finishSecret'?"),
        (
            ("x", ValueError),
            {},
            "a rotation has no step 'x'; there are 'createSecret', 'setSecret', 'testSecret', 'finishSecret'",
        ),
        ((None, ValueError), {}, "a step of a rotation is named by a str, not by NoneType"),
        (
            ("setSecret", "boom"),
            {},
            "a step fails with an exception or a class of exceptions, not with 'boom'",
        ),
        (
            ("setSecret", int),
            {},
            "a step fails with an exception or a class of exceptions, not with <class 'int'>",
        ),
        (("setSecret", None), {}, "a step fails with an exception or a class of exceptions, not with None"),
        (("setSecret", ValueError), {"times": 0}, "a step fails a number of times, at least 1, not 0"),
        (("setSecret", ValueError), {"times": True}, "a step fails a number of times, at least 1, not True"),
        (("setSecret", ValueError), {"times": "2"}, "a step fails a number of times, at least 1, not '2'"),
    ],
)
def test_a_failure_that_can_not_be_is_refused(
    sm: SecretsManager, database: Database, arguments: tuple[Any, ...], options: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.fail(*arguments, **options)
    assert str(caught.value) == text
    assert rotate(sm).state == "succeeded"


def test_a_failure_of_no_secret_is_refused(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' in us-east-1 of account 123456789012; there is 'db'$"):
        sm.rotation.fail("setSecret", ValueError, secret="bd")


# --- what is no Exception --------------------------------------------------------------------------------------------

INTERRUPTS = pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), pytest.fail.Exception("by the handler"), pytest.skip.Exception("by it")],
    ids=["KeyboardInterrupt", "pytest.fail", "pytest.skip"],
)


@INTERRUPTS
def test_what_is_no_exception_comes_through_to_whoever_called(
    look_at_steps: Callable[[Look], RotationRun], error: BaseException
) -> None:
    def interrupt(*_: object) -> None:
        raise error

    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any of them
        look_at_steps(interrupt)
    assert caught.value is error


@INTERRUPTS
def test_what_is_no_exception_is_recorded_as_any_failure(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun], error: BaseException
) -> None:
    def interrupt(event: dict[str, str], _: object) -> None:
        if event["Step"] == "setSecret":
            raise error

    with pytest.raises(type(error)):
        look_at_steps(interrupt)
    (run,) = sm.rotation.runs
    assert (run.state, run.ended) == ("failed", NOON)
    assert [(step.step, step.error) for step in run.steps] == [("createSecret", None), ("setSecret", error)]
    assert sm.log[-1].error_message == f"Error when executing lambda {FUNCTION}handler during setSecret step"


def test_a_function_that_exits_has_failed_its_step(look_at_steps: Callable[[Look], RotationRun]) -> None:
    """As Lambda has it: nobody else's program ends by that."""
    run = look_at_steps(lambda *_: sys.exit("no database"))
    assert (run.state, type(run.error)) == ("failed", SystemExit)


def test_a_rotation_that_was_interrupted_so_is_tried_again(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        rotate(sm)
    sm.clock.advance(minutes=1)
    sm.assert_rotated("db")


def test_what_is_no_exception_comes_through_a_resume(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", KeyboardInterrupt)
    hold = sm.rotation.hold("db", before="setSecret")
    rotate(sm)
    with pytest.raises(KeyboardInterrupt):
        hold.resume()
    assert hold.run is not None
    assert hold.run.state == "failed"


# --- between reads ---------------------------------------------------------------------------------------------------


def test_after_each_read_what_was_read_is_no_longer_current(sm: SecretsManager, database: Database) -> None:
    client = sm.client()
    with sm.rotation.between_reads("db"):
        for number in range(1, 4):
            read = client.get_secret_value(SecretId="db")
            assert len(sm.rotation.runs) == number
            sm.assert_label("db", "AWSPREVIOUS", read["VersionId"])


class _InterruptedList(list[Any]):
    """Raises once after it has appended, and once before it removes, as a signal handler may."""

    def __init__(self, method: str) -> None:
        self.method = method

    def append(self, item: Any) -> None:
        super().append(item)
        self._interrupt("append")

    def remove(self, item: Any) -> None:
        self._interrupt("remove")
        super().remove(item)

    def _interrupt(self, method: str) -> None:
        if method == self.method:
            self.method = ""
            raise KeyboardInterrupt


@pytest.mark.parametrize("method", ["append", "remove"])
def test_an_interrupt_at_an_end_of_the_block_leaves_nothing_that_rotates(
    sm: SecretsManager, database: Database, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(sm._parts.service, "watchers", _InterruptedList(method))
    with pytest.raises(KeyboardInterrupt), sm.rotation.between_reads("db"):
        pass
    sm.client().get_secret_value(SecretId="db")
    assert list(sm.rotation.runs) == []


def test_a_read_gives_what_was_current_before_the_rotation(sm: SecretsManager, database: Database) -> None:
    client = sm.client()
    with sm.rotation.between_reads("db"):
        values = [client.get_secret_value(SecretId="db")["SecretString"] for _ in range(3)]
    sm.assert_history("db", [*values, {"username": "app", "password": database["app"]}])
    assert len(set(values)) == 3


@pytest.mark.parametrize(
    ("options", "rotated_after"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"every": 1}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"every": 3}, [1, 4, 7]),
        ({"first": 3}, [3, 4, 5, 6, 7, 8]),
        ({"every": 3, "first": 2}, [2, 5, 8]),
        ({"every": 2, "first": 4}, [4, 6, 8]),
        ({"every": 100}, [1]),
    ],
    ids=str,
)
def test_it_rotates_after_the_first_read_and_then_after_every_so_many(
    sm: SecretsManager, database: Database, options: dict[str, int], rotated_after: list[int]
) -> None:
    client, found, before = sm.client(), [], 0
    with sm.rotation.between_reads("db", **options):
        for number in range(1, 9):
            client.get_secret_value(SecretId="db")
            if len(sm.rotation.runs) > before:
                found.append(number)
            before = len(sm.rotation.runs)
    assert found == rotated_after


READS: dict[str, tuple[Callable[["SecretsManagerClient"], object], int]] = {
    "by name": (lambda client: client.get_secret_value(SecretId="db"), 1),
    "of a label": (lambda client: client.get_secret_value(SecretId="db", VersionStage="AWSCURRENT"), 1),
    "in a batch": (lambda client: client.batch_get_secret_value(SecretIdList=["other", "db"]), 1),
    "in a batch by filters": (
        lambda client: client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["d"]}]),
        1,
    ),
    "in a batch without it": (lambda client: client.batch_get_secret_value(SecretIdList=["other"]), 0),
    "in a batch of refusals": (lambda client: client.batch_get_secret_value(SecretIdList=["nowhere"]), 0),
    "of another secret": (lambda client: client.get_secret_value(SecretId="other"), 0),
    "of its namesake elsewhere": (
        lambda _: boto3.client("secretsmanager", "eu-west-1").get_secret_value(SecretId="db"),
        0,
    ),
    "of its metadata": (lambda client: client.describe_secret(SecretId="db"), 0),
    "of its versions": (lambda client: client.list_secret_version_ids(SecretId="db"), 0),
    "of all secrets": (lambda client: client.list_secrets(), 0),
    "with a write": (lambda client: client.put_secret_value(SecretId="other", SecretString="x"), 0),
}


@pytest.mark.parametrize("read", READS)
def test_what_counts_as_a_read(
    sm: SecretsManager, database: Database, client: "SecretsManagerClient", read: str
) -> None:
    sm.seed("other", "x")
    sm.seed("db", "x", region="eu-west-1")
    make, rotations = READS[read]
    if not rotations:
        with nothing_rotates(sm):
            make(client)
        return
    with sm.rotation.between_reads("db"):
        make(client)
    assert len(sm.rotation.runs) == rotations


@contextmanager
def nothing_rotates(sm: SecretsManager) -> Iterator[None]:
    """A block between whose reads nothing rotates: it proves nothing, so its end is a failure."""
    failure = pytest.raises(AssertionError, match=r"^secret 'db' was not rotated between reads: it was read 0 times")
    with failure, sm.rotation.between_reads("db"):
        yield
    assert sm.rotation.runs == ()


def test_a_block_without_a_rotation_fails(sm: SecretsManager, database: Database) -> None:
    def read_too_little() -> None:
        with sm.rotation.between_reads("db", first=3):
            for _ in range(2):
                sm.client().get_secret_value(SecretId="db")

    with pytest.raises(AssertionError) as caught:
        read_too_little()
    assert str(caught.value) == (
        "secret 'db' was not rotated between reads: it was read 2 times, and is to be rotated after read number 3"
    )


def test_a_block_says_how_often_it_was_read_and_rotated(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db", every=2) as between:
        for _ in range(4):
            sm.client().get_secret_value(SecretId="db")
    assert (between.reads, between.rotations) == (4, 2)


def test_a_read_by_arn_counts(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId=sm.secret("db").arn)
    assert len(sm.rotation.runs) == 1


def test_a_read_that_is_refused_does_not_count(sm: SecretsManager, database: Database) -> None:
    with nothing_rotates(sm):
        refusal(sm.client().get_secret_value, SecretId="db", VersionStage="AWSPENDING")


def test_the_looks_of_the_test_itself_do_not_count(sm: SecretsManager, database: Database) -> None:
    with nothing_rotates(sm):
        assert sm.secret("db").json == {"username": "app", "password": "one"}


def test_the_reads_of_the_rotation_itself_do_not_count(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
    assert len(sm.log.matching("GetSecretValue")) == 6
    assert len(sm.rotation.runs) == 1


def test_the_reads_of_a_rotation_that_somebody_else_began_do_not_count(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db") as between:
        rotate(sm)
        assert between.reads == 0
        sm.client().get_secret_value(SecretId="db")
    assert len(sm.rotation.runs) == 2


def test_behind_the_block_reads_rotate_nothing(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
    sm.client().get_secret_value(SecretId="db")
    assert len(sm.rotation.runs) == 1


def test_behind_a_block_that_ended_in_an_error_reads_rotate_nothing(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(KeyError, match="mine"), sm.rotation.between_reads("db"):
        raise KeyError("mine")
    sm.client().get_secret_value(SecretId="db")
    assert sm.rotation.runs == ()


def test_two_secrets_rotate_each_between_its_own_reads(sm: SecretsManager, database: Database) -> None:
    other = {"app": "one"}
    sm.seed("other", {"username": "app", "password": "one"}, rotation=Rotation(rotation_function(other)))
    with sm.rotation.between_reads("db"), sm.rotation.between_reads("other", every=2):
        for name in ("db", "other", "db", "other", "db"):
            sm.client().get_secret_value(SecretId=name)
    arns = [run.secret for run in sm.rotation.runs]
    assert (arns.count(sm.secret("db").arn), arns.count(sm.secret("other").arn)) == (3, 1)


def test_between_reads_is_looked_up_in_a_region(sm: SecretsManager, database: Database) -> None:
    there = Rotation(rotation_function({"app": "one"}))
    view = sm.seed("db", {"username": "app", "password": "one"}, region="eu-west-1", rotation=there)
    with sm.rotation.between_reads("db", region="eu-west-1"):
        sm.client().get_secret_value(SecretId="db")
        sm.client("eu-west-1").get_secret_value(SecretId="db")
    assert [run.secret for run in sm.rotation.runs] == [view.arn]


def test_between_reads_rotates_in_the_name_of_the_secrets_own_account(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
    (event,) = sm.log.matching("RotateSecret")
    assert event.principal == "arn:aws:iam::123456789012:user/test"
    assert event.request == {"SecretId": "db", "ClientRequestToken": sm.rotation.runs[0].token}


class Pool:
    """How an application connects: with a password that it keeps, read anew when the database refuses it."""

    def __init__(self, client: "SecretsManagerClient", database: Database, recovers: bool) -> None:
        self._client = client
        self._database = database
        self._recovers = recovers
        self._credentials: dict[str, str] = {}
        self.reads = 0

    def connect(self) -> None:
        try:
            log_in(self._database, self._credentials or self._read())
        except LoginRefused:
            if not self._recovers:
                raise
            log_in(self._database, self._read())

    def _read(self) -> dict[str, str]:
        self.reads += 1
        self._credentials = json.loads(self._client.get_secret_value(SecretId="db")["SecretString"])
        return self._credentials


def test_an_application_that_reads_anew_when_it_is_refused_outlives_a_rotation(
    sm: SecretsManager, database: Database, client: "SecretsManagerClient"
) -> None:
    pool = Pool(client, database, recovers=True)
    with sm.rotation.between_reads("db", every=2):
        pool.connect()
        pool.connect()
    assert (pool.reads, len(sm.rotation.runs)) == (2, 1)


def test_an_application_that_does_not_read_anew_does_not_outlive_a_rotation(
    sm: SecretsManager, database: Database, client: "SecretsManagerClient"
) -> None:
    pool = Pool(client, database, recovers=False)
    with pytest.raises(LoginRefused), sm.rotation.between_reads("db", every=2):
        pool.connect()


def read(sm: SecretsManager, times: int = 1) -> None:
    """Reads `db` so many times, and has it rotated between the reads."""
    with sm.rotation.between_reads("db"):
        for _ in range(times):
            sm.client().get_secret_value(SecretId="db")


def test_a_rotation_that_failed_fails_the_test_at_the_end_of_the_block(sm: SecretsManager, database: Database) -> None:
    error = ConnectionError("no answer")
    sm.rotation.fail("setSecret", error)
    with pytest.raises(AssertionError) as caught:
        read(sm)
    assert str(caught.value) == (
        "a rotation of secret 'db' between reads did not succeed: setSecret failed with ConnectionError, as the test "
        "has planned"
    )
    assert caught.value.__cause__ is error


def test_a_rotation_that_failed_does_not_hide_the_tests_own_error(sm: SecretsManager, database: Database) -> None:
    def read_and_fail() -> None:
        with sm.rotation.between_reads("db"):
            sm.client().get_secret_value(SecretId="db")
            raise KeyError("mine")

    sm.rotation.fail("setSecret", ConnectionError)
    with pytest.raises(KeyError, match="mine"):
        read_and_fail()


def test_what_failed_first_is_named_before_the_refusals_that_follow(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ConnectionError)
    with pytest.raises(AssertionError, match="did not succeed: createSecret failed") as caught:
        read(sm, times=2)
    assert isinstance(caught.value.__cause__, ConnectionError)


def test_the_first_of_the_rotations_that_failed_is_named(sm: SecretsManager, database: Database) -> None:
    """Once its last step has done its work, AWSPENDING is on the current version, and the next rotation may begin."""
    sm.rotation.fail("finishSecret", KeyError, after=True)
    sm.rotation.fail("finishSecret", OSError, after=True)
    with pytest.raises(AssertionError) as caught:
        read(sm, times=2)
    assert [type(run.error) for run in sm.rotation.runs] == [KeyError, OSError]
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.secretsmanager(version_quota=2)
def test_a_rotation_that_aws_refuses_fails_the_test_at_the_end_of_the_block(
    sm: SecretsManager, database: Database
) -> None:
    with pytest.raises(AssertionError) as caught:
        read(sm, times=2)
    assert str(caught.value) == (
        "secret 'db' could not be rotated between reads: InvalidRequestException: You can't have more than 2 versions "
        "of a secret."
    )


def test_a_rotation_that_fails_before_any_step_is_named_so(sm: SecretsManager) -> None:
    """The version that is read stands under its old key; the one that AWS would make stands under the new one."""
    new = sm.kms.create_key(alias="alias/new")
    versions = [Version("one", id=V1), "two", "three"]
    sm.seed("db", versions=versions, owning_service="rds", rotation=Rotation(days=7), kms_key="alias/old")
    sm.client().update_secret(SecretId="db", KmsKeyId="alias/new")
    sm.kms.deny(new)

    def read_the_old_version() -> None:
        with sm.rotation.between_reads("db"):
            sm.client().get_secret_value(SecretId="db", VersionId=V1)

    with pytest.raises(AssertionError) as caught:
        read_the_old_version()
    assert str(caught.value) == (
        "a rotation of secret 'db' between reads did not succeed: AWS could not make its version"
    )


def test_between_reads_of_a_secret_without_rotation_is_refused(sm: SecretsManager) -> None:
    sm.seed("db", "one")
    with pytest.raises(UsageError) as caught, sm.rotation.between_reads("db"):
        pass
    assert str(caught.value) == (
        "secret 'db' has no rotation function: seed it with rotation=Rotation(handler), or call rotate_secret with "
        "sm.rotation.register(handler) first"
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"every": 0}, "every is a number of reads, at least 1, not 0"),
        ({"every": True}, "every is a number of reads, at least 1, not True"),
        ({"every": 1.5}, "every is a number of reads, at least 1, not 1.5"),
        ({"first": 0}, "first is a number of reads, at least 1, not 0"),
        ({"first": "1"}, "first is a number of reads, at least 1, not '1'"),
    ],
)
def test_between_no_reads_is_refused(
    sm: SecretsManager, database: Database, options: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as caught, sm.rotation.between_reads("db", **options):
        pass
    assert str(caught.value) == text


def test_between_reads_of_no_secret_is_refused(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' "), sm.rotation.between_reads("bd"):
        pass


# --- other accounts --------------------------------------------------------------------------------------------------


def test_a_function_of_another_account_calls_from_there(sm: SecretsManager) -> None:
    there = {"region": "us-east-1", "account": "210987654321"}
    rotation = Rotation(rotation_function({"app": "one"}))
    sm.seed("db", {"username": "app", "password": "one"}, rotation=rotation, account="210987654321")
    stranger = sm.client(aws_account_id="210987654321")
    stranger.rotate_secret(SecretId="db")
    sm.assert_rotated("db", **there)
    assert {event.account for event in sm.log} == {"210987654321"}
    sm.client().list_secrets()
    assert sm.log[-1].account == "123456789012"


def test_the_error_of_a_class_is_made_for_each_failure(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", ValueError, times=2)
    rotate(sm)
    sm.clock.advance(minutes=1)
    first, second = (run.error for run in sm.rotation.runs[:2])
    assert first is not second


def test_a_block_in_which_a_rotation_was_abandoned_fails(sm: SecretsManager) -> None:
    def handler(event: dict[str, str], _: object) -> None:
        sm.client().put_secret_value(SecretId=event["SecretId"], SecretString="by hand")

    def read_once() -> None:
        with sm.rotation.between_reads("db"):
            sm.client().get_secret_value(SecretId="db")

    sm.seed("db", "one", rotation=Rotation(handler))
    with pytest.raises(AssertionError, match="did not succeed: it was abandoned"):
        read_once()


def test_a_run_that_promoted_nothing_says_when_aws_tries_again(sm: SecretsManager) -> None:
    sm.seed("db", "one", rotation=Rotation(idle))
    run = rotate(sm)
    assert (run.state, run.retry) == ("failed", run.ended + timedelta(minutes=1))


def test_a_move_may_name_the_version_of_a_trial_that_has_gone(sm: SecretsManager) -> None:
    arn = sm.rotation.register(lambda *_: None)
    sm.seed("trial", "one")
    rules = {"AutomaticallyAfterDays": 3}
    token = sm.client().rotate_secret(
        SecretId="trial", RotationLambdaARN=arn, RotateImmediately=False, RotationRules=rules
    )["VersionId"]
    sm.assert_moved("trial", "AWSPENDING", source=None, target=token)
    sm.assert_moved("trial", "AWSPENDING", source=token, target=None)
