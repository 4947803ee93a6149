"""Who answers now: the one thing that all doors of a process share.

Knows neither how calls come in nor how they are answered.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from botocore.client import BaseClient

from pytest_secretsmanager.doors.client import Responder, responding
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.layers.forked import warn_of_first_write
from pytest_secretsmanager.engine.locks import Lock

lock = Lock()
"""Held by whoever changes who answers, and what hangs on it."""


@dataclass(slots=True, eq=False)
class _RunningFunction:
    """A rotation function while it runs: whose it is, and whom it has added itself."""

    responder: Responder
    added: tuple[Responder, ...] = ()


# Each is replaced whole, so that reading needs no lock.
_responders: tuple[Responder, ...] = ()
_functions: tuple[_RunningFunction, ...] = ()
_endpoints: frozenset[str] = frozenset()
_under_way = 0
_leavings: tuple[Callable[[], None], ...] = ()


def when_unused(leave: Callable[[], None]) -> None:
    """Registers how a door takes itself out once nobody answers any more and no call is under way."""
    global _leavings
    _leavings = (*_leavings, leave)


_in_function: ContextVar[_RunningFunction | None] = ContextVar("in_function", default=None)
"""The rotation function that runs in this thread or task. A copy of its context may outlive it."""


def add(responder: Responder) -> None:
    """From now on this responder answers, in place of one added before."""
    global _responders
    with lock:
        _responders = (*_responders, responder)
        if function := _function_here():
            function.added = (*function.added, responder)


def remove(responder: Responder) -> None:
    """This responder answers no more; the one added before it does."""
    global _responders
    with lock:
        _responders = _without(_responders, responder)
        for function in _functions:
            function.added = _without(function.added, responder)
        _leave_if_unused()


def _without(responders: tuple[Responder, ...], left: Responder) -> tuple[Responder, ...]:
    return tuple(responder for responder in responders if responder is not left)


def is_in_use() -> bool:
    """Whether somebody answers, or a call that somebody is to answer is still under way."""
    return bool(_responders or _functions) or _under_way > 0


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
    global _functions
    function = _RunningFunction(responder)
    with lock:
        _functions = (*_functions, function)
    token = _in_function.set(function)
    try:
        yield
    finally:
        _in_function.reset(token)
        with lock:
            _functions = tuple(other for other in _functions if other is not function)
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
    responders, functions = _responders, _functions
    if not (responders or functions) or not _is_answered_here(client):
        return None
    if functions and (function := _function_here()):
        return (function.responder, *function.added)[-1]
    return responders[-1] if responders else functions[-1].responder


def _function_here() -> _RunningFunction | None:
    function = _in_function.get()
    return function if function in _functions else None


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


# --- forking -------------------------------------------------------------------------------------------------------


def _after_fork_in_child() -> None:
    """Lets the first write warn: those that answered at the fork answer in this process too, each from a copy."""
    layer = warn_of_first_write()
    for service in {responder.service for responder in (*_responders, *(one.responder for one in _functions))}:
        service.put_around(layer)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
