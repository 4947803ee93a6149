"""The tests of a run, drawn for the page as they come."""

from collections.abc import Callable, Sequence

from pytest_secretsmanager.inspection.histories import History
from pytest_secretsmanager.inspection.timelines.forms import Forms, Picture
from pytest_secretsmanager.report.page.tests import Row, listed, row_of
from pytest_secretsmanager.report.records import CallRecord, TestRecord

_BATCH = 100
"""The number of tests that are drawn in a row. It takes half as long as one at a time, between which other code runs:
a processor keeps what it used last at hand."""


class DrawnTests:
    """Draws each test, and makes the page of all. `problem` is called with what crashed, and its exception."""

    def __init__(self, problem: Callable[[str, Exception], None]) -> None:
        self._problem = problem
        self._forms = Forms()
        self._waiting: list[TestRecord] = []
        self._rows: list[Row] = []

    def add(self, record: TestRecord) -> None:
        """Draw a test, at the latest at the end of the run."""
        self._waiting.append(record)
        if len(self._waiting) == _BATCH:
            self._draw_waiting()

    def page(self, outside: TestRecord, made: float) -> str:
        """The page of all tests so far. `made` is the time of the run, epoch seconds."""
        from pytest_secretsmanager.report.page.rendering import page_of  # with Jinja2, which no test waits for

        self._draw_waiting()
        rows = listed(self._rows, outside, self._draw)
        return page_of(rows, self._forms.drawn, made)

    def _draw_waiting(self) -> None:
        """A row has texts only: the garbage collector would visit records again and again."""
        waiting, self._waiting = self._waiting, []
        for record in waiting:
            try:
                self._rows.append(row_of(record, self._draw))
            except Exception as error:
                self._problem("the record of a test", error)

    def _draw(self, history: History, calls: Sequence[CallRecord]) -> Picture:
        """One crash leaves the pictures of all other secrets."""
        try:
            return self._forms.picture(history, calls)
        except Exception as error:
            self._problem("the picture of a secret", error)
            return ""
