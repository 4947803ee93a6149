"""Entering and leaving, any number of times, from any thread, and whole whatever interrupts it."""

from collections.abc import Callable

from pytest_secretsmanager.engine import locks
from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True


lock = Lock()
"""Held while any manager is entered or left: one for all, since each lock costs its manager time to make."""


class Entering:
    """Counts how often something was entered and not left yet: `begin` runs with the first entry, `end` after the last.

    Both can be repeated. Each entry is an object of its own, so that an interrupted enter or leave can be repeated
    without counting twice. Leaving more often than entering changes nothing.
    """

    __slots__ = ("_begin", "_end", "_entries")

    def __init__(self, begin: Callable[[], object], end: Callable[[], object]) -> None:
        self._entries: tuple[object, ...] = ()
        self._begin = begin
        self._end = end

    @property
    def depth(self) -> int:
        """How often it was entered, and not left yet."""
        return len(self._entries)

    def enter(self, entry: object) -> None:
        """One entry more; all of it, or, when something interrupts it, nothing."""
        try:
            with lock:
                self._entries = (*self._entries, entry)
                if len(self._entries) == 1:
                    self._begin()
        except BaseException:
            locks.let_go()
            self._take_out([entry])
            raise

    def leave(self, leaving: list[object]) -> None:
        """Takes out the entries of a list; one that is empty gets the entry that was made last."""
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
            self._entries = tuple([entry for entry in self._entries if entry not in leaving])
            if not self._entries:
                self._end()
