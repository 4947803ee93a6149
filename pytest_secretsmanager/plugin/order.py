"""What a marker activates, and when: its secrets are there before a test's own fixtures, which may need them."""

from typing import Any

import pytest

from pytest_secretsmanager.plugin import bare_items, own_fixture
from pytest_secretsmanager.plugin.managers import session_of
from pytest_secretsmanager.plugin.names import FIXTURE, MARKED, MARKERS, ROLLBACK


def activate(items: list[pytest.Item]) -> None:
    """Activates the fixture for tests that carry one of the markers, before all of a test's own fixtures.

    With secrets of the run, rolling back stands before them too: autouse fixtures of other plugins may write as well.
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
    """Whether pytest's own fixtures are a test's too: other plugins' items may have names of fixtures, and no more."""
    return hasattr(item, "fixturenames") and hasattr(item, "_fixtureinfo")


def _put_before_others(item: Any, *fixtures: str) -> None:
    others = [name for name in item.fixturenames if name not in fixtures]
    position = _first_of_function_scope(item, others)
    # A list of its own: parametrized siblings share theirs.
    item.fixturenames = [*others[:position], *fixtures, *others[position:]]


def _first_of_function_scope(item: Any, fixtures: list[str]) -> int:
    """Where the fixture goes: behind all of wider scope, before those of the test, which may need its secrets."""
    definitions = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - no public name
    for position, name in enumerate(fixtures):
        if name in definitions and definitions[name][-1].scope == "function":
            return position
    return len(fixtures)
