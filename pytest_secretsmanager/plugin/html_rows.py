"""The pictures of a failing test in its row of pytest-html's report."""

from typing import Any

import pytest

from pytest_secretsmanager.plugin import report_problems
from pytest_secretsmanager.plugin.names import PARTS

_OPTION = "htmlpath"
"""The option of pytest-html: the path of its report."""

_MOST_PICTURES = 5


def add_pictures(item: pytest.Item, report: pytest.TestReport) -> None:
    """Add the timelines of a failing test's secrets, if pytest-html writes a report."""
    parts = item.stash.get(PARTS, None)
    if not report.failed or parts is None or not getattr(item.config.option, _OPTION, None):
        return
    from pytest_secretsmanager.inspection.timelines.of_world import timelines_of

    try:
        pictures = timelines_of(parts.world, _MOST_PICTURES)
    except Exception as error:
        report_problems.note_crash(item.config, "the picture in the report of pytest-html", error)
        return
    row: Any = report
    row.extras = [*getattr(report, "extras", []), *map(_extra, pictures)]


def _extra(picture: str) -> dict[str, str | None]:
    """The picture as pytest-html's `extras.html` makes it. Its rows are grey on white, too pale for a picture."""
    return {
        "name": None,
        "format_type": "html",
        "content": f'<div style="overflow-x:auto;color:#1f2328">{picture}</div>',
        "mime_type": None,
        "extension": None,
    }
