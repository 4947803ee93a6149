"""The hold of a rotation, as a test has it."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from pytest_secretsmanager.controls.step_plans import PlannedStop
from pytest_secretsmanager.controls.steps import lock
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.rotation_runs import RotationRun

__tracebackhide__ = True


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
        if run.state != "held" or not lock.during(self._stop.spend):
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
