"""`sm.faults.fail` and `sm.faults.delay`: the attempts that they concern, and the failure that a client gets."""

import ssl
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.exceptions import ConnectionError as NotConnected

from pytest_secretsmanager import BrokenReply, Event, SecretsManager

ONCE = Config(retries={"total_max_attempts": 1})
THROTTLED = "ThrottlingException"


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    secretsmanager.seed("db", "one")
    secretsmanager.seed("other", "one")
    return secretsmanager


def outcomes(sm: SecretsManager, calls: int, **parameters: Any) -> str:
    """Make calls without retries, and return a letter for each: `f` for a failed one, `.` for the others."""
    client = sm.client(config=ONCE)
    return "".join(outcome(lambda: client.get_secret_value(**{"SecretId": "db", **parameters})) for _ in range(calls))


def outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except ClientError:
        return "f"
    return "."


PATTERNS = {
    "one": ({}, "f..."),
    "times": ({"times": 2}, "ff.."),
    "all": ({"times": None}, "ffff"),
    "every": ({"every": 2}, ".f.f.f"),
    "every, some times": ({"every": 2, "times": 2}, ".f.f.."),
    "every one": ({"every": 1}, "fff"),
}


@pytest.mark.parametrize(("arguments", "pattern"), PATTERNS.values(), ids=PATTERNS)
def test_fail_makes_these_attempts_fail(sm: SecretsManager, arguments: dict[str, Any], pattern: str) -> None:
    sm.faults.fail("GetSecretValue", THROTTLED, **arguments)
    assert outcomes(sm, len(pattern)) == pattern


def test_fail_counts_the_attempts_that_botocore_makes(sm: SecretsManager) -> None:
    sm.faults.fail("GetSecretValue", THROTTLED, times=2)
    reply = sm.client().get_secret_value(SecretId="db")
    assert reply["ResponseMetadata"]["RetryAttempts"] == 2


# --- the calls that a plan is for ------------------------------------------------------------------------------------

FORMS = {
    "a name": lambda _: "db",
    "an ARN": lambda sm: sm.secret("db").arn,
    "a partial ARN": lambda sm: sm.secret("db").arn[:-7],
}


@pytest.mark.parametrize("planned", [*FORMS, "a view"])
@pytest.mark.parametrize("called", FORMS)
def test_a_plan_for_a_secret_knows_every_form_of_its_name(sm: SecretsManager, planned: str, called: str) -> None:
    secret = sm.secret("db") if planned == "a view" else FORMS[planned](sm)
    sm.faults.fail("GetSecretValue", THROTTLED, times=None, secret=secret)
    assert outcomes(sm, 1, SecretId=FORMS[called](sm)) == "f"
    assert outcomes(sm, 1, SecretId="other") == "."


def test_a_plan_for_a_secret_is_for_a_batch_that_names_the_secret(sm: SecretsManager) -> None:
    sm.faults.fail("BatchGetSecretValue", THROTTLED, times=None, secret="db")
    client = sm.client(config=ONCE)
    assert outcome(lambda: client.batch_get_secret_value(SecretIdList=["other"])) == "."
    assert outcome(lambda: client.batch_get_secret_value(SecretIdList=["other", "db"])) == "f"


def test_a_plan_for_create_secret_names_a_secret_that_does_not_exist_yet(sm: SecretsManager) -> None:
    sm.faults.fail("CreateSecret", "InternalServiceError", times=None, secret="new")
    client = sm.client(config=ONCE)
    assert outcome(lambda: client.create_secret(Name="another", SecretString="x")) == "."
    assert outcome(lambda: client.create_secret(Name="new", SecretString="x")) == "f"


def test_a_plan_for_a_region_leaves_other_regions_alone(sm: SecretsManager) -> None:
    sm.faults.fail("ListSecrets", THROTTLED, times=None, region="eu-west-1")
    assert outcome(sm.client(config=ONCE).list_secrets) == "."
    assert outcome(sm.client("eu-west-1", config=ONCE).list_secrets) == "f"


def test_a_plan_for_a_principal_leaves_other_callers_alone(sm: SecretsManager) -> None:
    sm.faults.fail("ListSecrets", THROTTLED, times=None, principal="arn:aws:iam::111122223333:user/test")
    assert outcome(sm.client(config=ONCE).list_secrets) == "."
    assert outcome(sm.client(config=ONCE, aws_account_id="111122223333").list_secrets) == "f"


def test_a_plan_for_a_secret_to_come_knows_it_once_it_exists(sm: SecretsManager) -> None:
    sm.faults.fail("GetSecretValue", THROTTLED, secret="new", missing_ok=True)
    sm.client().create_secret(Name="new", SecretString="x")
    assert outcomes(sm, 1) == "."
    assert outcomes(sm, 2, SecretId="new") == "f."


def test_a_plan_for_the_replica_of_a_secret_leaves_its_primary_alone(sm: SecretsManager) -> None:
    sm.seed("copied", "one", replicas=["eu-west-1"])
    sm.faults.fail("GetSecretValue", THROTTLED, times=None, secret="copied", region="eu-west-1")
    assert outcomes(sm, 1, SecretId="copied") == "."
    client = sm.client("eu-west-1", config=ONCE)
    assert outcome(lambda: client.get_secret_value(SecretId="copied")) == "f"


def test_a_plan_for_a_principal_takes_an_object_with_an_arn(sm: SecretsManager) -> None:
    sm.faults.fail("ListSecrets", THROTTLED, principal=SimpleNamespace(arn="arn:aws:iam::123456789012:user/test"))
    assert outcome(sm.client(config=ONCE).list_secrets) == "f"


@pytest.mark.parametrize("operation", [None, "*"])
def test_a_plan_without_an_operation_is_for_all_operations(sm: SecretsManager, operation: Any) -> None:
    sm.faults.fail(operation, THROTTLED, times=2)
    client = sm.client(config=ONCE)
    assert outcome(client.list_secrets) + outcome(lambda: client.describe_secret(SecretId="db")) == "ff"


def test_when_gets_each_attempt_once_as_an_event_without_secret_values(sm: SecretsManager) -> None:
    asked: list[Event] = []

    def is_second(event: Event) -> bool:
        asked.append(event)
        return len(asked) == 2

    sm.faults.fail("PutSecretValue", THROTTLED, times=None, when=is_second)
    for _ in range(3):
        sm.client().put_secret_value(SecretId="db", SecretString="hunter2")
    assert len(asked) == 4  # the second call makes a second attempt
    assert asked[0].operation == "PutSecretValue"
    assert asked[0].request.keys() == {"SecretId", "ClientRequestToken"}
    assert asked[0].hidden == {"SecretString"}


def test_calls_that_when_makes_itself_ask_no_condition(sm: SecretsManager) -> None:
    def is_first_value(event: Event) -> bool:
        return bool(sm.client().get_secret_value(SecretId=event.request["SecretId"])["SecretString"] == "one")

    plan = sm.faults.fail("GetSecretValue", THROTTLED, times=None, when=is_first_value)
    assert outcomes(sm, 2) == "ff"
    assert plan.met == 2


def test_an_error_of_when_reaches_the_caller(sm: SecretsManager) -> None:
    def when(event: Event) -> bool:
        raise LookupError("of the test")

    sm.faults.fail("GetSecretValue", THROTTLED, when=when, optional=True)
    with pytest.raises(LookupError, match="of the test"):
        sm.client().get_secret_value(SecretId="db")


def test_the_earliest_plan_decides(sm: SecretsManager) -> None:
    sm.faults.fail("GetSecretValue", "ResourceNotFoundException")
    sm.faults.fail("GetSecretValue", "InvalidRequestException")
    client = sm.client(config=ONCE)
    for code in ("ResourceNotFoundException", "InvalidRequestException"):
        with pytest.raises(ClientError, match=code):
            client.get_secret_value(SecretId="db")


# --- the failure -----------------------------------------------------------------------------------------------------

CONNECTIONS = {
    "connection refused": EndpointConnectionError,
    "connect timeout": ConnectTimeoutError,
    "read timeout": ReadTimeoutError,
    "connection closed": ConnectionClosedError,
    "proxy error": ProxyConnectionError,
    "SSL error": SSLError,
    EndpointConnectionError: EndpointConnectionError,
    SSLError: SSLError,
    ProxyConnectionError: ProxyConnectionError,
    HTTPClientError: HTTPClientError,
    NotConnected: NotConnected,
    ConnectionError: ConnectionClosedError,
    ssl.SSLCertVerificationError: SSLError,
    ReadTimeoutError(endpoint_url="https://x"): ReadTimeoutError,
    ConnectionRefusedError: EndpointConnectionError,
    ConnectionResetError("reset"): ConnectionClosedError,
    TimeoutError: ReadTimeoutError,
}


@pytest.mark.parametrize(("error", "raised"), CONNECTIONS.items(), ids=map(str, CONNECTIONS))
def test_a_failure_of_the_connection_is_botocores_own_error(
    sm: SecretsManager, error: Any, raised: type[Exception]
) -> None:
    sm.faults.fail("GetSecretValue", error)
    with pytest.raises(raised):
        sm.client(config=ONCE).get_secret_value(SecretId="db")
    sm.assert_not_logged()


ERRORS = {
    "code": ("ThrottlingException", {}, "ThrottlingException", "Rate exceeded", 400),
    "status 500": ("InternalServiceError", {}, "InternalServiceError", "An error occurred on the server side.", 500),
    "status 503": ("ServiceUnavailable", {"message": "no"}, "ServiceUnavailable", "no", 503),
    "message": ("DecryptionFailure", {"message": "of the test"}, "DecryptionFailure", "of the test", 400),
    "an error of botocore": (
        ClientError({"Error": {"Code": "InvalidRequestException", "Message": "not now"}}, "GetSecretValue"),
        {},
        "InvalidRequestException",
        "not now",
        400,
    ),
}


@pytest.mark.parametrize(("error", "arguments", "code", "message", "status"), ERRORS.values(), ids=ERRORS)
def test_an_error_of_aws_has_its_code_message_and_status(
    sm: SecretsManager, error: Any, arguments: dict[str, Any], code: str, message: str, status: int
) -> None:
    sm.faults.fail("GetSecretValue", error, **arguments)
    with pytest.raises(ClientError) as raised:
        sm.client(config=ONCE).get_secret_value(SecretId="db")
    response: Any = raised.value.response
    assert (response["Error"]["Code"], response["Error"]["Message"]) == (code, message)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    sm.assert_logged("GetSecretValue", times=1, error=code)


def test_a_class_of_client_exceptions_names_its_error(sm: SecretsManager) -> None:
    client = sm.client(config=ONCE)
    sm.faults.fail("GetSecretValue", client.exceptions.ResourceNotFoundException)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_the_page_of_a_proxy_is_an_error_with_its_status(sm: SecretsManager, status: int) -> None:
    sm.faults.fail("GetSecretValue", BrokenReply.from_proxy(status))
    with pytest.raises(ClientError) as raised:
        sm.client(config=ONCE).get_secret_value(SecretId="db")
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    sm.assert_not_logged()


@pytest.mark.parametrize(
    ("status", "title"),
    [(502, "502 Bad Gateway"), (503, "503 Service Unavailable"), (504, "504 Gateway Timeout"), (599, "599")],
)
def test_the_page_of_a_proxy_shows_the_phrase_of_its_status(status: int, title: str) -> None:
    assert BrokenReply.from_proxy(status).body == f"<html><body><h1>{title}</h1></body></html>".encode()


def test_a_truncated_reply_has_taken_effect_and_is_tried_again(sm: SecretsManager) -> None:
    sm.faults.fail("GetSecretValue", BrokenReply.truncated(5))
    assert sm.client().get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"] == 1
    sm.assert_logged("GetSecretValue", times=2)


def test_a_reply_that_is_not_json_has_no_members(sm: SecretsManager) -> None:
    sm.faults.fail("GetSecretValue", BrokenReply.not_json())
    reply = sm.client(config=ONCE).get_secret_value(SecretId="db")
    assert "SecretString" not in reply


# --- before, and after it took effect --------------------------------------------------------------------------------


def test_a_call_that_fails_before_it_takes_effect_changes_nothing(sm: SecretsManager) -> None:
    sm.faults.fail("PutSecretValue", "connection closed")
    with sm.assert_unchanged(), pytest.raises(ConnectionClosedError):
        sm.client(config=ONCE).put_secret_value(SecretId="db", SecretString="two")


def test_a_lost_reply_of_put_secret_value_makes_one_version_if_the_token_is_the_same(sm: SecretsManager) -> None:
    sm.faults.fail("PutSecretValue", "connection closed", after=True)
    sm.client().put_secret_value(SecretId="db", SecretString="two")
    sm.assert_history("db", ["one", "two"])
    sm.assert_logged("PutSecretValue", times=2)


def test_a_lost_reply_of_put_secret_value_makes_two_versions_if_each_try_makes_a_token(sm: SecretsManager) -> None:
    sm.faults.fail("PutSecretValue", "connection closed", after=True)
    client = sm.client(config=ONCE)
    for _ in range(2):
        try:
            client.put_secret_value(SecretId="db", SecretString="two")
        except ConnectionClosedError:
            continue
    sm.assert_history("db", ["one", "two", "two"])


def test_an_error_of_aws_after_the_effect_is_not_logged_as_a_refusal(sm: SecretsManager) -> None:
    sm.faults.fail("PutSecretValue", "InternalServiceError", after=True)
    with pytest.raises(ClientError, match="InternalServiceError"):
        sm.client(config=ONCE).put_secret_value(SecretId="db", SecretString="two")
    sm.assert_value("db", "two")
    assert [event.error for event in sm.log] == [None]


# --- delays ----------------------------------------------------------------------------------------------------------


def test_a_delay_passes_on_the_clock(sm: SecretsManager) -> None:
    before = sm.clock.now
    sm.faults.delay("GetSecretValue", 5)
    sm.client().get_secret_value(SecretId="db")
    assert timedelta(seconds=5) <= sm.clock.now - before < timedelta(seconds=6)


@pytest.mark.parametrize("real", [False, True])
def test_a_delay_longer_than_the_read_timeout_is_a_read_timeout(sm: SecretsManager, real: bool) -> None:
    before = sm.clock.now
    sm.faults.delay("PutSecretValue", 90, real=real)
    with pytest.raises(ReadTimeoutError):
        sm.client(config=Config(read_timeout=30, retries={"total_max_attempts": 1})).put_secret_value(
            SecretId="db", SecretString="two"
        )
    assert timedelta(seconds=30) <= sm.clock.now - before < timedelta(seconds=31)
    sm.assert_value("db", "two")


def test_a_failure_comes_after_its_latency(sm: SecretsManager) -> None:
    before = sm.clock.now
    sm.faults.fail("GetSecretValue", "InternalServiceError", latency=20)
    assert outcomes(sm, 1) == "f"
    assert timedelta(seconds=20) <= sm.clock.now - before < timedelta(seconds=21)


def test_a_delay_of_every_second_attempt_leaves_the_others_alone(sm: SecretsManager) -> None:
    start = sm.clock.now
    sm.faults.delay("GetSecretValue", 10, every=2)
    for _ in range(4):
        sm.client().get_secret_value(SecretId="db")
    assert timedelta(seconds=20) <= sm.clock.now - start < timedelta(seconds=21)


# --- the plan --------------------------------------------------------------------------------------------------------


def test_a_plan_ends_with_its_block(sm: SecretsManager) -> None:
    with sm.faults.fail("GetSecretValue", THROTTLED, times=None) as plan:
        assert outcomes(sm, 2) == "ff"
    assert outcomes(sm, 1) == "."
    assert (plan.is_met, plan.met, plan.attempts) == (True, 2, 2)


def test_a_plan_for_every_third_attempt_counts_the_failures_and_all_attempts(sm: SecretsManager) -> None:
    plan = sm.faults.fail("GetSecretValue", THROTTLED, every=3)
    outcomes(sm, 7)
    assert (plan.met, plan.attempts) == (2, 7)


def test_the_error_of_a_call_leaves_the_block_of_a_plan_and_ends_the_plan(sm: SecretsManager) -> None:
    """The error of the code under test is the one that the test sees."""
    with pytest.raises(ClientError), sm.faults.fail("GetSecretValue", THROTTLED, times=None):
        sm.client(config=ONCE).get_secret_value(SecretId="db")
    assert outcomes(sm, 1) == "."


def test_a_block_of_a_plan_may_begin_in_a_snapshot_and_end_after_it(sm: SecretsManager) -> None:
    snapshot = sm.snapshot()
    plan = sm.faults.fail("GetSecretValue", THROTTLED, times=None, optional=True)
    snapshot.__enter__()
    plan.__enter__()
    assert outcomes(sm, 1) == "f"
    snapshot.__exit__(None, None, None)
    assert outcomes(sm, 1) == "f"
    plan.__exit__(None, None, None)
    assert outcomes(sm, 1) == "."


def test_a_block_of_a_plan_that_a_snapshot_has_taken_back_ends_quietly(sm: SecretsManager) -> None:
    with ExitStack() as later, sm.snapshot():
        plan = later.enter_context(sm.faults.fail("GetSecretValue", THROTTLED, times=None))
        assert outcomes(sm, 1) == "f"
    assert plan.met == 1
    assert outcomes(sm, 1) == "."


def test_a_cancelled_plan_fails_no_call(sm: SecretsManager) -> None:
    plan = sm.faults.fail("GetSecretValue", THROTTLED)
    plan.cancel()
    assert outcomes(sm, 1) == "."
    assert not plan.is_met


def test_a_plan_made_in_a_snapshot_ends_with_it(sm: SecretsManager) -> None:
    with sm.snapshot():
        sm.faults.fail("GetSecretValue", THROTTLED, times=None)
        assert outcomes(sm, 1) == "f"
    assert outcomes(sm, 1) == "."


def test_a_plan_of_an_outer_block_gets_back_the_attempts_of_a_snapshot(sm: SecretsManager) -> None:
    sm.faults.fail("GetSecretValue", THROTTLED, times=2)
    with sm.snapshot():
        assert outcomes(sm, 2) == "ff"
    assert outcomes(sm, 3) == "ff."


def test_the_end_of_a_snapshot_does_not_begin_a_plan_again_that_has_ended_inside(sm: SecretsManager) -> None:
    plan = sm.faults.fail("GetSecretValue", THROTTLED, times=None, optional=True)
    with sm.snapshot():
        plan.cancel()
    assert outcomes(sm, 1) == "."


def test_a_plan_says_in_its_repr_whether_it_was_met(sm: SecretsManager) -> None:
    plan = sm.faults.fail("GetSecretValue", THROTTLED, secret="db", after=True)
    shown = "faults.fail('GetSecretValue', 'ThrottlingException', after=True) for secret 'db' in us-east-1"
    assert repr(plan) == f"<{shown}: not met>"
    outcomes(sm, 1)
    assert repr(plan) == f"<{shown}: met>"
    assert repr(sm.faults) == "<faults: 1 plan>"
