"""botocore's own retries, in each mode, for sync and async clients, with all waits on the manager's clock."""

import asyncio
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import boto3
import botocore.session
import pytest
import wrapt
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.retries.standard import ExponentialBackoff
from botocore.stub import Stubber

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import short_way
from pytest_secretsmanager.doors.attempts import Attempts
from pytest_secretsmanager.doors.guard import Guard
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.errors import InternalServiceError, ThrottlingException
from pytest_secretsmanager.engine.faults import Fault, FaultPlan, RawAnswer, TruncatedAnswer

FAILED = Fault(InternalServiceError("An error occurred on the server side."))
THROTTLED = Fault(ThrottlingException("Rate exceeded"))
PROXY_ERROR = Fault(RawAnswer(503, b"<html><body>Service Unavailable</body></html>"))

FAULTS = {
    "InternalServiceError": (FAILED, ClientError),
    "ThrottlingException": (THROTTLED, ClientError),
    "503": (PROXY_ERROR, ClientError),
    "closed": (Fault("closed"), ConnectionClosedError),
    "read timeout": (Fault("read timeout"), ReadTimeoutError),
    "connect timeout": (Fault("connect timeout"), ConnectTimeoutError),
    "not connected": (Fault("not connected"), EndpointConnectionError),
}
MODES = {"legacy": 5, "standard": 3, "adaptive": 3}
"""DOC: the number of attempts that botocore makes by default."""


pytestmark = pytest.mark.usefixtures("no_real_wait")


@pytest.fixture
def plan(request):
    """Return a function that plans one fault for each attempt of an operation's calls."""

    def make(*faults, operation="GetSecretValue", sm=None):
        def fault_of(number):
            return faults[number] if number < len(faults) else None

        made = FaultPlan(lambda call: call.operation == operation, fault_of)
        (sm or request.getfixturevalue("secretsmanager"))._parts.responder.plans.append(made)
        return made

    return make


@pytest.fixture(params=["sync", "async"])
def call(request, new_client):
    """Return a function that makes one call by a new client. `hooks` are listeners by event name.

    The default mode, and its number of attempts, depends on the version of botocore.
    """
    new_async_client = request.getfixturevalue("new_async_client") if request.param == "async" else None

    def listen(client, hooks):
        for name, hook in hooks.items():
            client.meta.events.register(name, hook)
        return client

    def make(operation="get_secret_value", retries=None, hooks=None, region="us-east-1", **parameters):
        options = {"region": region, "config": Config(retries=retries)}
        parameters = parameters or {"SecretId": "db"}
        if new_async_client is None:
            return getattr(listen(new_client(**options), hooks or {}), operation)(**parameters)

        async def make_async():
            async with new_async_client(**options) as client:
                return await getattr(listen(client, hooks or {}), operation)(**parameters)

        return asyncio.run(make_async())

    return make


# --- attempts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", FAULTS)
def test_a_call_succeeds_at_the_third_attempt_after_two_faults(secretsmanager, plan, call, kind, mode):
    secretsmanager.seed("db", "one")
    planned = plan(*[FAULTS[kind][0]] * 2)
    reply = call(retries={"mode": mode})
    assert (reply["SecretString"], reply["ResponseMetadata"]["RetryAttempts"]) == ("one", 2)
    assert planned.attempts == 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", FAULTS)
def test_a_call_fails_after_the_attempts_that_botocore_documents(secretsmanager, plan, call, kind, mode):
    secretsmanager.seed("db", "one")
    fault, error = FAULTS[kind]
    planned = plan(*[fault] * 9)
    with pytest.raises(error) as raised:
        call(retries={"mode": mode})
    assert planned.attempts == MODES[mode]
    if error is ClientError:
        assert raised.value.response["Error"]["Code"] == kind
        assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == MODES[mode] - 1


@pytest.mark.parametrize(
    ("retries", "attempts"),
    [
        ({"mode": "legacy", "max_attempts": 2}, 3),
        ({"mode": "legacy", "total_max_attempts": 2}, 2),
        ({"mode": "legacy", "max_attempts": 0}, 1),
        ({"mode": "standard", "max_attempts": 5}, 6),
        ({"mode": "standard", "total_max_attempts": 4}, 4),
        ({"mode": "adaptive", "total_max_attempts": 1}, 1),
    ],
    ids=str,
)
def test_a_client_makes_as_many_attempts_as_its_configuration_says(plan, call, retries, attempts):
    planned = plan(*[FAILED] * 9)
    with pytest.raises(ClientError):
        call(retries=retries)
    assert planned.attempts == attempts


def test_a_modelled_error_raises_the_clients_own_exception(plan, new_client):
    plan(*[FAILED] * 9)
    client = new_client(config=Config(retries={"mode": "legacy"}))
    with pytest.raises(client.exceptions.InternalServiceError, match=r"\(reached max retries: 4\)"):
        client.get_secret_value(SecretId="db")


@pytest.mark.parametrize("failure", ["not connected", "connect timeout", "read timeout", "closed"])
def test_only_the_error_of_a_closed_connection_holds_the_request_as_botocores_own_does(plan, call, failure):
    plan(*[Fault(failure)] * 9)
    with pytest.raises(BotoCoreError) as raised:
        call()
    held = [*vars(raised.value).values(), *raised.value.kwargs.values()]
    assert any(isinstance(value, AWSPreparedRequest) for value in held) is (failure == "closed")


def test_an_error_that_botocore_does_not_retry_ends_the_call(plan, call):
    planned = plan()
    with pytest.raises(ClientError, match="ResourceNotFoundException") as raised:
        call()
    assert planned.attempts == 1
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_response_body_that_is_not_json_gives_botocores_empty_reply(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(Fault(RawAnswer(200, b"<html>Welcome</html>")))
    assert list(call()) == ["ResponseMetadata"]


def test_a_truncated_response_body_is_botocores_closed_connection(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(Fault(TruncatedAnswer(9)))
    with pytest.raises(ConnectionClosedError):
        call(retries={"total_max_attempts": 1})
    secretsmanager.assert_logged("GetSecretValue", times=1)


def test_a_truncation_beyond_the_end_of_a_response_body_leaves_the_reply_whole(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(Fault(TruncatedAnswer(9_999)))
    assert call()["SecretString"] == "one"


def test_each_attempt_emits_before_sign_to_needs_retry(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(FAILED, Fault("closed"))
    names = ("before-sign", "request-created", "before-send", "response-received", "needs-retry")
    emitted = []
    call(hooks={name: lambda event_name, **_: emitted.append(event_name.partition(".")[0]) for name in names})
    assert emitted == [*names] * 3


def test_needs_retry_listeners_see_the_answer_of_each_attempt(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(PROXY_ERROR, Fault("read timeout"))
    seen = []

    def hook(response, caught_exception, **_):
        seen.append(type(caught_exception).__name__ if response is None else response[0].status_code)

    call(hooks={"needs-retry": hook})
    assert seen == [503, "ReadTimeoutError", 200]


def test_each_attempt_is_signed_and_has_its_number_in_a_header(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(FAILED)
    seen = []
    call(retries={"mode": "standard"}, hooks={"before-send": lambda request, **_: seen.append(dict(request.headers))})
    assert [b"attempt=1" in headers["amz-sdk-request"] for headers in seen] == [True, False]
    assert all(b"Credential=AKIATEST/" in headers["Authorization"] for headers in seen)


def test_an_answer_of_a_before_send_listener_is_not_retried(secretsmanager, plan, new_client):
    secretsmanager.seed("db", "one")
    planned = plan(FAILED)

    class Raw:
        def stream(self):
            yield b'{"SecretString": "of the hook"}'

    client = new_client()
    client.meta.events.register("before-send", lambda request, **_: AWSResponse(request.url, 200, {}, Raw()))
    assert client.get_secret_value(SecretId="db")["SecretString"] == "of the hook"
    assert planned.attempts == 0


@pytest.mark.parametrize("event", ["before-call", "request-created"])
def test_a_body_that_a_listener_makes_invalid_json_raises_serialization_exception(plan, new_client, event):
    def break_body(params=None, request=None, **_):
        if request is None:
            params["body"] = b"no JSON"
        else:
            request.data = b"no JSON"

    plan(FAILED)
    client = new_client()
    client.meta.events.register_first(event, break_body)
    with pytest.raises(ClientError, match="SerializationException"):
        client.get_secret_value(SecretId="db")


@pytest.mark.usefixtures("_stopped")
@pytest.mark.parametrize(
    ("responses", "left", "waited"),
    [
        ([None, 2.5, 7], [None, 0, 7], 2.5),
        ([None, False, 7], [None, False, 7], 0),
        ([0], [0], 0),
        ([None], [None], 0),
        ([], [], 0),
    ],
    ids=str,
)
def test_a_call_waits_as_long_as_the_first_responding_needs_retry_listener_asks(
    secretsmanager, new_client, responses, left, waited
):
    operation = model.operation("GetSecretValue")
    attempts = Attempts(secretsmanager._parts.responder, new_client(), operation, AWSResponse)
    with seconds_pass(secretsmanager, waited):
        after = attempts.wait_for_retry([(print, response) for response in responses])
    assert after == [(print, response) for response in left]


# --- the service and its log ---------------------------------------------------------------------------------------


def test_each_request_that_reaches_the_service_is_logged(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(FAILED, THROTTLED, Fault("closed"))
    call(retries={"mode": "legacy"})
    codes = [(event.operation, event.error) for event in secretsmanager.log]
    assert codes == [
        ("GetSecretValue", "InternalServiceError"),
        ("GetSecretValue", "ThrottlingException"),
        ("GetSecretValue", None),
    ]
    assert len({event.request_id for event in secretsmanager.log}) == 3


def test_put_secret_value_makes_one_version_when_its_reply_is_lost(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(Fault("read timeout", takes_effect=True), operation="PutSecretValue")
    reply = call("put_secret_value", SecretId="db", SecretString="two")
    assert [version.value for version in secretsmanager.secret("db").versions] == ["one", "two"]
    written = [event.response["VersionId"] for event in secretsmanager.log]
    assert written == [reply["VersionId"]] * 2


@pytest.mark.parametrize(
    "answer",
    ["closed", InternalServiceError("x"), RawAnswer(502, b"Bad Gateway")],
    ids=["closed", "InternalServiceError", "502"],
)
def test_an_operation_takes_effect_once_before_its_reply_is_replaced(secretsmanager, plan, call, answer):
    plan(Fault(answer, takes_effect=True), operation="CreateSecret")
    call("create_secret", Name="new", SecretString="one")
    assert [event.error for event in secretsmanager.log] == [None, None]
    assert len(secretsmanager.secret("new").versions) == 1


@pytest.mark.parametrize("fault", [fault for fault, _ in FAULTS.values()], ids=FAULTS)
def test_a_request_that_fails_before_its_operation_changes_nothing(secretsmanager, plan, call, fault):
    plan(*[fault] * 9, operation="CreateSecret")
    with secretsmanager.assert_unchanged(), pytest.raises(Exception, match=r"."):
        call("create_secret", Name="new", SecretString="one")


def test_a_refused_write_keeps_no_secret_value_in_the_log(secretsmanager, plan, call):
    plan(*[FAILED] * 9, operation="CreateSecret")
    with pytest.raises(ClientError):
        call("create_secret", Name="new", SecretString="hunter2")
    assert "hunter2" not in repr(list(secretsmanager.log))
    assert secretsmanager.log[0].hidden == {"SecretString"}


@pytest.mark.parametrize("mode", MODES)
def test_each_event_has_the_number_of_its_attempt(secretsmanager, plan, call, mode):
    secretsmanager.seed("db", "one")
    plan(FAILED, FAILED)
    call(retries={"mode": mode})
    assert [event.attempts for event in secretsmanager.log] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["closed", "read timeout", "connect timeout", "not connected", "503"])
def test_an_event_counts_the_attempts_before_it_that_did_not_reach_the_service(secretsmanager, plan, call, kind):
    secretsmanager.seed("db", "one")
    plan(*[FAULTS[kind][0]] * 2)
    call(retries={"mode": "standard"})
    assert [event.attempts for event in secretsmanager.log] == [3]


def test_an_event_counts_the_attempts_before_it_that_a_listener_answered(secretsmanager, plan, new_client):
    class Raw:
        def stream(self):
            yield b"{}"

    def answer_once(request, **_):
        return None if answered.append(1) or len(answered) > 1 else AWSResponse(request.url, 500, {}, Raw())

    answered = []
    secretsmanager.seed("db", "one")
    plan()
    client = new_client()
    client.meta.events.register("before-send", answer_once)
    client.get_secret_value(SecretId="db")
    assert [event.attempts for event in secretsmanager.log] == [2]


def test_the_attempts_of_one_call_have_one_caller(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(FAILED)
    call()
    callers = [event.caller for event in secretsmanager.log]
    assert callers[0] == callers[1]
    assert callers[0].file == __file__


@pytest.mark.parametrize("hooks", [{}, {"before-call": lambda **_: None}], ids=["short way", "long way"])
def test_a_call_without_a_planned_fault_has_one_attempt_and_no_wait(secretsmanager, call, hooks):
    secretsmanager.seed("db", "one")
    call(hooks=hooks)
    (event,) = secretsmanager.log
    assert (event.attempts, event.waited) == (1, 0.0)


# --- waits ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def _stopped(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)


@contextmanager
def seconds_pass(sm, seconds):
    before = sm.clock.now
    yield
    assert (sm.clock.now - before).total_seconds() == pytest.approx(seconds)


@pytest.mark.usefixtures("_stopped")
def test_the_waits_of_legacy_mode_go_onto_the_clock(secretsmanager, plan, call, monkeypatch):
    monkeypatch.setattr("botocore.retryhandler.delay_exponential", lambda attempts, **_: 10 * attempts)
    secretsmanager.seed("db", "one")
    plan(FAILED, FAILED)
    with seconds_pass(secretsmanager, 10 + 20):
        call(retries={"mode": "legacy"})


@pytest.fixture(params=[0.25, 1.0], ids=["a quarter of each longest delay", "each longest delay"])
def share(request, monkeypatch):
    """The share of each longest delay that botocore takes, in place of its random one."""
    draw = request.param
    monkeypatch.setattr("botocore.retryhandler.random.random", lambda: draw)
    original = ExponentialBackoff.__init__

    def begin(self, *args, **options):
        original(self, *args, **options)
        self._random = lambda: draw

    monkeypatch.setattr(ExponentialBackoff, "__init__", begin)
    return draw


REPEATED = {"legacy": FAILED, "standard": THROTTLED, "adaptive": FAILED}
"""A fault for each mode. Throttling in adaptive mode also takes tokens, which are not the subject here."""


def first_delay(secretsmanager, mode, share):
    """The longest delay before the first retry, in seconds: 1 (DOC).

    Of a failure that is no throttling, newer versions of botocore have 0.05 seconds in the newer modes.
    """
    longest = secretsmanager.log[1].waited / share
    assert longest == pytest.approx(1) or (mode == "adaptive" and longest == pytest.approx(0.05))
    return longest


@pytest.mark.usefixtures("_stopped")
@pytest.mark.parametrize("mode", MODES)
def test_the_delays_of_a_call_double_from_the_first_as_botocore_documents(secretsmanager, plan, call, share, mode):
    plan(*[REPEATED[mode]] * 9)
    with pytest.raises(ClientError):
        call(retries={"mode": mode})
    delays = [first_delay(secretsmanager, mode, share) * 2**number * share for number in range(MODES[mode] - 1)]
    expected = [sum(delays[:number]) for number in range(MODES[mode])]
    assert [event.waited for event in secretsmanager.log] == pytest.approx(expected)
    assert [event.attempts for event in secretsmanager.log] == list(range(1, MODES[mode] + 1))


@pytest.mark.usefixtures("_stopped")
@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_no_delay_of_the_newer_modes_is_longer_than_20_seconds(secretsmanager, plan, call, share, mode):
    plan(*[REPEATED[mode]] * 13)
    with pytest.raises(ClientError):
        call(retries={"mode": mode, "total_max_attempts": 12})
    waited = [event.waited for event in secretsmanager.log]
    delays = [after - before for before, after in pairwise(waited)]
    first = first_delay(secretsmanager, mode, share)
    assert delays == pytest.approx([min(20, first * 2**number) * share for number in range(11)])
    assert max(delays) == pytest.approx(20 * share)


@pytest.mark.usefixtures("_stopped")
def test_the_retry_quota_of_a_client_in_standard_mode_ends_its_retries(secretsmanager, plan, new_client):
    """DOC: a client has 500 tokens; a retry after throttling takes 5. Calls that fail give none back."""
    planned = plan(*[THROTTLED] * 999)
    client = new_client(config=Config(retries={"mode": "standard"}))
    for _ in range(51):
        with pytest.raises(ClientError):
            client.get_secret_value(SecretId="db")
    assert planned.attempts == 50 * 3 + 1
    assert [event.attempts for event in secretsmanager.log][-4:] == [1, 2, 3, 1]


@pytest.mark.usefixtures("_stopped")
def test_latency_is_not_counted_as_a_wait(secretsmanager, plan, call, monkeypatch):
    monkeypatch.setattr("botocore.retryhandler.delay_exponential", lambda **_: 3)
    secretsmanager.seed("db", "one")
    plan(Fault("read timeout", latency=60.0))
    call(retries={"mode": "legacy"})
    assert [event.waited for event in secretsmanager.log] == [3]


@pytest.mark.usefixtures("_stopped")
@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_the_waits_of_the_newer_modes_go_onto_the_clock(secretsmanager, plan, call, monkeypatch, mode):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 7.5)
    secretsmanager.seed("db", "one")
    plan(FAILED, FAILED)
    with seconds_pass(secretsmanager, 15):
        call(retries={"mode": mode})


@pytest.mark.usefixtures("_stopped")
def test_a_client_in_adaptive_mode_waits_for_its_tokens_on_the_clock(secretsmanager, plan, call, monkeypatch):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    secretsmanager.seed("db", "one")
    plan(THROTTLED, THROTTLED)
    with seconds_pass(secretsmanager, 4):  # two tokens, at botocore's lowest rate of one in two seconds
        call(retries={"mode": "adaptive"})
    assert [event.waited for event in secretsmanager.log] == pytest.approx([0, 2, 4])


@pytest.mark.usefixtures("_stopped")
@pytest.mark.parametrize("year", [1999, 2050])
def test_a_throttled_client_is_not_delayed_by_the_clock_of_another_manager(plan, new_client, year):
    client = new_client(config=Config(retries={"mode": "adaptive"}))
    for now in (datetime(2030, 1, 1, tzinfo=UTC), datetime(year, 1, 1, tzinfo=UTC)):
        with SecretsManager(now=now) as sm:
            sm.seed("db", "one")
            plan(THROTTLED, sm=sm)
            client.get_secret_value(SecretId="db")
            assert sm.clock.now - now < timedelta(minutes=1)


@pytest.mark.usefixtures("_stopped")
def test_the_latency_of_an_answer_goes_onto_the_clock(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(Fault(latency=2.5))
    with seconds_pass(secretsmanager, 2.5):
        call()
    assert secretsmanager.log[0].time == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_rotation_that_falls_due_while_a_call_waits_runs_before_the_call_returns(secretsmanager, plan, call):
    def rotate(event, _):
        steps.append(event["Step"])

    steps = []
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(rotate)
    secretsmanager.client().rotate_secret(
        SecretId="db", RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 2}, RotateImmediately=False
    )
    steps.clear()
    plan(Fault("read timeout", latency=timedelta(days=3).total_seconds()))
    call(hooks={"needs-retry": lambda attempts, **_: steps.append(attempts)})
    assert steps[0] == "createSecret"
    assert steps[-1] == 2


# --- affected calls ------------------------------------------------------------------------------------------------


@pytest.fixture
def short_calls(monkeypatch):
    """The operations of the calls that took the short way."""
    calls = []

    def count(responder, client, facts, operation_name, *args):
        calls.append(operation_name)
        return answer_at_once(responder, client, facts, operation_name, *args)

    answer_at_once = short_way.answer_at_once
    monkeypatch.setattr(short_way, "answer_at_once", count)
    return calls


def test_calls_without_a_planned_fault_take_the_short_way(secretsmanager, plan, call, short_calls):
    secretsmanager.seed("db", "one")
    call()
    plan(FAILED)
    call("describe_secret", SecretId="db")
    assert short_calls == ["GetSecretValue", "DescribeSecret"]


def test_a_call_with_a_planned_fault_does_not_take_the_short_way(secretsmanager, plan, call, short_calls):
    secretsmanager.seed("db", "one")
    plan(FAILED)
    call()
    assert short_calls == []


def test_calls_take_the_short_way_again_when_a_plan_is_over(secretsmanager, call, short_calls):
    secretsmanager.seed("db", "one")
    secretsmanager._parts.responder.plans.append(FaultPlan(lambda _: True, lambda _: FAILED, times=1))
    call()
    call()
    assert short_calls == ["GetSecretValue"]


def test_a_planned_fault_does_not_affect_another_threads_call_of_the_same_client(
    secretsmanager, plan, new_client, short_calls
):
    secretsmanager.seed("db", "one")
    plan(FAILED)
    client, replies = new_client(config=Config(retries={"mode": "legacy"})), []  # it has no quota of retries

    def describe():
        replies.append(client.describe_secret(SecretId="db"))

    def while_the_other_retries(**_):
        thread = threading.Thread(target=describe)
        thread.start()
        thread.join()

    client.meta.events.register("needs-retry", while_the_other_retries)
    client.get_secret_value(SecretId="db")
    assert short_calls == ["DescribeSecret"] * 2
    assert [reply["ResponseMetadata"]["RetryAttempts"] for reply in replies] == [0, 0]


def test_threads_of_one_client_share_the_faults_of_one_plan(secretsmanager, new_client):
    secretsmanager.seed("db", "one")
    planned = FaultPlan(lambda _: True, lambda _: THROTTLED, times=8)
    secretsmanager._parts.responder.plans.append(planned)
    client = new_client(config=Config(retries={"mode": "adaptive", "total_max_attempts": 9}))
    replies = []
    threads = [
        threading.Thread(target=lambda: replies.append(client.get_secret_value(SecretId="db"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert planned.attempts == 8
    assert sum(reply["ResponseMetadata"]["RetryAttempts"] for reply in replies) == 8


@pytest.mark.parametrize(
    "new",
    [boto3.client, lambda name: botocore.session.Session().create_client(name)],
    ids=["boto3", "botocore"],
)
def test_boto3_and_botocore_clients_retry_after_a_planned_fault(secretsmanager, plan, new):
    secretsmanager.seed("db", "one")
    plan(FAILED)
    assert new("secretsmanager").get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_call_with_a_planned_fault_leaves_the_client_unchanged(secretsmanager, plan, new_client):
    secretsmanager.seed("db", "one")
    plan(FAILED)
    client = new_client()
    client.describe_secret(SecretId="db")
    endpoint, before = client._endpoint, dict(vars(client._endpoint))
    client.get_secret_value(SecretId="db")
    assert client._endpoint is endpoint
    assert vars(endpoint) == before


def test_a_call_with_a_planned_fault_passes_the_network_guard(secretsmanager, plan, call):
    secretsmanager.seed("db", "one")
    plan(FAILED)
    guard = Guard(lambda stopped: AssertionError(stopped.operation), lambda: None)
    try:
        assert call()["SecretString"] == "one"
    finally:
        guard.take_down()


@pytest.mark.parametrize("method", ["make_request", "_send_request", "_send"])
def test_a_planned_call_does_not_reach_the_network_through_an_endpoint_that_a_tracer_wraps(
    secretsmanager, plan, new_client, monkeypatch, method
):
    """A method wrapped on the instance is bound to the original endpoint, which has the real HTTP session."""
    secretsmanager.seed("db", "one")
    plan(FAILED)
    client = new_client()
    endpoint = client._endpoint
    monkeypatch.setattr(endpoint.http_session, "send", lambda _: pytest.fail("reached the network"))
    wrapt.wrap_function_wrapper(endpoint, method, lambda wrapped, _, args, kwargs: wrapped(*args, **kwargs))
    assert client.get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_planned_call_emits_its_events_through_an_emitter_that_is_not_botocores(secretsmanager, plan, new_client):
    class Emitter:
        def emit(self, event_name, **kwargs):
            emitted.append(event_name)
            return botocores.emit(event_name, **kwargs)

        def emit_until_response(self, event_name, **kwargs):
            return botocores.emit_until_response(event_name, **kwargs)

    secretsmanager.seed("db", "one")
    plan(FAILED)
    client, emitted = new_client(), []
    botocores = client.meta.events
    client.meta.events = Emitter()
    assert client.get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"] == 1
    assert emitted.count("needs-retry.secrets-manager.GetSecretValue") == 2


def test_a_planned_call_retries_on_a_client_whose_endpoint_is_a_proxy(secretsmanager, plan, new_client):
    secretsmanager.seed("db", "one")
    plan(FAILED)
    client = new_client()
    client._endpoint = wrapt.ObjectProxy(client._endpoint)
    assert client.get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"] == 1


@pytest.mark.parametrize("is_planned", [True, False])
@pytest.mark.parametrize("keywords", [True, False])
def test_other_code_may_put_a_function_around_make_request(
    secretsmanager, plan, call, monkeypatch, is_planned, keywords
):
    """The function calls the method of the class, not one that is bound to a client."""

    def put_around(client_class):
        original = client_class._make_request

        def by_position(client, operation_model, request_dict, request_context):
            return original(client, operation_model, request_dict, request_context)

        def by_keyword(client, operation_model, request_dict, request_context):
            request = {"request_dict": request_dict, "request_context": request_context}
            return original(client, operation_model=operation_model, **request)

        monkeypatch.setattr(client_class, "_make_request", by_keyword if keywords else by_position)

    secretsmanager.seed("db", "one")
    if is_planned:
        plan(FAILED)
    for client_class in (BaseClient, *BaseClient.__subclasses__()):
        if "_make_request" in vars(client_class):  # botocore's own class, and aiobotocore's
            put_around(client_class)
    listened_to = {"before-call": lambda **_: None}  # such a call goes the long way
    assert call(hooks=listened_to)["SecretString"] == "one"


@pytest.mark.parametrize("kind", ["botocore", "aiobotocore"])
def test_a_call_with_a_planned_fault_is_answered_by_the_manager_inside_mock_aws(secretsmanager, plan, kind):
    """moto listens to `before-send` of each session that is created after its import."""
    moto = pytest.importorskip("moto")
    session_of = pytest.importorskip(f"{kind}.session").get_session

    async def call():
        made = session_of().create_client("secretsmanager")
        if kind == "botocore":
            return made.get_secret_value(SecretId="db")
        async with made as client:
            return await client.get_secret_value(SecretId="db")

    secretsmanager.seed("db", "one")
    plan(FAILED)
    with moto.mock_aws():
        reply = asyncio.run(call())
    assert (reply["SecretString"], reply["ResponseMetadata"]["RetryAttempts"]) == ("one", 1)


def test_a_stubber_answers_before_a_planned_fault(secretsmanager, plan, new_client):
    planned, client = plan(FAILED), new_client()
    with Stubber(client) as stubber:
        stubber.add_response("get_secret_value", {"SecretString": "stubbed"})
        assert client.get_secret_value(SecretId="db")["SecretString"] == "stubbed"
    assert planned.attempts == 0


def test_a_planned_fault_of_a_client_with_a_custom_endpoint_url_names_that_url(secretsmanager, plan, new_client):
    plan(*[Fault("not connected")] * 9)
    client = new_client(endpoint_url="http://localhost:4566")
    with pytest.raises(EndpointConnectionError, match="http://localhost:4566/"):
        client.get_secret_value(SecretId="db")


def test_a_client_of_the_managers_http_endpoint_gets_a_planned_fault_once(secretsmanager, plan, new_client):
    secretsmanager.seed("db", "one")
    planned = plan(FAILED)
    with secretsmanager.endpoint() as endpoint:
        credentials = {name.lower(): endpoint.env[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        once = Config(retries={"total_max_attempts": 1})
        client = boto3.client(
            "secretsmanager", region_name="us-east-1", endpoint_url=endpoint.url, config=once, **credentials
        )
        with pytest.raises(ClientError, match="InternalServiceError"):
            client.get_secret_value(SecretId="db")
        client.close()
    assert planned.attempts == 1


def test_a_client_in_an_unknown_region_gets_no_planned_fault(plan, call):
    planned = plan(FAILED)
    with pytest.raises(EndpointConnectionError):
        call(region="eu-wst-1")
    assert planned.attempts == 0


# --- credentials ---------------------------------------------------------------------------------------------------


def test_a_client_without_credentials_retries_after_a_planned_fault(empty_home, plan):
    client = botocore.session.Session().create_client("secretsmanager", region_name="us-east-1")
    assert client._get_credentials() is None
    with SecretsManager() as sm:
        sm.seed("db", "one")
        plan(FAILED, sm=sm)
        assert client.get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"] == 1


def test_an_async_client_without_credentials_retries_after_a_planned_fault(empty_home, plan, aiobotocore_session):
    session = type(aiobotocore_session)()

    async def call():
        async with session.create_client("secretsmanager", region_name="us-east-1") as client:
            assert client._get_credentials() is None
            with SecretsManager() as sm:
                sm.seed("db", "one")
                plan(FAILED, sm=sm)
                return await client.get_secret_value(SecretId="db")

    assert asyncio.run(call())["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_call_with_a_planned_fault_does_not_fetch_refreshable_credentials(secretsmanager, plan):
    session = botocore.session.Session()
    session._credentials = RefreshableCredentials(
        "access", "secret", "token", datetime(2000, 1, 1, tzinfo=UTC), lambda: pytest.fail("fetched"), "sts"
    )
    secretsmanager.seed("db", "one")
    plan(FAILED)
    client = session.create_client("secretsmanager", region_name="us-east-1")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
