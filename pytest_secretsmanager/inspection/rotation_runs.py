"""The rotations as a test sees them: read-only and live."""

from datetime import datetime

from pytest_secretsmanager.engine.effects.runs import Run, RunState, StepRun
from pytest_secretsmanager.inspection.times import utc

__tracebackhide__ = True


class RotationRun:
    """One try at a rotation: its secret, token and function, and its progress.

    >>> _ = sm.seed("db", "one")
    >>> sm.rotation.fail("setSecret", ConnectionError)
    >>> arn = sm.rotation.register(lambda event, context: None)
    >>> _ = sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    >>> sm.rotation.runs[-1]
    <rotation of 'db' in us-east-1: failed in setSecret>
    """

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def secret(self) -> str:
        """The ARN of the secret."""
        return self._run.secret

    @property
    def token(self) -> str:
        """The ClientRequestToken, which is the id of the new version."""
        return self._run.token

    @property
    def function(self) -> str:
        """The ARN of the rotation function; empty if AWS itself rotates the secret."""
        return self._run.function

    @property
    def test(self) -> bool:
        """Whether this was RotateSecret's trial of the function, with RotateImmediately false."""
        return self._run.test

    @property
    def state(self) -> RunState:
        """`running`, `held` (by a test), `succeeded`, `failed`, or `abandoned` (cancelled, or another write came)."""
        return self._run.state

    @property
    def steps(self) -> list[StepRun]:
        """The steps that ran, in their order."""
        return [*self._run.steps]

    @property
    def error(self) -> BaseException | None:
        """The error of the last step; None if that did not fail."""
        return self._run.error

    @property
    def broken_off(self) -> bool:
        """Whether it failed because of an interrupt, or because its manager or its test ended during a step."""
        return self._run.broken_off

    @property
    def started(self) -> datetime:
        """The time at which it began, UTC."""
        return utc(self._run.started_at)

    @property
    def ended(self) -> datetime | None:
        """The time at which it ended, UTC; None while it is running or held."""
        return None if self._run.ended_at is None else utc(self._run.ended_at)

    @property
    def retry(self) -> datetime | None:
        """The time of AWS's next try, UTC, as planned when this one ended; None if no retry was planned."""
        return None if self._run.retry_at is None else utc(self._run.retry_at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RotationRun) and self._run is other._run

    def __hash__(self) -> int:
        return hash(self._run)

    def __repr__(self) -> str:
        key, steps = self._run.key, self._run.steps
        kind = "trial" if self.test else "rotation"
        place = "" if self.state == "succeeded" or not steps else f" {'in' if self.error else 'after'} {steps[-1].step}"
        return f"<{kind} of {key.name!r} in {key.region}: {self.state}{place}>"
