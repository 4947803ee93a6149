"""Protocols that let a test control AWS's work after a call: the steps of rotations, and replicas."""

from typing import Literal, Protocol, TypeAlias

from pytest_secretsmanager.engine.effects.runs import Run

When: TypeAlias = Literal["before", "after"]


class StepControl(Protocol):
    """Lets a test hold a running rotation and fail its steps."""

    def stops(self, run: Run, step: str, when: When) -> bool:
        """Return whether the rotation stops here, until the test resumes it."""

    def failure(self, run: Run, step: str, when: When) -> BaseException | None:
        """Return the error that the test planned for this step, before or after its function; None without a plan."""


class ReplicaControl(Protocol):
    """Lets a test hold back replicas."""

    def holds_back(self, region: str, account: str) -> bool:
        """Return whether replicas of that region and account stay in progress."""
