"""The collection of a run's calls, test by test. It is imported only while an option wants records."""

from collections.abc import Sequence
from operator import is_

import pytest

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.inspection.cells import ELLIPSIS
from pytest_secretsmanager.inspection.made_calls import MadeCall
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.managing.run_records import RunCalls
from pytest_secretsmanager.plugin import report_problems
from pytest_secretsmanager.report.record_looks import Look, look_at
from pytest_secretsmanager.report.record_making import RecordMaker, RecordSource, source_of
from pytest_secretsmanager.report.records import LONGEST_FAILURE, MOST_FAILURE_LINES, TestOutcome, TestRecord

_CRASHED = "???"
"""The phase in the report that xdist makes of a test whose worker crashed."""

_SEARCHED = 100_000
"""The number of characters of a failure in which values are masked: a value has at most 65,536."""

_RERUN = "rerun"
"""The outcome that pytest-rerunfailures gives to the report of a failure that it tries again."""


class Collecting:
    """Collects the calls of all managers, for one record of each test, and of each try of it.

    `maker` makes the records.
    """

    def __init__(self, config: pytest.Config, *, with_calls: bool) -> None:
        self.maker = RecordMaker(str(config.rootpath), with_calls=with_calls)
        self._config = config
        self._calls: RunCalls[tuple[World, Look]] = RunCalls(
            self._look_at,
            lambda error: report_problems.note_crash(config, "the record of a call", error),
        )
        self._outside: list[MadeCall] = []
        self._seeds_of_run: dict[SecretKey, None] = {}
        self._names_of_run: set[str] = set()
        self._kept: list[tuple[World, Look]] = []
        self._reports: list[pytest.TestReport] = []
        self._failure = ""
        self._is_running = False
        self._made: RecordSource | None = None
        self._calls.begin()

    def end(self) -> None:
        """Collect no more calls."""
        self._calls.end()

    @property
    def _worker(self) -> str:
        """The worker of xdist that this process is, else empty. It is known only after the first conftest file."""
        name: str = getattr(self._config, "workerinput", {}).get("workerid", "")
        return name

    # --- one test --------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin the record of a test, or of a further try of it."""
        self._take_outside()
        self._kept, self._reports, self._failure = [], [], ""
        self._is_running, self._made = True, None

    def look(self) -> None:
        """Look at the secrets that the test has used so far."""
        by_world: dict[World, list[Entry]] = {}
        for call in self._calls.made:
            by_world.setdefault(call.world, []).append(call.entry)
        for world, _ in self._calls.seeded:
            by_world.setdefault(world, [])
        for world, entries in by_world.items():
            seeded = [key for other, key in self._calls.seeded if other is world]
            self._kept.append(self._look_at(world, _still_logged(world, entries), seeded))

    def _look_at(self, world: World, entries: Sequence[Entry], seeded: Sequence[SecretKey]) -> tuple[World, Look]:
        return world, look_at(world, entries, self._own(seeded), with_histories=self.maker.with_calls)

    def note_report(self, item: pytest.Item, report: pytest.TestReport) -> None:
        """Note the report of a phase. That of the teardown has all calls of the test before it."""
        if not self._is_running:
            return
        self._reports.append(report)
        if report.when == "teardown":
            made, seeded, undone, shared = self._calls.take()
            own = self._own([key for _, key in seeded])
            head = TestRecord(item.nodeid, item.location[0], worker=self._worker)
            self._made = source_of(head, made, own, undone, self._kept, shared)
        if self.maker.with_calls and not self._failure and _has_failed(report):
            self._failure = _masked(report)

    def _own(self, seeded: Sequence[SecretKey]) -> list[SecretKey]:
        """The seeds of a test, without those of the run, which a manager with options gets too, in its own region."""
        return [key for key in seeded if key.name not in self._names_of_run]

    def source_with(self, report: pytest.TestReport) -> RecordSource | None:
        """Return what the record of a test is made of, with its last report; None for any other report.

        The last one is that of the teardown, or the one that pytest-rerunfailures turns into a rerun.
        """
        if report.when == _CRASHED:
            return RecordSource(_crashed(report))
        made, is_last = self._made, report.when == "teardown" or str(report.outcome) == _RERUN
        if made is None or not is_last or report.nodeid != made.head.nodeid:
            return None
        reports, self._is_running, self._made = self._reports, False, None
        failure = next(filter(_has_failed, reports), None)
        head = made.head._replace(
            outcome=_outcome(reports),
            duration=sum({one.when: one.duration for one in reports}.values()),  # a subtest has a report of its own
            failure=self._failure or ("" if failure is None else _first_line(_message(failure))),
        )
        return made._replace(head=head)

    # --- the run ---------------------------------------------------------------------------------------------------

    def outside(self) -> TestRecord:
        """Return the record of the calls outside the tests so far. It is made at the end of the run."""
        if self._is_running:
            self._calls.take()  # calls and seeds of a test that Ctrl-C or `pytest.exit` stopped: it has no last report
        self._take_outside()
        head = TestRecord("", "", worker=self._worker)
        return self.maker.record(source_of(head, self._outside, [*self._seeds_of_run], [], []))

    def _take_outside(self) -> None:
        if self._calls.is_empty:
            return
        made, seeded, _, shared = self._calls.take()
        keys = [*shared, *(key for _, key in seeded)]
        self._outside += made
        self._seeds_of_run.update(dict.fromkeys(keys))
        self._names_of_run.update(key.name for key in keys)


def _still_logged(world: World, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that the log still has: a rollback removes those of its block.

    They are its last ones, except that another thread may have logged a call that was not collected yet.
    """
    log = world.entries
    last = log.since(max(0, log.position - len(entries)))
    if len(last) == len(entries) and all(map(is_, last, entries)):
        return last
    identities, found = {id(entry) for entry in entries}, []
    for entry in reversed(log.since()):
        if id(entry) in identities:
            found.append(entry)
        elif found:
            break
    found.reverse()
    return found


def _outcome(reports: Sequence[pytest.TestReport]) -> TestOutcome:
    outcomes = [str(report.outcome) for report in reports]
    if _RERUN in outcomes:
        return "rerun"
    if "failed" in outcomes:
        return "failed" if any(report.failed and report.when == "call" for report in reports) else "error"
    was_expected = ["wasxfail" in vars(report) for report in reports]
    if "skipped" in outcomes:
        return "xfailed" if ("skipped", True) in zip(outcomes, was_expected, strict=True) else "skipped"
    return "xpassed" if any(was_expected) else "passed"


def _has_failed(report: pytest.TestReport) -> bool:
    return report.outcome not in ("passed", "skipped")


def _masked(report: pytest.TestReport) -> str:
    """The beginning of a failure, without the values that the managers of the test have now."""
    from pytest_secretsmanager.inspection.leaks.search import Search
    from pytest_secretsmanager.inspection.leaks.values import Values

    values = Values()
    for world, _ in entered.met():
        values.add(world)
    return _beginning(Search(values).masked(_message(report)), MOST_FAILURE_LINES)


def _beginning(text: str, most_lines: int) -> str:
    """The first lines of a failure, at most `LONGEST_FAILURE` characters of them."""
    whole = text.strip()
    shown = "\n".join(whole.split("\n", most_lines)[:most_lines])[:LONGEST_FAILURE]
    return shown if shown == whole else shown + ELLIPSIS


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:LONGEST_FAILURE]


def _message(report: pytest.TestReport) -> str:
    """The beginning of a failure's text, longer than what is shown of it: a value that is cut there is masked too."""
    crash = getattr(report.longrepr, "reprcrash", None)
    missing_fixture = getattr(report.longrepr, "errorstring", report.longrepr)
    return str(missing_fixture if crash is None else crash.message)[:_SEARCHED]


def _crashed(report: pytest.TestReport) -> TestRecord:
    file = report.nodeid.partition("::")[0]
    worker = str(getattr(getattr(getattr(report, "node", None), "gateway", None), "id", ""))
    failure = _first_line(_message(report))
    return TestRecord(report.nodeid, file, "failed", failure=failure, worker=worker, is_crashed=True)
