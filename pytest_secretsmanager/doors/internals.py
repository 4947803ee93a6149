"""Private names of botocore, aiobotocore and wrapt: each one that this package uses, in one small function.

No other module uses a private name of these libraries. `tests/doors/test_internals.py` has a test for each function, so
that a version of a library that changes a name fails the test of that name.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from traceback import walk_tb
from typing import Any, TypeVar

from botocore import exceptions
from botocore.client import BaseClient
from botocore.history import get_global_history_recorder
from botocore.parsers import ResponseParser

from pytest_secretsmanager.doors.imports import module_of
from pytest_secretsmanager.engine import model

__tracebackhide__ = True

BOTOCORES = ("botocore.", "aiobotocore.")
"""The module prefixes of botocore and aiobotocore."""

_Instance = TypeVar("_Instance")

# --- methods that are wrapped --------------------------------------------------------------------------------------

MAKE_API_CALL = "_make_api_call"
"""The method of a client in which a call begins."""

MAKE_REQUEST = "_make_request"
"""The method of a client that sends a call and parses its response. All listeners that may answer a call run before."""

SEND = "_send"
"""The method of an endpoint that hands a signed request to the network."""


# --- clients -------------------------------------------------------------------------------------------------------


def body_of(client: Any, operation_name: str, parameters: Any) -> bytes | str:
    """The body that this client would send. Its serializer validates exactly if the client was built to validate."""
    operation_model = client.meta.service_model.operation_model(operation_name)
    body: bytes | str = client._serializer.serialize_to_request(parameters, operation_model)["body"]
    return body


def credentials_of(client: Any) -> Any:
    """The credentials of this client; None if it has none."""
    return client._get_credentials()


def fetched_access_key_id(credentials: Any) -> str | None:
    """The access key id of credentials that can be refreshed, without a refresh; None if they are not fetched yet."""
    access_key_id: str | None = credentials._access_key
    return access_key_id


def response_parser_of(client: Any) -> Any:
    """A new parser, as this client's endpoint makes one for a response of Secrets Manager."""
    return client._endpoint._response_parser_factory.create_parser("json")


def timestamp_parser_of(parser: Any) -> Callable[[Any], object]:
    """The function with which a response parser reads timestamps."""
    read: Callable[[Any], object] = parser._timestamp_parser
    return read


def blob_parser_of(parser: Any) -> Callable[[str], object]:
    """The function with which a response parser reads blobs."""
    read: Callable[[str], object] = parser._blob_parser
    return read


def is_default_blob_parser(read: Any) -> bool:
    """Whether this function is botocore's own parser of blobs: base64 to bytes."""
    default: Any = ResponseParser
    return getattr(read, "__func__", None) is default._default_blob_parser


def history_of(client: BaseClient) -> Any:
    """The history recorder to which this client reports its calls: each edition of botocore has its own."""
    method = getattr(type(client), "_convert_to_request_dict", None)
    return getattr(method, "__globals__", {}).get("history_recorder") or get_global_history_recorder()


def exception_class(client: BaseClient, name: str) -> Callable[..., Exception]:
    """The exception class of this name in the edition of botocore that made this client."""
    edition: dict[str, Any] = getattr(client.exceptions.ClientError.__init__, "__globals__", {})
    found: Callable[..., Exception] = edition.get(name) or getattr(exceptions, name)
    return found


def is_recording(history: Any) -> bool:
    """Whether a history recorder is enabled."""
    enabled: bool = history._enabled
    return enabled


# --- events --------------------------------------------------------------------------------------------------------


def registrations(events: Any) -> object | None:
    """The object that stands for the present listeners of an emitter; None for an emitter that is not botocore's.

    botocore's emitter makes a new look-up cache whenever a listener is added or removed, so the same cache object means
    the same listeners.
    """
    return getattr(getattr(events, "_emitter", events), "_lookup_cache", None)


def listeners_to(events: Any, operation_name: str, *names: str) -> Iterator[Callable[..., object]]:
    """The listeners to events of these names for one operation, in no order. `events` is an emitter of botocore's."""
    emitter = getattr(events, "_emitter", events)
    for name in names:
        yield from emitter._handlers.prefix_search(f"{name}.{model.SERVICE_ID}.{operation_name}")


_CALLERS_OF_LISTENERS = frozenset({"botocore.hooks", "aiobotocore.hooks"})
_AWAITING_A_LISTENER = ("aiobotocore.hooks", "aiobotocore._helpers")
"""The two modules of aiobotocore that await a listener, in the order of their frames. The second awaits more."""


def is_of_a_listener(error: BaseException) -> bool:
    """Whether a listener that is not botocore's own raised an error."""
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    direct = [module for called_by, module in pairwise(["", *modules]) if (called_by, module) != _AWAITING_A_LISTENER]
    callers = pairwise(direct)
    return any(caller in _CALLERS_OF_LISTENERS and not called.startswith(BOTOCORES) for caller, called in callers)


# --- endpoints -----------------------------------------------------------------------------------------------------


def events_of(endpoint: Any) -> Any:
    """The emitter of an endpoint."""
    return endpoint._event_emitter


def service_of(endpoint: Any) -> str:
    """The endpoint prefix of the service that an endpoint sends to, such as `secretsmanager`."""
    prefix: str = endpoint._endpoint_prefix
    return prefix


# --- attempts: requests that are answered where botocore would send them --------------------------------------------

_IS_ANSWERED_HERE = "_pytest_secretsmanager_answers"


def endpoint_of(client: Any) -> Any:
    """The part of a client that makes the attempts of a call: an `Endpoint`, or aiobotocore's `AioEndpoint`."""
    return client._endpoint


def sending_through(client: BaseClient, endpoint: object) -> BaseClient:
    """A copy of a client that sends through this endpoint; it shares everything else with the client."""
    return _copy(client, _endpoint=endpoint)


def answered_by(endpoint: Any, send: Callable[[Any], Any], events: object) -> Any:
    """A copy of an endpoint that calls `send` with each prepared request, in place of botocore's HTTP session.

    It emits its events through `events`.
    """
    return _copy(endpoint, _send=send, _event_emitter=events, **{_IS_ANSWERED_HERE: True})


def is_answered_here(endpoint: object) -> bool:
    """Whether an endpoint was made by `answered_by`."""
    return hasattr(endpoint, _IS_ANSWERED_HERE)


def sign_with(request: dict[str, Any], credentials: object) -> None:
    """Let botocore sign a request with these credentials instead of the client's own."""
    request["context"].setdefault("signing", {})["request_credentials"] = credentials


def rate_limiters(events: Any, operation_name: str) -> Iterator[Any]:
    """The rate limiters of a client in adaptive mode: one, or none in any other mode.

    None are found behind an emitter that is not botocore's.
    """
    if registrations(events) is None:
        return
    for listener in listeners_to(events, operation_name, "before-send"):
        if module_of(listener).endswith("botocore.retries.adaptive"):
            yield listener.__self__  # type: ignore[attr-defined] # a bound method


def retry_quotas(events: Any, operation_name: str) -> Iterator[Any]:
    """The retry quotas of a client in standard or adaptive mode: one, or none in legacy mode."""
    if registrations(events) is None:
        return
    for listener in listeners_to(events, operation_name, "after-call"):
        if module_of(listener) == "botocore.retries.standard":
            yield listener.__self__._quota  # type: ignore[attr-defined] # a bound method


def is_below_its_maximum(quota: Any) -> bool:
    """Whether retries have taken more tokens from a retry quota than successes have given back."""
    is_below: bool = quota.available_capacity < quota._max_capacity
    return is_below


def fill(quota: Any) -> None:
    """Fill a retry quota."""
    quota.release(quota._max_capacity)


def token_bucket_of(limiter: Any) -> Any:
    """The token bucket that a rate limiter waits for."""
    return limiter._token_bucket


def clock_of(limiter: Any) -> Any:
    """The clock of a rate limiter, which its token bucket and its meter of the rate share."""
    return limiter._clock


def no_capacity_of(bucket: Any) -> type[Exception]:
    """The error of an empty token bucket; each edition of botocore has its own class."""
    error: type[Exception] = type(bucket).acquire.__globals__["CapacityNotAvailableError"]
    return error


def _copy(instance: _Instance, **changed: object) -> _Instance:
    """A shallow copy with some attributes changed. `copy.copy` would ask clients for methods that they don't have.

    The copy of a proxy is a copy of the object behind it. A method that other code has replaced on the instance is left
    out: it would call the original instance.
    """
    kind = instance.__class__  # of a proxy too, whose `type` is its own
    kept = {name: value for name, value in vars(instance).items() if not callable(getattr(kind, name, None))}
    new = object.__new__(kind)
    new.__dict__.update(kept, **changed)
    return new


# --- wrapt ---------------------------------------------------------------------------------------------------------


def wrapper_of(layer: Any) -> object:
    """The function that one of wrapt's wrappers calls."""
    return layer._self_wrapper


def function_of(method: Any) -> Callable[..., Any]:
    """The function of a bound method. If code calls a method of a class with its instance, wrapt binds the two."""
    function: Callable[..., Any] = getattr(method, "__func__", None) or method.__wrapped__
    return function


def parent_of(binding: Any) -> Any:
    """The wrapper behind a binding to a class or an instance."""
    return binding._self_parent
