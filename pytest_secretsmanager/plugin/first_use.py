"""The first use of the plugin in a run. Until then, its work in each test is not done, nor its modules imported.

A run uses the plugin from the first of these: a collected test has one of the markers or asks for one of the fixtures,
a fixture is set up, a `SecretsManager` is entered, or calls are blocked from the beginning.
"""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.inspection import entered_now
from pytest_secretsmanager.plugin.names import BLOCK_NETWORK, FIXTURE, MARKERS, WIDER_FIXTURES

if TYPE_CHECKING:
    from pytest_secretsmanager.plugin.network import NetworkGuard
    from pytest_secretsmanager.plugin.work_in_tests import EachTest

PLUGIN = "secretsmanager_first_use"
"""The name of the plugin object."""

_MARKERS = frozenset(MARKERS)
_FIXTURES = frozenset((FIXTURE, *WIDER_FIXTURES))

_KEY: "pytest.StashKey[FirstUse]" = pytest.StashKey()
"""The stash key of a run."""


class FirstUse:
    """Waits for the first use of a run. From then on, its hooks let `EachTest` work in each test."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._test: pytest.Item | None = None
        self._each_test: EachTest | None = None
        config.stash[_KEY] = self
        config.pluginmanager.register(self, PLUGIN)
        if entered_now.worlds:
            self.begin()
        else:
            entered_now.call_at_next(self.begin)
            config.add_cleanup(lambda: entered_now.stop_waiting(self.begin))

    @classmethod
    def of(cls, config: pytest.Config) -> "FirstUse":
        """Return that of a run."""
        return config.stash[_KEY]

    def begin(self) -> None:
        """Begin the work in each test, if that has not begun."""
        if self._each_test is None:
            from pytest_secretsmanager.plugin.work_in_tests import EachTest

            self._each_test = EachTest(self._config, lambda: self._test)
            if self._test is not None:
                self._each_test.begin_late(self._test)
        entered_now.stop_waiting(self.begin)  # last: after an interrupt, the next use begins again

    def begin_in(self, node: pytest.Item | pytest.Collector) -> None:
        """Begin, if that has not begun, when a fixture is set up for a test or for what it belongs to."""
        self.begin()
        guard: NetworkGuard | None = self._config.pluginmanager.get_plugin(BLOCK_NETWORK)
        test = node if isinstance(node, pytest.Item) else self._test
        if guard is not None and test is not None:
            guard.go_up(test)

    # --- the hooks of each test: they do nothing before the first use ---------------------------------------------

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Let go of everything that belongs to a test when it is over."""
        self._test = item
        try:
            return (yield)
        finally:
            self._test = None
            if self._each_test is not None:
                self._each_test.end(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Note where the test begins."""
        if self._each_test is not None:
            self._each_test.begin(item)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Follow the region that a fixture may have set. The fixture may be the first use."""
        result = yield
        if self._each_test is not None:
            self._each_test.note_fixture(fixturedef)
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Stop following the region: the body begins."""
        if self._each_test is not None:
            self._each_test.begin_body(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add a section about its secrets to the report of a failing test, and about crashes to any report."""
        report = yield
        if self._each_test is not None:
            self._each_test.add_to_report(item, call, report)
        return report


def is_in(items: list[pytest.Item]) -> bool:
    """Return whether one of these tests uses the plugin. Called in every run: it looks at each test for about 1 µs."""
    marked: dict[Any, bool] = {}
    return any(_asks(item) or _is_marked(item, marked) for item in items)


def _asks(item: Any) -> bool:
    info = getattr(item, "_fixtureinfo", None)
    return info is not None and not _FIXTURES.isdisjoint(info.name2fixturedefs)


def _is_marked(node: Any, known: dict[Any, bool]) -> bool:
    """Return whether a node or one around it has a marker. `known` keeps the answers: many tests share a module."""
    for mark in node.own_markers:
        if mark.name in _MARKERS:
            return True
    around = node.parent
    if around is None:
        return False
    if around not in known:
        known[around] = _is_marked(around, known)
    return known[around]
