"""Tracebacks without the frames of this package, whose local variables may hold secret values.

Some tools print the local variables of every frame: `unittest --locals`, `pytest --full-trace -l`, rich, Sentry. An
error that a caller should read says all in its text, so it needs none of our frames. Imports nothing but the standard
library.
"""

from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

from pytest_secretsmanager.engine.errors import PytestSecretsManagerError, ServiceError

__tracebackhide__ = True

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

PACKAGES_BETWEEN = frozenset(
    {"botocore", "boto3", "aiobotocore", "aioboto3", "wrapt", "pytest_secretsmanager", "contextlib"}
)
"""The packages that stand between a program and the network: a call comes from whatever is outside them."""

_MEANT = (PytestSecretsManagerError, ServiceError, AssertionError)
"""The errors that a caller is meant to read, even where this package raises them itself."""

_PACKAGE = f"{__name__.partition('.')[0]}."


def without_own_frames(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Decorates a function that is handed secret values: its errors leave it without frames of this package."""

    @wraps(function)
    def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            take_out_own_frames(error)
            raise

    return run


def take_out_own_frames(error: BaseException, *, of_crashes: bool = False) -> None:
    """Takes the frames of this package out of an error's traceback; others stay, as those of a rotation function.

    To be called where the error is caught, and followed by a bare `raise`. A crash of this package keeps its frames,
    since they are all that is known of it, unless `of_crashes`.
    """
    frames = _frames(error.__traceback__)
    if not of_crashes and _is_crash(error, frames[-1]):
        return
    kept: TracebackType | None = None
    for frame in reversed(frames):
        if not _is_own(frame):
            # An instruction of an interrupt may have no line; -1 lets CPython look for it, as it does at first.
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
    """Whether an error of Python's own comes out of this package: none that a caller is meant to read does."""
    is_pythons = type(error).__module__ == "builtins" and isinstance(error, Exception)
    return is_pythons and not isinstance(error, _MEANT) and _is_own(innermost)
