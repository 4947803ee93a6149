"""The first write of a process that was forked warns: it has a copy of every secret, and the parent sees none of it."""

import os
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from typing import TextIO, TypeAlias

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.tracebacks import levels_to_program

__tracebackhide__ = True

Layer: TypeAlias = Callable[[Handler], Handler]

_CATEGORY = RuntimeWarning

_generation = 0


def generation() -> int:
    """How many forks lie between this process and the first one."""
    return _generation


def _after_fork_in_child() -> None:
    global _generation
    _generation += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def warn_of_first_write() -> Layer:
    """Makes a layer for the services of one process: of all their writes, the first that AWS would accept warns.

    Where the filters make an error of the warning, it is raised before the write is done or logged.
    """
    has_warned = False

    def layer(inner: Handler) -> Handler:
        def handle(call: Call) -> Outcome:
            nonlocal has_warned
            outcome = inner(call)
            if not has_warned and not model.operation(call.operation).reads:
                has_warned = True
                _warn(
                    f"{call.operation} changes a copy: this process was forked from the one that made this "
                    "SecretsManager, which sees neither the change nor the call in its log. To share the secrets, call "
                    "`endpoint = sm.endpoint()` before the fork and start a program with `env=os.environ | "
                    "endpoint.env`; a forked child calls `os.environ.update(endpoint.env)` and then makes its clients "
                    "by a new `boto3.Session()`"
                )
            return outcome

        return handle

    return layer


def _warn(text: str) -> None:
    """Warns, on standard error in any case: a child that collects its warnings, as under pytest, shows them nowhere."""
    show = warnings.showwarning

    def shown(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        with redirect_stderr(StringIO()):  # what would be printed is printed below
            show(message, category, filename, lineno, file, line)
        if sys.stderr is not None:
            # Without the caller's line of source: a secret value may stand in it.
            sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line=""))
            sys.stderr.flush()

    warnings.showwarning = shown
    try:
        warnings.warn(text, _CATEGORY, levels_to_program())
    finally:
        warnings.showwarning = show
