"""Tracebacks without the frames of this package, whose local variables may hold secret values.

A module with `__tracebackhide__ = True` makes pytest leave its frames out: they don't help a test's reader, and `pytest
-l` would print their local variables. `tests/house/test_tracebackhide.py` says which modules need the flag.

Some tools ignore the flag and print the local variables of every frame: `unittest --locals`, `pytest --full-trace -l`,
rich, Sentry. For them, this module removes the frames from the traceback. An error that a caller should read says
everything in its text, so it needs none of our frames. Imports nothing but the standard library.
"""

import sys
from collections.abc import Callable
from functools import wraps
from types import FrameType, TracebackType
from typing import ParamSpec, TypeVar

from pytest_secretsmanager.engine.errors import PytestSecretsManagerError, ServiceError

__tracebackhide__ = True

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

_PACKAGES_BETWEEN = frozenset(
    {
        *("botocore", "boto3", "aiobotocore", "aioboto3", "wrapt", "pytest_secretsmanager", "contextlib"),
        *("opentelemetry", "aws_xray_sdk", "ddtrace", "sentry_sdk", "newrelic", "elasticapm"),
    }
)
"""The packages between a program and the network, such as tracers. The nearest frame outside them makes a call."""

_FOR_CALLERS = (PytestSecretsManagerError, ServiceError, AssertionError)
"""The errors that a caller should read, even if this package raises them itself."""

_PACKAGE = f"{__name__.partition('.')[0]}."


def is_of_program(frame: FrameType) -> bool:
    """Return whether a frame is outside the packages between a program and the network."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] not in _PACKAGES_BETWEEN


def levels_to_program() -> int:
    """Return the `stacklevel` with which a warning of the calling function names the program's line."""
    frame, levels = sys._getframe(1), 1  # noqa: SLF001 - as `warnings` does
    while frame.f_back is not None and not is_of_program(frame):
        frame, levels = frame.f_back, levels + 1
    return levels


def without_own_frames(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Decorate a function that receives secret values: remove the frames of this package from its errors."""

    @wraps(function)
    def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            take_out_own_frames(error)
            raise

    return run


def take_out_own_frames(error: BaseException, *, of_crashes: bool = False) -> None:
    """Remove the frames of this package from an error's traceback. Others stay, such as those of a rotation function.

    Call it where the error is caught, and use a bare `raise` after it. A crash of this package keeps its frames, which
    a bug report needs, unless `of_crashes`.
    """
    frames = _frames(error.__traceback__)
    if not of_crashes and _is_crash(error, frames[-1]):
        return
    kept: TracebackType | None = None
    for frame in reversed(frames):
        if not _is_own(frame):
            # An interrupted instruction may have no line; -1 makes CPython look for the line when it is needed.
            line = -1 if frame.tb_lineno is None else frame.tb_lineno
            kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, line)
    error.__traceback__ = kept
    if error.__suppress_context__:
        error.__context__ = None


def _frames(traceback: TracebackType | None) -> list[TracebackType]:
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    return frames


def _is_own(frame: TracebackType) -> bool:
    return str(frame.tb_frame.f_globals.get("__name__")).startswith(_PACKAGE)


def _is_crash(error: BaseException, innermost: TracebackType) -> bool:
    """Return whether the error is a bug of this package: a built-in error that it raised, and not for callers."""
    is_pythons = type(error).__module__ == "builtins" and isinstance(error, Exception)
    return is_pythons and not isinstance(error, _FOR_CALLERS) and _is_own(innermost)
