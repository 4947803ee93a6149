"""Who answers now: the one thing that all doors of a process share.

Knows neither how calls come in nor how they are answered.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock

from botocore.client import BaseClient

from pytest_secretsmanager.doors.client import Responder, responding
from pytest_secretsmanager.engine import model

lock = RLock()
"""Held by whoever changes who answers, and what hangs on it."""

# Both are replaced whole, so that reading needs no lock.
_responders: tuple[Responder, ...] = ()
_of_functions: tuple[Responder, ...] = ()
_endpoints: frozenset[str] = frozenset()
_under_way = 0
_leavings: tuple[Callable[[], None], ...] = ()


def when_unused(leave: Callable[[], None]) -> None:
    """Registers how a door takes itself out once nobody answers any more and no call is under way."""
    global _leavings
    _leavings = (*_leavings, leave)


_in_function: ContextVar[tuple[Responder, ...]] = ContextVar("in_function", default=())
"""Whose rotation function runs in this thread or task, and whom the function itself has added since."""


def add(responder: Responder) -> None:
    """From now on this responder answers, in place of one added before."""
    global _responders
    with lock:
        _responders = (*_responders, responder)
    if running := _in_function.get():
        _in_function.set((*running, responder))


def remove(responder: Responder) -> None:
    """This responder answers no more; the one added before it does."""
    global _responders
    with lock:
        _responders = tuple(other for other in _responders if other is not responder)
        _leave_if_unused()


def is_in_use() -> bool:
    """Whether somebody answers, or a call that somebody is to answer is still under way."""
    return bool(_responders or _of_functions) or _under_way > 0


@contextmanager
def call_under_way(responder: Responder) -> Iterator[None]:
    """While botocore prepares a call that this responder is to answer, though it be left meanwhile."""
    global _under_way
    with lock:
        _under_way += 1
    before = responding.get()
    responding.set(responder)
    try:
        yield
    finally:
        # Not by a token: a coroutine that nobody awaits any more may end in another context.
        responding.set(before)
        with lock:
            _under_way -= 1
            _leave_if_unused()


@contextmanager
def function_of(responder: Responder) -> Iterator[None]:
    """While a rotation function of this responder's runs: its calls are answered there.

    So they are though somebody else adds another meanwhile, or removes this one; but one that the function itself adds
    comes before it.
    """
    global _of_functions
    with lock:
        _of_functions = (*_of_functions, responder)
    token = _in_function.set((responder,))
    try:
        yield
    finally:
        _in_function.reset(token)
        with lock:
            others = list(_of_functions)
            others.remove(responder)
            _of_functions = tuple(others)
            _leave_if_unused()


def _leave_if_unused() -> None:
    if not is_in_use():
        for leave in _leavings:
            leave()


@contextmanager
def endpoint_at(*urls: str) -> Iterator[None]:
    """While an endpoint of our own is at these URLs: its clients are let through to it."""
    global _endpoints
    with lock:
        _endpoints |= {*urls}
    try:
        yield
    finally:
        with lock:
            _endpoints -= {*urls}


def responder_for(client: BaseClient) -> Responder | None:
    """Who answers this client's calls; None: its own service does, wherever that is."""
    responders = _responders or _of_functions
    if not responders or not _is_answered_here(client):
        return None
    return _of_this_function() or responders[-1]


def _of_this_function() -> Responder | None:
    """Who answers the rotation function that runs in this thread or task, None where none runs.

    A copy of its context may outlive the function, and knows nothing of what was removed since.
    """
    running = _in_function.get()
    if not running or running[0] not in _of_functions:
        return None
    return next(responder for responder in reversed(running) if responder in (*_responders, running[0]))


def responder_of_request(client: BaseClient) -> Responder | None:
    """Who answers the request that this client is about to send: whoever answered when its call began."""
    if not _is_answered_here(client):
        return None
    # In a thread that some wrapper starts for the call, the context variable is not set.
    return responding.get() or responder_for(client)


def _is_answered_here(client: BaseClient) -> bool:
    if client.meta.service_model.service_name != model.SERVICE:
        return False
    return not _endpoints or client.meta.endpoint_url.rstrip("/") not in _endpoints
