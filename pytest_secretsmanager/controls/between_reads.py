"""Rotation of a secret between the reads of the code under test."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TypeAlias

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.engine.watching import Watching
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.rotation_texts import run_text
from pytest_secretsmanager.inspection.views import SecretView
from pytest_secretsmanager.inspection.with_blocks import WithBlock

__tracebackhide__ = True

RotateNow: TypeAlias = Callable[[SecretKey], str]
"""Calls RotateSecret as the secret's own account, and returns the token."""

_READS = ("GetSecretValue", "BatchGetSecretValue")


class BetweenReads(WithBlock):
    """Counts the reads of one secret inside a `with` block, and rotates the secret after some of them.

    `reads` and `rotations` are the numbers so far. A block without a rotation, or with a failed one, proves nothing: it
    ends with an AssertionError.
    """

    _unentered = (
        "rotation.between_reads was called but not entered, so nothing rotates: write "
        "`with secretsmanager.rotation.between_reads(…):` around the reads"
    )

    def __init__(self, view: SecretView, first: int, every: int, service: Service, rotate_now: RotateNow) -> None:
        self.reads = 0
        self.rotations = 0
        self._view = view
        self._key = key_of(view)
        self._arn = view.arn
        self._first = first
        self._every = every
        self._service = service
        self._rotate_now = rotate_now
        self._counting = Lock()
        self._rotating = False
        self._problem: AssertionError | None = None
        self._is_left = False
        self._watching: Watching | None = None
        """Made on entering: it refers back to this object, which must be freed at once if it is never entered."""

    def __enter__(self) -> Self:
        self._is_entered = True
        try:
            self._watching = self._service.watching(self._see)
            self._watching.begin()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._leave()
        except BaseException:
            self._leave()
            raise
        if error is None:
            self._require_success()

    def _leave(self) -> None:
        """Stop watching. Idempotent."""
        self._is_left = True
        if self._watching is not None:
            self._watching.end()

    def _see(self, call: Call, outcome: Outcome) -> None:
        if self._is_left:
            self._leave()  # a rollback around the end of the block has begun the watching again
        elif call.operation in _READS and self._is_read(outcome) and self._is_due():
            try:
                self._rotate()
            finally:
                self._rotating = False

    def _is_read(self, outcome: Outcome) -> bool:
        values = outcome.reply.get("SecretValues", [outcome.reply])
        return isinstance(values, list) and any(value.get("ARN") == self._arn for value in values)

    def _is_due(self) -> bool:
        """Count a read, and return whether a rotation is due. Reads made while a rotation runs are not counted."""
        with self._counting:
            if self._rotating or any(run.key == self._key and run.state == "running" for run in self._runs):
                return False
            self.reads += 1
            since_first = self.reads - self._first
            self._rotating = since_first >= 0 and since_first % self._every == 0
            return self._rotating

    def _rotate(self) -> None:
        name = self._view.name
        try:
            token = self._rotate_now(self._key)
        except ServiceError as refusal:
            text = f"secret {name!r} could not be rotated between reads: {refusal.code}: {refusal}"
            self._problem = self._problem or AssertionError(text)
            return
        self.rotations += 1
        run = next(run for run in reversed(self._runs) if run.token == token)
        if run.state in ("failed", "abandoned") and self._problem is None:
            text = f"a rotation of secret {name!r} between reads did not succeed: {run_text(run)}"
            self._problem = AssertionError(text)
            self._problem.__cause__ = run.error

    def _require_success(self) -> None:
        if self._problem is not None:
            raise self._problem
        if not self.rotations:
            raise AssertionError(
                f"secret {self._view.name!r} was not rotated between reads: it was read {self.reads} times, and "
                f"rotates after read number {self._first}"
            )

    @property
    def _runs(self) -> Sequence[Run]:
        return self._service.runs
