"""The progress of rotations: the changes that AWS makes to a secret while it rotates, and how a rotation ends."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from pytest_secretsmanager.engine.call import Effect, EventName, Outcome, own_work, rotation_event
from pytest_secretsmanager.engine.effects import transitions
from pytest_secretsmanager.engine.effects.background import Background, Transition
from pytest_secretsmanager.engine.effects.runs import Run, RunState
from pytest_secretsmanager.engine.ports import new_uuid
from pytest_secretsmanager.engine.rules import rotation
from pytest_secretsmanager.engine.state import Secret

__tracebackhide__ = True

_INTERRUPTED = "The rotation was interrupted"


class Progress(NamedTuple):
    """The shared state of a service's rotations. `run_effects` runs the effects of their changes."""

    background: Background
    run_effects: Callable[[Iterable[Effect]], None]

    def commit(self, run: Run, transition: Transition) -> None:
        """Commit one change that AWS makes to the secret, and run its effects."""
        self.run_effects(self.background.commit(run.key, transition))

    def log(self, event: EventName, run: Run, error_message: str | None = None) -> None:
        """Log an event of AWS that changes nothing."""

        def announce(secret: Secret) -> Outcome:
            return own_work(events=(rotation_event(event, secret, run.token, error_message),))

        self.commit(run, announce)

    def is_under_way(self, run: Run) -> bool:
        """Return whether the secret still rotates to this run's version."""
        return rotation.goes_on(self.background.store.get(run.key), run.token)

    def fail(self, run: Run, message: str) -> None:
        """Fail the secret's rotation, and end the run."""
        self.commit(run, lambda secret: self.failure(run.token, secret, message))
        self.end(run, "failed")

    def failure(self, token: str, secret: Secret, message: str) -> Outcome:
        """The failure of a rotation, unless another write has already ended the rotation."""
        if not rotation.goes_on(secret, token):
            return own_work()
        return transitions.failure(secret, token, self.background.now(), message)

    def break_off(self, run: Run) -> None:
        """End an interrupted run. Its rotation fails, unless it was already over."""
        secret = self.background.store.get(run.key)
        run.broken_off = run.test or rotation.goes_on(secret, run.token)
        if run.test:
            self.commit(run, lambda secret: transitions.trial_over(secret, run.token, _INTERRUPTED))
            self.end(run, "failed")
        elif run.broken_off:
            self.fail(run, _INTERRUPTED)
        else:
            is_current = secret is not None and rotation.is_current(secret, run.token)
            self.end(run, "succeeded" if is_current else "abandoned")

    def give_up(self, token: str, secret: Secret) -> Outcome:
        """The failure of a rotation that was announced and has not begun."""
        return self.failure(token, secret, _INTERRUPTED)

    def end(self, run: Run, state: RunState) -> None:
        """End a run. If it failed, record the time of AWS's next try."""
        run.state = state
        run.ended_at = self.background.now()
        if state == "failed":
            secret = self.background.store.get(run.key)
            run.retry_at = None if secret is None or run.test else rotation.retry_at(secret)

    def new_uuid(self) -> str:
        """A new version 4 UUID, for tokens."""
        return new_uuid(self.background.ports.random)
