"""Rotation functions that outlive the block that they were called in: they are cut off, and reported once."""

import sys
import warnings
from collections.abc import Collection

from pytest_secretsmanager.doors.running import RunningFunction
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.tracebacks import PACKAGES_BETWEEN
from pytest_secretsmanager.inspection.rotation_texts import cut_off_text
from pytest_secretsmanager.managing.parts import Parts

__tracebackhide__ = True


def cut_off(
    parts: Parts,
    why: str,
    *,
    refuse: bool,
    functions: Collection[RunningFunction] = (),
    runs: Collection[Run] = (),
) -> None:
    """Cut off the rotation functions that run in other threads, and their rotations, except those named.

    Idempotent.
    """
    late = [function for function in PROCESS.functions.of(parts.responder) if function not in functions]
    for function in PROCESS.functions.cut_off(late, refuse=refuse):
        parts.cut_offs.append(cut_off_text(function.name, function.frame, why))
    PROCESS.environment.take_off(late)
    parts.service.cut_off_rotations(runs)


def report(parts: Parts, error: BaseException | None) -> None:
    """Report each function that was cut off, once: as a note on the error that comes first, else as a warning."""
    while parts.cut_offs:
        text = parts.cut_offs.pop()
        if error is not None:
            error.add_note(text)
        else:
            warnings.warn(text, RuntimeWarning, stacklevel=_levels_to_caller())


def _levels_to_caller() -> int:
    """Return the number of frames from the caller of this function up to the code that uses this package."""
    frame, levels = sys._getframe(1), 1  # noqa: SLF001 - as `warnings` does
    while frame.f_back is not None and _package(frame.f_globals) in PACKAGES_BETWEEN:
        frame, levels = frame.f_back, levels + 1
    return levels


def _package(names: dict[str, object]) -> str:
    return str(names.get("__name__")).partition(".")[0]
