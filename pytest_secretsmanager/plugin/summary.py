"""The option --secretsmanager-summary: the calls of the run, printed at its end."""

from typing import Any

import pytest

from pytest_secretsmanager.options import SUMMARY
from pytest_secretsmanager.plugin import records, report_problems
from pytest_secretsmanager.plugin.names import FIXTURE
from pytest_secretsmanager.plugin.settings import on_command_line

PLUGIN = "secretsmanager_summary"
"""The name of the plugin object."""


def begin(config: pytest.Config) -> None:
    """Print the summary at the end of the run, if the command line asks for it."""
    if on_command_line(config, SUMMARY):
        config.pluginmanager.register(_Summary(), PLUGIN)


class _Summary:
    """Prints the summary. A crash of it is reported after it."""

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if config.option.collectonly:
            return
        try:
            from pytest_secretsmanager.report.summary import summary_lines

            lines = summary_lines(records.records_of(config), config.get_terminal_writer().fullwidth)
        except Exception as error:
            report_problems.note_crash(config, SUMMARY.flag, error)
            return
        terminalreporter.write_sep("=", f"{FIXTURE} summary")
        for line in lines:
            terminalreporter.write_line(line)
