"""The entries of the log, with positions that a `clear()` does not move. A test sees them as `Log`."""

from collections.abc import Callable

from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.layers.audit import Entry


class Entries:
    """All entries of one manager, newest last, and where the visible ones begin: after the last `clear()`."""

    __slots__ = ("_cleared", "_first", "_log", "_rolled_back")

    def __init__(self, log: CallLog) -> None:
        self._log = log
        self._first = 0
        self._cleared = 0
        self._rolled_back = 0

    @property
    def limit(self) -> int | None:
        """The number of entries that the log keeps, None for all."""
        return self._log.limit

    @property
    def forgotten(self) -> int:
        """The number of entries since the last `clear()` that the log no longer has, because of its limit."""
        return max(0, self._log.oldest - self._first)

    @property
    def visible(self) -> list[Entry]:
        """The entries since the last `clear()`, as they are now."""
        return self._log.since(self._first)

    @property
    def cleared(self) -> int:
        """The number of entries that `clear()` has hidden."""
        return self._cleared

    @property
    def rolled_back(self) -> int:
        """The number of this test's calls that rollbacks have taken out of the log."""
        return self._rolled_back

    def __len__(self) -> int:
        """The number of visible entries."""
        entries, first = self._log.span(self._first)
        return len(entries) - first

    def __getitem__(self, index: int) -> Entry:
        """The visible entry at an index."""
        entries, first = self._log.span(self._first)
        return entries[range(first, len(entries))[index]]

    def clear(self) -> None:
        """Hide the entries so far."""
        end = self._log.position  # once: another thread may log a call meanwhile
        self._cleared += end - self._first
        self._first = end

    def call_before_forgetting(self, listener: Callable[[], object]) -> None:
        """Call this function before entries go for good, which `kept_since` has until then."""
        self._log.before_forgetting = listener

    def begin_anew(self) -> None:
        """Begin empty for a test: earlier entries count as neither visible nor cleared."""
        self._first, self._cleared, self._rolled_back = self._log.position, 0, 0

    def checkpoint(self) -> Restore:
        """A point to go back to: later entries go, and entries that a later `clear()` hides are visible again."""
        restore_log, first, cleared, position = self._log.checkpoint(), self._first, self._cleared, self._log.position

        totals: list[int] = []

        def restore() -> None:
            if not totals:  # a restore that was interrupted is made again, and finds fewer entries
                lost = self._log.kept_since(position)
                totals.append(self._rolled_back + sum(not entry.by_service for entry in lost))
            restore_log()
            self._first, self._cleared, self._rolled_back = first, cleared, totals[0]

        return restore

    # --- positions, which a `clear()` does not move ---------------------------------------------------------------

    @property
    def position(self) -> int:
        """The end of the log now, for `since`."""
        return self._log.position

    @property
    def begin(self) -> int:
        """The position of the first entry of this test, for `since`: before the entries that `clear()` has hidden."""
        return self._first - self._cleared

    def next_from(self, position: int) -> tuple[int, Entry] | None:
        """The first entry at or after a position, with its position; None if the log ends before."""
        return self._log.next_from(position)

    def has_forgotten(self, position: int = 0) -> bool:
        """Whether entries from a position on are forgotten."""
        return self._log.oldest > position

    def kept_since(self, position: int) -> list[Entry]:
        """The entries from a position on, with those that are forgotten and not gone yet."""
        return self._log.kept_since(position)

    def copy_since(self, position: int) -> CallLog:
        """The entries from a position on as a log of their own, which stays as it is."""
        return self._log.copy_since(position)

    def since(self, position: int = 0) -> list[Entry]:
        """The entries from a position on, without those that are forgotten."""
        return self._log.since(position)
