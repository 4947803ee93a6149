"""The fixtures of each scope: which are active, and which wider ones a test asks for.

A narrower fixture that begins while a wider one is active shares its manager: it starts with the wider one's secrets,
and at its end everything that happened since is rolled back.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pytest

from pytest_secretsmanager.plugin.definitions import module_of
from pytest_secretsmanager.plugin.names import FIXTURE, FUNCTION, SCOPES, WIDER_FIXTURES

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager
    from pytest_secretsmanager.managing.parts import Parts

OWN_MODULE = f"{__package__}.wider_fixtures"
"""The module that has the fixtures."""

FIXTURES = dict(zip(WIDER_FIXTURES, SCOPES, strict=False))
"""The names of the wider fixtures with their scopes, the widest one first."""


Node: TypeAlias = pytest.Item | pytest.Collector
"""A test; or the class, module, package or run whose tests share a fixture."""


class Active(NamedTuple):
    """An active fixture: its scope, its manager, and its options.

    `planted` are the identities of the markers that seeded it, the farthest first. A marker lasts as long as its module
    or class.
    """

    scope: str
    manager: "SecretsManager"
    parts: "Parts"
    options: Mapping[str, Any]
    planted: Sequence[int]

    @property
    def name(self) -> str:
        """The name of the fixture."""
        return name_of(self.scope)


_ACTIVE = pytest.StashKey[list[Active]]()
"""The stash key of a run for its active fixtures, the one that began last at the end."""


def innermost(config: pytest.Config) -> Active | None:
    """Return the active fixture that began last; None if none is active."""
    active = config.stash.get(_ACTIVE, None)
    return active[-1] if active else None


@contextmanager
def active(config: pytest.Config, fixture: Active) -> Iterator[None]:
    """Let a fixture be active in the block."""
    others = config.stash.setdefault(_ACTIVE, [])
    others.append(fixture)
    try:
        yield
    finally:
        others[:] = [other for other in others if other is not fixture]


def asked_for(item: Any) -> list[str]:
    """Return the wider fixtures that a test asks for, itself or by another fixture, the widest one first."""
    info = getattr(item, "_fixtureinfo", None)
    return [] if info is None else [name for name in FIXTURES if _is_ours(name, info.name2fixturedefs.get(name, ()))]


def _is_ours(name: str, definitions: Sequence[Any]) -> bool:
    """Return whether a fixture of this name is the plugin's, or a project's own that builds on it."""
    for definition in reversed(definitions):
        if module_of(definition) == OWN_MODULE:
            return True
        if name not in definition.argnames:
            return False
    return False


def shares_only(item: Any) -> bool:
    """Return whether a test asks for a wider fixture and not for that of function scope: its changes stay."""
    return FIXTURE not in getattr(item, "fixturenames", ()) and bool(asked_for(item))


def require_wider(inner: str, scope: str) -> None:
    """Fail a fixture that begins inside one of the narrower scope `inner`, which would end before it."""
    if SCOPES.index(inner) > SCOPES.index(scope):
        raise pytest.fail.Exception(
            f"{name_of(scope)} can't begin while {name_of(inner)} is active, which ends before it: ask for it in the "
            "test's or the fixture's arguments, and pytest sets it up first",
            pytrace=False,
        )


def name_of(scope: str) -> str:
    """Return the name of the fixture of a scope."""
    return FIXTURE if scope == FUNCTION else f"{scope}_{FIXTURE}"
