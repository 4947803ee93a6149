"""The records of a run's tests, while an option wants them. Over xdist, a record travels with the report of its test.

So a worker that crashes loses only its running test. Loading this module imports nothing of Secrets Manager.
"""

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.options import REPORT_FILE, SUMMARY, CommandLineOption
from pytest_secretsmanager.plugin import report_problems
from pytest_secretsmanager.plugin.settings import on_command_line

if TYPE_CHECKING:
    from pytest_secretsmanager.plugin.record_collecting import Collecting
    from pytest_secretsmanager.report.records import RunRecords, TestRecord

PLUGIN = "secretsmanager_records"
"""The name of the plugin object, and the key of a record in a serialized report and in the output of a worker."""

WANTING_TOTALS: tuple[CommandLineOption, ...] = (SUMMARY,)
"""The options that need records without their calls and histories."""

WANTING_CALLS: tuple[CommandLineOption, ...] = (REPORT_FILE,)
"""The options that need records with their calls and histories."""


_MOST_TESTS_WAITING = 10
_MOST_CALLS_WAITING = 1_000
"""The tests and the calls whose records wait to be made in a row.

It takes less time than one record after each test: a processor has at hand what it used last. With more tests, the
garbage collector would take more time.
"""

_CHARACTERS_OF_A_CALL = 200
"""In the JSON of a record, roughly."""


def wanted(config: pytest.Config) -> bool:
    """Return whether an option wants records."""
    return any(on_command_line(config, option) for option in WANTING_TOTALS + WANTING_CALLS)


def begin(config: pytest.Config) -> None:
    """Record each test from now on, if an option wants it. Called before the first manager is made."""
    if not wanted(config) or config.pluginmanager.has_plugin(PLUGIN):
        return
    from pytest_secretsmanager.plugin.record_collecting import Collecting

    with_calls = any(on_command_line(config, option) for option in WANTING_CALLS)
    collecting = Collecting(config, with_calls=with_calls)
    config.add_cleanup(collecting.end)
    config.pluginmanager.register(_Records(config, collecting), PLUGIN)


def call_with_each(config: pytest.Config, use: "Callable[[TestRecord], None]") -> None:
    """Call `use` with each whole record, in the process that prints. Raise KeyError if none is made."""
    _of(config).uses.append(use)


def records_of(config: pytest.Config) -> "RunRecords":
    """Return the records of the run: call it at the end, in the process that prints. Raise KeyError if none is made.

    Those of tests have no calls and histories: a long run would fill the memory with them. That outside the tests is
    whole.
    """
    return _of(config).all()


def _of(config: pytest.Config) -> "_Records":
    records: _Records | None = config.pluginmanager.get_plugin(PLUGIN)
    if records is None:
        raise KeyError(PLUGIN)
    return records


class _Records:
    """Makes the record of each test, by the hooks of pytest. A crash in here is reported at the end of the run."""

    def __init__(self, config: pytest.Config, collecting: "Collecting") -> None:
        self.uses: list[Callable[[TestRecord], None]] = []
        self._config = config
        self._collecting = collecting
        self._waiting: list[tuple[Callable[[], TestRecord], TestRecord | None]] = []
        self._calls_waiting = 0
        self._tests: list[TestRecord] = []
        self._parts: dict[object, object] = {}
        self._outside: dict[tuple[int, str], str] = {}
        self._parcel: tuple[pytest.TestReport, TestRecord] | None = None

    def all(self) -> "RunRecords":
        """Return the records so far."""
        from pytest_secretsmanager.report.records import RunRecords, record_from

        self._make_waiting()
        outside = self._collecting.outside()
        if self._outside:  # each worker imports the same modules: one worker is like a run in one process
            outside = record_from(self._outside[min(self._outside)])
        return RunRecords(tuple(self._tests), outside)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        try:
            self._collecting.begin()
        except Exception as error:
            self._note_crash(error)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        """Look at the secrets before the teardown of fixtures restores them."""
        try:
            self._collecting.look()
        except Exception as error:
            self._note_crash(error)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        try:
            self._collecting.note_report(item, report)
        except Exception as error:
            self._note_crash(error)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        try:
            source = self._collecting.source_with(report)
            if source is not None and self._is_worker:
                self._parcel = report, self._collecting.maker.record(source)
        except Exception as error:
            self._note_crash(error)
        else:
            if source is not None and not self._is_worker:
                self._add(partial(self._collecting.maker.record, source), source.head, len(source.entries))

    def _add(self, make: "Callable[[], TestRecord]", head: "TestRecord | None", calls: int) -> None:
        """Add a record, which is made at the latest at the end of the run; `head` is what remains if that crashes."""
        self._waiting.append((make, head))
        self._calls_waiting += calls
        if len(self._waiting) >= _MOST_TESTS_WAITING or self._calls_waiting >= _MOST_CALLS_WAITING:
            self._make_waiting()

    def _make_waiting(self) -> None:
        """Make the records that wait. One at a time: after an interrupt, the others still wait."""
        self._calls_waiting = 0
        while self._waiting:
            make, head = self._waiting[0]
            try:
                record: TestRecord | None = make()
            except Exception as error:
                record = head
                self._note_crash(error)
            del self._waiting[0]
            if record is not None:
                self._keep(record)

    def _keep(self, record: "TestRecord") -> None:
        self._tests.append(record.without_calls(self._parts))
        for use in self.uses:
            try:
                use(record)
            except Exception as error:
                self._note_crash(error)

    @property
    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")

    # --- over xdist ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_to_serializable(
        self, report: pytest.TestReport
    ) -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
        data = yield
        if data is not None and self._parcel is not None and self._parcel[0] is report:
            try:
                self._send(data, self._parcel[1])
            except Exception as error:
                self._note_crash(error)
            self._parcel = None
        return data

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_from_serializable(self, data: dict[str, Any]) -> Generator[None, object, object]:
        """Take the record out of a worker's report, before another plugin sees it."""
        sent = data.pop(PLUGIN, None)
        if sent is not None:
            from pytest_secretsmanager.report.records import record_from

            self._add(partial(record_from, sent), None, len(sent) // _CHARACTERS_OF_A_CALL)
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._is_worker:
            try:
                self._send(session.config.workeroutput, self._collecting.outside())  # type: ignore[attr-defined]
            except Exception as error:
                self._note_crash(error)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the calls outside the tests from a worker. One that crashed has sent none."""
        sent = getattr(node, "workeroutput", {}).get(PLUGIN)
        if sent is not None:
            name = node.gateway.id
            self._outside[len(name), name] = sent

    def _send(self, into: dict[str, Any], record: "TestRecord") -> None:
        from pytest_secretsmanager.report.records import json_of

        into[PLUGIN] = json_of(record)

    def _note_crash(self, error: Exception) -> None:
        report_problems.note_crash(self._config, "the record of a test", error)
