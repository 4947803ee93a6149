"""The plans of a test for its rotations: the points at which one stops, and the steps that fail."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from pytest_secretsmanager.controls.unmet_plans import Plan, is_among
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.locks import Lock

if TYPE_CHECKING:
    from pytest_secretsmanager.controls.step_plans import PlannedFailure, PlannedStop
    from pytest_secretsmanager.engine.effects.controls import When
    from pytest_secretsmanager.engine.effects.runs import Run

__tracebackhide__ = True

lock = Lock()
"""Held while a rotation takes a plan: rotations of several threads may come to it at once. One for all managers."""


class Steps:
    """The plans for rotations. The engine asks here at each step."""

    def __init__(self) -> None:
        self.planned_stops: list[PlannedStop] = []
        self.failures: list[PlannedFailure] = []

    def checkpoint(self) -> Restore:
        """Return a function that restores the stops and failures that are planned now."""
        restore_plans = checkpoint(self.planned_stops, self.failures)
        restore_stops = [stop.checkpoint() for stop in self.planned_stops]
        left = [(failure, failure.times) for failure in self.failures]

        def restore() -> None:
            restore_plans()
            for restore_stop in restore_stops:
                restore_stop()
            for failure, times in left:
                failure.times = times

        return restore

    @property
    def plans(self) -> Sequence[Plan]:
        """The failures and the stops, met or not."""
        return (*self.failures, *self.planned_stops)

    def drop(self, plans: Sequence[Plan]) -> None:
        """Forget these plans. A stop at which a rotation is held stays: the test can still resume the rotation."""
        self.failures[:] = [plan for plan in self.failures if not is_among(plan, plans)]
        self.planned_stops[:] = [
            stop for stop in self.planned_stops if stop.is_met or stop.is_spent or not is_among(stop, plans)
        ]

    def unmet_text(self, plans: Sequence[Plan]) -> str:
        """Say that no rotation has met these plans."""
        problems = [cast("PlannedFailure | PlannedStop", plan).unmet_text for plan in plans]
        return "\n".join([*problems, _ADVICE])

    def stops(self, run: "Run", step: str, when: "When") -> bool:
        """Whether a hold stops this rotation here. Each one that does catches the rotation."""
        if not self.planned_stops:
            return False
        return bool(lock.during(lambda: [stop for stop in self.planned_stops if stop.catches(run, step, when)]))

    def failure(self, run: "Run", step: str, when: "When") -> BaseException | None:
        """The error that is planned for a step; None without a plan."""
        planned = lock.during(lambda: self._next_failure(run, step, when)) if self.failures else None
        if planned is None:
            return None
        return planned.error if isinstance(planned.error, BaseException) else planned.error()

    def _next_failure(self, run: "Run", step: str, when: "When") -> "PlannedFailure | None":
        """Take one of the failures that are planned for a step."""
        planned = next((failure for failure in self.failures if failure.fits(run, step, when)), None)
        if planned is not None:
            planned.times -= 1
            planned.is_met = True
        return planned


_ADVICE = (
    "A secret rotates when rotate_secret is called, or when clock.advance reaches the time of its schedule. A "
    "plan for one secret does not apply to the rotations of another."
)
