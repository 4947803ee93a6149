"""The order of fixtures: the marker's secrets are there before a test's own fixtures, which may need them."""

from typing import Any

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE, MARKERS, ROLLBACK


def activate(items: list[pytest.Item]) -> None:
    """Activates the fixture for tests that carry one of the markers, before all of a test's own fixtures.

    With secrets of the run, rolling back stands before them too: autouse fixtures of other plugins may write as well.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", None)
        if fixtures is None:
            continue
        if any(map(item.get_closest_marker, MARKERS)):
            _put_before_others(item, FIXTURE)
        if ROLLBACK in fixtures:
            _put_before_others(item, ROLLBACK)


def _put_before_others(item: Any, fixture: str) -> None:
    others = [name for name in item.fixturenames if name != fixture]
    position = _first_of_function_scope(item, others)
    # A list of its own: parametrized siblings share theirs.
    item.fixturenames = [*others[:position], fixture, *others[position:]]


def _first_of_function_scope(item: Any, fixtures: list[str]) -> int:
    """Where the fixture goes: behind all of wider scope, before those of the test, which may need its secrets."""
    definitions = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - no public name
    for position, name in enumerate(fixtures):
        if name in definitions and definitions[name][-1].scope == "function":
            return position
    return len(fixtures)
