"""The sync door: wrapt around `BaseClient._make_api_call`, for every client of this process.

It is put in place once and stays: others (OpenTelemetry, X-Ray) wrap the same method, before us or after, so taking our
wrapper out again could take theirs with it. While no responder is active it passes every call through.
"""

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

import wrapt
from botocore.client import BaseClient

from pytest_secretsmanager.doors.client import MakeApiCall, Responder, answer
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Reply

_METHOD = "_make_api_call"

_lock = Lock()
_active: tuple[Responder, ...] = ()
"""Who answers: the last one that was activated and not deactivated since. Replaced whole, so reading needs no lock."""


def activate(responder: Responder) -> None:
    """From now on this responder answers every Secrets Manager call, in place of one activated before."""
    global _active
    with _lock:
        _install()
        _active = (*_active, responder)


def deactivate(responder: Responder) -> None:
    """This responder answers no more; the one activated before it does, or else AWS."""
    global _active
    with _lock:
        _active = tuple(other for other in _active if other is not responder)


if TYPE_CHECKING:
    _FunctionWrapper = wrapt.FunctionWrapper[..., Reply]
else:
    _FunctionWrapper = wrapt.FunctionWrapper


class _Door(_FunctionWrapper):
    """A type of our own, so that our wrapper is known among others."""


def _install() -> None:
    """Puts the door in place, unless it is there: somebody's unwrapping may have removed it since the last time."""
    outermost = BaseClient.__dict__[_METHOD]
    if not any(isinstance(wrapper, _Door) for wrapper in _chain(outermost)):
        setattr(BaseClient, _METHOD, _Door(outermost, _make_api_call))


def _chain(wrapper: object) -> Iterator[object]:
    while wrapper is not None:
        yield wrapper
        wrapper = getattr(wrapper, "__wrapped__", None)


def _make_api_call(wrapped: MakeApiCall, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reply:
    __tracebackhide__ = True
    active = _active
    if not active or client.meta.service_model.service_name != model.SERVICE:
        return wrapped(*args, **kwargs)
    return answer(active[-1], client, wrapped, *args, **kwargs)
