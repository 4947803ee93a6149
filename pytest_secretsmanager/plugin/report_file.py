"""The option --secretsmanager-report: the HTML page of a run, in one file."""

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.options import REPORT_FILE
from pytest_secretsmanager.plugin import report_problems
from pytest_secretsmanager.plugin.names import FIXTURE
from pytest_secretsmanager.plugin.output_paths import unwritable, writable
from pytest_secretsmanager.plugin.records import call_with_each, records_of
from pytest_secretsmanager.plugin.settings import on_command_line

if TYPE_CHECKING:
    from pytest_secretsmanager.report.page.drawn_tests import DrawnTests

PLUGIN = "secretsmanager_report_file"
"""The name of the plugin object."""


def begin(config: pytest.Config) -> None:
    """Write the page at the end of the run if the command line asks for it. Workers of xdist send their records."""
    if on_command_line(config, REPORT_FILE) is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(ReportFile(config), PLUGIN)


class ReportFile:
    """Draws each test when its record comes, and writes the page at the end of the run, also if that came early."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._tests: DrawnTests | None = None
        self._path: Path | None = None
        self._result = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Refuse a run without Jinja2, and a path that can't be written, before the first test."""
        if find_spec("jinja2") is None:
            raise pytest.UsageError(
                f"{REPORT_FILE.flag} needs Jinja2: python -m pip install 'pytest-secretsmanager[report]'"
            )
        self._path = writable(REPORT_FILE.flag, config.invocation_params.dir, on_command_line(config, REPORT_FILE))

        from pytest_secretsmanager.report.page.drawn_tests import DrawnTests

        self._tests = DrawnTests(partial(report_problems.note_crash, config, "the picture of a secret"))
        call_with_each(config, self._tests.add)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._path is None or self._tests is None or session.config.option.collectonly:
            return
        try:
            self._write(self._path, self._tests)
        except OSError as error:
            report_problems.note(self._config, unwritable(REPORT_FILE.flag, self._path, error))
        except Exception as error:
            report_problems.note_crash(self._config, "the HTML report", error)

    def _write(self, path: Path, drawn: "DrawnTests") -> None:
        from pytest_secretsmanager.inspection.wording import count_text
        from pytest_secretsmanager.surroundings.wall_clock import times

        records = records_of(self._config)  # first: with it, the last tests are drawn
        path.write_text(drawn.page(records.outside, next(times())), encoding="utf-8")
        tests = {record.nodeid for record in records.tests}  # a test may have several tries
        self._result = f"{FIXTURE}: report of {count_text(len(tests), 'test')} written to {path}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the path of the page."""
        if self._result:
            terminalreporter.write_sep("-", self._result)
