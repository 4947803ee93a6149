"""Which manager answers now: the one thing that all doors of a process share.

Knows neither how calls come in nor how they are answered. Each collection is replaced whole, so that a reader needs no
lock, and holds what it holds once, so that adding and removing can be repeated after an interrupt.
"""

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import get_ident
from types import FrameType

from botocore.client import BaseClient

from pytest_secretsmanager.doors.client import Responder, responding
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.errors import NetworkBlocked
from pytest_secretsmanager.engine.interrupts import taken_back, whole
from pytest_secretsmanager.engine.layers.forked import Layer, generation, warn_of_first_write
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.service import Service

__tracebackhide__ = True

lock = Lock()
"""Held while a responder, a function, a call or an endpoint is added or removed."""


@dataclass(slots=True, eq=False)
class RunningFunction:
    """A rotation function while it runs: the responder of its manager, and those that it has added itself.

    `thread` is the thread that runs it. A function is cut off when its manager is left, or its test is over, while it
    still runs in another thread: from then on it answers no other program's calls. `refuses` says that its own calls
    are not answered either: the test's secrets are gone, and those of the next test are none of its business.
    """

    name: str
    responder: Responder
    thread: int = field(default_factory=get_ident)
    added: tuple[Responder, ...] = ()
    is_cut_off: bool = False
    refuses: bool = False

    @property
    def frame(self) -> FrameType | None:
        """Where it is just now; None when its thread has ended."""
        return sys._current_frames().get(self.thread)  # noqa: SLF001 - documented, for debugging


_responders: tuple[Responder, ...] = ()
_functions: tuple[RunningFunction, ...] = ()
_endpoints: frozenset[str] = frozenset()
_under_way: frozenset[object] = frozenset()
_leavings: tuple[Callable[[], None], ...] = ()


def when_unused(leave: Callable[[], None]) -> None:
    """Registers how a door takes itself out once no manager answers any more and no call is under way."""
    global _leavings
    _leavings = (*_leavings, leave)


_in_function: ContextVar[RunningFunction | None] = ContextVar("in_function", default=None)
"""The rotation function that runs in this thread or task. A copy of its context may outlive it."""


def add(responder: Responder) -> None:
    """From now on this responder answers, in place of one added before."""
    global _responders
    with lock:
        if _copies is not None:
            _mark_copy(responder.service, _copies)
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
    """Whether a responder answers, or a call that one is to answer is still under way."""
    return bool(_responders or _functions or _under_way)


def call_under_way(responder: Responder) -> AbstractContextManager[None]:
    """While botocore prepares a call that this responder is to answer, though its manager may be left meanwhile."""
    call = object()
    before = responding.get()

    def begin() -> None:
        global _under_way
        with lock:
            _under_way |= {call}
        responding.set(responder)

    def end() -> None:
        global _under_way
        # Not by a token: a coroutine that is thrown away may end in another context.
        responding.set(before)
        with lock:
            _under_way -= {call}
            _leave_if_unused()

    return taken_back(begin, end)


def run_function(responder: Responder, name: str, body: Callable[[RunningFunction], object]) -> object:
    """Runs a rotation function of this responder: its calls are answered there.

    So they are though another responder is added meanwhile, or this one removed; but one that the function itself adds
    comes before it.
    """
    function = RunningFunction(name, responder)
    before = _in_function.get()

    def begin() -> None:
        global _functions
        with lock:
            _functions = (*_functions, function)
        _in_function.set(function)

    def end() -> None:
        global _functions
        _in_function.set(before)
        with lock:
            _functions = tuple(other for other in _functions if other is not function)
            _leave_if_unused()

    return whole(begin, lambda: body(function), end)


def is_any_function_running() -> bool:
    """Whether a rotation function runs, of any manager: few tests have one."""
    return bool(_functions)


def functions_of(responder: Responder) -> list[RunningFunction]:
    """The functions of this responder that run in other threads."""
    return [function for function in _functions if function.responder is responder and function.thread != get_ident()]


def cut_off(functions: Iterable[RunningFunction], *, refuse: bool) -> list[RunningFunction]:
    """Cuts functions off, and gives those that were not cut off yet."""
    new = []
    with lock:
        for function in functions:
            if not function.is_cut_off:
                new.append(function)
            function.is_cut_off = True
            function.refuses = function.refuses or refuse
    return new


def _leave_if_unused() -> None:
    if not is_in_use():
        for leave in _leavings:
            leave()


def endpoint_at(*urls: str) -> AbstractContextManager[None]:
    """While an endpoint of our own is at these URLs: its clients are let through to it."""

    def begin() -> None:
        global _endpoints
        with lock:
            _endpoints |= {*urls}

    def end() -> None:
        global _endpoints
        with lock:
            _endpoints -= {*urls}

    return taken_back(begin, end)


def responder_for(client: BaseClient) -> Responder | None:
    """The responder that answers this client's calls; None: its own service does, wherever that is."""
    responders, functions = _responders, _functions
    if not (responders or functions) or not _is_answered_here(client):
        return None
    if functions and (function := _function_here()):
        _require_its_test(function)
        return (function.responder, *function.added)[-1]
    if responders:
        return responders[-1]
    return next((function.responder for function in reversed(functions) if not function.is_cut_off), None)


def _function_here() -> RunningFunction | None:
    function = _in_function.get()
    return function if function in _functions else None


def _require_its_test(function: RunningFunction) -> None:
    if function.refuses and not function.added:
        raise NetworkBlocked(
            f"the rotation function {function.name} outlived the test that it was called in: its calls are not "
            "answered any more, and do not reach AWS"
        )


def responder_of_request(client: BaseClient) -> Responder | None:
    """The responder of the request that this client is about to send: the one that answered when its call began."""
    if not _is_answered_here(client):
        return None
    # In a thread that some wrapper starts for the call, the context variable is not set.
    return responding.get() or responder_for(client)


def _is_answered_here(client: BaseClient) -> bool:
    if client.meta.service_model.service_name != model.SERVICE:
        return False
    return not _endpoints or client.meta.endpoint_url.rstrip("/") not in _endpoints


# --- forking -------------------------------------------------------------------------------------------------------


_copies: Layer | None = None
"""In a child: the layer that lets the first write to a copy of the parent's secrets warn."""


def _mark_copy(service: Service, layer: Layer) -> None:
    """Puts the layer around a service that was made before the fork, once."""
    if service.generation != generation():
        service.generation = generation()
        service.put_around(layer)


def _after_fork_in_child() -> None:
    """Leaves out the threads that are not there any more, and lets the first write warn.

    The managers that answered at the fork answer in this process too, each from a copy of its secrets.
    """
    global _copies, _functions, _under_way
    _copies = warn_of_first_write()
    services = {responder.service for responder in (*_responders, *(one.responder for one in _functions))}
    _functions = tuple(function for function in _functions if function.thread == get_ident())
    _under_way = frozenset()
    for service in services:
        _mark_copy(service, _copies)
        service.effects.rotations.forget_other_threads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
