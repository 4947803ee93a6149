"""All conditions that a test puts in force for one service, and the layers that keep them.

While no condition is in force, a chain has none of these layers.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pytest_secretsmanager.engine.call import Handler, Outcome
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.deletions import AsynchronousDeletion, Deletions
from pytest_secretsmanager.engine.in_force import Condition, InForce
from pytest_secretsmanager.engine.layers.delete_later import delete_later
from pytest_secretsmanager.engine.layers.stale_reads import forget_history, read_stale, record_history
from pytest_secretsmanager.engine.layers.throttle import throttle
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.rates import RateLimit, Rates
from pytest_secretsmanager.engine.staleness import Staleness, StaleReads
from pytest_secretsmanager.engine.state import Secrets

__tracebackhide__ = True

_Asked = TypeVar("_Asked")


class Conditions:
    """The conditions of one service, under its `lock`.

    `time_parts` returns the two parts of the clock's time, `now` the sum of both. `changed` is called when the
    conditions in force change.
    """

    __slots__ = ("_changed", "_lists", "_lock", "_now", "deletions", "rates", "staleness")

    def __init__(
        self,
        lock: Lock,
        time_parts: Callable[[], tuple[float, float]],
        now: Callable[[], float],
        changed: "Callable[[Conditions], None]",
    ) -> None:
        self._lock, self._now, self._changed = lock, now, changed
        self.rates = Rates(time_parts)
        self.staleness = Staleness()
        self.deletions = Deletions()
        self._lists: dict[type[Condition], InForce[Any]] = {
            RateLimit: self.rates.in_force,
            StaleReads: self.staleness.in_force,
            AsynchronousDeletion: self.deletions,
        }

    @property
    def are_in_force(self) -> bool:
        """Whether any condition is in force."""
        return any(self._lists.values())

    def begin(self, conditions: Iterable[Condition]) -> None:
        """Put conditions in force, for the calls from now on."""
        with self._lock:
            for condition in conditions:
                self._lists[type(condition)].append(condition)
            self._changed(self)

    def end(self, conditions: Iterable[Condition]) -> None:
        """End conditions. Idempotent; no rollback begins them again."""
        with self._lock:
            for condition in conditions:
                self._lists[type(condition)].end(condition)
            self._note_end()

    def clear(self) -> None:
        """Take all conditions out of force. Idempotent; a rollback may begin them again."""
        with self._lock:
            for conditions in self._lists.values():
                conditions.clear()
            self._note_end()

    def has(self, condition: Condition) -> bool:
        """Whether a condition is in force."""
        return any(condition is other for other in self._lists[type(condition)])

    def checkpoint(self) -> Restore:
        """Record the conditions and their state, and return a function that restores them."""
        back = [part.checkpoint() for part in (self.rates, self.staleness, self.deletions)]

        def restore() -> None:
            for restore_part in back:
                restore_part()
            self._note_end()

        return restore

    def _note_end(self) -> None:
        """Forget the state of conditions that are no longer in force."""
        self.rates.forget_unused()
        if not self.staleness.in_force:
            self.staleness.history.clear()
        self._changed(self)

    # --- layers ----------------------------------------------------------------------------------------------------

    def throttled(self, handler: Handler) -> Handler:
        """A call within the request rates. It is outside the log."""
        return throttle(handler, self.rates) if self.rates.in_force else handler

    def answered(self, answer: Callable[[Secrets], Handler], secrets: Secrets) -> Handler:
        """The operations, on an earlier state for a stale read. `answer` makes their handler for a state."""
        is_stale = self.staleness.in_force
        handler = read_stale(answer, secrets, self.staleness, self._now) if is_stale else answer(secrets)
        return delete_later(handler, secrets, self.deletions) if self.deletions else handler

    def recorded(self, handler: Callable[[_Asked], Outcome], secrets: Secrets) -> Callable[[_Asked], Outcome]:
        """A call or AWS's own work, which stale reads may not see yet."""
        if not self.staleness.in_force:
            return handler
        return record_history(handler, secrets, self.staleness, self._now)

    def unrecorded(self, handler: Callable[[_Asked], Outcome]) -> Callable[[_Asked], Outcome]:
        """A seed, which every read sees."""
        return forget_history(handler, self.staleness) if self.staleness.in_force else handler
