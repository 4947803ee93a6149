"""Plans that no call and no rotation has met: such a plan fails the test, since the test has not tested it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

__tracebackhide__ = True


class UnmetPlanError(AssertionError):
    """A test planned a fault of a call, or a failure or stop of a rotation, and nothing has met the plan."""


class Plan(Protocol):
    """One plan of a test."""

    @property
    def is_unmet(self) -> bool:
        """Whether something has to meet the plan, nothing has, and no error has said so yet."""


class Planner(Protocol):
    """A control that has plans."""

    @property
    def plans(self) -> Sequence[Plan]:
        """The plans, met or not."""

    def drop(self, plans: Sequence[Plan]) -> None:
        """Forget these plans."""

    def unmet_text(self, plans: Sequence[Plan]) -> str:
        """Say that these plans were not met, and what meets such a plan."""


class UnmetPlans:
    """The unmet plans of one manager. `planners` returns its controls that have plans."""

    __slots__ = ("_planners",)

    def __init__(self, planners: Callable[[], Sequence[Planner]]) -> None:
        self._planners = planners

    @contextmanager
    def all_met(self) -> Iterator[None]:
        """Raise UnmetPlanError at the end if a plan of the block was not met. An error of the block comes first."""
        before = self._all()
        yield
        self.require_met(but_for=before)

    def require_met(self, but_for: Collection[Plan] = ()) -> None:
        """Raise UnmetPlanError for plans that were not met. Each is reported once.

        `but_for` has plans that are left to an outer block.
        """
        problems = []
        for planner in self._planners():
            unmet = [plan for plan in planner.plans if plan.is_unmet and not is_among(plan, but_for)]
            if unmet:
                problems.append(planner.unmet_text(unmet))
                planner.drop(unmet)
        if problems:
            raise UnmetPlanError("\n".join(problems))

    def forget(self) -> None:
        """Drop the plans without a report: the block that made them is over."""
        for planner in self._planners():
            planner.drop(planner.plans)

    def _all(self) -> list[Plan]:
        return [plan for planner in self._planners() for plan in planner.plans]


def is_among(plan: object, plans: Collection[object]) -> bool:
    """Return whether a plan is one of these, by identity: two of the same arguments are two."""
    return any(plan is other for other in plans)
