"""Entering and leaving a manager: any number of times, from any thread, and whole despite interrupts."""

from collections.abc import Callable
from typing import Generic, TypeVar

from pytest_secretsmanager.engine import locks
from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True

_Subject = TypeVar("_Subject")

lock = Lock()
"""Held while any manager is entered or left. One for all managers: making a lock costs time."""


class Entering(Generic[_Subject]):
    """Counts the entries of a subject that were not left yet.

    `begin` runs with the first entry, `end` after the last. `after` runs after `end`, without the lock, since it may
    take seconds. All three take the subject, and can be repeated. Each entry is an object of its own, so that an
    interrupted enter or leave can be repeated without counting twice. Leaving more often than entering changes nothing.
    """

    __slots__ = ("_after", "_begin", "_end", "_entries", "_subject")

    def __init__(
        self,
        subject: _Subject,
        begin: Callable[[_Subject], object],
        end: Callable[[_Subject], object],
        after: Callable[[_Subject], object],
    ) -> None:
        self._entries: tuple[object, ...] = ()
        self._subject = subject
        self._begin = begin
        self._end = end
        self._after = after

    @property
    def depth(self) -> int:
        """The number of entries that were not left yet."""
        return len(self._entries)

    def enter(self, entry: object) -> None:
        """Add an entry: completely or, when it is interrupted, not at all."""
        try:
            with lock:
                self._entries = (*self._entries, entry)
                if len(self._entries) == 1:
                    self._begin(self._subject)
        except BaseException:
            locks.let_go()
            self._take_out([entry])
            raise

    def leave(self, leaving: list[object]) -> None:
        """Take entries out. An empty list gets the newest entry first, so that a repeat takes out the same one."""
        try:
            self._take_out(leaving)
        except BaseException:
            locks.let_go()
            self._take_out(leaving)
            raise

    def _take_out(self, leaving: list[object]) -> None:
        with lock:
            if not leaving:
                leaving.extend(self._entries[-1:])
            if not leaving:
                return  # nothing was entered
            self._entries = tuple([entry for entry in self._entries if entry not in leaving])
            is_left = not self._entries
            if is_left:
                self._end(self._subject)
        if is_left:
            self._after(self._subject)
