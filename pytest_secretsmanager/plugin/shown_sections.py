"""Whether the terminal prints a section of this plugin. The reports say: workers of xdist may have made them."""

from typing import Any

from pytest_secretsmanager.plugin.names import FIXTURE

_PASSED = ("passed", "")
"""The categories of passed phases. Most reports are there, and pytest prints their sections by -rP only."""


def are_in(terminalreporter: Any) -> bool:
    """Return whether a report that the terminal prints has a section of this plugin."""
    shows_passed = terminalreporter.hasopt("P")
    return any(
        name == FIXTURE
        for category, reports in terminalreporter.stats.items()
        if shows_passed or category not in _PASSED
        for report in reports
        for name, _ in getattr(report, "sections", ())
    )
