"""The records of rotations that ran."""

from dataclasses import dataclass, field
from traceback import format_exception
from typing import Literal, TypeAlias

from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.state import SecretKey

RunState: TypeAlias = Literal["running", "held", "succeeded", "failed", "abandoned"]


@dataclass(frozen=True, slots=True)
class StepRun:
    """One step that ran: its name, its error or None, and whether the test had planned that error."""

    step: str
    error: BaseException | None = field(default=None, repr=False)
    planned: bool = field(default=False, repr=False)

    @property
    def traceback(self) -> str:
        """The error with its traceback, as Python prints it; empty for a step that succeeded."""
        return "" if self.error is None else "".join(format_exception(self.error))


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Run:
    """One try at a rotation, as the engine keeps it. A test sees it as `inspection.rotation_runs.Run`.

    `left` has the remaining steps, `at` is the step that runs now. `broken_off` says that the run failed because of an
    interrupt, or because its manager exited or its test ended while a step still ran.
    """

    secret: str
    token: str
    function: str
    test: bool = False
    state: RunState = "running"
    steps: list[StepRun] = field(default_factory=list)
    key: SecretKey
    left: list[str]
    at: str | None = None
    thread: int
    broken_off: bool = False
    started_at: float
    ended_at: float | None = None
    retry_at: float | None = None

    @property
    def error(self) -> BaseException | None:
        """The error of its last step; None if the step succeeded."""
        return self.steps[-1].error if self.steps else None

    def checkpoint(self) -> Restore:
        """Record the progress of a held run, and return a function that restores it."""
        restore_steps = checkpoint(self.steps, self.left)

        def restore() -> None:
            restore_steps()
            self.state = "held"
            self.broken_off, self.ended_at, self.retry_at = False, None, None

        return restore
