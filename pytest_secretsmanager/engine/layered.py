"""The part of a service that decides which layers its calls pass. They can change while the service runs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine.chains import Chains
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.layers.audit import Entry, Record
from pytest_secretsmanager.engine.layers.forked import Layer
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.on_demand import OnDemand

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.conditions import Conditions
    from pytest_secretsmanager.engine.identities import Identities

__tracebackhide__ = True


class Layered:
    """A service whose calls pass layers. It builds the chain of calls again when the layers change."""

    lock: Lock
    _chains: Chains
    _now: Callable[[], float]
    _time_parts: Callable[[], tuple[float, float]]

    @OnDemand
    def conditions(self) -> "Conditions":
        """The conditions that a test puts in force."""
        from pytest_secretsmanager.engine.conditions import Conditions

        return Conditions(self.lock, self._time_parts, self._now, self._apply)

    @property
    def made_conditions(self) -> "Conditions | None":
        """The conditions, if they are made."""
        return Layered.conditions.made_in(self)

    @property
    def limits_rates(self) -> bool:
        """Whether a request rate is in force."""
        return self.made_conditions is not None and bool(self.made_conditions.rates.in_force)

    def clear_conditions(self) -> None:
        """Take all conditions out of force."""
        if self.made_conditions is not None:
            self.made_conditions.clear()

    def put_around(self, layer: Layer) -> None:
        """Put one more layer around every operation, inside the log. Each read of a batch passes it too.

        If the layer raises an error that is not a ServiceError, the call is neither run nor logged.
        """
        self._chains.put_around(layer)

    def decide_by(self, identities: "Identities | None") -> None:
        """Let the policies of these identities decide the calls from now on; None: every call is allowed."""
        self._chains.identities = identities
        self._chains.build()

    def log_also(self, note: Record) -> None:
        """Call `note` with each entry of the log from now on, before the changes of its call. It must not raise."""
        self._chains.record_also(note)

    def recorded_into(self, entries: list[Entry]) -> AbstractContextManager[None]:
        """Record the log's entries of the block in this list too. It keeps those that a rollback removes from the log.

        A block may begin in a rollback and end after it.
        """
        return self._chains.recorded_into(entries, self.lock)

    def _apply(self, conditions: "Conditions") -> None:
        self._chains.conditions = conditions if conditions.are_in_force else None
        self._chains.build()

    def _conditions_checkpoint(self) -> Restore:
        """Record the conditions in force, and return a function that restores them."""
        if self.made_conditions is not None:
            return self.made_conditions.checkpoint()
        return self.clear_conditions
