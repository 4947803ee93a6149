"""The rotations of one service: which have run, which are running, and which begin next."""

from collections.abc import Callable, Container, Iterable
from functools import partial
from threading import get_ident

from pytest_secretsmanager.engine.call import Effect, RunRotation
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.effects import courses, transitions
from pytest_secretsmanager.engine.effects.background import Background
from pytest_secretsmanager.engine.effects.controls import StepControl
from pytest_secretsmanager.engine.effects.progress import Progress
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.effects.steps import Steps
from pytest_secretsmanager.engine.interrupts import whole
from pytest_secretsmanager.engine.rules import rotation

__tracebackhide__ = True


class Rotations:
    """Runs rotations. `control` lets a test hold or fail steps; `run_effects` runs what a rotation causes."""

    def __init__(
        self, background: Background, control: StepControl, run_effects: Callable[[Iterable[Effect]], None]
    ) -> None:
        self.runs: list[Run] = []
        self._busy: frozenset[Run] = frozenset()
        self._background = background
        self._progress = Progress(background, run_effects)
        self._steps = Steps(self._progress, control)

    @property
    def is_busy(self) -> bool:
        """Whether a rotation or a trial is running in any thread."""
        return bool(self._busy)

    def start(self, effect: RunRotation) -> None:
        """Run a rotation from its first step, or only the trial of its function."""
        run = self._new_run(effect)
        if run.test:
            self._while_busy(run, lambda: courses.try_function(run, self._steps, self._progress))
        elif run.function:
            self._while_busy(run, lambda: courses.run_steps(run, self._steps, self._progress))
        else:
            self._while_busy(run, lambda: courses.rotate_without_function(run, self._progress))

    def resume(self, run: Run) -> None:
        """Continue a held rotation; the test may hold it again at a later step."""
        run.state, run.thread = "running", get_ident()
        self._while_busy(run, lambda: courses.run_steps(run, self._steps, self._progress))

    def begin_first_due(self, time: float) -> tuple[Effect, ...]:
        """Begin the action that has been due longest at that time, and return its effects.

        It is a rotation, or the end of a forced deletion.
        """
        background = self._background
        with background.lock:
            if background.store.agenda.time > time:
                return ()  # another thread was faster
            return background.commit(
                background.store.agenda.first(),
                lambda secret: transitions.act_due(secret, time, background.ports, self._progress.new_uuid),
            )

    def checkpoint(self) -> Restore:
        """Record the current runs, and return a function that restores them.

        A run that was held is held again, unless another thread is still running a step of it.
        """
        restore_runs = checkpoint(self.runs)
        held = [(run, run.checkpoint()) for run in self.runs if run.state == "held"]

        def restore() -> None:
            restore_runs()
            for run, restore_run in held:
                if run not in self._busy:
                    restore_run()

        return restore

    def _new_run(self, effect: RunRotation) -> Run:
        run = Run(
            secret=effect.arn,
            token=effect.token,
            function=effect.function,
            test=effect.test,
            key=effect.key,
            left=list(rotation.TEST_STEPS if effect.test else rotation.STEPS),
            thread=get_ident(),
            started_at=self._background.now(),
        )
        self.runs.append(run)
        return run

    def _while_busy(self, run: Run, work: Callable[[], None]) -> None:
        def begin() -> None:
            with self._background.lock:
                self._busy |= {run}

        def end() -> None:
            with self._background.lock:
                self._busy -= {run}

        whole(begin, work, end)

    # --- rotations that an interrupt, the end of a test or a fork ended early ---

    def give_up(self, effect: RunRotation) -> None:
        """Fail a rotation that was announced or due for another try, and has not begun."""
        secret = self._background.store.get(effect.key)
        if secret is None or rotation.running_token(secret) != effect.token:
            return
        if not any(run.token == effect.token and run.state in ("running", "held") for run in self.runs):
            self._background.commit(effect.key, partial(self._progress.give_up, effect.token))

    def recover(self) -> None:
        """Fail each rotation that an interrupt in this thread has ended."""
        for run in tuple(self.runs):
            if run.state == "running" and run.thread == get_ident() and run not in self._busy:
                self._progress.break_off(run)

    def cut_off(self, but: Container[Run]) -> None:
        """Fail each rotation that still runs in another thread, so that none of its further steps begins."""
        for run in tuple(self.runs):
            if run.state == "running" and run.thread != get_ident() and run not in but:
                self._progress.break_off(run)

    def forget_other_threads(self) -> None:
        """Stop waiting for rotations of other threads: a forked child does not have these threads."""
        self._busy = frozenset(run for run in self._busy if run.thread == get_ident())
