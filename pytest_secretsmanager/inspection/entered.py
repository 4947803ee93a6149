"""The managers that were entered before or during a test, for the report of its failure.

Another manager than the test's own may have answered its calls. The report also needs the calls that found no host,
which no log has, and the managers as they were before a rollback. Other reports listen to these losses too.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pytest_secretsmanager.inspection import entered_now
from pytest_secretsmanager.inspection.forks import forks

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.regions import Regions
    from pytest_secretsmanager.inspection.log import Event
    from pytest_secretsmanager.inspection.world import World

_MOST = 64
"""The number of managers, and of unreached calls, that are kept for the report of one test: the last ones."""

_LEFT = "_secretsmanager_left"

_watch: "Watch | None" = None
_listeners: "list[Callable[[Loss], object]]" = []


class Unreached(NamedTuple):
    """A call by a client of a region that the answering manager does not have."""

    operation: str
    region: str
    regions: "Regions"


class Loss(NamedTuple):
    """The entries of a log from a position on, and the states of secrets: a rollback is about to take them away.

    `ends_test` says that the rollback is the one at the end of a test with the secrets of the run. `position` is the
    end of the log for one that is about to forget its oldest entries, and for the oldest manager of a test with more
    than `_MOST`, which reports look at no longer.
    """

    world: "World"
    position: int
    ends_test: bool


class Kept(NamedTuple):
    """The inside of a manager just before a rollback. `position` is the end of the log after the rollback.

    `is_of_error` says that an error ended the block. That error has the world as an attribute, under `_LEFT`: an error
    of the test is not kept, since its traceback keeps the objects of all its frames alive.
    """

    world: "World"
    position: int
    is_of_error: bool


@dataclass(slots=True, eq=False, repr=False)
class Watch:
    """The managers that were entered when a test began, with the ends of their logs then, and those entered since.

    `unreached` has the calls since then that found no host. `kept` has the managers whose changes were rolled back.
    `problem` is called with a crash of keeping one: it must not fail the test. `forks_before` is the number of children
    that the process had forked when the test began.
    """

    problem: "Callable[[Exception], None]"
    ends: "Mapping[World, int]"
    since: "deque[World]" = field(default_factory=lambda: deque(maxlen=_MOST))
    unreached: deque[Unreached] = field(default_factory=lambda: deque(maxlen=_MOST))

    kept: "dict[World, Kept]" = field(default_factory=dict)
    forks_before: int = field(default_factory=forks)

    @property
    def has_met(self) -> bool:
        """Whether there is a manager to report about."""
        return bool(entered_now.worlds or self.since)

    @property
    def forks(self) -> int:
        """The number of children that the process has forked since the test began."""
        return forks() - self.forks_before

    def met(self, error: BaseException | None = None) -> "list[tuple[World, list[Event]]]":
        """The managers, each with the calls that it logged since the test began, as the test's failure left them."""
        found = []
        for world in dict.fromkeys((*entered_now.worlds, *self.since)):
            then = self.as_it_was(world, error)
            begin = self.ends.get(world, 0) if then is world else 0
            found.append((then, then.events_since(begin)))
        return found

    def as_it_was(self, world: "World", error: BaseException | None) -> "World":
        """The inside of a manager as an error left it: if a rollback has taken that back, as it was before."""
        kept = self.kept.get(world)
        if kept is None or kept.position != world.entries.position:
            return world
        is_shown = not kept.is_of_error or any(getattr(one, _LEFT, None) is kept.world for one in _chain(error))
        return kept.world if is_shown else world


def now() -> "list[World]":
    """The managers that are entered now."""
    return [*entered_now.worlds]


def met() -> "list[tuple[World, int]]":
    """The managers that the running test has met, each with the end of its log when the test began."""
    if _watch is None:
        return []
    return [(world, _watch.ends.get(world, 0)) for world in dict.fromkeys((*entered_now.worlds, *_watch.since))]


def about_to_forget(world: "World") -> None:
    """Called before the log of a manager forgets its oldest entries."""
    _announce(Loss(world, world.entries.position, ends_test=False))


def call_before_loss(listener: "Callable[[Loss], object]") -> None:
    """Call this function before each loss, until `stop_calling`. It must not raise."""
    _listeners.append(listener)


def stop_calling(listener: "Callable[[Loss], object]") -> None:
    """Call this function no longer."""
    if listener in _listeners:
        _listeners.remove(listener)


def _announce(loss: Loss) -> None:
    for listener in [*_listeners]:
        listener(loss)


def begin(problem: "Callable[[Exception], None]") -> "tuple[Watch, Watch | None]":
    """Begin the watch of a test. Return it, and the one before, which `end` restores."""
    global _watch
    before, _watch = _watch, Watch(problem, {world: world.entries.position for world in entered_now.worlds})
    return _watch, before


def end(before: "Watch | None") -> None:
    """End the watch of a test, and restore the one before: a test may run tests."""
    global _watch
    _watch = before


def about_to_roll_back(world: "World", position: int, error: BaseException | None, *, ends_test: bool) -> None:
    """Called before a manager takes back the changes of a block that began at this position of its log.

    `error` ended the block. `ends_test` is as in `Loss`.
    """
    is_reported = error is not None or ends_test  # a tear-down may fail after the end of its test
    if _watch is not None and is_reported and world.entries.position != position:
        try:
            _keep(_watch, world, position, error)
        except Exception as crash:
            _watch.problem(crash)
    _announce(Loss(world, position, ends_test))


def _keep(watch: Watch, world: "World", position: int, error: BaseException | None) -> None:
    from pytest_secretsmanager.inspection.past_world import past_world

    then = past_world(world, watch.ends.get(world, 0))
    watch.kept[world] = Kept(then, position, error is not None)
    with suppress(AttributeError, TypeError):  # an error that takes no attributes
        setattr(error, _LEFT, then)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and the errors that it was raised from or after."""
    for _ in range(_MOST):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def enter(world: "World") -> None:
    """Called when the manager of this world is entered."""
    entered_now.enter(world)
    if _watch is not None:
        if _listeners and len(_watch.since) == _MOST:
            oldest = _watch.since[0]
            _announce(Loss(oldest, oldest.entries.position, ends_test=False))
        _watch.since.append(world)


def note_unreached(operation: str, region: str, regions: "Regions") -> None:
    """Called when a client calls in a region that is not among these."""
    if _watch is not None:
        _watch.unreached.append(Unreached(operation, region, regions))


def leave(world: "World") -> None:
    """Called when the manager of this world is left."""
    entered_now.leave(world)
