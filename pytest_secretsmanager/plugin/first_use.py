"""The first use of the plugin in a run. Until then, its work in each test is not done, nor its modules imported.

A run uses the plugin from the first of these: a collected test has one of the markers or asks for one of the fixtures,
a fixture is set up, a `SecretsManager` is entered, or calls are blocked from the beginning.
"""

from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.inspection import entered_now
from pytest_secretsmanager.plugin.names import FIXTURE, MARKERS, WIDER_FIXTURES

if TYPE_CHECKING:
    from pytest_secretsmanager.plugin.each_test import EachTest

_MARKERS = frozenset(MARKERS)
_FIXTURES = frozenset((FIXTURE, *WIDER_FIXTURES))

_KEY: "pytest.StashKey[FirstUse]" = pytest.StashKey()
"""The stash key of a run."""


class FirstUse:
    """Knows whether a run uses the plugin. `each_test` is its work in each test: None before the first use."""

    def __init__(self, config: pytest.Config) -> None:
        self.test: pytest.Item | None = None
        """The running test."""
        self.each_test: EachTest | None = None
        self._config = config
        config.stash[_KEY] = self
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
        if self.each_test is None:
            from pytest_secretsmanager.plugin.each_test import EachTest

            entered_now.stop_waiting(self.begin)
            self.each_test = EachTest(self._config, lambda: self.test)
            if self.test is not None:
                self.each_test.begin_late(self.test)


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
