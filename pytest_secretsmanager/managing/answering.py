"""A manager that answers: entering sets it up; leaving takes that back, and reports problems."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.managing import cut_offs
from pytest_secretsmanager.managing.entering import Entering
from pytest_secretsmanager.managing.parts import Parts

__tracebackhide__ = True


def entering_of(parts: Parts) -> Entering[Parts]:
    """Return the counter of entries of these parts' manager."""
    return Entering(parts, _begin, _end, _after)


@contextmanager
def answering(parts: Parts) -> Iterator[None]:
    """Answer calls in the block, as `with sm` does, with no frame of ours between the caller's own."""
    entry = object()
    try:
        with taken_back(lambda: parts.entering.enter(entry), lambda: parts.entering.leave([entry])):
            yield
    except BaseException as error:
        report(parts, error)
        raise
    report(parts, None)


def report(parts: Parts, error: BaseException | None) -> None:
    """Report the problems of a block, after everything else. An error of the block comes first.

    The problems are functions that were cut off, and, when the manager is left, event handlers that failed and plans
    that were not met.
    """
    try:
        cut_offs.report(parts, error)
    except Warning as warning:  # a filter makes it an error
        _report_others(parts, warning)
        raise
    _report_others(parts, error)


def _report_others(parts: Parts, error: BaseException | None) -> None:
    if (Parts.deliveries.made_in(parts) is not None or parts.has_plans) and not parts.entering.depth:
        try:
            parts.deliveries.problems.require_handled(error)
            if error is None:
                parts.unmet_plans.require_met()
        finally:
            parts.unmet_plans.forget()


def require_entered(parts: Parts, what: str) -> None:
    """Raise UsageError unless the manager answers. `what` is the use that needs it."""
    if parts.entering.depth == 0:
        raise UsageError(f"this SecretsManager answers no calls now: {what} inside `with SecretsManager() as sm:`")


def _begin(parts: Parts) -> None:
    PROCESS.environment.enter(parts.responder, parts.home.region)
    PROCESS.activate(parts.responder)
    parts.presence.begin()
    entered.enter(parts.world)


def _end(parts: Parts) -> None:
    """Take back `_begin`, or the part of it that was done. Idempotent."""
    if PROCESS.functions.all:
        cut_offs.cut_off(parts, "its SecretsManager was left", refuse=False)
    PROCESS.deactivate(parts.responder)
    PROCESS.environment.leave(parts.responder)
    parts.presence.end()
    entered.leave(parts.world)
    if parts.service.made_conditions is not None:
        parts.service.made_conditions.clear()
    if (serving := Parts.serving.made_in(parts)) is not None:
        serving.put_aside()


def _after(parts: Parts) -> None:
    """Stop the endpoints that `_end` has put aside: that may take seconds. Idempotent."""
    if (serving := Parts.serving.made_in(parts)) is not None:
        serving.stop_put_aside()
