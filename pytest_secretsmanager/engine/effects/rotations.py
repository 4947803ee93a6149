"""Runs rotations: the four steps of a function, or what AWS does in their place.

Steps are code of the user's, which calls Secrets Manager itself, from any thread: no lock is held while one runs.
"""

from collections.abc import Callable, Container, Iterable
from functools import partial
from threading import get_ident

from pytest_secretsmanager.engine.call import Effect, EventName, Outcome, RunRotation, rotation_event
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.effects import transitions
from pytest_secretsmanager.engine.effects.background import Background, Transition
from pytest_secretsmanager.engine.effects.runs import Run, RunState, StepControl, StepRun, When
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.interrupts import whole
from pytest_secretsmanager.engine.ports import Function, new_uuid
from pytest_secretsmanager.engine.rules import rotation as rules
from pytest_secretsmanager.engine.state import Secret

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""


_BROKEN_OFF = "The rotation was broken off"


class Rotations:
    """Runs rotations; `control` is the test's say in it, `run_effects` runs what a rotation causes in its turn."""

    def __init__(
        self, background: Background, control: StepControl, run_effects: Callable[[Iterable[Effect]], None]
    ) -> None:
        self.runs: list[Run] = []
        self._busy: frozenset[Run] = frozenset()
        self._background = background
        self._control = control
        self._run_effects = run_effects

    @property
    def is_busy(self) -> bool:
        """Whether a rotation, or a trial, is running in some thread."""
        return bool(self._busy)

    def start(self, effect: RunRotation) -> None:
        """Runs a rotation from its first step on, or only tries the function."""
        run = self._new_run(effect)
        if run.test:
            self._while_busy(run, self._test)
        elif run.function:
            self._while_busy(run, self._go_on)
        else:
            self._while_busy(run, self._rotate_without_function)

    def resume(self, run: Run) -> None:
        """Lets a held rotation go on; it may be held once more, further on."""
        run.state, run.thread = "running", get_ident()
        self._while_busy(run, self._go_on)

    def _while_busy(self, run: Run, work: Callable[[Run], None]) -> None:
        def begin() -> None:
            with self._background.lock:
                self._busy |= {run}

        def end() -> None:
            with self._background.lock:
                self._busy -= {run}

        whole(begin, lambda: work(run), end)

    # --- broken off --------------------------------------------------------------------------------------------------

    def give_up(self, effect: RunRotation) -> None:
        """Lets a rotation fail that was announced, or was to be tried again, and has not begun."""
        secret = self._background.store.get(effect.key)
        if secret is None or rules.running_token(secret) != effect.token:
            return
        if not any(run.token == effect.token and run.state in ("running", "held") for run in self.runs):
            self._background.commit(effect.key, partial(self._failure, effect.token, message=_BROKEN_OFF))

    def recover(self) -> None:
        """Lets each rotation fail that an interrupt in this thread has ended."""
        for run in tuple(self.runs):
            if run.state == "running" and run.thread == get_ident() and run not in self._busy:
                self._break_off(run)

    def cut_off(self, but: Container[Run]) -> None:
        """Lets each rotation fail that still runs in another thread: no further step of it begins."""
        for run in tuple(self.runs):
            if run.state == "running" and run.thread != get_ident() and run not in but:
                self._break_off(run)

    def forget_other_threads(self) -> None:
        """Waits no more for rotations of other threads: for a forked child, in which these threads are not."""
        self._busy = frozenset(run for run in self._busy if run.thread == get_ident())

    def _break_off(self, run: Run) -> None:
        """Lets a rotation fail, unless it was over already and only its end was not noted."""
        secret = self._background.store.get(run.key)
        run.broken_off = run.test or rules.goes_on(secret, run.token)
        if run.test:
            self._commit(run, lambda secret: transitions.trial_over(secret, run.token, _BROKEN_OFF))
        elif run.broken_off:
            self._commit(run, lambda secret: self._failure(run.token, secret, _BROKEN_OFF))
        elif secret is None or not rules.is_current(secret, run.token):
            self._end(run, "abandoned")
            return
        self._end(run, "failed" if run.broken_off else "succeeded")

    def checkpoint(self) -> Restore:
        """A point to go back to, with the runs that there are now."""
        return checkpoint(self.runs)

    def begin_first_due(self, time: float) -> tuple[Effect, ...]:
        """Begins the rotation that has been due longest at that time, and gives what is to follow."""
        background = self._background
        with background.lock:
            if background.store.agenda.time > time:
                return ()  # another thread was faster
            return background.commit(
                background.store.agenda.first(),
                lambda secret: transitions.rotate_due(secret, time, background.ports, self._new_uuid),
            )

    # --- with a function ---------------------------------------------------------------------------------------------

    def _go_on(self, run: Run) -> None:
        """The steps that are left, until the end, a failure or a hold."""
        while run.left:
            step = run.left[0]
            if self._is_held(run, step, "before"):
                return
            if not self._is_under_way(run):
                self._end(run, "abandoned")
                return
            run.left.pop(0)
            succeeds = self._succeeds(run, step)
            if run.broken_off:
                return
            if not succeeds:
                self._fail(run)
                return
            if self._is_held(run, step, "after"):
                return
        self._finish(run)

    def _is_held(self, run: Run, step: str, when: When) -> bool:
        if not self._control.stops(run, step, when):
            return False
        run.state = "held"
        return True

    def _is_under_way(self, run: Run) -> bool:
        return rules.goes_on(self._background.store.get(run.key), run.token)

    def _succeeds(self, run: Run, step: str) -> bool:
        """Runs one step, and keeps what it failed with."""
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
        function = self._background.ports.function(run.function)
        if function is None:
            raise LookupError(f"no function {run.function} is there any more")
        return function

    def _event(self, run: Run, step: str) -> dict[str, str]:
        """What a function is handed. REPORTED: SecretId is the full ARN."""
        return {
            "Step": step,
            "SecretId": run.secret,
            "ClientRequestToken": run.token,
            "RotationToken": self._new_uuid(),
        }

    def _fail(self, run: Run) -> None:
        message = _step_failed(run)
        self._commit(run, lambda secret: self._failure(run.token, secret, message))
        self._end(run, "failed")
        self._let_through(run.error)

    def _let_through(self, error: BaseException | None) -> None:
        """What is no Exception, as an interrupt or a failed test, goes on to whoever called.

        A function that exits is to Lambda one that has failed.
        """
        if error is not None and not isinstance(error, Exception | SystemExit):
            raise error

    def _failure(self, token: str, secret: Secret, message: str) -> Outcome:
        if not rules.goes_on(secret, token):
            return Outcome({})
        return transitions.failure(secret, token, self._background.now(), message)

    def _finish(self, run: Run) -> None:
        state: RunState = "abandoned"

        def finish(secret: Secret) -> Outcome:
            nonlocal state
            if not rules.goes_on(secret, run.token):
                return Outcome({})
            state = "succeeded" if rules.is_current(secret, run.token) else "failed"
            return transitions.completion(secret, run.token, self._background.now())

        self._commit(run, finish)
        self._end(run, state)

    # --- trying a function -------------------------------------------------------------------------------------------

    def _test(self, run: Run) -> None:
        """RECORDED: the step testSecret runs on a version that is there for that only, with the current value."""
        background = self._background
        try:
            self._commit(run, lambda secret: transitions.trial(secret, run.token, background.now(), background.ports))
        except ServiceError as refusal:
            self._log("TestRotationFailed", run, refusal.message)
            self._end(run, "failed")
            return
        succeeds = self._succeeds(run, run.left.pop())
        if run.broken_off:
            return
        message = None if succeeds else _step_failed(run)
        self._commit(run, lambda secret: transitions.trial_over(secret, run.token, message))
        self._end(run, "succeeded" if succeeds else "failed")
        self._let_through(run.error)

    # --- without a function ------------------------------------------------------------------------------------------

    def _rotate_without_function(self, run: Run) -> None:
        background = self._background
        state: RunState = "abandoned"
        run.left.clear()

        def rotate(secret: Secret) -> Outcome:
            nonlocal state
            if not rules.goes_on(secret, run.token):
                return Outcome({})
            outcome = transitions.rotate_by_aws(secret, run.token, background.now(), background.ports)
            state = "succeeded"
            return outcome

        try:
            self._commit(run, rotate)
        except ServiceError as error:
            message = error.message
            self._commit(run, lambda secret: self._failure(run.token, secret, message))
            state = "failed"
        self._end(run, state)

    # --- what all have in common -------------------------------------------------------------------------------------

    def _new_run(self, effect: RunRotation) -> Run:
        run = Run(
            secret=effect.arn,
            token=effect.token,
            function=effect.function,
            test=effect.test,
            key=effect.key,
            left=list(rules.TEST_STEPS if effect.test else rules.STEPS),
            thread=get_ident(),
            started_at=self._background.now(),
        )
        self.runs.append(run)
        return run

    def _end(self, run: Run, state: RunState) -> None:
        run.state = state
        run.ended_at = self._background.now()
        if state == "failed":
            secret = self._background.store.get(run.key)
            run.retry_at = None if secret is None or run.test else rules.retry_at(secret)

    def _log(self, event: EventName, run: Run, error_message: str | None = None) -> None:
        def announce(secret: Secret) -> Outcome:
            return Outcome({}, events=(rotation_event(event, secret, run.token, error_message),))

        self._commit(run, announce)

    def _commit(self, run: Run, transition: Transition) -> None:
        """One thing that AWS does to the secret, and whatever follows from it."""
        self._run_effects(self._background.commit(run.key, transition))

    def _new_uuid(self) -> str:
        return new_uuid(self._background.ports.random)


def _step_failed(run: Run) -> str:
    """The message of CloudTrail's event (DOC)."""
    return f"Error when executing lambda {run.function} during {run.steps[-1].step} step"
