"""Request rates as clients meet them: botocore's own retries in each mode, sync and async, and over HTTP."""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import full_way, short_way

MODES = {"legacy": 5, "standard": 3, "adaptive": 3}
"""DOC: the number of attempts that botocore makes by default."""


@pytest.fixture
def _stopped(monkeypatch):
    """Stop the real time, so that only the test and botocore's waits move the clock."""
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)


pytestmark = pytest.mark.usefixtures("no_real_wait")


@pytest.fixture(params=["sync", "async"])
def calls(request, new_client):
    """Return a function that makes some calls of one operation, one after another, by one new client.

    Its calls wait the same in each run: botocore's waits are random, and once in many runs they add up to half as much
    again.
    """
    new_async_client = request.getfixturevalue("new_async_client") if request.param == "async" else None

    def make(times, operation="list_secrets", retries=None, hook=None, **parameters):
        random.seed(1)  # here, not in a fixture: pytest-randomly seeds anew once the fixtures are made
        config = Config(retries=retries)
        if new_async_client is None:
            client = new_client(config=config)
            if hook is not None:
                client.meta.events.register("before-call", hook)
            return [getattr(client, operation)(**parameters) for _ in range(times)]

        async def make_async():
            async with new_async_client(config=config) as client:
                if hook is not None:
                    client.meta.events.register("before-call", hook)
                return [await getattr(client, operation)(**parameters) for _ in range(times)]

        return asyncio.run(make_async())

    return make


def errors_of(sm):
    return [event.error for event in sm.log]


# --- retries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_a_call_above_the_rate_fails_after_the_attempts_that_botocore_documents(secretsmanager, calls, mode):
    throttle = secretsmanager.faults.throttle("ListSecrets", rate=0)
    with pytest.raises(ClientError) as raised:
        calls(1, retries={"mode": mode})
    assert raised.value.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    metadata = raised.value.response["ResponseMetadata"]
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (400, MODES[mode] - 1)
    assert errors_of(secretsmanager) == ["ThrottlingException"] * MODES[mode]
    assert throttle.met == MODES[mode]


@pytest.mark.usefixtures("_stopped")
@pytest.mark.parametrize("mode", MODES)
def test_a_call_above_the_rate_succeeds_when_its_waits_have_refilled_the_rate(secretsmanager, calls, mode, monkeypatch):
    monkeypatch.setattr("botocore.retryhandler.delay_exponential", lambda **_: 0.5)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.5)
    secretsmanager.faults.throttle("ListSecrets", rate=2, burst=1)
    replies = calls(2, retries={"mode": mode})
    assert [reply["ResponseMetadata"]["RetryAttempts"] for reply in replies] == [0, 1]
    assert errors_of(secretsmanager) == [None, "ThrottlingException", None]


@pytest.mark.usefixtures("_stopped")
@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_a_client_makes_its_calls_at_the_rate_and_the_clock_shows_the_time(secretsmanager, calls, mode):
    """A throttled minute: 120 calls at two per second."""
    before = secretsmanager.clock.now
    secretsmanager.faults.throttle("ListSecrets", rate=2)
    calls(120, retries={"mode": mode, "total_max_attempts": 12})
    assert timedelta(seconds=59) <= secretsmanager.clock.now - before <= timedelta(seconds=90)
    assert errors_of(secretsmanager).count(None) == 120


@pytest.mark.usefixtures("_stopped")
def test_adaptive_mode_is_refused_less_often_than_standard_mode(secretsmanager, calls):
    refused = {}
    for mode in ("standard", "adaptive"):
        with secretsmanager.faults.throttle("ListSecrets", rate=10) as throttle:
            calls(100, retries={"mode": mode, "total_max_attempts": 12})
        refused[mode] = throttle.met
    assert refused["adaptive"] < refused["standard"] / 2


def test_a_call_with_listeners_is_retried(secretsmanager, calls):
    seen = []
    secretsmanager.faults.throttle("ListSecrets", rate=1, burst=1)
    calls(2, retries={"total_max_attempts": 12, "mode": "standard"}, hook=lambda model, **_: seen.append(model.name))
    assert seen == ["ListSecrets"] * 2
    assert errors_of(secretsmanager)[:2] == [None, "ThrottlingException"]


def test_a_write_above_the_rate_takes_effect_once(secretsmanager, calls):
    secretsmanager.seed("db", "one")
    secretsmanager.faults.throttle("PutSecretValue", rate=1, burst=1)
    retries = {"mode": "standard", "total_max_attempts": 12}
    calls(3, "put_secret_value", retries=retries, SecretId="db", SecretString="two")
    assert len(secretsmanager.secret("db").versions) == 4


def test_threads_share_a_rate_and_all_their_calls_succeed(secretsmanager, new_client):
    throttle = secretsmanager.faults.throttle("ListSecrets", rate=100)
    client = new_client(config=Config(retries={"mode": "standard", "total_max_attempts": 30}))
    before = secretsmanager.clock.now
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: client.list_secrets(), range(400)))
    assert len(replies) == 400
    assert throttle.met == errors_of(secretsmanager).count("ThrottlingException") > 0
    assert secretsmanager.clock.now - before >= timedelta(seconds=3)


# --- the ways of a call ----------------------------------------------------------------------------------------------


@pytest.fixture
def ways(monkeypatch):
    """The ways of the calls that follow, in order."""
    found = []
    answer_at_once, send = short_way.answer_at_once, full_way.send

    def at_once(*args):
        reply = answer_at_once(*args)
        found.append("short")
        return reply

    def sent(*args, **kwargs):
        found.append("full")
        return send(*args, **kwargs)

    monkeypatch.setattr(short_way, "answer_at_once", at_once)
    monkeypatch.setattr(full_way, "send", sent)
    return found


@pytest.mark.usefixtures("_stopped")
def test_only_the_calls_above_the_rate_leave_the_short_way(secretsmanager, new_client, ways):
    secretsmanager.faults.throttle("ListSecrets", rate=1, burst=2)
    client = new_client(config=Config(retries={"mode": "legacy", "total_max_attempts": 12}))
    for _ in range(3):
        client.list_secrets()
    client.get_random_password()
    assert ways == ["short", "short", "full", "short"]


@pytest.mark.usefixtures("_stopped")
def test_a_throttled_client_in_adaptive_mode_keeps_its_own_rate_while_a_rate_is_in_force(
    secretsmanager, new_client, ways
):
    client = new_client(config=Config(retries={"mode": "adaptive", "total_max_attempts": 12}))
    with secretsmanager.faults.throttle("ListSecrets", rate=1, burst=1):
        for _ in range(2):
            client.list_secrets()
        client.get_random_password()
        assert ways == ["short", "full", "full"]
    client.list_secrets()
    assert ways == ["short", "full", "full"]  # neither: botocore prepares the call, and the engine answers


def test_a_stubber_answers_before_any_rate_counts(secretsmanager, new_client):
    secretsmanager.faults.throttle("ListSecrets", rate=0)
    client = new_client()
    with Stubber(client) as stubber:
        stubber.add_response("list_secrets", {"SecretList": []})
        assert client.list_secrets()["SecretList"] == []
    assert len(secretsmanager.log) == 0


def test_a_client_that_was_throttled_is_answered_as_usual_by_the_next_manager(new_client):
    client = new_client(config=Config(retries={"mode": "adaptive"}))
    with SecretsManager() as first:
        first.faults.throttle("ListSecrets", rate=0)
        with pytest.raises(ClientError):
            client.list_secrets()
    with SecretsManager() as second:
        before = second.clock.now
        for _ in range(20):
            client.list_secrets()
        assert second.clock.now - before < timedelta(seconds=1)


# --- over HTTP -------------------------------------------------------------------------------------------------------


@pytest.fixture
def http(secretsmanager, botocore_session):
    """A client that reaches the endpoint over HTTP, and makes no retries."""
    env = secretsmanager.endpoint().env
    client = botocore_session.create_client(
        "secretsmanager",
        region_name=env["AWS_REGION"],
        endpoint_url=env["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def test_a_request_above_the_rate_is_refused_over_http_until_the_clock_advances(secretsmanager, http):
    secretsmanager.faults.throttle("ListSecrets", rate=1, burst=2)
    for _ in range(2):
        http.list_secrets()
    with pytest.raises(ClientError, match="ThrottlingException") as raised:
        http.list_secrets()
    assert raised.value.response["Error"]["Message"] == "Rate exceeded"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    secretsmanager.clock.advance(seconds=1)
    http.list_secrets()
    assert errors_of(secretsmanager) == [None, None, "ThrottlingException", None]


def test_clients_of_this_process_and_of_the_endpoint_share_a_rate(secretsmanager, http, new_client):
    secretsmanager.faults.throttle("ListSecrets", rate=1, burst=2)
    new_client().list_secrets()
    http.list_secrets()
    with pytest.raises(ClientError, match="ThrottlingException"):
        http.list_secrets()
