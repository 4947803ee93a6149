"""Listeners for what pytest's reports lack, or have too late: log records, warnings, output that a test reads."""

import logging
import warnings
from collections import deque
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Note: TypeAlias = Callable[[str, str | bytes], None]
"""Called with a place and the text there."""


class LogListener(logging.Handler):
    """Passes each record that reaches the root logger on, also one that `caplog.clear()` removes."""

    def __init__(self) -> None:
        super().__init__()
        self.records: deque[logging.LogRecord] = deque()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def start(self, records: deque[logging.LogRecord]) -> None:
        """Append the records from now on to these."""
        self.records = records
        root = logging.getLogger()
        if self not in root.handlers:
            root.addHandler(self)

    def stop(self) -> None:
        """Listen no longer."""
        self.records = deque()
        logging.getLogger().removeHandler(self)


class WarningListener:
    """Passes each warning on before pytest shows it: pytest reports the warnings of a test after its last report."""

    def __init__(self) -> None:
        self._note: Note | None = None
        self._before: Callable[..., None] | None = None

    def start(self, note: Note) -> None:
        """Call `note` with each warning from now on."""
        self._note = note
        if warnings.showwarning != self._show:
            self._before = warnings.showwarning
            warnings.showwarning = self._show

    def stop(self) -> None:
        """Listen no longer. The end of `warnings.catch_warnings` may have restored the function already."""
        self._note = None
        if warnings.showwarning == self._show and self._before is not None:
            warnings.showwarning = self._before

    def _show(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int, *more: Any, **named: Any
    ) -> None:
        if self._note is not None:
            self._note(f"{category.__name__} at {Path(filename).name}:{lineno}", str(message))
        if self._before is not None:
            self._before(message, category, filename, lineno, *more, **named)


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
