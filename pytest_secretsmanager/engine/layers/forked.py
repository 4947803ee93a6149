"""A warning at the first write in a forked process, which has its own copy of the secrets."""

import os
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from typing import TextIO, TypeAlias

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.tracebacks import PACKAGES_BETWEEN

__tracebackhide__ = True

Layer: TypeAlias = Callable[[Handler], Handler]

_CATEGORY = RuntimeWarning

_generation = 0


def generation() -> int:
    """Return the number of forks between the first process and this one."""
    return _generation


def _after_fork_in_child() -> None:
    global _generation
    _generation += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def warn_of_first_write() -> Layer:
    """Return a layer for the services of one process. It warns at the first write that AWS would accept.

    If a filter turns the warning into an error, the write is neither made nor logged.
    """
    has_warned = False

    def layer(inner: Handler) -> Handler:
        def handle(call: Call) -> Outcome:
            nonlocal has_warned
            outcome = inner(call)
            if not has_warned and not model.operation(call.operation).reads:
                has_warned = True
                _warn(
                    f"{call.operation} changes a copy: this process was forked from the process that made this "
                    "SecretsManager, so that process does not see the change, and its log does not have the call. To "
                    "share the secrets, call `endpoint = sm.endpoint()` before the fork. Then start a program with "
                    "`env=os.environ | endpoint.env`, or call `os.environ.update(endpoint.env)` in a forked child and "
                    "create its clients from a new `boto3.Session()`"
                )
            return outcome

        return handle

    return layer


def _warn(text: str) -> None:
    """Warn, and print the warning to standard error: a child of pytest collects its warnings and never shows them."""
    show = warnings.showwarning

    def shown(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        with redirect_stderr(StringIO()):  # the text is printed below
            show(message, category, filename, lineno, file, line)
        if sys.stderr is not None:
            # Without the caller's source line, which may contain a secret value.
            sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line=""))
            sys.stderr.flush()

    warnings.showwarning = shown
    try:
        warnings.warn(text, _CATEGORY, _frames_to_caller())
    finally:
        warnings.showwarning = show


def _frames_to_caller() -> int:
    """Return the distance from `_warn` to the frame that made the call."""
    frame, count = sys._getframe(1), 1  # noqa: SLF001 - documented, and what warnings itself uses
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in PACKAGES_BETWEEN:
        frame, count = frame.f_back, count + 1
    return count
