"""The entries of all calls and events of one manager, newest last. With a limit, the oldest ones are forgotten."""

from collections.abc import Callable
from functools import partial
from math import inf

from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.layers.audit import Entry, Record

__tracebackhide__ = True

_SLACK = 1_000
"""So many entries more than the limit are kept: for handlers of events, which may lag behind, and for interrupts."""


class CallLog:
    """All entries, or the last `limit` ones. A position counts every entry before it, forgotten ones too.

    >>> log = CallLog(limit=2)
    >>> for entry in ("one", "two", "three"):
    ...     log.append(entry)
    >>> log.since(0), log.oldest, log.position
    (['two', 'three'], 1, 3)
    """

    __slots__ = ("_going", "_kept", "append", "before_forgetting", "limit")

    def __init__(self, limit: int | None = None, entries: list[Entry] | None = None, forgotten: int = 0) -> None:
        entries = [] if entries is None else entries
        self.limit = limit
        self.before_forgetting: Callable[[], object] = _nothing
        """Called before entries go, which `kept_since` has until then."""
        self._kept = forgotten, entries
        """The number of entries that are gone, and the others: one value, so that no interrupt divides a change."""
        self._going: list[Entry] = []
        """Entries that are gone. Each call frees one: to free all at once takes long, and while the number of objects
        stays the same, Python's garbage collector has no reason to run.
        """
        self.append: Record = entries.append if limit is None else partial(self._append_within, limit)

    def _append_within(self, limit: int, entry: Entry) -> None:
        gone, entries = self._kept
        entries.append(entry)
        surplus = len(entries) - limit - _SLACK
        if surplus >= limit + _SLACK:  # not at each call: it takes time in proportion to the limit
            self.before_forgetting()
            self._kept = gone + surplus, entries[surplus:]  # a new list: a checkpoint has the old one
            self._going = entries[:surplus]
        elif self._going:
            self._going.pop()

    @property
    def position(self) -> int:
        """The end of the log now."""
        gone, entries = self._kept
        return gone + len(entries)

    def last_time(self) -> float:
        """The time of the newest entry, epoch seconds; minus infinity if there is none."""
        entries = self._kept[1]
        return entries[-1].call.time if entries else -inf

    @property
    def oldest(self) -> int:
        """The position of the oldest entry that counts: entries before it are forgotten."""
        gone, entries = self._kept
        return gone if self.limit is None else max(gone, gone + len(entries) - self.limit)

    def span(self, position: int) -> tuple[list[Entry], int]:
        """A list that ends with the entries from a position on, and the index of the first one that counts."""
        gone, entries = self._kept  # once: another thread may make the log forget
        return entries, self._first(gone, entries, position)

    def _first(self, gone: int, entries: list[Entry], position: int) -> int:
        return max(position - gone, 0 if self.limit is None else len(entries) - self.limit, 0)

    def since(self, position: int) -> list[Entry]:
        """The entries from a position on, without those that are forgotten."""
        entries, first = self.span(position)
        return entries[first:]

    def kept_since(self, position: int) -> list[Entry]:
        """These entries, with those that are forgotten and not gone yet."""
        gone, entries = self._kept
        return entries[max(position - gone, 0) :]

    def copy_since(self, position: int) -> "CallLog":
        """These entries without those that are forgotten, as a log of their own, which stays as it is."""
        gone, entries = self._kept
        first = self._first(gone, entries, position)
        return CallLog(self.limit, entries[first:], gone + first - position)

    def next_from(self, position: int) -> tuple[int, Entry] | None:
        """The first entry at or after a position, with its position; None if the log ends before."""
        gone, entries = self._kept
        index = max(position - gone, 0)
        return (gone + index, entries[index]) if index < len(entries) else None

    def back_to(self, position: int) -> None:
        """Remove the entries from a position on."""
        gone, entries = self._kept
        del entries[max(position - gone, 0) :]

    def checkpoint(self) -> Restore:
        """A point to go back to. What is forgotten after it comes back, too."""
        kept, length = self._kept, len(self._kept[1])

        def restore() -> None:
            self._kept = kept
            del kept[1][length:]

        return restore


def _nothing() -> None:
    """The listener of a log that nothing listens to."""
