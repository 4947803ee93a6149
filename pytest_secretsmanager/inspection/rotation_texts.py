"""The progress of a rotation in words. The text of an error is left out, since it may hold a secret value."""

import sysconfig
from pathlib import Path
from traceback import walk_tb
from types import FrameType, TracebackType

from pytest_secretsmanager.engine.effects.runs import Run, StepRun

_ABANDONED = (
    "cancelled, or another version was written during the rotation (a function writes its own with "
    "ClientRequestToken=event['ClientRequestToken'])"
)


def run_text(run: Run) -> str:
    """The place where an unsuccessful rotation ended or stopped, with the reason if it is known."""
    if run.broken_off:
        return f"it was broken off {_place(run) if run.at is None else f'in {run.at}'}"
    if run.state == "failed":
        return _failure_text(run)
    place = _place(run) if run.at is None else f"in {run.at}"
    if run.state == "abandoned":
        return f"it was abandoned {place}: {_ABANDONED}"
    return f"it is {run.state} {place}"


def _failure_text(run: Run) -> str:
    if run.error is not None:
        return f"{run.steps[-1].step} failed with {_error_text(run.steps[-1])}"
    if not run.steps:
        return "AWS could not create its version"
    return f"all steps ran, but AWSCURRENT did not move to version {run.token}"


def _error_text(step: StepRun) -> str:
    name = type(step.error).__name__
    if step.planned:
        return f"{name}, as the test planned"
    return f"{name}{last_line_of(step.error.__traceback__) if step.error is not None else ''}"


_FOREIGN = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), str(Path(__file__).parents[1]), "<")


def cut_off_text(function: str, frame: FrameType | None, why: str) -> str:
    """The warning about a rotation function that still runs, with its ARN and its current line."""
    while frame is not None and frame.f_code.co_filename.startswith(_FOREIGN):
        frame = frame.f_back
    place = "" if frame is None else f" at {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"
    return (
        f"the rotation function {function} was still running{place} when {why}: its rotation has failed, and runs "
        "no further steps"
    )


def last_line_of(traceback: TracebackType | None) -> str:
    """The last line of the user's code in a traceback, as ` at <file>:<line>`; empty if there is none."""
    lines = [
        f" at {frame.f_code.co_filename}:{line}"
        for frame, line in walk_tb(traceback)
        if not frame.f_code.co_filename.startswith(_FOREIGN)
    ]
    return lines[-1] if lines else ""


def _place(run: Run) -> str:
    if not run.steps:
        return f"before {run.left[0]}"
    done = run.steps[-1].step
    return f"between {done} and {run.left[0]}" if run.left else f"after {done}"
