"""One run of a test, as the leak sentinel sees it: its values, its texts, and the leaks so far."""

from collections import deque
from collections.abc import Iterator, Sequence
from logging import LogRecord

import pytest

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.leaks.places import texts_logged
from pytest_secretsmanager.inspection.leaks.search import Leak, Search
from pytest_secretsmanager.inspection.leaks.texts import (
    Text,
    chain_of,
    parts_of_record,
    texts_in,
    texts_of_exception,
)
from pytest_secretsmanager.inspection.leaks.values import Values
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.options import LEAKS_IGNORE
from pytest_secretsmanager.plugin.leak_masks import shown_values

_CAPTURED = ("Captured stdout ", "Captured stderr ")
"""The sections with captured output. That of logging is left out: its records say more."""


class LeakingTest:
    """Collects what a test prints, logs, warns, raises and requests, and the values that it had.

    A rollback takes values and requests away, so they are collected before it, and again for each report. `captured` is
    the number of sections of captured output that pytest has kept from an earlier run of the same test.
    """

    def __init__(self, bases: Sequence[Values], ignored: frozenset[bytes], captured: int = 0) -> None:
        self.leaks: list[Leak] = []
        self.records: deque[LogRecord] = deque()
        self.texts: list[tuple[str, Text]] = []
        self._told = 0
        self._values = Values(*bases)
        self._ignored = dict.fromkeys(ignored, LEAKS_IGNORE.name)
        self._search: Search | None = None
        self.captured = captured
        self.has_failed = False
        self._requests: dict[int, Entry] = {}

    # --- values and texts ------------------------------------------------------------------------------------------

    def collect(self, world: World, start: int) -> None:
        """Collect the values that a manager has now, and the requests that it has logged from this position on."""
        entries = world.entries.kept_since(start)
        if entries and id(entries[-1]) not in self._requests:
            self._note_requests(entries)
        known = len(self._values.owners)
        self._values.add(world)
        if len(self._values.owners) != known:
            self._search = None

    def _note_requests(self, entries: list[Entry]) -> None:
        """Note the requests that were not noted before. A rollback may have taken earlier ones out of the log."""
        known = self._requests
        self.texts += texts_logged(one for one in enumerate(entries, 1) if id(one[1]) not in known)
        known.update((id(entry), entry) for entry in entries)

    def note(self, place: str, text: Text) -> None:
        """Note a text."""
        self.texts.append((place, text))

    def note_output(self, report: pytest.TestReport) -> int:
        """Note the new output that a report has. Return the number of its sections of output."""
        sections = [section for section in report.sections if section[0].startswith(_CAPTURED)]
        self.texts += [(name[0].lower() + name[1:], content) for name, content in sections[self.captured :]]
        return len(sections)

    def note_report(self, report: pytest.TestReport, error: BaseException | None) -> None:
        """Note the new output that a report has, the log records so far, and the error with its causes."""
        self.captured = self.note_output(report)
        while self.records:  # another thread may add one
            self.texts += _texts_of_record(self.records.popleft())
        if error is not None:
            self.texts += _texts_of_error(error)
            self.texts += [("a variable in the traceback", text) for text in shown_values(report.longrepr)]

    # --- leaks and masks -------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look for leaks in the texts that were noted since the last look."""
        texts, self.texts = self.texts, []
        if not texts:
            return
        known = {(leak.place, leak.owner) for leak in self.leaks}
        self.leaks += [leak for leak in self._searching().leaks_in(texts) if (leak.place, leak.owner) not in known]

    def untold(self) -> list[Leak]:
        """The leaks since the last call."""
        leaks, self._told = self.leaks[self._told :], len(self.leaks)
        return leaks

    def masked(self, text: str) -> str:
        """The text without the values of the test."""
        return self._searching().masked(text)

    def _searching(self) -> Search:
        if self._search is None:
            self._search = Search(self._values, self._ignored)
        return self._search


def _texts_of_record(record: LogRecord) -> Iterator[tuple[str, Text]]:
    place = f"log record of {record.name!r} at {record.filename}:{record.lineno}"
    for name, part in parts_of_record(record):
        for text in texts_in(part):
            yield (f"{place}, extra {name!r}" if name else place), text


def _texts_of_error(error: BaseException) -> Iterator[tuple[str, Text]]:
    for one in chain_of(error):
        for part in texts_of_exception(one):
            for text in texts_in(part):
                yield f"the failure's {type(one).__name__}", text
