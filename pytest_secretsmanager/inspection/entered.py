"""The managers that were entered before or during a test, for the report of its failure.

Another manager than the test's own may have answered its calls. The report also needs the calls that found no host,
which no log has. Loading this module imports nothing of Secrets Manager, so that a run without a manager costs nothing.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.regions import Regions
    from pytest_secretsmanager.inspection.log import Event
    from pytest_secretsmanager.inspection.world import World

_MOST = 64
"""The number of managers, and of unreached calls, that are kept for the report of one test: the last ones."""

_entered: "list[World]" = []
_watch: "Watch | None" = None
_before_loss: "Callable[[World], object] | None" = None


class Unreached(NamedTuple):
    """A call by a client of a region that the answering manager does not have."""

    operation: str
    region: str
    regions: "Regions"


@dataclass(frozen=True, slots=True)
class Watch:
    """The managers that were entered when a test began, with the ends of their logs then, and those entered since.

    `unreached` has the calls since then that found no host.
    """

    ends: "Mapping[World, int]"
    since: "deque[World]" = field(default_factory=lambda: deque(maxlen=_MOST))
    unreached: deque[Unreached] = field(default_factory=lambda: deque(maxlen=_MOST))

    def met(self) -> "list[tuple[World, list[Event]]]":
        """The managers, each with the calls that it logged since the test began."""
        worlds = dict.fromkeys((*_entered, *self.since))
        return [(world, world.events_since(self.ends.get(world, 0))) for world in worlds]


def now() -> "list[World]":
    """The managers that are entered now."""
    return [*_entered]


def met() -> "list[tuple[World, int]]":
    """The managers that the running test has met, each with the end of its log when the test began."""
    if _watch is None:
        return []
    return [(world, _watch.ends.get(world, 0)) for world in dict.fromkeys((*_entered, *_watch.since))]


def call_before_loss(
    listener: "Callable[[World], object] | None",
) -> "Callable[[World], object] | None":
    """Call this function before a rollback takes values away. Return the function before it, to restore it."""
    global _before_loss
    before, _before_loss = _before_loss, listener
    return before


def begin() -> "tuple[Watch, Watch | None]":
    """Begin the watch of a test. Return it, and the one before, which `end` restores."""
    global _watch
    before, _watch = _watch, Watch({world: world.entries.position for world in _entered})
    return _watch, before


def end(before: "Watch | None") -> None:
    """End the watch of a test, and restore the one before: a test may run tests."""
    global _watch
    _watch = before


def enter(world: "World") -> None:
    """Called when the manager of this world is entered."""
    _entered.append(world)
    if _watch is not None:
        if _before_loss is not None and len(_watch.since) == _MOST:
            _before_loss(_watch.since[0])
        _watch.since.append(world)


def about_to_roll_back(world: "World") -> None:
    """Called before the manager of this world takes back changes."""
    if _before_loss is not None:
        _before_loss(world)


def note_unreached(operation: str, region: str, regions: "Regions") -> None:
    """Called when a client calls in a region that is not among these."""
    if _watch is not None:
        _watch.unreached.append(Unreached(operation, region, regions))


def leave(world: "World") -> None:
    """Called when the manager of this world is left."""
    if world in _entered:
        _entered.remove(world)
