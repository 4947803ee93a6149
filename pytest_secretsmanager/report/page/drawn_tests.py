"""The tests of a run, drawn for the page as they come."""

from collections.abc import Callable, Sequence

from pytest_secretsmanager.inspection.histories import History
from pytest_secretsmanager.inspection.timelines.forms import Forms, Picture
from pytest_secretsmanager.report.page.rendering import Page
from pytest_secretsmanager.report.page.tests import Row, listed, row_of
from pytest_secretsmanager.report.records import CallRecord, TestRecord


class DrawnTests:
    """Draws each test, and makes the page of all. `problem` is called with the crash of a picture."""

    def __init__(self, problem: Callable[[Exception], None]) -> None:
        self._problem = problem
        self._page = Page()
        self._forms = Forms()
        self._rows: list[Row] = []

    def add(self, record: TestRecord) -> None:
        """Draw a test. Its row has texts only: the garbage collector would visit the record again and again."""
        self._rows.append(row_of(record, self._draw))

    def page(self, outside: TestRecord, made: float) -> str:
        """The page of all tests so far. `made` is the time of the run, epoch seconds."""
        return self._page.text(listed(self._rows, outside, self._draw), self._forms.drawn, made)

    def _draw(self, history: History, calls: Sequence[CallRecord]) -> Picture:
        """One crash leaves the pictures of all other secrets."""
        try:
            return self._forms.picture(history, calls)
        except Exception as error:
            self._problem(error)
            return ""
