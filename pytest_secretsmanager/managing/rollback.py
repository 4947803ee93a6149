"""Rolling back: the end of a block takes back its changes."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import locks
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.inspection.log import entries_of
from pytest_secretsmanager.inspection.with_blocks import StepsBlock
from pytest_secretsmanager.managing import cut_offs
from pytest_secretsmanager.managing.parts import Parts

__tracebackhide__ = True


def rolled_back(parts: Parts, *, own_log: bool = False) -> AbstractContextManager[None]:
    """Take back at the end the changes of the block: secrets, log, clock, keys, rotations, plans, subscriptions.

    With `own_log` the log begins empty inside. An endpoint that was started inside is stopped. A rotation function that
    was called inside and still runs is cut off: its later calls are refused.
    """
    return contextmanager(_steps)(parts, own_log)


def _steps(parts: Parts, own_log: bool) -> Generator[None, None, None]:
    """Run the beginning of a block, yield, and run its end."""
    restore_endpoint = parts.serving.checkpoint()
    functions = PROCESS.functions.of(parts.responder)
    position = entries_of(parts.log).position
    running = tuple(run for run in parts.service.runs if run.state == "running")

    def begin() -> None:
        if own_log:
            entries_of(parts.log).begin_anew()
            parts.presence.begin_anew()
            parts.crashes.clear()

    def end() -> None:
        restore_endpoint()
        cut_offs.cut_off(
            parts, "the block that called it was rolled back", refuse=True, functions=functions, runs=running
        )

    try:
        # Without names for the contexts: a name would keep a discarded one alive.
        with (
            parts.service.rolled_back(*(part.checkpoint for part in parts.undoable())),
            taken_back(begin, end),
            parts.unmet_plans.all_met(),
            parts.deliveries.problems.all_handled(),
        ):
            try:
                yield
            except BaseException as error:
                _announce(parts, position, error, ends_test=own_log)
                raise
            _announce(parts, position, None, ends_test=own_log)
    except BaseException as error:
        cut_offs.report(parts, error)
        raise
    cut_offs.report(parts, None)


def _announce(parts: Parts, position: int, error: BaseException | None, *, ends_test: bool) -> None:
    """Let the reports look at the manager before the rollback. Their looks take locks."""
    try:
        entered.about_to_roll_back(parts.world, position, error, ends_test=ends_test)
    except BaseException:
        locks.let_go()  # an interrupt may have skipped a release
        raise


class Snapshot(StepsBlock):
    """The beginning of a `with` block, to which the end of the block goes back. `sm.snapshot()` makes one.

    It is entered once. Raises UsageError when it is entered again.
    """

    _made_by = "snapshot()"

    def __init__(self, parts: Parts) -> None:
        super().__init__(_steps(parts, own_log=False))

    def __repr__(self) -> str:
        return f"<snapshot{'' if self._is_entered else ', not entered'}>"
