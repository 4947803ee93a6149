"""The guard's place in a run: which test a refused call fails, and what its reader is told."""

from collections.abc import Generator

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE, MANAGER, SEEDS


class NetworkGuard:
    """Refuses the calls that would reach AWS, and says in which test that was."""

    def __init__(self) -> None:
        from pytest_secretsmanager.doors.guard import Guard

        self._test: pytest.Item | None = None
        self._refused: str | None = None
        self.take_down = Guard(self._refusal).take_down

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._test, self._refused = item, None
        try:
            return (yield)
        finally:
            self._test = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Fails a test that has swallowed the refusal, or whose thread was refused."""
        report = yield
        if report.passed and self._refused is not None:
            report.outcome, report.longrepr = "failed", self._refused
        if not report.passed:
            self._refused = None
        return report

    def _refusal(self, text: str) -> BaseException:
        """What is raised in the place of a call: while a test runs, what its code under test does not catch."""
        from pytest_secretsmanager.engine.errors import NetworkBlocked

        advice = (
            'Give the test the fixture, or the secrets that it reads: @pytest.mark.secret("name", "value"). For code '
            f"that reads them as it is imported there is {SEEDS} in the ini file."
        )
        if self._test is None:
            return NetworkBlocked(f"{text}\n  while no test was running\n{advice}")
        if FIXTURE in getattr(self._test, "fixturenames", ()) and MANAGER not in self._test.stash:
            advice = (
                f"The fixture {FIXTURE} of this test has not begun yet: fixtures of wider scope, and those that the "
                f"test names before it, run first. For what they read there is {SEEDS} in the ini file."
            )
        self._refused = f"{text}\n  in {self._test.nodeid}\n{advice}"
        return pytest.fail.Exception(self._refused, pytrace=False)
