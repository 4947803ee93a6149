"""Where rotations stop and what fails in them, as a test has asked for it."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeAlias

from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.effects.controls import When
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.rules.rotation import STEPS
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.rotation_runs import RotationRun

__tracebackhide__ = True

Failure: TypeAlias = BaseException | type[BaseException]


class UnmetPlanError(AssertionError):
    """A test has planned that a rotation fails or stops at a step, and none did."""


class Hold:
    """A point at which the next rotation of a secret stops, once.

    `run` is the rotation that has come to it, None until then. `resume()` lets it go on and gives it back; so does the
    end of a `with` block. A hold that no rotation came to is a UsageError there, and fails the test where there is no
    such block.
    """

    def __init__(self, key: SecretKey, step: str, when: When, resume: Callable[[Run], None]) -> None:
        self._run: Run | None = None
        self._key = key
        self._point = (step, when)
        self._resume = resume
        self._spent = False
        self._is_told = False

    @property
    def run(self) -> RotationRun | None:
        """The rotation that has come to this point, None until then."""
        return None if self._run is None else RotationRun(self._run)

    def catches(self, run: Run, step: str, when: When) -> bool:
        """Whether this rotation stops here; from then on this hold has caught it."""
        is_free = self._run is None and not self._spent
        if not is_free or run.key != self._key or self._point != (step, when):
            return False
        self._run = run
        return True

    def resume(self) -> RotationRun:
        """Lets the rotation go on; its further steps have run when this returns."""
        if self._run is None:
            self._is_told = True
            raise UsageError(f"no rotation has come to the {self!r}, so none goes on")
        if self._spent or self._run.state != "held":
            raise UsageError(f"the rotation of the {self!r} goes on already")
        self._spent = True
        self._resume(self._run)
        return RotationRun(self._run)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        is_needed = not self._spent and (self._run is None or self._run.state == "held")
        if error is None and is_needed:
            self.resume()
        self._spent = True

    @property
    def is_forgotten(self) -> bool:
        """Whether no rotation has come to it, and the test was not told so yet."""
        return self._run is None and not (self._spent or self._is_told)

    def __repr__(self) -> str:
        step, when = self._point
        return f"<hold of {self._key.name!r} {when} {step}>"


@dataclass(slots=True)
class _PlannedFailure:
    key: SecretKey | None
    step: str
    when: When
    error: Failure
    times: int
    met: bool = False
    """Whether a step has failed by it, though that be rolled back since."""

    def fits(self, run: Run, step: str, when: When) -> bool:
        return self.times > 0 and self.key in (None, run.key) and (self.step, self.when) == (step, when)

    def __str__(self) -> str:
        kind = self.error if isinstance(self.error, type) else type(self.error)
        after = ", after=True" if self.when == "after" else ""
        whose = "" if self.key is None else f" for secret {self.key.name!r} in {self.key.region}"
        return f"rotation.fail({self.step!r}, {kind.__name__}{after}){whose}"


class Steps:
    """What the engine asks at each step of a rotation."""

    def __init__(self) -> None:
        self.holds: list[Hold] = []
        self._failures: list[_PlannedFailure] = []

    def checkpoint(self) -> Restore:
        """A point to go back to, with the holds and failures that are planned now."""
        restore = checkpoint(self.holds, self._failures)
        left = [(failure, failure.times) for failure in self._failures]

        def go_back_and_count_again() -> None:
            restore()
            for failure, times in left:
                failure.times = times

        return go_back_and_count_again

    def plan_failure(self, key: SecretKey | None, step: str, when: When, error: Failure, times: int) -> None:
        """Lets the next steps of that name fail."""
        self._failures.append(_PlannedFailure(key, step, when, error, times))

    @property
    def are_planned(self) -> bool:
        """Whether there is any plan, met or not."""
        return bool(self._failures or self.holds)

    @contextmanager
    def all_met(self) -> Iterator[None]:
        """What is planned inside has come to pass by the end, else UnmetPlanError; an error from inside comes first."""
        before = [*self._failures, *self.holds]
        yield
        self.require_met(but_for=before)

    def require_met(self, but_for: Collection[object] = ()) -> None:
        """Raises UnmetPlanError for plans that never came to pass, and tells of each once.

        `but_for` has those that were made before, of which another end will tell.
        """
        failures = [plan for plan in self._failures if not plan.met and not _is_in(plan, but_for)]
        holds = [hold for hold in self.holds if hold.is_forgotten and not _is_in(hold, but_for)]
        self._failures[:] = [plan for plan in self._failures if not _is_in(plan, failures)]
        self.holds[:] = [hold for hold in self.holds if not _is_in(hold, holds)]
        problems = [
            *(f"{plan} was planned, and no rotation came to that step" for plan in failures),
            *(f"the {hold!r} was planned, and no rotation came to it" for hold in holds),
        ]
        if problems:
            raise UnmetPlanError("\n".join([*problems, _ADVICE]))

    def forget(self) -> None:
        """Drops what is planned, and tells of nothing: the block that planned it is over."""
        self._failures.clear()
        self.holds[:] = [hold for hold in self.holds if not hold.is_forgotten]

    def stops(self, run: Run, step: str, when: When) -> bool:
        """Whether a hold catches a rotation here."""
        caught = [hold for hold in self.holds if hold.catches(run, step, when)]
        return bool(caught)

    def failure(self, run: Run, step: str, when: When) -> BaseException | None:
        """What a step is to fail with, if it is."""
        planned = next((failure for failure in self._failures if failure.fits(run, step, when)), None)
        if planned is None:
            return None
        planned.times -= 1
        planned.met = True
        return planned.error if isinstance(planned.error, BaseException) else planned.error()


_ADVICE = (
    "A secret rotates when rotate_secret is called, or when clock.advance reaches the time of its schedule. A "
    "plan for one secret does not apply to the rotations of another."
)


def _is_in(plan: object, plans: Collection[object]) -> bool:
    return any(plan is other for other in plans)


def require_step(step: object) -> str:
    """One of the four steps' names; UsageError, with the nearest one, for anything else."""
    if not isinstance(step, str):
        raise UsageError(f"a step of a rotation is named by a str, not by {type(step).__name__}")
    if step not in STEPS:
        raise UsageError(f"a rotation has no step {step!r}{nearest(step, STEPS)}")
    return step


def require_failure(error: object) -> None:
    """What a step can be made to fail with: an exception, or a class that makes one of nothing."""
    is_class = isinstance(error, type) and issubclass(error, BaseException)
    if not (is_class or isinstance(error, BaseException)):
        raise UsageError(f"a step fails with an exception or a class of exceptions, not with {error!r}")
    if isinstance(error, type):
        try:
            error()
        except TypeError:
            raise UsageError(
                f"a step fails with an exception, and {error.__name__} can't be made without arguments: give one that "
                "is made already"
            ) from None
