"""Rotation functions that outlive the block that they were called in: they are cut off, and reported once."""

import warnings
from collections.abc import Collection
from typing import TYPE_CHECKING

from pytest_secretsmanager.doors.running import RunningFunction
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine.tracebacks import levels_to_program
from pytest_secretsmanager.managing.parts import Parts

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.effects.runs import Run

__tracebackhide__ = True


def cut_off(
    parts: Parts,
    why: str,
    *,
    refuse: bool,
    functions: Collection[RunningFunction] = (),
    runs: "Collection[Run]" = (),
) -> None:
    """Cut off the rotation functions that run in other threads, and their rotations, except those named.

    Idempotent.
    """
    from pytest_secretsmanager.inspection.rotation_texts import cut_off_text

    late = [function for function in PROCESS.functions.of(parts.responder) if function not in functions]
    for function in PROCESS.functions.cut_off(late, refuse=refuse):
        parts.cut_offs.append(cut_off_text(function.name, function.frame, why))
    PROCESS.environment.take_off(late)
    parts.service.cut_off_rotations(runs)


def report(parts: Parts, error: BaseException | None) -> None:
    """Report each function that was cut off, once: as a note on the error that comes first, else as a warning.

    Raise the first warning that a filter makes an error. Then the others are its notes.
    """
    warned: Warning | None = None
    while parts.cut_offs:
        text = parts.cut_offs.pop()
        first = warned if error is None else error
        if first is not None:
            first.add_note(text)
            continue
        try:
            warnings.warn(text, RuntimeWarning, stacklevel=levels_to_program())
        except Warning as raised:
            warned = raised
    if warned is not None:
        raise warned
