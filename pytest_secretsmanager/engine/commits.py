"""The one place where the store changes: calls, seeds and AWS's own work all commit by `Commits.make`.

The log and the store stay consistent: if an interrupt stops a commit, the commit is completed, or, if it has changed
nothing yet, its entries leave the log.
"""

from collections.abc import Callable
from threading import get_ident
from typing import TypeVar

from pytest_secretsmanager.engine.call import Changes, Effect, Outcome
from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.store import Store

__tracebackhide__ = True

_Asked = TypeVar("_Asked")


class Commits:
    """Commits one outcome at a time, under `lock`. A block that holds the lock can make several commits."""

    def __init__(self, store: Store, log: CallLog) -> None:
        self.lock = Lock()
        self._store = store
        self._log = log
        self._unsettled: int | Changes | None = None
        """The commit in progress: first the log's position at its start, then its changes. Unused between commits."""
        self._asked_for: dict[int, tuple[Effect, ...]] = {}

    def make(self, handler: Callable[[_Asked], Outcome], asked: _Asked) -> Outcome:
        """Call a handler, and apply the changes of its outcome. Atomic: no other commit runs in between.

        If the handler raises a ServiceError, nothing changes, and its entries in the log stay.
        """
        # `with` costs twice as much. After an interrupt before the `try`, the callers let the lock go, as after any.
        self.lock.acquire()
        try:
            self._unsettled = self._log.position  # before the `try`: after a refusal, it is that of an earlier commit
            try:
                outcome = handler(asked)
                changes, then = outcome.changes, outcome.then
                if then:
                    self._asked_for[get_ident()] = then
                if changes:
                    self._unsettled = changes
                    self._store.apply(changes)
                self._unsettled = None
            except ServiceError:
                raise
            except BaseException:
                self._settle()
                raise
        finally:
            self.lock.release()
        return outcome

    def asked_for_here(self) -> tuple[Effect, ...]:
        """The effects of this thread's last outcome that had any: an interrupt may have stopped them."""
        return self._asked_for.get(get_ident(), ())

    def _settle(self) -> None:
        """Complete the commit in progress, or remove its log entries if it has changed nothing yet."""
        if isinstance(self._unsettled, int):
            self._log.back_to(self._unsettled)
        elif self._unsettled is not None:
            self._store.apply(self._unsettled)
        self._unsettled = None
