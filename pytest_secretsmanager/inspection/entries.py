"""The entries of the log, with positions that a `clear()` does not move. A test sees them as `Log`."""

from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.layers.audit import Entry


class Entries:
    """All entries of one manager, newest last, and where the visible ones begin: after the last `clear()`."""

    __slots__ = ("_all", "_cleared", "_first")

    def __init__(self, entries: list[Entry]) -> None:
        self._all = entries
        self._first = 0
        self._cleared = 0

    @property
    def visible(self) -> list[Entry]:
        """The entries since the last `clear()`, as they are now."""
        return self._all[self._first :]

    @property
    def cleared(self) -> int:
        """The number of entries that `clear()` has hidden."""
        return self._cleared

    def __len__(self) -> int:
        """The number of visible entries."""
        return len(self._all) - self._first

    def __getitem__(self, index: int) -> Entry:
        """The visible entry at an index."""
        return self._all[range(self._first, len(self._all))[index]]

    def clear(self) -> None:
        """Hide the entries so far."""
        self._cleared += len(self)
        self._first = len(self._all)

    def begin_anew(self) -> None:
        """Begin empty for a test: earlier entries count as neither visible nor cleared."""
        self._first, self._cleared = len(self._all), 0

    def checkpoint(self) -> Restore:
        """A point to go back to: later entries go, and entries that a later `clear()` hides are visible again."""
        length, first, cleared = len(self._all), self._first, self._cleared

        def restore() -> None:
            del self._all[length:]
            self._first, self._cleared = min(first, len(self._all)), cleared

        return restore

    # --- positions, which a `clear()` does not move ---------------------------------------------------------------

    @property
    def position(self) -> int:
        """The end of the log now, for `since`."""
        return len(self._all)

    @property
    def begin(self) -> int:
        """The position of the first entry of this test, for `since`: before the entries that `clear()` has hidden."""
        return self._first - self._cleared

    def at(self, position: int) -> Entry | None:
        """The entry at a position; None if the log ends before."""
        return self._all[position] if position < len(self._all) else None

    def since(self, position: int = 0) -> list[Entry]:
        """The entries from a position on."""
        return self._all[position:]
