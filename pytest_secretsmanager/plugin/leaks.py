"""The leak sentinel: after each test, its secret values are looked for in all that it has printed, logged and raised.

Imported only if an option or a marker asks for it.
"""

import warnings
from collections.abc import Generator

import pytest

from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.inspection.leaks.messages import leak_message
from pytest_secretsmanager.inspection.leaks.values import Values
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.options import LEAKS_IGNORE
from pytest_secretsmanager.plugin import leak_marks, report_problems
from pytest_secretsmanager.plugin.leak_listeners import LogListener, WarningListener, note_reads
from pytest_secretsmanager.plugin.leak_masks import is_of_subtest, mask_report, mask_warning
from pytest_secretsmanager.plugin.leak_options import Mode, mode_of_run
from pytest_secretsmanager.plugin.leaking_tests import LeakingTest
from pytest_secretsmanager.plugin.names import FIXTURE, OPTIONS

SECTION = f"{FIXTURE} leaks"
_IGNORING = f"leaks_ignore=[…] of the marker {OPTIONS}, or by the ini option {LEAKS_IGNORE.ini_name}"


class LeakSentinel:
    """Watches each test whose mode is not `off`: `warn` or `error`.

    A test that a plugin runs again in one protocol has one `LeakingTest` for each run: its warnings come at the end.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._mode_of_run = mode_of_run(config)
        self._mode: Mode = "off"
        self._runs: list[LeakingTest] = []
        self._bases: dict[World, Values] = {}
        self._logs, self._warnings = LogListener(), WarningListener()

    def pytest_report_header(self, config: pytest.Config) -> str | None:
        """Say that output under `-s` is not searched."""
        if self._mode_of_run == "off" or config.getoption("capture") != "no":
            return None
        return f"{FIXTURE}: output is not captured (-s), so leaks in it are not found"

    # --- what a test does ------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Watch a test. A test may run tests, with a sentinel of their own."""
        try:
            entered.call_before_loss(self._collect_before_loss)
            return (yield)
        finally:
            entered.stop_calling(self._collect_before_loss)
            self._runs.clear()
            self._logs.stop()
            self._warnings.stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin with a test, or with its next run. A wrong option of a marker fails it."""
        self._mode = leak_marks.mode_of(item, self._mode_of_run)
        ignored = leak_marks.ignored_of(item)
        if self._mode == "off":
            return
        try:
            captured = self._runs[-1].captured if self._runs else 0
            test = LeakingTest(self._values_before(), ignored, captured)
            self._runs.append(test)
            self._logs.start(test.records)
            self._warnings.start(test.note)
        except Exception as error:
            self._note_crash(error)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Note the output that the test reads from `capsys` and its like."""
        result = yield
        if self._runs and isinstance(result, pytest.CaptureFixture):
            note_reads(result, fixturedef.argname, self._runs[-1].note)
        return result

    def _values_before(self) -> list[Values]:
        """The values of the managers that are entered before a test. They are collected once for all tests."""
        worlds = entered.now()
        for world in worlds:
            if world not in self._bases:
                base = Values()
                base.add(world)
                self._bases[world] = base
        self._bases = {world: self._bases[world] for world in worlds}
        return [*self._bases.values()]

    def _collect_before_loss(self, loss: entered.Loss) -> None:
        if self._runs:
            try:
                self._runs[-1].collect(loss.world, dict(entered.met()).get(loss.world, 0))
            except Exception as error:
                self._note_crash(error)

    def pytest_sessionfinish(self) -> None:
        """Let go of the values of secrets that tests share."""
        self._bases.clear()

    # --- reports ---------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Look for leaks, after all other plugins have added to the report."""
        report = yield
        if self._runs and not _is_quiet_setup(report):
            try:
                self._look(item, call, report, self._runs[-1])
            except Exception as error:
                self._note_crash(error)
            self._mask(report)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note and mask what was added after the report was made: the output and the name of a subtest."""
        if self._runs and is_of_subtest(report):
            try:
                self._runs[-1].note_output(report)
            except Exception as error:
                self._note_crash(error)
        self._mask(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Mask a warning before the terminal or xdist takes it."""
        if self._runs:
            try:
                mask_warning(warning_message, self._masked)
            except Exception as error:
                self._note_crash(error)

    def _look(
        self, item: pytest.Item, call: "pytest.CallInfo[None]", report: pytest.TestReport, test: LeakingTest
    ) -> None:
        test.note_report(report, None if call.excinfo is None else call.excinfo.value)
        for world, start in entered.met():
            test.collect(world, start)
        if report.when == "setup" and report.passed:
            return  # the leaks of a set-up fail the body, which runs nevertheless
        test.look()
        if self._mode == "error":
            _fail(report, test)
        else:
            _add_section(report, test)
            if report.when == "teardown" and test.leaks:
                _warn(item, report, test)

    def _mask(self, report: pytest.TestReport) -> None:
        if self._runs and not _is_quiet_setup(report):
            try:
                mask_report(report, self._masked)
            except Exception as error:
                self._note_crash(error)

    def _masked(self, text: str) -> str:
        for test in self._runs:
            text = test.masked(text)
        return text

    def _note_crash(self, error: Exception) -> None:
        """Show a crash of the sentinel at the end of the run. It changes no test."""
        report_problems.note_crash(self._config, "the search for leaks", error)


def _is_quiet_setup(report: pytest.TestReport) -> bool:
    """Whether a set-up has passed without output. Its values are looked for with those of the body."""
    return report.when == "setup" and report.passed and not report.sections


def _fail(report: pytest.TestReport, test: LeakingTest) -> None:
    """Fail a report that has passed. A test that has failed gets a section; after a skip, the tear-down fails."""
    test.has_failed |= report.failed
    if report.failed or (report.when == "teardown" and test.has_failed):
        _add_section(report, test)  # a body of unittest passes although one of its subtests has failed
    elif report.passed and (leaks := test.untold()):
        test.has_failed = True
        report.outcome = "failed"
        report.longrepr = leak_message(leaks, _IGNORING)
        if hasattr(report, "wasxfail"):
            del report.wasxfail  # pytest does not count the failure of a test that should fail


def _add_section(report: pytest.TestReport, test: LeakingTest) -> None:
    if leaks := test.untold():
        # pytest shows the sections of a tear-down by their name.
        name = f"{SECTION} teardown" if report.when == "teardown" else SECTION
        report.sections.append((name, leak_message(leaks, _IGNORING)))


def _warn(item: pytest.Item, report: pytest.TestReport, test: LeakingTest) -> None:
    """Warn of all leaks of a test. Where warnings are errors, the tear-down fails."""
    text = leak_message(test.leaks, _IGNORING)
    try:
        item.warn(pytest.PytestWarning(test.masked(text)))
    except pytest.PytestWarning:
        if report.passed:
            report.outcome, report.longrepr = "failed", text
