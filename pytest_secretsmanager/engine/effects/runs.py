"""The records of rotations that ran."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from traceback import format_exception
from typing import Literal, TypeAlias

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
class RotationRun:
    """One try at a rotation: its secret, its token, its function and its progress.

    `secret` is an ARN. `function` is an ARN too, empty if AWS rotates the secret without a function. `state` is
    `running`, `held` (a test stopped it), `succeeded`, `failed`, or `abandoned` (cancelled, or overtaken by another
    write). `test` says that this was RotateSecret's trial of the function, with RotateImmediately false. `broken_off`
    says that an interrupt ended it, or that its manager exited or its test ended while a step still ran.

    >>> _ = sm.seed("db", "one")
    >>> sm.rotation.fail("setSecret", ConnectionError)
    >>> arn = sm.rotation.register(lambda event, context: None)
    >>> _ = sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    >>> sm.rotation.runs[-1]
    <rotation of 'db' in us-east-1: failed in setSecret>
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
    def started(self) -> datetime:
        """The time at which it began, UTC."""
        return datetime.fromtimestamp(self.started_at, UTC)

    @property
    def ended(self) -> datetime | None:
        """The time at which it ended, UTC; None while it is running or held."""
        return None if self.ended_at is None else datetime.fromtimestamp(self.ended_at, UTC)

    @property
    def retry(self) -> datetime | None:
        """The time of AWS's next try, UTC, as planned when this one failed; None without a next try."""
        return None if self.retry_at is None else datetime.fromtimestamp(self.retry_at, UTC)

    @property
    def error(self) -> BaseException | None:
        """The error of its last step; None if the step succeeded."""
        return self.steps[-1].error if self.steps else None

    def __repr__(self) -> str:
        what = "trial" if self.test else "rotation"
        last = self.steps[-1].step if self.steps else None
        where = "" if self.state == "succeeded" or last is None else f" {'in' if self.error else 'after'} {last}"
        return f"<{what} of {self.key.name!r} in {self.key.region}: {self.state}{where}>"
