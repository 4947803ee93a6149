"""The managers that a test may have met: those entered while it ran, and those entered around it.

A report needs them: code may have been answered by another manager than the one whose secrets its test has seeded. It
needs the calls too that found no host, since no log has them.
Imports nothing of Secrets Manager when it is loaded, so a run without a manager pays nothing.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.regions import Regions
    from pytest_secretsmanager.inspection.log import Event
    from pytest_secretsmanager.inspection.views import World

_MOST = 64
"""Managers and unreached calls that are kept for the report of one test: the last ones."""

_entered: "list[World]" = []
_watch: "Watch | None" = None


class Unreached(NamedTuple):
    """A call by a client of a region that is none of those that the answering manager has."""

    operation: str
    region: str
    regions: "Regions"


@dataclass(frozen=True, slots=True)
class Watch:
    """The managers that were entered when a test began, with where their logs ended then, and those entered since.

    `unreached` are the calls since then that found no host.
    """

    ends: "Mapping[World, int]"
    since: "deque[World]" = field(default_factory=lambda: deque(maxlen=_MOST))
    unreached: deque[Unreached] = field(default_factory=lambda: deque(maxlen=_MOST))

    def met(self) -> "list[tuple[World, list[Event]]]":
        """The managers entered now or since, each with what it has logged since."""
        worlds = dict.fromkeys((*_entered, *self.since))
        return [(world, world.log.since(self.ends.get(world, 0))) for world in worlds]


def begin() -> "tuple[Watch, Watch | None]":
    """A test begins: its watch, and the one that was there before, which is put back at its end."""
    global _watch
    before, _watch = _watch, Watch({world: world.log.position for world in _entered})
    return _watch, before


def end(before: "Watch | None") -> None:
    """A test is watched no more. The one around it is again, where a test runs tests; other managers are let go of."""
    global _watch
    _watch = before


def enter(world: "World") -> None:
    """The manager of this world answers from now on."""
    _entered.append(world)
    if _watch is not None:
        _watch.since.append(world)


def note_unreached(operation: str, region: str, regions: "Regions") -> None:
    """A client has called in a region that is none of these."""
    if _watch is not None:
        _watch.unreached.append(Unreached(operation, region, regions))


def leave(world: "World") -> None:
    """The manager of this world answers no more."""
    if world in _entered:
        _entered.remove(world)
