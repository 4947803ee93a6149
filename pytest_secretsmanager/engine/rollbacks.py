"""Blocks whose changes are undone at their end: always for a rollback, only after an error for a transaction."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.engine.store import Journal, Store

__tracebackhide__ = True

Checkpoint: TypeAlias = Callable[[], Restore]


@dataclass(slots=True, eq=False, repr=False)
class _Rollback:
    """The state to restore: the secrets in a journal, and all state with a checkpoint."""

    journal: Journal
    checkpoints: tuple[Checkpoint, ...]
    back: list[Restore] = field(default_factory=list)

    def checkpoint(self) -> None:
        self.back = [make() for make in self.checkpoints]

    def restore(self) -> None:
        for restore in self.back:
            restore()


class Rollbacks:
    """The rollbacks and transactions of one service."""

    __slots__ = ("_lock", "_open", "_store")

    def __init__(self, store: Store, lock: Lock) -> None:
        self._store = store
        self._lock = lock
        self._open: list[_Rollback] = []

    def rolled_back(self, *checkpoints: Checkpoint) -> AbstractContextManager[None]:
        """Restore the secrets and the state of the checkpoints at the end of the block.

        Atomic: no call runs in between. Blocks may end in any order. A block undoes all changes since its beginning,
        including those of a later block that is still open. That block then starts from the restored state.
        """
        rollback = _Rollback(Journal(), checkpoints)

        def begin() -> None:
            with self._lock:
                self._open.append(rollback)
                self._store.open_journal(rollback.journal)
                rollback.checkpoint()

        def end() -> None:
            with self._lock:
                if rollback in self._open:
                    self._store.close_journal(rollback.journal, roll_back=True)
                    rollback.restore()
                    later = self._open[self._open.index(rollback) + 1 :]
                    for other in later:
                        other.journal.before.clear()
                        other.checkpoint()
                    self._open.remove(rollback)

        return taken_back(begin, end)

    def to_restore(self) -> dict[SecretKey, Secret | None]:
        """The present state of each secret that the end of an open block would restore."""
        with self._lock:
            return {key: self._store.get(key) for rollback in self._open for key in rollback.journal.before}

    @contextmanager
    def transaction(self, *checkpoints: Checkpoint) -> Iterator[None]:
        """Let the calls of the block take effect together, or none of them if the block raises.

        The block holds the lock, so no other thread's call runs inside.
        """
        transaction = _Rollback(Journal(), checkpoints)
        is_inner, is_done = self._lock.is_mine, False

        def begin() -> None:
            self._lock.acquire()
            self._store.open_journal(transaction.journal)
            transaction.checkpoint()

        def end() -> None:
            with self._lock:
                self._store.close_journal(transaction.journal, roll_back=not is_done)
                if not is_done:
                    transaction.restore()
            if is_inner:
                self._lock.release()
            else:
                self._lock.let_go()

        with taken_back(begin, end):
            yield
            is_done = True
