"""The sync door: wrapt around two methods of `BaseClient`, for every client of this process.

`_make_api_call` is where a call begins; `_make_request` is where botocore would send it, once every listener has had
its say. Both wrappers are put in place once and stay: others (OpenTelemetry, X-Ray) wrap the same methods, before us
or after, so taking our wrappers out again could take theirs with them. While no responder is active they pass every
call through.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

import wrapt
from botocore.client import BaseClient

from pytest_secretsmanager.doors import client as door
from pytest_secretsmanager.doors.client import Responder
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Reply

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""

_lock = Lock()
_active: tuple[Responder, ...] = ()
"""Who answers: the last one that was activated and not deactivated since. Replaced whole, so reading needs no lock."""

_others_inside = False
"""Whether somebody else's wrapper stands between ours and botocore's own method, and so has to be called."""


def activate(responder: Responder) -> None:
    """From now on this responder answers every Secrets Manager call, in place of one activated before."""
    global _active, _others_inside
    with _lock:
        inner = _install("_make_api_call", _make_api_call)
        _install("_make_request", _make_request)
        _others_inside = not _is_botocores(inner)
        _active = (*_active, responder)


def deactivate(responder: Responder) -> None:
    """This responder answers no more; the one activated before it does, or else AWS."""
    global _active
    with _lock:
        _active = tuple(other for other in _active if other is not responder)


def _make_api_call(wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reply:
    active = _active
    if not active or client.meta.service_model.service_name != model.SERVICE:
        result: Reply = wrapped(*args, **kwargs)
        return result
    return door.answer(active[-1], client, wrapped, _others_inside, *args, **kwargs)


def _make_request(wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    # In a thread that some wrapper starts for the call, the context variable is not set.
    responder = door.responding.get() or (_active[-1] if _active else None)
    if responder is None or client.meta.service_model.service_name != model.SERVICE:
        return wrapped(*args, **kwargs)
    return door.answer_request(responder, client, *args, **kwargs)


def _install(method: str, wrapper: Callable[..., Any]) -> object:
    """Puts a wrapper in place, unless it is there, and gives what it wraps. Others may have taken it out meanwhile."""
    outermost = BaseClient.__dict__[method]
    for layer in _layers(outermost):
        if getattr(layer, "_self_wrapper", None) is wrapper:
            return getattr(layer, "__wrapped__", None)
    setattr(BaseClient, method, wrapt.FunctionWrapper(outermost, wrapper))
    return outermost


def _layers(method: object) -> Iterator[object]:
    while method is not None:
        yield method
        method = getattr(method, "__wrapped__", None)


def _is_botocores(method: object) -> bool:
    """Whether a method is botocore's own code, whatever names a decorator has copied onto it."""
    module = getattr(method, "__globals__", {}).get("__name__", "")
    return type(method).__name__ == "function" and module.startswith("botocore.")
