"""Rotation functions while they run, each with the responder for its own calls."""

import sys
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import get_ident
from types import FrameType

from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.engine.errors import NetworkBlocked
from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True


@dataclass(slots=True, eq=False, repr=False)
class RunningFunction:
    """A rotation function while it runs: the responder of its manager, and those that it has added itself.

    `thread` is the thread that runs it. A function is cut off if its manager is left, or its test ends, while it still
    runs in another thread. After that, its responder answers no calls of other code. With `refuses`, its own calls are
    not answered either: the test's secrets are gone, and the function must not see those of the next test.
    """

    name: str
    responder: Responder
    thread: int = field(default_factory=get_ident)
    added: tuple[Responder, ...] = ()
    is_cut_off: bool = False
    refuses: bool = False

    @property
    def frame(self) -> FrameType | None:
        """The current frame of the function; None when its thread has ended."""
        return sys._current_frames().get(self.thread)  # noqa: SLF001 - documented, for debugging

    @property
    def is_elsewhere(self) -> bool:
        """Whether another thread runs the function."""
        return self.thread != get_ident()

    def require_responder(self) -> Responder:
        """The responder for its own calls: the newest. Raise NetworkBlocked if it has outlived its test."""
        if self.refuses and not self.added:
            raise NetworkBlocked(
                f"the rotation function {self.name} outlived the test that it was called in: its calls are refused, "
                "and do not reach AWS"
            )
        return (self.responder, *self.added)[-1]


in_function: ContextVar[RunningFunction | None] = ContextVar("in_function", default=None)
"""The rotation function that runs in this thread or task. A copy of its context may outlive it."""


class RunningFunctions:
    """The rotation functions that run in this process, of all managers, in the order in which they began."""

    def __init__(self, lock: Lock) -> None:
        self.all: tuple[RunningFunction, ...] = ()
        self._lock = lock

    @property
    def here(self) -> RunningFunction | None:
        """The function that runs in this thread or task."""
        function = in_function.get()
        return function if function in self.all else None

    def of(self, responder: Responder) -> list[RunningFunction]:
        """The functions of this responder that run in other threads."""
        return [function for function in self.all if function.responder is responder and function.is_elsewhere]

    def add(self, function: RunningFunction) -> None:
        self.all = (*self.all, function)

    def remove(self, function: RunningFunction) -> None:
        """Remove a function. Idempotent."""
        self.all = tuple(other for other in self.all if other is not function)

    def cut_off(self, functions: Iterable[RunningFunction], *, refuse: bool) -> list[RunningFunction]:
        """Cut functions off. Return those that were not cut off before."""
        new = []
        with self._lock:
            for function in functions:
                if not function.is_cut_off:
                    new.append(function)
                function.is_cut_off = True
                function.refuses = function.refuses or refuse
        return new

    def forget_other_threads(self) -> list[RunningFunction]:
        """After a fork, in the child: remove and return the functions of threads that only the parent has."""
        gone = [function for function in self.all if function.is_elsewhere]
        self.all = tuple(function for function in self.all if not function.is_elsewhere)
        return gone
