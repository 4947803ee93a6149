"""The problems of the plugin's own reports: shown once, at the end of the run. They fail and hide no test."""

from collections.abc import Generator
from pathlib import Path
from traceback import extract_tb
from typing import Any

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE

PLUGIN = "secretsmanager_report_problems"
"""The name of the plugin object, and the key of its part in the output of an xdist worker."""

_MOST = 10

_PROBLEMS: "pytest.StashKey[dict[str, None]]" = pytest.StashKey()
"""The stash key for the texts of a run, each once, in their order."""


def begin(config: pytest.Config) -> None:
    """Show the problems at the end of the run."""
    config.stash[_PROBLEMS] = {}
    config.pluginmanager.register(_ReportProblems(), PLUGIN)


def note(config: pytest.Config, text: str) -> None:
    """Show a text at the end of the run, once even if it is noted again."""
    config.stash[_PROBLEMS][text] = None


def note_crash(config: pytest.Config, task: str, error: BaseException) -> None:
    """Show that a task crashed and where. The error's message is left out, since it may hold a secret value."""
    place = extract_tb(error.__traceback__)[-1]
    note(config, f"{task} crashed: {type(error).__name__} in {Path(place.filename).name}, line {place.lineno}")


class _ReportProblems:
    """Shows the problems. A worker of xdist sends them to the controller."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the problems of a worker. One that crashed has sent none."""
        for text in getattr(node, "workeroutput", {}).get(PLUGIN, ()):
            note(node.config, text)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Add the problems after the other plugins, which may note more, and before xdist sends the output."""
        try:
            return (yield)
        finally:
            if hasattr(session.config, "workerinput"):
                session.config.workeroutput[PLUGIN] = [*session.config.stash[_PROBLEMS]]  # type: ignore[attr-defined]

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        texts = [*config.stash[_PROBLEMS]]
        for text in texts[:_MOST]:
            terminalreporter.write_line(f"{FIXTURE}: {text}", yellow=True)
        if len(texts) > _MOST:
            terminalreporter.write_line(f"{FIXTURE}: … and {len(texts) - _MOST} more", yellow=True)
