"""Private names of botocore and aiobotocore: one test for each function of `doors/internals.py`."""

import asyncio
from types import SimpleNamespace

import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.endpoint import Endpoint
from botocore.exceptions import CapacityNotAvailableError

from pytest_secretsmanager.doors import internals, rate_limiters
from pytest_secretsmanager.doors.attempts import current

# --- attempts --------------------------------------------------------------------------------------------------------

ANSWER = ("response", {"ResponseMetadata": {}})


@pytest.fixture
def limiter(new_client):
    client = new_client(config=Config(retries={"mode": "adaptive"}))
    (limiter,) = internals.rate_limiters(client.meta.events, "GetSecretValue")
    return limiter


def test_endpoint_of_a_client_is_botocores_endpoint(new_client):
    assert isinstance(internals.endpoint_of(new_client()), Endpoint)


def test_endpoint_of_an_async_client_is_aiobotocores_endpoint(new_async_client):
    async def endpoint():
        async with new_async_client() as client:
            return internals.endpoint_of(client)

    found = asyncio.run(endpoint())
    assert type(found).__name__ == "AioEndpoint"
    assert isinstance(found, Endpoint)


def test_a_client_sends_its_requests_through_its_endpoint(new_client):
    client = new_client()
    other = internals.sending_through(client, SimpleNamespace(make_request=lambda *_: ANSWER))
    assert isinstance(other, BaseClient)
    assert other.meta is client.meta
    assert other._make_request(None, {}, {}) == ANSWER


def test_an_endpoint_sends_each_prepared_request_through_one_method(new_client):
    endpoint = internals.endpoint_of(new_client())
    other = internals.answered_by(endpoint, lambda request: ("sent", request))
    assert other._send("request") == ("sent", "request")
    assert "_send" in Endpoint._do_get_response.__code__.co_names
    assert "_send" not in vars(endpoint)


def test_an_endpoint_that_is_answered_here_is_known_by_it(new_client):
    endpoint = internals.endpoint_of(new_client())
    assert internals.is_answered_here(internals.answered_by(endpoint, print))
    assert not internals.is_answered_here(endpoint)


def test_an_endpoint_emits_its_events_through_its_emitter(new_client):
    client = new_client()
    endpoint = internals.endpoint_of(client)
    assert endpoint._event_emitter is client.meta.events
    emitted = []
    events = SimpleNamespace(emit=lambda name, **_: emitted.append(name) or [])
    model = client.meta.service_model.operation_model("GetSecretValue")
    assert internals.emitting_through(endpoint, events)._needs_retry(1, model, {}) is False
    assert emitted == ["needs-retry.secrets-manager.GetSecretValue"]


def test_a_request_is_signed_with_its_own_credentials(new_client):
    client = new_client()
    request = {"context": {}}
    credentials = Credentials("AKIAOTHER", "secret")
    internals.sign_with(request, credentials)
    signed = []
    client.meta.events.register("before-send", lambda request, **_: signed.append(request.headers["Authorization"]))
    client.meta.events.register(
        "before-call",
        lambda params, **_: params["context"].setdefault("signing", {}).update(request["context"]["signing"]),
    )
    sender = internals.sending_through(client, internals.answered_by(internals.endpoint_of(client), _refuse))
    with pytest.raises(ConnectionRefusedError):
        sender.get_random_password()
    assert b"Credential=AKIAOTHER/" in signed[0]


def _refuse(_):
    raise ConnectionRefusedError


def test_credentials_of_a_client_are_those_it_was_made_with(new_client):
    assert internals.credentials_of(new_client()).access_key == "AKIATEST"


@pytest.mark.parametrize(("mode", "count"), [("legacy", 0), ("standard", 0), ("adaptive", 1)])
def test_a_client_in_adaptive_mode_has_one_rate_limiter(new_client, mode, count):
    client = new_client(config=Config(retries={"mode": mode}))
    assert len([*internals.rate_limiters(client.meta.events, "GetSecretValue")]) == count


def test_an_async_client_in_adaptive_mode_has_one_rate_limiter(new_async_client):
    async def limiters():
        async with new_async_client(config=Config(retries={"mode": "adaptive"})) as client:
            return [*internals.rate_limiters(client.meta.events, "GetSecretValue")]

    (limiter,) = asyncio.run(limiters())
    assert internals.no_capacity_of(internals.token_bucket_of(limiter)) is CapacityNotAvailableError
    assert callable(internals.clock_of(limiter).current_time)


def test_a_token_bucket_says_how_many_tokens_it_has_and_how_fast_it_fills(limiter):
    bucket = internals.token_bucket_of(limiter)
    assert (bucket.available_capacity, bucket.max_rate) == (0, 1)


def test_an_empty_token_bucket_refuses_not_to_block(limiter):
    bucket = internals.token_bucket_of(limiter)
    with pytest.raises(internals.no_capacity_of(bucket)):
        bucket.acquire(5, block=False)


def test_a_token_bucket_and_its_limiter_share_a_clock(limiter):
    clock = internals.clock_of(limiter)
    assert internals.token_bucket_of(limiter)._clock is clock
    assert limiter._rate_clocker._clock is clock


# --- rate limiters -----------------------------------------------------------------------------------------------


def test_a_limiter_waits_as_botocore_has_it_in_calls_that_are_not_planned(limiter, monkeypatch):
    bucket, clock = internals.token_bucket_of(limiter), internals.clock_of(limiter)
    rate_limiters.put_on_clock(limiter)
    waited = []
    monkeypatch.setattr(bucket, "_new_fill_rate_condition", _Condition(waited, clock))
    assert current.get() is None
    bucket.acquire(1)
    assert waited == [pytest.approx(1, abs=0.1)]


def test_an_async_limiter_takes_tokens_as_botocore_has_it_in_calls_that_are_not_planned(new_async_client):
    async def take():
        async with new_async_client(config=Config(retries={"mode": "adaptive"})) as client:
            (limiter,) = internals.rate_limiters(client.meta.events, "GetSecretValue")
            rate_limiters.put_on_clock(limiter)
            await internals.token_bucket_of(limiter).acquire(0)

    asyncio.run(take())


class _Condition:
    """A condition whose wait takes no time, and moves the limiter's clock."""

    def __init__(self, waited, clock):
        self.waited, self.clock = waited, clock

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wait(self, seconds):
        self.waited.append(seconds)
        self.clock.current_time._shift += seconds + 0.001


def test_a_limiter_is_put_on_the_clock_once(limiter):
    rate_limiters.put_on_clock(limiter)
    before = vars(internals.token_bucket_of(limiter))["acquire"], internals.clock_of(limiter).current_time
    rate_limiters.put_on_clock(limiter)
    after = vars(internals.token_bucket_of(limiter))["acquire"], internals.clock_of(limiter).current_time
    assert after == before
