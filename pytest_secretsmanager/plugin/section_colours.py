"""The colours of the section, in a terminal that has them.

pytest prints sections as plain text, and other plugins write them to files. So the stored text stays plain: only the
terminal's own summary gets copies of the reports with colours.
"""

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pytest_secretsmanager.plugin import report_problems
from pytest_secretsmanager.plugin.names import FIXTURE

_TASK = "the colours of a report section"

_SECRET = re.compile(r"secret ['\"]")
_CALLS = re.compile(r"(last )?[\d,]+( of [\d,]+)? calls?\b")
_CODE = re.compile(r"(?<=  )[A-Z]\w*(Exception|Failure|Error|Unavailable)(?=  )")
_MARK = re.compile(r"(?<=  )(now|was)(?=  |$)")
_MORE = re.compile(r" *… and ")


@contextmanager
def coloured(terminalreporter: Any) -> Iterator[None]:
    """Let the terminal, which has colours, print the section in them inside the block."""
    stats = terminalreporter.stats
    before = {category: list(reports) for category, reports in stats.items()}
    try:
        for category, reports in _coloured(before, terminalreporter.config).items():
            stats[category][:] = reports
        yield
    finally:
        for category, reports in before.items():
            stats[category][:] = reports


def _coloured(stats: dict[str, list[Any]], config: pytest.Config) -> dict[str, list[Any]]:
    """The reports of each category with colours. A crash leaves them plain, and is shown at the end of the run."""
    writer = config.get_terminal_writer()
    try:
        return {category: [_with_colours(one, writer) for one in reports] for category, reports in stats.items()}
    except Exception as error:
        report_problems.note_crash(config, _TASK, error)
        return {}


def _with_colours(report: Any, writer: Any) -> Any:
    """The report, or a copy with colours if it has a section of this plugin."""
    sections = getattr(report, "sections", ())
    if not isinstance(report, pytest.TestReport) or all(name != FIXTURE for name, _ in sections):
        return report
    found = copy.copy(report)
    found.sections = [(name, _painted(text, writer) if name == FIXTURE else text) for name, text in sections]
    return found


def _painted(text: str, writer: Any) -> str:
    return "\n\n".join(_painted_block(block, writer) for block in text.split("\n\n"))


def _painted_block(block: str, writer: Any) -> str:
    first, *lines = block.split("\n")
    if _SECRET.match(first):
        return "\n".join([writer.markup(first, bold=True), *(_painted_version(line, writer) for line in lines)])
    if _CALLS.match(first):
        return "\n".join([writer.markup(first, bold=True), *(_painted_call(line, writer) for line in lines)])
    return "\n".join(writer.markup(line, yellow=True) for line in [first, *lines])


def _painted_version(line: str, writer: Any) -> str:
    return _MARK.sub(lambda found: str(writer.markup(found[0], **_style(found[0]))), line)


def _style(mark: str) -> dict[str, bool]:
    return {"green": True, "bold": True} if mark == "now" else {"light": True}


def _painted_call(line: str, writer: Any) -> str:
    if _MORE.match(line):
        return str(writer.markup(line, light=True))
    is_row = line[2:3].isdigit()
    return (
        _CODE.sub(lambda found: str(writer.markup(found[0], red=True)), line)
        if is_row
        else str(writer.markup(line, red=True))
    )
