"""The one place where the store changes: calls, seeds and AWS's own work all commit by `Commits.make`.

What is logged and what is changed belong together. A commit that an interrupt breaks off is made whole, or, if nothing
was changed yet, leaves no entry in the log.
"""

from collections.abc import Callable
from threading import get_ident
from typing import TypeVar

from pytest_secretsmanager.engine.call import Changes, Effect, Outcome
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.store import Store

__tracebackhide__ = True

_Asked = TypeVar("_Asked")


class Commits:
    """Makes the changes of one outcome after another. `lock` is held meanwhile, and may be held around several."""

    def __init__(self, store: Store, log: list[Entry]) -> None:
        self.lock = Lock()
        self._store = store
        self._log = log
        self._unsettled: int | Changes | None = None
        """What a commit has begun: the log's length at its beginning, then the changes that it makes."""
        self._asked_for: dict[int, tuple[Effect, ...]] = {}

    def make(self, handler: Callable[[_Asked], Outcome], asked: _Asked) -> Outcome:
        """Ask a handler for an outcome, and make its changes: atomic, so no other commit runs in between.

        A handler that raises a ServiceError changes nothing; its entries in the log stay.
        """
        with self.lock:
            try:
                self._unsettled = len(self._log)
                outcome = handler(asked)
                if outcome.then:
                    self._asked_for[get_ident()] = outcome.then
                if outcome.changes:
                    self._unsettled = outcome.changes
                    self._store.apply(outcome.changes)
                self._unsettled = None
            except ServiceError:
                raise
            except BaseException:
                self._settle()
                raise
        return outcome

    def asked_for_here(self) -> tuple[Effect, ...]:
        """The effects that this thread's last outcome with any asks for: an interrupt may have lost them."""
        return self._asked_for.get(get_ident(), ())

    def _settle(self) -> None:
        """Takes back the entries of a commit that has changed nothing yet, and ends one that has begun to."""
        if isinstance(self._unsettled, int):
            del self._log[self._unsettled :]
        elif self._unsettled is not None:
            self._store.apply(self._unsettled)
        self._unsettled = None
