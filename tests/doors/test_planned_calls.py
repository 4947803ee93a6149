"""`sm.faults` with each kind of client: sync and async, in threads and forks, beside a Stubber, in rotations."""

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError, SSLError
from botocore.stub import Stubber
from forked import in_child

from pytest_secretsmanager import BrokenReply, SecretsManager
from pytest_secretsmanager.doors import short_way

GET = "GetSecretValue"
THROTTLED = "ThrottlingException"
MODES = {"legacy": 5, "standard": 3, "adaptive": 3}
"""DOC: the number of attempts that botocore makes by default."""

Call = Callable[..., Any]


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    secretsmanager.seed("db", "one")
    return secretsmanager


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, new_client: Call) -> Call:
    """Return a function that makes one call by a new client."""
    new_async_client = request.getfixturevalue("new_async_client") if request.param == "async" else None

    def make(operation: str = "get_secret_value", config: Config | None = None, **parameters: Any) -> Any:
        parameters = {"SecretId": "db", **parameters}
        if new_async_client is None:
            return getattr(new_client(config=config), operation)(**parameters)

        async def make_async() -> Any:
            async with new_async_client(config=config) as client:
                return await getattr(client, operation)(**parameters)

        return asyncio.run(make_async())

    return make


# --- retries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("error", [THROTTLED, "read timeout", BrokenReply.from_proxy()], ids=str)
def test_a_call_succeeds_after_as_many_planned_failures_as_botocore_repeats(
    sm: SecretsManager, call: Call, mode: Any, error: Any
) -> None:
    plan = sm.faults.fail(GET, error, times=MODES[mode] - 1)
    reply = call(config=Config(retries={"mode": mode}))
    assert reply["ResponseMetadata"]["RetryAttempts"] == plan.met == MODES[mode] - 1


@pytest.mark.parametrize("mode", MODES)
def test_a_call_fails_when_every_attempt_fails(sm: SecretsManager, call: Call, mode: Any) -> None:
    plan = sm.faults.fail(GET, "read timeout", times=None)
    with pytest.raises(ReadTimeoutError):
        call(config=Config(retries={"mode": mode}))
    assert plan.met == MODES[mode]


def test_an_error_that_botocore_does_not_repeat_is_met_once(sm: SecretsManager, call: Call) -> None:
    plan = sm.faults.fail(GET, "ResourceNotFoundException", times=None)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        call()
    assert plan.met == 1


def test_a_lost_reply_of_put_secret_value_is_repeated_with_its_token(sm: SecretsManager, call: Call) -> None:
    sm.faults.fail("PutSecretValue", "connection closed", after=True)
    call("put_secret_value", SecretString="two")
    sm.assert_history("db", ["one", "two"])


def test_a_delay_longer_than_the_read_timeout_is_repeated(sm: SecretsManager, call: Call) -> None:
    plan = sm.faults.delay(GET, 61)
    assert call()["ResponseMetadata"]["RetryAttempts"] == plan.met == 1


def test_an_ssl_error_is_raised_with_its_url(sm: SecretsManager, call: Call) -> None:
    sm.faults.fail(GET, "SSL error", times=None)
    with pytest.raises(SSLError, match=r"https://secretsmanager\.us-east-1\.amazonaws\.com"):
        call()


# --- calls without a fault -------------------------------------------------------------------------------------------

OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "of another operation": ("PutSecretValue", {}),
    "for another secret": (GET, {"secret": "other"}),
    "in another region": (GET, {"region": "eu-west-1"}),
    "by another principal": (GET, {"principal": "arn:aws:iam::123456789012:role/app"}),
}


@pytest.mark.parametrize(("operation", "arguments"), OTHERS.values(), ids=OTHERS)
def test_a_plan_for_other_calls_leaves_the_short_way_open(
    sm: SecretsManager, call: Call, monkeypatch: pytest.MonkeyPatch, operation: Any, arguments: Any
) -> None:
    calls = []
    answer_at_once = short_way.answer_at_once
    monkeypatch.setattr(short_way, "answer_at_once", lambda *args: calls.append(args) or answer_at_once(*args))
    sm.seed("other", "one")
    sm.faults.fail(operation, THROTTLED, **arguments, optional=True)
    call()
    assert len(calls) == 1


@pytest.mark.parametrize("parameters", [{"SecretId": 5}, {"SecretId": b"db"}, {"SecretIdList": 5}, {}], ids=str)
def test_a_plan_for_a_secret_leaves_invalid_parameters_to_botocore(sm: SecretsManager, parameters: Any) -> None:
    sm.faults.fail(GET, THROTTLED, secret="db", optional=True)
    with pytest.raises(ParamValidationError):
        sm.client().get_secret_value(**parameters)


def test_a_plan_for_a_secret_leaves_parameters_of_a_wrong_type_to_botocore(sm: SecretsManager) -> None:
    sm.faults.fail(GET, THROTTLED, secret="db", optional=True)
    client: Any = sm.client()
    with pytest.raises(ParamValidationError):
        client._make_api_call(GET, [])


# --- threads, forks and neighbours -----------------------------------------------------------------------------------


def test_threads_meet_a_plan_as_often_as_planned(sm: SecretsManager) -> None:
    plan = sm.faults.fail(GET, THROTTLED, times=20)
    client = sm.client(config=Config(retries={"total_max_attempts": 1}))
    failed = []

    def work() -> None:
        for _ in range(10):
            try:
                client.get_secret_value(SecretId="db")
            except ClientError:
                failed.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == plan.met == 20


def test_threads_that_plan_and_cancel_lose_no_plan(sm: SecretsManager) -> None:
    kept = []

    def work() -> None:
        for _ in range(25):
            kept.append(sm.faults.fail("PutSecretValue", THROTTLED, optional=True))
            sm.faults.fail("PutSecretValue", THROTTLED).cancel()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert repr(sm.faults) == f"<faults: {len(kept)} plans>"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_meets_its_own_copy_of_a_plan(sm: SecretsManager) -> None:
    sm.faults.fail(GET, THROTTLED)
    client = sm.client()

    def attempts() -> int:
        retries: int = client.get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"]
        return retries

    assert in_child(attempts) == 1
    assert attempts() == 1


def test_a_call_that_a_stubber_answers_meets_no_plan(sm: SecretsManager, new_client: Call) -> None:
    plan = sm.faults.fail(GET, THROTTLED, optional=True)
    client = new_client()
    with Stubber(client) as stubber:
        stubber.add_response("get_secret_value", {"SecretString": "stubbed"})
        assert client.get_secret_value(SecretId="db")["SecretString"] == "stubbed"
    assert not plan.is_met


def test_a_call_of_a_rotation_function_meets_a_plan(sm: SecretsManager) -> None:
    attempts = []

    def handler(event: Any, context: Any) -> None:
        if event["Step"] == "createSecret":
            client = boto3.client("secretsmanager")
            reply = client.describe_secret(SecretId=event["SecretId"])
            attempts.append(reply["ResponseMetadata"]["RetryAttempts"])

    sm.faults.fail("DescribeSecret", "InternalServiceError", secret="db")
    sm.client().rotate_secret(SecretId="db", RotationLambdaARN=sm.rotation.register(handler))
    assert attempts == [1]


def test_the_error_of_a_rotation_functions_call_fails_its_step(sm: SecretsManager) -> None:
    def handler(event: Any, context: Any) -> None:
        boto3.client("secretsmanager").describe_secret(SecretId=event["SecretId"])

    sm.faults.fail("DescribeSecret", "AccessDeniedException")
    sm.client().rotate_secret(SecretId="db", RotationLambdaARN=sm.rotation.register(handler))
    assert sm.rotation.runs[0].state == "failed"
    assert "AccessDeniedException" in str(sm.rotation.runs[0].error)


def test_a_planned_failure_of_rotate_secret_runs_no_function(sm: SecretsManager) -> None:
    steps: list[str] = []
    arn = sm.rotation.register(lambda event, _: steps.append(event["Step"]), name="rotate")
    sm.faults.fail("RotateSecret", "InternalServiceError", times=None)
    with pytest.raises(ClientError):
        sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    assert steps == []
