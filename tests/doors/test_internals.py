"""Private names of botocore, aiobotocore and wrapt: one test for each function of `doors.internals`.

A failure here means that the installed version of the named library has changed that name.
"""

import asyncio
import base64
import contextlib
import inspect
import threading
from types import SimpleNamespace
from typing import Any

import botocore.client
import botocore.endpoint
import botocore.exceptions
import botocore.history
import botocore.session
import pytest
import wrapt
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.endpoint import Endpoint
from botocore.exceptions import CapacityNotAvailableError, NoCredentialsError, ParamValidationError
from botocore.parsers import DEFAULT_TIMESTAMP_PARSER

from pytest_secretsmanager.doors import internals, rate_limiters
from pytest_secretsmanager.doors.attempts import current

KEYS = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}


@pytest.fixture
def plain_client(new_client: Any) -> Any:
    return new_client()


@pytest.fixture
def async_client(new_async_client: Any) -> Any:
    """An aiobotocore client, created and closed in an event loop."""

    async def make() -> Any:
        async with new_async_client() as client:
            return client

    return asyncio.run(make())


def listener(**_: Any) -> None:
    """A listener to an event."""


# --- methods that are wrapped ----------------------------------------------------------------------------------------


def test_botocore_begins_a_call_in_make_api_call_with_operation_and_parameters() -> None:
    method = vars(botocore.client.BaseClient)[internals.MAKE_API_CALL]
    assert list(inspect.signature(method).parameters) == ["self", "operation_name", "api_params"]


def test_botocore_sends_a_call_in_make_request_with_operation_model_and_request() -> None:
    method = vars(botocore.client.BaseClient)[internals.MAKE_REQUEST]
    assert list(inspect.signature(method).parameters)[:3] == ["self", "operation_model", "request_dict"]


def test_botocore_hands_a_request_to_the_network_in_send() -> None:
    method = vars(botocore.endpoint.Endpoint)[internals.SEND]
    assert list(inspect.signature(method).parameters) == ["self", "request"]


@pytest.mark.parametrize("name", [internals.MAKE_API_CALL, internals.MAKE_REQUEST])
def test_aiobotocore_has_the_methods_of_a_call_as_coroutine_functions(name: str) -> None:
    module = pytest.importorskip("aiobotocore.client")
    assert inspect.iscoroutinefunction(vars(module.AioBaseClient)[name])


def test_aiobotocore_hands_a_request_to_the_network_in_send() -> None:
    module = pytest.importorskip("aiobotocore.endpoint")
    assert inspect.iscoroutinefunction(vars(module.AioEndpoint)[internals.SEND])


# --- clients ---------------------------------------------------------------------------------------------------------


def test_a_botocore_client_has_a_serializer_that_makes_a_body(plain_client: Any) -> None:
    assert internals.body_of(plain_client, "GetSecretValue", {"SecretId": "db"}) in (
        b'{"SecretId": "db"}',
        '{"SecretId": "db"}',
    )


def test_the_serializer_of_a_botocore_client_validates(plain_client: Any) -> None:
    with pytest.raises(ParamValidationError):
        internals.body_of(plain_client, "GetSecretValue", {"SecretId": 1})


def test_a_botocore_client_has_its_credentials(plain_client: Any) -> None:
    credentials = internals.credentials_of(plain_client)
    assert (credentials.access_key, credentials.method) == ("AKIATEST", "explicit")


def test_an_aiobotocore_client_has_its_credentials(async_client: Any) -> None:
    assert internals.credentials_of(async_client).access_key == "AKIATEST"


def test_refreshable_credentials_of_aiobotocore_hold_the_access_key_id_that_was_fetched() -> None:
    module = pytest.importorskip("aiobotocore.credentials")
    credentials = module.AioDeferredRefreshableCredentials(None, "assume-role")
    assert internals.fetched_access_key_id(credentials) is None
    with pytest.raises(NotImplementedError):
        _ = credentials.access_key


def test_a_botocore_client_makes_a_response_parser_with_a_timestamp_parser(plain_client: Any) -> None:
    parser = internals.response_parser_of(plain_client)
    assert internals.timestamp_parser_of(parser) is DEFAULT_TIMESTAMP_PARSER


def test_a_botocore_client_makes_a_response_parser_with_a_blob_parser(plain_client: Any) -> None:
    read = internals.blob_parser_of(internals.response_parser_of(plain_client))
    assert internals.is_default_blob_parser(read)
    assert read(base64.b64encode(b"hunter2").decode()) == b"hunter2"


def test_a_blob_parser_of_another_kind_is_not_botocores_default() -> None:
    assert not internals.is_default_blob_parser(lambda text: text)


def test_an_aiobotocore_client_makes_a_response_parser_with_botocores_parsers(async_client: Any) -> None:
    parser = internals.response_parser_of(async_client)
    assert internals.timestamp_parser_of(parser) is DEFAULT_TIMESTAMP_PARSER
    assert internals.is_default_blob_parser(internals.blob_parser_of(parser))


def test_the_history_recorder_of_a_botocore_client_is_botocores_global_one(plain_client: Any) -> None:
    method = vars(botocore.client.BaseClient)["_convert_to_request_dict"]
    recorder = method.__globals__["history_recorder"]
    assert internals.history_of(plain_client) is recorder is botocore.history.get_global_history_recorder()


def test_a_botocore_client_knows_the_exception_classes_of_its_edition(plain_client: Any) -> None:
    assert internals.exception_class(plain_client, "ReadTimeoutError") is botocore.exceptions.ReadTimeoutError


def test_the_history_recorder_of_botocore_shows_whether_it_is_enabled() -> None:
    recorder = botocore.history.HistoryRecorder()
    assert not internals.is_recording(recorder)
    recorder.enable()
    assert internals.is_recording(recorder)


# --- events ----------------------------------------------------------------------------------------------------------


def test_the_registrations_of_a_botocore_emitter_change_only_with_a_listener(plain_client: Any) -> None:
    events = plain_client.meta.events
    before = internals.registrations(events)
    assert before is not None
    assert internals.registrations(events) is before
    events.register("before-call.secrets-manager", listener)
    after = internals.registrations(events)
    assert after is not before
    events.unregister("before-call.secrets-manager", listener)
    assert internals.registrations(events) is not after


def test_the_registrations_of_an_aiobotocore_emitter_change_with_a_listener(async_client: Any) -> None:
    before = internals.registrations(async_client.meta.events)
    async_client.meta.events.register("before-call.secrets-manager", listener)
    assert internals.registrations(async_client.meta.events) is not before


def test_an_emitter_that_is_not_botocores_has_no_registrations() -> None:
    assert internals.registrations(object()) is None


@pytest.mark.parametrize("event", ["before-call", "before-call.secrets-manager", "before-call.*.GetSecretValue"])
def test_the_listeners_of_a_botocore_emitter_are_found_by_event_and_operation(plain_client: Any, event: str) -> None:
    plain_client.meta.events.register(event, listener)
    assert listener in internals.listeners_to(plain_client.meta.events, "GetSecretValue", "after-call", "before-call")


def test_the_listeners_of_an_aiobotocore_emitter_are_found(async_client: Any) -> None:
    async_client.meta.events.register("before-call.secrets-manager", listener)
    assert listener in internals.listeners_to(async_client.meta.events, "GetSecretValue", "before-call")


def raising(**_: Any) -> None:
    raise RuntimeError("on purpose")


async def raising_later(**_: Any) -> None:
    raise RuntimeError("on purpose")


def test_an_error_of_a_listener_to_a_botocore_emitter_is_recognised(plain_client: Any) -> None:
    plain_client.meta.events.register("before-call.secrets-manager", raising)
    with pytest.raises(RuntimeError, match="on purpose") as caught:
        plain_client.meta.events.emit("before-call.secrets-manager")
    assert internals.is_of_a_listener(caught.value)


@pytest.mark.parametrize("listener", [raising, raising_later])
def test_an_error_of_a_listener_to_an_aiobotocore_emitter_is_recognised(async_client: Any, listener: Any) -> None:
    async_client.meta.events.register("before-call.secrets-manager", listener)
    with pytest.raises(RuntimeError, match="on purpose") as caught:
        asyncio.run(async_client.meta.events.emit("before-call.secrets-manager"))
    assert internals.is_of_a_listener(caught.value)


def test_an_error_of_botocores_signer_is_not_recognised_as_one_of_a_listener(empty_home: Any) -> None:
    client: Any = botocore.session.Session().create_client("secretsmanager", region_name="us-east-1")
    with pytest.raises(NoCredentialsError) as caught:
        client.list_secrets()
    assert not internals.is_of_a_listener(caught.value)


# --- endpoints -------------------------------------------------------------------------------------------------------


@pytest.fixture
def endpoints(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The endpoints of the clients that the test creates."""
    made: list[Any] = []
    create = botocore.endpoint.EndpointCreator.create_endpoint

    def create_endpoint(*args: Any, **kwargs: Any) -> Any:
        made.append(create(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(botocore.endpoint.EndpointCreator, "create_endpoint", create_endpoint)
    return made


def test_a_botocore_endpoint_has_the_emitter_of_its_client(endpoints: list[Any], new_client: Any) -> None:
    client = new_client()
    (endpoint,) = endpoints
    client.meta.events.register("before-send.secrets-manager", listener)
    assert listener in internals.listeners_to(internals.events_of(endpoint), "GetSecretValue", "before-send")


def test_a_botocore_endpoint_names_its_service(endpoints: list[Any], new_client: Any) -> None:
    new_client()
    assert internals.service_of(endpoints[0]) == "secretsmanager"


# --- wrapt -----------------------------------------------------------------------------------------------------------


def replacement(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    return wrapped(*args, **kwargs)


class Wrapped:
    method = wrapt.FunctionWrapper(lambda _: None, replacement)


def test_a_wrapper_of_wrapt_has_the_function_that_it_calls() -> None:
    assert internals.wrapper_of(vars(Wrapped)["method"]) is replacement


def test_a_method_has_a_function_whether_python_or_wrapt_has_bound_it() -> None:
    class Owner:
        def method(self) -> None:
            """Wrapped below."""

    seen: list[Any] = []
    function = Owner.method
    wrapt.wrap_function_wrapper(Owner, "method", lambda wrapped, *_: seen.append(wrapped))
    Owner().method()
    Owner.method(Owner())
    assert [internals.function_of(wrapped) for wrapped in seen] == [function, function]


def test_a_bound_wrapper_of_wrapt_has_the_wrapper_behind_it() -> None:
    assert isinstance(Wrapped.method, wrapt.BoundFunctionWrapper)
    assert internals.parent_of(Wrapped.method) is vars(Wrapped)["method"]


# --- attempts --------------------------------------------------------------------------------------------------------

ANSWER = ("response", {"ResponseMetadata": {}})


@pytest.fixture
def limiter(new_client):
    client = new_client(config=Config(retries={"mode": "adaptive"}))
    (limiter,) = internals.rate_limiters(client.meta.events, "GetSecretValue")
    return limiter


def test_the_endpoint_of_a_botocore_client_is_a_botocore_endpoint(new_client):
    assert isinstance(internals.endpoint_of(new_client()), Endpoint)


def test_the_endpoint_of_an_aiobotocore_client_is_an_aiobotocore_endpoint(new_async_client):
    async def endpoint():
        async with new_async_client() as client:
            return internals.endpoint_of(client)

    found = asyncio.run(endpoint())
    assert type(found).__name__ == "AioEndpoint"
    assert isinstance(found, Endpoint)


def test_a_botocore_client_sends_its_requests_through_its_endpoint(new_client):
    client = new_client()
    other = internals.sending_through(client, SimpleNamespace(make_request=lambda *_: ANSWER))
    assert isinstance(other, BaseClient)
    assert other.meta is client.meta
    assert other._make_request(None, {}, {}) == ANSWER


def test_a_botocore_endpoint_sends_each_prepared_request_through_send(new_client):
    endpoint = internals.endpoint_of(new_client())
    other = internals.answered_by(endpoint, lambda request: ("sent", request), None)
    assert other._send("request") == ("sent", "request")
    assert "_send" in Endpoint._do_get_response.__code__.co_names
    assert "_send" not in vars(endpoint)


def test_is_answered_here_recognises_a_botocore_endpoint_that_answered_by_made(new_client):
    endpoint = internals.endpoint_of(new_client())
    assert internals.is_answered_here(internals.answered_by(endpoint, print, None))
    assert not internals.is_answered_here(endpoint)


def test_a_botocore_endpoint_emits_its_events_through_its_emitter(new_client):
    client = new_client()
    endpoint = internals.endpoint_of(client)
    assert endpoint._event_emitter is client.meta.events
    emitted = []
    events = SimpleNamespace(emit=lambda name, **_: emitted.append(name) or [])
    model = client.meta.service_model.operation_model("GetSecretValue")
    assert internals.answered_by(endpoint, print, events)._needs_retry(1, model, {}) is False
    assert emitted == ["needs-retry.secrets-manager.GetSecretValue"]


def test_sign_with_makes_botocore_sign_a_request_with_given_credentials(new_client):
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
    endpoint = internals.answered_by(internals.endpoint_of(client), _refuse, client.meta.events)
    sender = internals.sending_through(client, endpoint)
    with pytest.raises(ConnectionRefusedError):
        sender.get_random_password()
    assert b"Credential=AKIAOTHER/" in signed[0]


def _refuse(_):
    raise ConnectionRefusedError


@pytest.mark.parametrize(("mode", "count"), [("legacy", 0), ("standard", 0), ("adaptive", 1)])
def test_a_botocore_client_has_one_rate_limiter_in_adaptive_mode_only(new_client, mode, count):
    client = new_client(config=Config(retries={"mode": mode}))
    assert len([*internals.rate_limiters(client.meta.events, "GetSecretValue")]) == count


def test_an_aiobotocore_client_in_adaptive_mode_has_one_rate_limiter(new_async_client):
    async def limiters():
        async with new_async_client(config=Config(retries={"mode": "adaptive"})) as client:
            return [*internals.rate_limiters(client.meta.events, "GetSecretValue")]

    (limiter,) = asyncio.run(limiters())
    assert internals.no_capacity_of(internals.token_bucket_of(limiter)) is CapacityNotAvailableError
    assert callable(internals.clock_of(limiter).current_time)


def test_a_botocore_token_bucket_has_its_capacity_and_its_rate(limiter):
    bucket = internals.token_bucket_of(limiter)
    assert (bucket.available_capacity, bucket.max_rate) == (0, 1)


def test_an_empty_botocore_token_bucket_raises_if_it_may_not_block(limiter):
    bucket = internals.token_bucket_of(limiter)
    with pytest.raises(internals.no_capacity_of(bucket)):
        bucket.acquire(5, block=False)


def test_a_botocore_token_bucket_and_its_rate_limiter_share_a_clock(limiter):
    clock = internals.clock_of(limiter)
    assert internals.token_bucket_of(limiter)._clock is clock
    assert limiter._rate_clocker._clock is clock


@pytest.mark.parametrize(("mode", "count"), [("legacy", 0), ("standard", 1), ("adaptive", 1)])
def test_a_botocore_client_has_one_retry_quota_in_the_newer_modes_only(new_client, mode, count):
    client = new_client(config=Config(retries={"mode": mode}))
    assert len([*internals.retry_quotas(client.meta.events, "GetSecretValue")]) == count


def test_a_botocore_retry_quota_can_be_filled(new_client):
    client = new_client(config=Config(retries={"mode": "standard"}))
    (quota,) = internals.retry_quotas(client.meta.events, "GetSecretValue")
    full = quota.available_capacity
    assert not internals.is_below_its_maximum(quota)
    quota.acquire(7)
    assert internals.is_below_its_maximum(quota)
    internals.fill(quota)
    assert quota.available_capacity == full


# --- rate limiters -----------------------------------------------------------------------------------------------


def test_a_rate_limiter_on_the_clock_waits_as_in_botocore_for_a_call_without_a_plan(limiter, monkeypatch):
    bucket, clock = internals.token_bucket_of(limiter), internals.clock_of(limiter)
    rate_limiters.put_on_clock(limiter)
    waited = []
    monkeypatch.setattr(bucket, "_new_fill_rate_condition", _Condition(waited, clock))
    assert current.get() is None
    bucket.acquire(1)
    assert waited == [pytest.approx(1, abs=0.1)]


def test_an_async_rate_limiter_on_the_clock_takes_tokens_for_a_call_without_a_plan(new_async_client):
    async def take():
        async with new_async_client(config=Config(retries={"mode": "adaptive"})) as client:
            (limiter,) = internals.rate_limiters(client.meta.events, "GetSecretValue")
            rate_limiters.put_on_clock(limiter)
            await internals.token_bucket_of(limiter).acquire(0)

    asyncio.run(take())


class _Condition:
    """A condition whose `wait` takes no time and moves the limiter's clock."""

    def __init__(self, waited, clock):
        self.waited, self.clock = waited, clock

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wait(self, seconds):
        self.waited.append(seconds)
        self.clock.current_time._shift += seconds + 0.001


def test_put_on_clock_changes_a_rate_limiter_only_once(limiter):
    rate_limiters.put_on_clock(limiter)
    before = vars(internals.token_bucket_of(limiter))["acquire"], internals.clock_of(limiter).current_time
    rate_limiters.put_on_clock(limiter)
    after = vars(internals.token_bucket_of(limiter))["acquire"], internals.clock_of(limiter).current_time
    assert after == before


def test_two_threads_do_not_read_the_time_of_a_limiter_at_once(limiter):
    """The time of one thread would otherwise overwrite the shift that the other has just made."""
    both = threading.Barrier(2, timeout=0.05)
    clock, met = internals.clock_of(limiter), []

    def real():
        with contextlib.suppress(threading.BrokenBarrierError):
            met.append(both.wait())
        return 0.0

    rate_limiters.put_on_clock(limiter)
    clock.current_time._real = real
    threads = [threading.Thread(target=clock.current_time) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == []
