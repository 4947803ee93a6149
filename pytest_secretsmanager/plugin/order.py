"""A marker activates the fixture before a test's own fixtures, which may need the secrets."""

from typing import Any

import pytest

from pytest_secretsmanager.plugin import bare_items, own_fixture
from pytest_secretsmanager.plugin.managers import session_of
from pytest_secretsmanager.plugin.names import FIXTURE, MARKED, MARKERS, ROLLBACK


def activate(items: list[pytest.Item]) -> None:
    """Activate the fixture for tests with one of the markers, before all of a test's own fixtures.

    With secrets of the run, the rollback begins before them too: autouse fixtures of other plugins may write as well.
    """
    for item in items:
        is_marked = any(map(item.get_closest_marker, MARKERS))
        if is_marked:
            item.stash[MARKED] = True
        if not _has_fixtures(item):
            bare_items.surround(item)
            continue
        if is_marked:
            _put_before_others(item, FIXTURE, *own_fixture.check_of(item))
        if session_of(item.config) is not None:
            _put_before_others(item, ROLLBACK)


def _has_fixtures(item: pytest.Item) -> bool:
    """Return whether pytest sets up fixtures for a test: items of other plugins may have only the names."""
    return hasattr(item, "fixturenames") and hasattr(item, "_fixtureinfo")


def _put_before_others(item: Any, *fixtures: str) -> None:
    others = [name for name in item.fixturenames if name not in fixtures]
    position = _first_of_function_scope(item, others)
    # A list of its own: parametrized siblings share theirs.
    item.fixturenames = [*others[:position], *fixtures, *others[position:]]


def _first_of_function_scope(item: Any, fixtures: list[str]) -> int:
    """Return the place of the fixture: after those of wider scope, before those of function scope."""
    definitions = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - no public name
    for position, name in enumerate(fixtures):
        if name in definitions and definitions[name][-1].scope == "function":
            return position
    return len(fixtures)
