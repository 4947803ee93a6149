"""The plans of a test for its rotations: the points at which one stops, and the steps that fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeAlias

from pytest_secretsmanager.controls.unmet_plans import Plan, is_among
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.effects.controls import When
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.rules.rotation import STEPS
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.rotation_runs import RotationRun

__tracebackhide__ = True

Failure: TypeAlias = BaseException | type[BaseException]


_lock = Lock()
"""Held while a rotation takes a plan: rotations of several threads may come to it at once. One for all managers."""


@dataclass(slots=True, eq=False)
class PlannedStop:
    """A point at which the next rotation of a secret stops, and the `run` that has stopped there.

    `is_spent`: no rotation stops here any more. `is_reported`: an error has said that no rotation came here. `is_met`:
    a rotation has stopped here, even if a rollback has undone it since. `is_left`: the hold's `with` block is over, so
    no rollback lets it catch a rotation again. `is_optional`: no rotation has to come here.
    """

    key: SecretKey
    step: str
    when: When
    run: Run | None = None
    is_spent: bool = False
    is_reported: bool = False
    is_met: bool = False
    is_left: bool = False
    is_optional: bool = False

    def catches(self, run: Run, step: str, when: When) -> bool:
        """Whether this rotation stops here. If so, this stop has caught it."""
        is_free = self.run is None and not self.is_spent
        if not is_free or run.key != self.key or (self.step, self.when) != (step, when):
            return False
        self.run = run
        self.is_met = True
        return True

    def spend(self) -> bool:
        """Let no rotation stop here any more, and return whether one could until now."""
        was_spent, self.is_spent = self.is_spent, True
        return not was_spent

    def checkpoint(self) -> Restore:
        """Return a function that restores the rotation that has stopped here now, if any."""
        run, is_spent = self.run, self.is_spent

        def restore() -> None:
            self.run, self.is_spent = run, is_spent or self.is_left

        return restore

    @property
    def is_unmet(self) -> bool:
        """Whether a rotation has to come here, none has, and no error has said so yet."""
        return not (self.is_met or self.is_spent or self.is_reported or self.is_optional)

    def __str__(self) -> str:
        return f"<hold of {self.key.name!r} {self.when} {self.step}>"


class Hold:
    """A point at which the next rotation of a secret stops, once.

    `run` is the rotation that has come to this point; None until then. `resume()` continues that rotation and returns
    it; so does the end of a `with` block. If no rotation came to the hold, both raise UsageError. Without a `with`
    block or a `resume()`, such a hold fails the test at its end.
    """

    def __init__(self, stop: PlannedStop, resume: Callable[[Run], None]) -> None:
        self._stop = stop
        self._resume = resume

    @property
    def run(self) -> RotationRun | None:
        """The rotation that has come to this point; None until then."""
        return None if self._stop.run is None else RotationRun(self._stop.run)

    def resume(self) -> RotationRun:
        """Continue the rotation, and return it when its further steps have run.

        Raises UsageError when no rotation has come to this point, and when the rotation is no longer held.
        """
        run = self._stop.run
        if run is None:
            self._stop.is_reported = True
            raise UsageError(f"no rotation has come to the {self!r}, so there is none to resume")
        if run.state != "held" or not _lock.during(self._stop.spend):
            raise UsageError(f"the rotation of the {self!r} is no longer held")
        self._resume(run)
        return RotationRun(run)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        run = self._stop.run
        is_needed = self._stop.is_unmet if run is None else run.state == "held"
        if error is None and is_needed and not self._stop.is_spent:
            self.resume()
        self._stop.is_spent = self._stop.is_left = True

    def __repr__(self) -> str:
        return str(self._stop)


@dataclass(slots=True)
class _PlannedFailure:
    key: SecretKey | None
    step: str
    when: When
    error: Failure
    times: int
    is_optional: bool = False
    is_met: bool = False
    """Whether it has made a step fail. A rollback does not change this."""

    @property
    def is_unmet(self) -> bool:
        """Whether a step has to fail, and none has."""
        return not (self.is_met or self.is_optional)

    def fits(self, run: Run, step: str, when: When) -> bool:
        return self.times > 0 and self.key in (None, run.key) and (self.step, self.when) == (step, when)

    def __str__(self) -> str:
        kind = self.error if isinstance(self.error, type) else type(self.error)
        after = ", after=True" if self.when == "after" else ""
        whose = "" if self.key is None else f" for secret {self.key.name!r} in {self.key.region}"
        return f"rotation.fail({self.step!r}, {kind.__name__}{after}){whose}"


class Steps:
    """The plans for rotations. The engine asks here at each step."""

    def __init__(self) -> None:
        self.planned_stops: list[PlannedStop] = []
        self.failures: list[_PlannedFailure] = []

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

    def plan_failure(
        self, key: SecretKey | None, step: str, when: When, error: Failure, times: int, *, is_optional: bool
    ) -> None:
        """Make the next steps of this name fail."""
        self.failures.append(_PlannedFailure(key, step, when, error, times, is_optional))

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
        problems = [
            f"the {plan} was planned, and no rotation came to it"
            if isinstance(plan, PlannedStop)
            else f"{plan} was planned, and no rotation came to that step"
            for plan in plans
        ]
        return "\n".join([*problems, _ADVICE])

    def stops(self, run: Run, step: str, when: When) -> bool:
        """Whether a hold stops this rotation here. Each one that does catches the rotation."""
        if not self.planned_stops:
            return False
        return bool(_lock.during(lambda: [stop for stop in self.planned_stops if stop.catches(run, step, when)]))

    def failure(self, run: Run, step: str, when: When) -> BaseException | None:
        """The error that is planned for a step; None without a plan."""
        planned = _lock.during(lambda: self._next_failure(run, step, when)) if self.failures else None
        if planned is None:
            return None
        return planned.error if isinstance(planned.error, BaseException) else planned.error()

    def _next_failure(self, run: Run, step: str, when: When) -> _PlannedFailure | None:
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


def require_step(step: object) -> str:
    """Return the name of a step. Raise UsageError, with the nearest name, for any other value."""
    if not isinstance(step, str):
        raise UsageError(f"a step of a rotation is named by a str, not by {type(step).__name__}")
    if step not in STEPS:
        raise UsageError(f"a rotation has no step {step!r}{nearest(step, STEPS)}")
    return step


def require_failure(error: object) -> None:
    """Raise UsageError unless `error` is an exception, or a class of exceptions that needs no arguments."""
    is_class = isinstance(error, type) and issubclass(error, BaseException)
    if not (is_class or isinstance(error, BaseException)):
        raise UsageError(f"a step fails with an exception or a class of exceptions, not with {error!r}")
    if isinstance(error, type):
        try:
            error()
        except TypeError:
            raise UsageError(
                f"a step fails with an exception, and {error.__name__} needs arguments: give an instance"
            ) from None
