"""A marker activates the fixture before a test's own fixtures, which may need the secrets."""

from collections.abc import Sequence
from typing import Any

import pytest

from pytest_secretsmanager.plugin import bare_items, own_fixture
from pytest_secretsmanager.plugin.managers import session_of
from pytest_secretsmanager.plugin.names import FIXTURE, MARKED, MARKERS, ROLLBACK, SECRET_FAULT
from pytest_secretsmanager.plugin.scopes import FIXTURES, FUNCTION, SCOPES, asked_for


def activate(items: list[pytest.Item]) -> None:
    """Activate the fixture for tests with one of the markers, before all of a test's own fixtures.

    With secrets of the run, the rollback begins before them too: autouse fixtures of other plugins may write as well.
    """
    for item in items:
        wider = asked_for(item)
        is_marked = _is_marked(item, wider)
        if is_marked:
            item.stash[MARKED] = True
        if not _has_fixtures(item):
            bare_items.surround(item)
            continue
        for name in wider:
            _put_before_others(item, FIXTURES[name], name)
        if is_marked:
            _put_before_others(item, FUNCTION, FIXTURE, *own_fixture.check_of(item))
        if session_of(item.config) is not None:
            _put_before_others(item, FUNCTION, ROLLBACK)


def _has_fixtures(item: pytest.Item) -> bool:
    """Return whether pytest sets up fixtures for a test: items of other plugins may have only the names."""
    return hasattr(item, "fixturenames") and hasattr(item, "_fixtureinfo")


def _is_marked(item: pytest.Item, wider: Sequence[str]) -> bool:
    """Return whether a marker activates the fixture of function scope.

    Of the markers of a class or a module, the wider fixture that the test asks for takes those that seed it and those
    that are its options.
    """
    if not wider:
        return any(map(item.get_closest_marker, MARKERS))
    narrowest = SCOPES.index(FIXTURES[wider[-1]])
    return any(
        marker.name in MARKERS and (marker.name == SECRET_FAULT or SCOPES.index(_scope_of(node)) > narrowest)
        for node, marker in item.iter_markers_with_node()
    )


def _scope_of(node: object) -> str:
    kinds = {pytest.Item: FUNCTION, pytest.Class: "class", pytest.Module: "module", pytest.Package: "package"}
    return next((scope for kind, scope in kinds.items() if isinstance(node, kind)), "session")


def _put_before_others(item: Any, scope: str, *fixtures: str) -> None:
    """Let these fixtures be set up before all others of their scope."""
    others = [name for name in item.fixturenames if name not in fixtures]
    position = _first_of(scope, item, others)
    # A list of its own: parametrized siblings share theirs.
    item.fixturenames = [*others[:position], *fixtures, *others[position:]]


def _first_of(scope: str, item: Any, fixtures: list[str]) -> int:
    """Return the place of a fixture of a scope: after those of wider scope, before those of its scope."""
    definitions = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - no public name
    for position, name in enumerate(fixtures):
        if name in definitions and SCOPES.index(definitions[name][-1].scope) >= SCOPES.index(scope):
            return position
    return len(fixtures)
