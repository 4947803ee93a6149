"""The private names of botocore and aiobotocore that the doors rely on: one function for each.

tests/doors/test_internals.py says what is expected of each name, so that a new botocore names its own culprit.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from botocore.client import BaseClient

from pytest_secretsmanager.doors.listeners import listeners_to, module_of


def credentials_of(client: Any) -> Any:
    """The credentials of this client; None: it has none."""
    return client._get_credentials()  # noqa: SLF001 - no public name


# --- attempts: requests that are answered where botocore would send them --------------------------------------------

_Instance = TypeVar("_Instance")

_IS_ANSWERED_HERE = "_pytest_secretsmanager_answers"


def endpoint_of(client: BaseClient) -> Any:
    """The part of a client that makes the attempts of a call: an `Endpoint`, or aiobotocore's `AioEndpoint`."""
    return client._endpoint  # type: ignore[attr-defined] # noqa: SLF001 - no public name


def sending_through(client: BaseClient, endpoint: object) -> BaseClient:
    """A copy of a client that sends through this endpoint; it shares everything else with the client."""
    return _copy(client, _endpoint=endpoint)


def answered_by(endpoint: Any, send: Callable[[Any], Any]) -> Any:
    """A copy of an endpoint that calls `send` with each prepared request, in place of botocore's HTTP session."""
    return _copy(endpoint, _send=send, **{_IS_ANSWERED_HERE: True})


def is_answered_here(endpoint: object) -> bool:
    """Whether an endpoint was made by `answered_by`."""
    return hasattr(endpoint, _IS_ANSWERED_HERE)


def emitting_through(endpoint: Any, events: object) -> Any:
    """A copy of an endpoint that emits its events through this emitter."""
    return _copy(endpoint, _event_emitter=events)


def sign_with(request: dict[str, Any], credentials: object) -> None:
    """Let botocore sign a request with these credentials, and not ask for the client's own."""
    request["context"].setdefault("signing", {})["request_credentials"] = credentials


def rate_limiters(events: Any, operation_name: str) -> Iterator[Any]:
    """The rate limiters of a client in adaptive mode: one, or none in any other mode."""
    for listener in listeners_to(events, operation_name, "before-send"):
        if module_of(listener).endswith("botocore.retries.adaptive"):
            yield listener.__self__  # type: ignore[attr-defined] # a bound method


def token_bucket_of(limiter: Any) -> Any:
    """The token bucket that a rate limiter waits for."""
    return limiter._token_bucket  # noqa: SLF001 - no public name


def clock_of(limiter: Any) -> Any:
    """The clock of a rate limiter, which its token bucket and its meter of the rate share."""
    return limiter._clock  # noqa: SLF001 - no public name


def no_capacity_of(bucket: Any) -> type[Exception]:
    """The error that says that a token bucket is empty; each edition of botocore has a class of its own."""
    error: type[Exception] = type(bucket).acquire.__globals__["CapacityNotAvailableError"]
    return error


def _copy(instance: _Instance, **changed: object) -> _Instance:
    """A shallow copy with some attributes changed. `copy.copy` would ask clients for methods that they don't have."""
    new = object.__new__(type(instance))
    new.__dict__.update(instance.__dict__, **changed)
    return new
