"""The switchboard: which manager answers a call, and all other state that belongs to the process, not to a manager.

It knows neither how calls come in nor how they are answered. A change replaces a whole collection, so readers need no
lock. A collection holds each item once, so that adding and removing can be repeated after an interrupt. Nothing is
registered before the first manager is entered or the first function runs.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, Self

from botocore.client import BaseClient

from pytest_secretsmanager.doors.imports import Followed
from pytest_secretsmanager.doors.responder import Responder, calling_from, responding
from pytest_secretsmanager.doors.running import RunningFunction, RunningFunctions, in_function
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Site
from pytest_secretsmanager.engine.interrupts import taken_back, whole
from pytest_secretsmanager.engine.layers.forked import Layer, generation, warn_of_first_write
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.surroundings.process import Environment

__tracebackhide__ = True


class Door(Protocol):
    """A way in for the calls of one library. Both methods are idempotent and need the lock of the switchboard."""

    def wrap(self) -> None:
        """Answer the library's calls from now on."""

    def unwrap(self) -> None:
        """Leave the library as it was."""


class Switchboard:
    """The responders that answer, the functions that run, and the calls under way, of one process.

    Its doors are wrapped while it has a responder, a running function, or a call under way. Of several responders, the
    one that was activated last answers.
    """

    def __init__(self, doors: Sequence[Callable[[Self], Door]]) -> None:
        self.lock = Lock()
        self.environment = Environment()
        self.imports = Followed()
        self.functions = RunningFunctions(self.lock)
        self.guards: tuple[object, ...] = ()
        """The guards that are up. A run of pytest inside a test has its own guard, which refuses the calls inside."""
        self._doors = tuple(make(self) for make in doors)
        self._responders: tuple[Responder, ...] = ()
        self._under_way: frozenset[object] = frozenset()
        self._endpoints: frozenset[str] = frozenset()
        self._follows_forks = False
        self._copies: Layer | None = None
        """The layer that warns at the first write to a copy of a parent's secrets; None if no copy is known."""

    # --- responders --------------------------------------------------------------------------------------------------

    def activate(self, responder: Responder) -> None:
        """Let this responder answer every Secrets Manager call, in place of one activated before."""
        with self.lock:
            if responder.service.generation != generation():
                self._mark_copy(responder.service)
            self._responders = (*self._responders, responder)
            if function := self.functions.here:
                function.added = (*function.added, responder)
            self._wrap()

    def deactivate(self, responder: Responder) -> None:
        """Stop this responder. The one activated before it answers again, or else AWS. Idempotent."""
        with self.lock:
            self._responders = _without(self._responders, responder)
            for function in self.functions.all:
                function.added = _without(function.added, responder)
            self._unwrap_if_unused()

    @property
    def is_in_use(self) -> bool:
        """Whether a responder answers, a function runs, or a call is under way."""
        return bool(self._responders or self.functions.all or self._under_way)

    def _wrap(self) -> None:
        if not self._follows_forks:
            self._follow_forks()
        for door in self._doors:
            door.wrap()

    def _unwrap_if_unused(self) -> None:
        if not self.is_in_use:
            for door in self._doors:
                door.unwrap()

    # --- calls -------------------------------------------------------------------------------------------------------

    def responder_for(self, client: BaseClient) -> Responder | None:
        """The responder for this client's calls; None if the client's own service answers."""
        responders, functions = self._responders, self.functions.all
        if not (responders or functions) or not self._is_answered_here(client):
            return None
        if functions and (function := self.functions.here):
            return function.require_responder()
        if responders:
            return responders[-1]
        return next((function.responder for function in reversed(functions) if not function.is_cut_off), None)

    def responder_of_request(self, client: BaseClient) -> Responder | None:
        """The responder for the request that this client is about to send: the one with which its call began."""
        if not self._is_answered_here(client):
            return None
        # If other code has started a thread for the call, the context variable is not set there.
        return responding.get() or self.responder_for(client)

    def call_under_way(self, responder: Responder, site: Site | None) -> AbstractContextManager[None]:
        """Keep the wrappers in place until this call is answered, even if the manager is left first."""
        call = object()
        before, site_before = responding.get(), calling_from.get()

        def begin() -> None:
            with self.lock:
                self._under_way |= {call}
            responding.set(responder)
            calling_from.set(site)

        def end() -> None:
            # Not by a token: a discarded coroutine may end in another context.
            responding.set(before)
            calling_from.set(site_before)
            with self.lock:
                self._under_way -= {call}
                self._unwrap_if_unused()

        return taken_back(begin, end)

    def endpoint_at(self, *urls: str) -> AbstractContextManager[None]:
        """Answer no calls of clients that use these URLs: they reach one of our own endpoints over HTTP."""

        def begin() -> None:
            with self.lock:
                self._endpoints |= {*urls}

        def end() -> None:
            with self.lock:
                self._endpoints -= {*urls}

        return taken_back(begin, end)

    def _is_answered_here(self, client: BaseClient) -> bool:
        if client.meta.service_model.service_name != model.SERVICE:
            return False
        return not self._endpoints or client.meta.endpoint_url.rstrip("/") not in self._endpoints

    # --- functions ---------------------------------------------------------------------------------------------------

    def run_function(self, responder: Responder, name: str, body: Callable[[RunningFunction], object]) -> object:
        """Run a rotation function. This responder answers the function's calls, even if it is not active.

        A function may run after its manager was left: a test advances the clock, or resumes a held step. A responder
        that the function itself activates takes precedence.
        """
        function = RunningFunction(name, responder)
        before = in_function.get()

        def begin() -> None:
            with self.lock:
                self.functions.add(function)
                self._wrap()
            in_function.set(function)

        def end() -> None:
            in_function.set(before)
            with self.lock:
                self.functions.remove(function)
                self._unwrap_if_unused()

        return whole(begin, lambda: body(function), end)

    # --- forking -----------------------------------------------------------------------------------------------------

    def _follow_forks(self) -> None:
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork_in_child)
        self._follows_forks = True

    def _after_fork_in_child(self) -> None:
        """Remove the functions of the parent's other threads, and let the first write warn.

        The managers that answered at the fork answer in this process too, each from a copy of its secrets.
        """
        self._copies = None
        services = {one.service for one in (*self._responders, *(one.responder for one in self.functions.all))}
        self._under_way = frozenset()
        self.environment.take_off(self.functions.forget_other_threads())
        for service in services:
            if service.generation != generation():
                self._mark_copy(service)
            service.forget_other_threads()

    def _mark_copy(self, service: Service) -> None:
        """Let the first write to a service that was made before a fork warn."""
        if self._copies is None:
            self._copies = warn_of_first_write()
        service.generation = generation()
        service.put_around(self._copies)


def _without(responders: tuple[Responder, ...], left: Responder) -> tuple[Responder, ...]:
    return tuple([responder for responder in responders if responder is not left])
