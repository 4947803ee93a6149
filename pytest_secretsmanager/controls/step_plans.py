"""A test's plans for the steps of rotations: a step at which a rotation stops, and one that fails."""

from dataclasses import dataclass
from typing import TypeAlias

from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.effects.controls import When
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.rules.rotation import STEPS
from pytest_secretsmanager.engine.state import SecretKey

__tracebackhide__ = True

Failure: TypeAlias = BaseException | type[BaseException]


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

    @property
    def unmet_text(self) -> str:
        """Say that no rotation has stopped here."""
        return f"the {self} was planned, and no rotation came to it"

    def __str__(self) -> str:
        return f"<hold of {self.key.name!r} {self.when} {self.step}>"


@dataclass(slots=True)
class PlannedFailure:
    """The next `times` steps of a name that fail, before or after their function. `key` None: those of any secret."""

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

    @property
    def unmet_text(self) -> str:
        """Say that nothing has failed."""
        return f"{self} was planned, and no rotation came to that step"

    def fits(self, run: Run, step: str, when: When) -> bool:
        return self.times > 0 and self.key in (None, run.key) and (self.step, self.when) == (step, when)

    def __str__(self) -> str:
        kind = self.error if isinstance(self.error, type) else type(self.error)
        after = ", after=True" if self.when == "after" else ""
        whose = "" if self.key is None else f" for secret {self.key.name!r} in {self.key.region}"
        return f"rotation.fail({self.step!r}, {kind.__name__}{after}){whose}"


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
