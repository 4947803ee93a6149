"""The conditions that a test puts in force for a service, and the lists that hold them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.checkpoints import Restore

__tracebackhide__ = True


@dataclass(slots=True, eq=False, kw_only=True)
class Condition:
    """A condition for the calls that match.

    `count` is the number of calls that it has decided. `is_over`: its `with` block has ended, so no rollback puts it in
    force again.
    """

    matches: Callable[[Call], bool]
    count: int = field(default=0, init=False)
    is_over: bool = field(default=False, init=False)


AnyCondition = TypeVar("AnyCondition", bound=Condition)


class InForce(list[AnyCondition]):
    """The conditions of one kind that are in force, in the order in which they began."""

    def end(self, condition: AnyCondition) -> None:
        """Take a condition out of force. Idempotent."""
        self[:] = [other for other in self if other is not condition]

    def checkpoint(self) -> Restore:
        """Record the conditions and their counts, and return a function that restores them."""
        before = [(condition, condition.count) for condition in self]

        def restore() -> None:
            self[:] = [condition for condition, _ in before if not condition.is_over]
            for condition, count in before:
                condition.count = count

        return restore
