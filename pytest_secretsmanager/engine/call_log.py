"""The entries of all calls and events of one manager, newest last. With a limit, the oldest ones are forgotten."""

from math import inf

from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.layers.audit import Entry, Record

__tracebackhide__ = True

_SLACK = 1_000
"""So many entries more than the limit are kept at least, for the handlers of events, which may lag behind."""


class CallLog:
    """All entries, or the last `limit` ones. A position counts every entry before it, forgotten ones too.

    >>> log = CallLog(limit=2)
    >>> for entry in ("one", "two", "three"):
    ...     log.append(entry)
    >>> log.since(0), log.oldest, log.position
    (['two', 'three'], 1, 3)
    """

    __slots__ = ("_kept", "append", "limit")

    def __init__(self, limit: int | None = None, entries: list[Entry] | None = None, forgotten: int = 0) -> None:
        entries = [] if entries is None else entries
        self.limit = limit
        self._kept = forgotten, entries
        """The number of forgotten entries, and the others: one value, so that no interrupt divides a change of it."""
        self.append: Record = entries.append if limit is None else self._append_within_limit

    def _append_within_limit(self, entry: Entry) -> None:
        forgotten, entries = self._kept
        entries.append(entry)
        surplus = len(entries) - (self.limit or 0)
        if surplus >= max(self.limit or 0, _SLACK):  # not at each call: it takes time in proportion to the limit
            self._kept = forgotten + surplus, entries[surplus:]

    @property
    def position(self) -> int:
        """The end of the log now."""
        forgotten, entries = self._kept
        return forgotten + len(entries)

    def last_time(self) -> float:
        """The time of the newest entry, epoch seconds; minus infinity if there is none."""
        entries = self._kept[1]
        return entries[-1].call.time if entries else -inf

    @property
    def oldest(self) -> int:
        """The position of the oldest entry that counts: entries before it are forgotten."""
        forgotten, entries = self._kept
        return forgotten if self.limit is None else max(forgotten, forgotten + len(entries) - self.limit)

    def next_from(self, position: int) -> tuple[int, Entry] | None:
        """The first entry at or after a position, with its position; None if the log ends before."""
        forgotten, entries = self._kept
        index = max(position - forgotten, 0)
        return (forgotten + index, entries[index]) if index < len(entries) else None

    def since(self, position: int) -> list[Entry]:
        """The entries from a position on, without those that are forgotten."""
        return self._kept[1][max(position, self.oldest) - self._kept[0] :]

    def back_to(self, position: int) -> None:
        """Remove the entries from a position on."""
        forgotten, entries = self._kept
        del entries[max(position - forgotten, 0) :]

    def checkpoint(self) -> Restore:
        """A point to go back to. What is forgotten after it comes back, too."""
        kept, length = self._kept, len(self._kept[1])

        def restore() -> None:
            self._kept = kept
            del kept[1][length:]

        return restore
