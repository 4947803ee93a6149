"""The list of the planned faults of one manager. Most tests plan none, so the module of the plans is not imported."""

from contextlib import suppress
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.faults import Fault, FaultPlan

__tracebackhide__ = True


class FaultPlans(list["FaultPlan"]):
    """The plans of one manager, in the order in which they are asked."""

    @property
    def block(self) -> object:
        """The identity of the block that runs. Another one follows each rollback."""
        return self.__dict__.setdefault("_block", object())

    def may_concern(self, operation: str) -> bool:
        """Return whether any plan may concern calls of an operation. Asked at each call, so without a generator."""
        for plan in tuple(self):  # noqa: SIM110
            if plan.may_concern(operation):
                return True
        return False

    def concern(self, call: Call) -> bool:
        """Return whether any plan concerns this call."""
        return any(plan.concerns(call) for plan in tuple(self))

    def next_fault(self, call: Call) -> "Fault":
        """The fault of this attempt, from the first plan that has one. The plans before it count the attempt too."""
        from pytest_secretsmanager.engine.faults import NO_FAULT

        for plan in tuple(self):
            if plan.concerns(call) and (fault := plan.next_attempt(call)) is not None:
                return fault
        return NO_FAULT

    def end(self, plan: "FaultPlan") -> None:
        """End a plan. Idempotent; no rollback begins it again."""
        plan.is_over = True
        with suppress(ValueError):
            self.remove(plan)  # in one step, so that no plan of another thread is lost

    def checkpoint(self) -> Restore:
        """Record the plans and their attempts, and return a function that restores them."""
        restore_plans = checkpoint(self)
        attempts = [(plan, plan.attempts) for plan in self]

        def restore() -> None:
            self.__dict__.pop("_block", None)
            restore_plans()
            self[:] = [plan for plan in self if not plan.is_over]
            for plan, made in attempts:
                plan.attempts = made

        return restore
