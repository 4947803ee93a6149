"""The section about a test's secrets in the report of its failure."""

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.options import SHOW_VALUES
from pytest_secretsmanager.plugin import markers, report_problems, scopes
from pytest_secretsmanager.plugin.names import PARTS, PLANTED, SECRET

if TYPE_CHECKING:
    from pytest_secretsmanager.report.frame import Frame
    from pytest_secretsmanager.report.section import Note

_WATCH: "pytest.StashKey[tuple[entered.Watch, entered.Watch | None]]" = pytest.StashKey()
"""The stash key for the managers that a running test meets, and for the watch around it."""

_COLUMNS = "secretsmanager_columns"
"""The key of the terminal's width in the input of an xdist worker, which has no terminal."""

_NARROWEST, _USUAL = 60, 80

_TASK = "the report section of a failing test"


def begin(item: pytest.Item) -> None:
    """Begin the watch of a test. A rerun begins with a new watch."""
    end(item)
    item.stash[_WATCH] = entered.begin(_note(item.config))


def end(item: pytest.Item) -> None:
    """End the watch of a test that was reported, and let go of the managers that it met."""
    if _WATCH in item.stash:
        _, before = item.stash[_WATCH]
        entered.end(before)
        del item.stash[_WATCH]


def section_of(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> str:
    """Return the section: for a failing test, and for crashes of any test. Empty if it has nothing to say.

    A crash in here fails and hides no test: it is shown at the end of the run.
    """
    parts = item.stash.get(PARTS, None)
    has_crashed = parts is not None and report.when == "call" and bool(parts.crashes)
    if not (report.failed or has_crashed):
        return ""
    note = _note(item.config)
    try:
        return _text(item, call, report, note)
    except Exception as error:
        note(error)
        return ""


def _note(config: pytest.Config) -> "Note":
    return partial(report_problems.note_crash, config, _TASK)


def _text(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, note: "Note") -> str:
    watch, _ = item.stash.get(_WATCH, (None, None))
    parts = item.stash.get(PARTS, None)
    if parts is None and (watch is None or not (watch.has_met or watch.unreached)):
        return ""  # before the imports: a run without a manager pays for none of them
    from pytest_secretsmanager.report.section import Failure, problems_text, section

    problems = () if parts is None else parts.problems
    if not report.failed:
        return problems_text(problems)
    error = None if call.excinfo is None else call.excinfo.value
    failure = Failure(
        own=None if parts is None else parts.world if watch is None else watch.as_it_was(parts.world, error),
        problems=problems,
        met=[] if watch is None else watch.met(error),
        unreached=() if watch is None else tuple(watch.unreached),
        forks=0 if watch is None or (parts is not None and parts.is_served) else watch.forks,
        text=_message(error),
        explains_silence=report.when == "call" and PLANTED in item.stash,
        seeded_later=_seeded_later(item) if report.when == "setup" else {},
    )
    return section(failure, _frame(item.config), note)


def _seeded_later(item: pytest.Item) -> dict[str, str]:
    """The names in the markers that no wider fixture has planted, each with the place of its marker."""
    shared = scopes.innermost(item.config)
    planted = () if shared is None else shared.planted
    marks = [(mark, "function" if place is None else place[0]) for place, mark in markers.placed(item, SECRET)]
    return {
        str(mark.args[0]): place
        for mark, place in marks
        if mark.args and id(mark) not in planted and not mark.kwargs.keys() & {"region", "account"}
    }


def _message(error: BaseException | None) -> str:
    """The message of an exception; empty if its own `__str__` raises."""
    with suppress(Exception):
        return "" if error is None else str(error)
    return ""


# --- the frame -------------------------------------------------------------------------------------------------------


def _frame(config: pytest.Config) -> "Frame":
    from pytest_secretsmanager.report.frame import Frame

    shows_values = bool(config.getoption(SHOW_VALUES.destination))
    return Frame(max(_columns(config), _NARROWEST), config.invocation_params.dir, shows_values)


def _columns(config: pytest.Config) -> int:
    """Return the width of the terminal. A worker of xdist knows that of its controller."""
    sent: int | None = getattr(config, "workerinput", {}).get(_COLUMNS)
    if sent is not None:
        return sent
    return config.get_terminal_writer().fullwidth if config.pluginmanager.has_plugin("terminalreporter") else _USUAL


def send_columns(node: Any) -> None:
    """Send the width of the terminal to a worker of xdist."""
    node.workerinput[_COLUMNS] = _columns(node.config)
