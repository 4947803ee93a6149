"""Listeners for what pytest's reports lack, or have too late: log records, warnings, output that a test reads."""

import warnings
from collections import deque
from collections.abc import Callable
from functools import wraps
from logging import Logger, LogRecord
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pytest_secretsmanager.inspection.leaks.texts import printed

Note: TypeAlias = Callable[[str, str | bytes], None]
"""Called with a place and the text there."""

Function: TypeAlias = Callable[..., None]

SHOW_MESSAGE = "_showwarnmsg"
"""The function of `warnings` that shows a warning, also one that is recorded. It is private to CPython."""

SHOW_WARNING = "showwarning"
"""The public function, for a Python without the private one. A block that records warnings replaces it."""


class _Wrapping:
    """A function of the standard library that is wrapped while a test runs."""

    def __init__(self, owner: object, name: str, wrap: Callable[[Function], Function]) -> None:
        self._owner, self._name, self._wrap = owner, name, wrap
        self._wrapper: Function | None = None
        self._wrapped: Function | None = None

    def begin(self) -> None:
        """Wrap the function, unless it is wrapped."""
        current = getattr(self._owner, self._name)
        if current is not self._wrapper:
            self._wrapped, self._wrapper = current, wraps(current)(self._wrap(current))
            setattr(self._owner, self._name, self._wrapper)

    def end(self) -> None:
        """Restore the function. A test may have wrapped it once more; then the wrapper stays, and passes calls on."""
        if getattr(self._owner, self._name) is self._wrapper:
            setattr(self._owner, self._name, self._wrapped)


class LogListener:
    """Keeps each log record, also one that never reaches the root logger, or that `caplog.clear()` removes."""

    def __init__(self) -> None:
        self._records: deque[LogRecord] | None = None
        self._wrapping = _Wrapping(Logger, "callHandlers", self._listening)

    def start(self, records: deque[LogRecord]) -> None:
        """Append the records from now on to these."""
        self._records = records
        self._wrapping.begin()

    def stop(self) -> None:
        """Listen no longer."""
        self._records = None
        self._wrapping.end()

    def _listening(self, call_handlers: Function) -> Function:
        def listening(logger: Logger, record: LogRecord) -> None:
            if (records := self._records) is not None:
                records.append(record)
            call_handlers(logger, record)

        return listening


class WarningListener:
    """Passes each warning on before pytest shows it: pytest reports the warnings of a test after its last report.

    Where Python has only `warnings.showwarning`, those that `pytest.warns`, `recwarn` and `warnings.catch_warnings`
    record are missed.
    """

    def __init__(self) -> None:
        self._note: Note | None = None
        if hasattr(warnings, SHOW_MESSAGE):
            self._wrapping = _Wrapping(warnings, SHOW_MESSAGE, self._listening_to_message)
        else:
            self._wrapping = _Wrapping(warnings, SHOW_WARNING, self._listening_to_warning)

    def start(self, note: Note) -> None:
        """Call `note` with each warning from now on."""
        self._note = note
        self._wrapping.begin()

    def stop(self) -> None:
        """Listen no longer."""
        self._note = None
        self._wrapping.end()

    def _listening_to_message(self, show: Function) -> Function:
        def listening(warning: warnings.WarningMessage) -> None:
            self._pass_on(warning.message, warning.category, warning.filename, warning.lineno)
            show(warning)

        return listening

    def _listening_to_warning(self, show: Function) -> Function:
        def listening(
            message: Warning | str, category: type[Warning], filename: str, lineno: int, *more: Any, **named: Any
        ) -> None:
            self._pass_on(message, category, filename, lineno)
            show(message, category, filename, lineno, *more, **named)

        return listening

    def _pass_on(self, message: Warning | str, category: type[Warning], filename: str, lineno: int) -> None:
        if (note := self._note) is not None:
            place = f"{category.__name__} at {Path(filename).name}:{lineno}"
            for text in printed(message):
                note(place, text)


def note_reads(capture: "pytest.CaptureFixture[Any]", name: str, note: Note) -> None:
    """Call `note` with all output that a test reads from this fixture: pytest reports it no longer."""
    read = capture.readouterr

    @wraps(read)
    def readouterr() -> Any:
        result = read()
        note(f"stdout read by {name}", result.out)
        note(f"stderr read by {name}", result.err)
        return result

    capture.readouterr = readouterr  # type: ignore[method-assign]
