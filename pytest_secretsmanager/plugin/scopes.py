"""The fixtures of wider scope, whose secrets the tests of a class, module, package or run share; which are active.

A narrower fixture that begins while a wider one is active shares its manager: it starts with the wider one's secrets,
and at its end everything that happened since is rolled back.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE, PARTS

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager
    from pytest_secretsmanager.managing.parts import Parts

FUNCTION = "function"

SCOPES = ("session", "package", "module", "class", FUNCTION)
"""The scopes of pytest, the widest one first."""

FIXTURES = {f"{scope}_{FIXTURE}": scope for scope in SCOPES[:-1]}
"""The names of the wider fixtures with their scopes, the widest one first."""


class Active(NamedTuple):
    """An active fixture: its scope, its manager, the options that it was made with.

    `planted` are the identities of the markers that seeded it. A marker lasts as long as its module or class.
    """

    scope: str
    manager: "SecretsManager"
    parts: "Parts"
    options: Mapping[str, Any]
    planted: Collection[int]

    @property
    def name(self) -> str:
        """The name of the fixture."""
        return FIXTURE if self.scope == FUNCTION else f"{self.scope}_{FIXTURE}"


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
    names = getattr(item, "fixturenames", ())
    return [name for name in FIXTURES if name in names]


def shares_only(item: Any) -> bool:
    """Return whether a test asks for a wider fixture and not for that of function scope: its changes stay."""
    return FIXTURE not in getattr(item, "fixturenames", ()) and bool(asked_for(item))


def note_shared(item: pytest.Item) -> None:
    """Note the shared manager for the reports of a test that asks for it only."""
    shared = innermost(item.config)
    if shared is not None and PARTS not in item.stash and shares_only(item):
        item.stash[PARTS] = shared.parts


def require_wider(config: pytest.Config, scope: str) -> None:
    """Fail a fixture that begins inside a narrower one, which would end before it."""
    inner = innermost(config)
    if inner is not None and SCOPES.index(inner.scope) > SCOPES.index(scope):
        raise pytest.fail.Exception(
            f"{scope}_{FIXTURE} can't begin while {inner.name} is active, which ends before it: ask for it in the "
            "test's or the fixture's arguments, and pytest sets it up first",
            pytrace=False,
        )
