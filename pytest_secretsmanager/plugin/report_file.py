"""The option --secretsmanager-report: the HTML page of a run, in one file."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.options import REPORT_FILE
from pytest_secretsmanager.plugin import report_problems
from pytest_secretsmanager.plugin.names import FIXTURE
from pytest_secretsmanager.plugin.output_paths import unwritable, writable
from pytest_secretsmanager.plugin.records import records_of
from pytest_secretsmanager.plugin.settings import on_command_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_secretsmanager.inspection.histories import History
    from pytest_secretsmanager.report.records import CallRecord

PLUGIN = "secretsmanager_report_file"
"""The name of the plugin object."""


def begin(config: pytest.Config) -> None:
    """Write the page at the end of the run if the command line asks for it. Workers of xdist send their records."""
    if on_command_line(config, REPORT_FILE) is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(ReportFile(), PLUGIN)


class ReportFile:
    """Writes the page at the end of the run, also of a run that ended early."""

    def __init__(self) -> None:
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

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        config = session.config
        if self._path is None or config.option.collectonly:
            return
        try:
            self._write(config, self._path)
        except OSError as error:
            report_problems.note(config, unwritable(REPORT_FILE.flag, self._path, error))
        except Exception as error:
            report_problems.note_crash(config, "the HTML report", error)

    def _write(self, config: pytest.Config, path: Path) -> None:
        from pytest_secretsmanager.inspection.timelines.drawing import picture
        from pytest_secretsmanager.inspection.wording import count_text
        from pytest_secretsmanager.report.page.rendering import page_of
        from pytest_secretsmanager.surroundings.wall_clock import times

        def draw(history: "History", calls: "Sequence[CallRecord]") -> str:
            """One crash leaves the pictures of all other secrets."""
            try:
                return picture(history, calls, is_whole=False)
            except Exception as error:
                report_problems.note_crash(config, "the picture of a secret", error)
                return ""

        records = records_of(config)
        path.write_text(page_of(records, next(times()), draw), encoding="utf-8")
        tests = {record.nodeid for record in records.tests}  # a test may have several tries
        self._result = f"{FIXTURE}: report of {count_text(len(tests), 'test')} written to {path}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the path of the page."""
        if self._result:
            terminalreporter.write_sep("-", self._result)
