"""A marker activates the fixture before a test's own fixtures, which may need the secrets."""

from collections.abc import Container, Sequence
from typing import Any

import pytest

from pytest_secretsmanager.plugin import bare_items, own_fixture
from pytest_secretsmanager.plugin.managers import session_of
from pytest_secretsmanager.plugin.names import FIXTURE, FUNCTION, MARKED, MARKERS, ROLLBACK, SCOPES, SECRET_FAULT
from pytest_secretsmanager.plugin.scopes import FIXTURES, asked_for


def activate(items: list[pytest.Item]) -> None:
    """Activate the fixture for tests with one of the markers, before all of a test's own fixtures.

    With secrets of the run, the rollback begins before them too: autouse fixtures of other plugins may write as well.
    """
    asked = {item: asked_for(item) for item in items}
    places = {(name, _place_of(item, name)) for item, names in asked.items() for name in names}
    for item in items:
        wider = asked[item]
        is_marked = _is_marked(item, wider)
        if is_marked:
            item.stash[MARKED] = True
        if not _has_fixtures(item):
            bare_items.surround(item)
            continue
        for name in _with_those_around(item, wider, places):
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


def _with_those_around(item: pytest.Item, wider: Sequence[str], places: Container[tuple[str, object]]) -> list[str]:
    """Return the wider fixtures of a test, with those still wider that another test asks for in the same place.

    So a fixture never begins inside a narrower one, in whatever order the tests run.
    """
    if not wider:
        return []
    as_wide = list(FIXTURES)[: list(FIXTURES).index(wider[-1]) + 1]
    return [name for name in as_wide if (name, _place_of(item, name)) in places]


def _place_of(item: pytest.Item, fixture: str) -> object:
    """Return the node with which a wider fixture of a test ends."""
    kinds: dict[str, type[pytest.Collector]] = {
        "class": pytest.Class,
        "module": pytest.Module,
        "package": pytest.Package,
    }
    kind = kinds.get(FIXTURES[fixture])
    return None if kind is None else item.getparent(kind)


def _scope_of(node: Any) -> str:
    """Return the scope of the markers of a node. A fixture of class scope belongs to the outermost class."""
    if isinstance(node, pytest.Class) and node.parent is not None and node.parent.getparent(pytest.Class) is not None:
        return FUNCTION
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
