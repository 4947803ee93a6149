"""The steps of a rotation function: each step runs the function once, unless the test holds it or plans its failure.

A step is the user's code. It calls Secrets Manager itself, from any thread, so no lock is held while it runs.
"""

from pytest_secretsmanager.engine.effects.controls import StepControl, When
from pytest_secretsmanager.engine.effects.progress import Progress
from pytest_secretsmanager.engine.effects.runs import Run, StepRun
from pytest_secretsmanager.engine.ports import Function

__tracebackhide__ = True


class Steps:
    """Runs the steps of rotation functions. `control` lets a test hold or fail steps."""

    def __init__(self, progress: Progress, control: StepControl) -> None:
        self._progress = progress
        self._control = control

    def is_held(self, run: Run, step: str, when: When) -> bool:
        """Return whether the test holds the rotation before or after this step."""
        if not self._control.stops(run, step, when):
            return False
        run.state = "held"
        return True

    def succeeds(self, run: Run, step: str) -> bool:
        """Run one step, record its error, and return whether it succeeded."""
        run.at = step
        planned = self._control.failure(run, step, "before")
        error = planned if planned is not None else self._error_of(run, step)
        if error is None:
            error = planned = self._control.failure(run, step, "after")
        run.at = None
        run.steps.append(StepRun(step, error, planned=planned is not None))
        return error is None

    def _error_of(self, run: Run, step: str) -> BaseException | None:
        try:
            self._function(run)(self._event(run, step))
        except BaseException as error:
            return error
        return None

    def _function(self, run: Run) -> Function:
        function = self._progress.background.ports.function(run.function)
        if function is None:
            raise LookupError(f"the function {run.function} is no longer registered")
        return function

    def _event(self, run: Run, step: str) -> dict[str, str]:
        """The event that AWS passes to a function. REPORTED: SecretId is the full ARN."""
        return {
            "Step": step,
            "SecretId": run.secret,
            "ClientRequestToken": run.token,
            "RotationToken": self._progress.new_uuid(),
        }


def failure_message(run: Run) -> str:
    """The message of CloudTrail's event for a failed step (DOC)."""
    return f"Error when executing lambda {run.function} during {run.steps[-1].step} step"


def let_through(error: BaseException | None) -> None:
    """Raise an error that is no Exception, such as an interrupt or a failed test, to the caller of RotateSecret.

    SystemExit does not count: for Lambda, a function that exits has failed.
    """
    if error is not None and not isinstance(error, Exception | SystemExit):
        raise error
