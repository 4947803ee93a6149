"""What is kept of each rotation that ran, and what a test may do to AWS's own work."""

from dataclasses import dataclass, field
from traceback import format_exception
from typing import Literal, Protocol, TypeAlias

from pytest_secretsmanager.engine.state import SecretKey

RunState: TypeAlias = Literal["running", "held", "succeeded", "failed", "abandoned"]
When: TypeAlias = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class StepRun:
    """One step that ran: its name, what it failed with, if it did, and whether the test had planned that."""

    step: str
    error: BaseException | None = field(default=None, repr=False)
    planned: bool = field(default=False, repr=False)

    @property
    def traceback(self) -> str:
        """The error with its traceback, as Python prints it; empty for a step that succeeded."""
        return "" if self.error is None else "".join(format_exception(self.error))


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Run:
    """One try at a rotation, as the engine keeps it. A test sees it as `inspection.rotation_runs.RotationRun`.

    `left` has the steps to come, `at` is the one that runs now. `broken_off` says that the run failed because of an
    interrupt, or because its manager was left or its test ended, while a step still ran.
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
        """What its last step failed with, None when it did not."""
        return self.steps[-1].error if self.steps else None


class StepControl(Protocol):
    """What a test may do to a rotation that runs."""

    def stops(self, run: Run, step: str, when: When) -> bool:
        """Whether the rotation stops here, until it is resumed."""

    def failure(self, run: Run, step: str, when: When) -> BaseException | None:
        """What this step fails with, in place of its function or behind it; None: nothing."""


class ReplicaControl(Protocol):
    """What a test may do to replicas that are to follow their primary."""

    def holds_back(self, region: str, account: str) -> bool:
        """Whether replicas of that region and account stay in progress."""
