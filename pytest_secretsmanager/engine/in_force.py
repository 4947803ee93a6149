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

    `draws` is the number of calls for which it has drawn a random number. `met` is the number of calls that it has
    changed, even if a rollback has undone them. `is_over`: its `with` block has ended, or the test has cancelled it, so
    no rollback puts it in force again.
    """

    matches: Callable[[Call], bool]
    draws: int = field(default=0, init=False)
    met: int = field(default=0, init=False)
    is_over: bool = field(default=False, init=False)


AnyCondition = TypeVar("AnyCondition", bound=Condition)


class InForce(list[AnyCondition]):
    """The conditions of one kind that are in force, in the order in which they began."""

    def end(self, condition: AnyCondition) -> None:
        """End a condition. Idempotent; no rollback begins it again."""
        condition.is_over = True
        self[:] = [other for other in self if other is not condition]

    def checkpoint(self) -> Restore:
        """Record the conditions and their draws, and return a function that restores them."""
        before = [(condition, condition.draws) for condition in self]

        def restore() -> None:
            self[:] = [condition for condition, _ in before if not condition.is_over]
            for condition, draws in before:
                condition.draws = draws

        return restore
