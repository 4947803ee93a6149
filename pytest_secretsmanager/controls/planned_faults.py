"""The planned faults of a test: the plan that `sm.faults.fail` returns, and the text for plans that no call has met."""

from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self, cast

from pytest_secretsmanager.controls.unmet_plans import Plan, UnmetPlanError, is_among
from pytest_secretsmanager.engine.fault_plans import FaultPlans
from pytest_secretsmanager.engine.faults import FaultPlan
from pytest_secretsmanager.inspection.log import Event, Log
from pytest_secretsmanager.inspection.wording import repeated_text

__tracebackhide__ = True

_NAMING = ("SecretId", "Name", "SecretIdList")
"""The members of a request that name its secrets."""

_MOST_CALLS = 5
"""The number of different calls that the text of an unmet plan shows."""


class PlannedFaults:
    """The planned faults of one manager, as plans that a call has to meet."""

    __slots__ = ("_log", "_plans")

    def __init__(self, plans: FaultPlans, log: Log) -> None:
        self._plans = plans
        self._log = log

    @property
    def plans(self) -> Sequence[Plan]:
        """The plans, met or not."""
        return tuple(self._plans)

    def drop(self, plans: Sequence[Plan]) -> None:
        """Forget these plans."""
        for plan in [plan for plan in self._plans if is_among(plan, plans)]:
            self._plans.end(plan)

    def unmet_text(self, plans: Sequence[Plan]) -> str:
        """Say that no call has met these plans, and name the calls that were made."""
        return "\n".join(self._text_of(cast("FaultPlan", plan)) for plan in plans)

    def _text_of(self, plan: FaultPlan) -> str:
        return f"{plan} was planned, and no call met it\n{self._calls_text(plan)}"

    def _calls_text(self, plan: FaultPlan) -> str:
        operation = plan.operation
        calls = [event for event in self._log if not event.by_service and event.within is None]
        alike = [event for event in calls if operation in (None, event.operation)]
        texts = Counter(_call_text(event, by=plan.principal is not None) for event in alike or calls)
        if not texts:
            return "  no call was made"
        shown = [f"    {repeated_text(text, count)}" for text, count in texts.most_common(_MOST_CALLS)]
        more = f"    and {len(texts) - len(shown)} others" if len(texts) > len(shown) else None
        which = f"no {operation} was made; " if operation is not None and not alike else ""
        return "\n".join([f"  {which}the calls made were", *shown, *([more] if more else [])])


def _call_text(event: Event, *, by: bool) -> str:
    named = next((event.request[member] for member in _NAMING if member in event.request), None)
    whose = "" if named is None else f" of {named!r}"
    return f"{event.operation}{whose} in {event.region}{f' by {event.principal}' if by else ''}"


class PlannedFault:
    """A fault that is planned for the calls that match. `sm.faults.fail` and `sm.faults.delay` make it.

    It ends when it has failed as many attempts as planned, when it is cancelled, at the end of its `with` block if it
    has one, at the end of a `sm.snapshot()` block that it was made in, and when the `SecretsManager` is left. When
    it ends, a plan that no call has met fails the test, unless it is optional or was cancelled.
    """

    def __init__(self, plans: FaultPlans, plan: FaultPlan, log: Log) -> None:
        self._plans = plans
        self._plan = plan
        self._log = log

    @property
    def is_met(self) -> bool:
        """Whether an attempt of a call had this fault."""
        return self._plan.met > 0

    @property
    def met(self) -> int:
        """The number of attempts that had this fault. The end of a snapshot does not take it back."""
        return self._plan.met

    @property
    def attempts(self) -> int:
        """The number of attempts that matched so far, with the fault or, for `every`, without."""
        return self._plan.attempts

    def cancel(self) -> None:
        """End the plan. No call has to meet it any more. Can be repeated."""
        self._plans.end(self._plan)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        is_unmet = self._plan.is_unmet and is_among(self._plan, tuple(self._plans))
        self.cancel()
        if error is None and is_unmet:
            raise UnmetPlanError(PlannedFaults(self._plans, self._log).unmet_text([self._plan]))

    def __repr__(self) -> str:
        state = "met" if self.is_met else "not met"
        return f"<{self._plan}: {state}>"
