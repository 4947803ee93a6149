"""The calls and seeds of all managers, while a run records its tests for a summary or an HTML report."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.rules.condition_keys import SERVICE_PREFIX
from pytest_secretsmanager.engine.rules.permissions import WITH_FURTHER
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.inspection.entered import Loss
from pytest_secretsmanager.inspection.made_calls import MadeCall
from pytest_secretsmanager.inspection.permissions.replay import requests_of_entry
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.managing.collecting import collecting

__tracebackhide__ = True

_Look = TypeVar("_Look")


class Collected(NamedTuple, Generic[_Look]):
    """The calls and the seeds so far, and the looks at blocks that were rolled back. Other tests use `shared` seeds."""

    made: Sequence[MadeCall]
    seeded: Sequence[tuple[World, SecretKey]]
    looks: Sequence[_Look]
    shared: Sequence[SecretKey]


class RunCalls(Generic[_Look]):
    """The calls and seeds since the last `take`. A rollback takes nothing back: the call was made.

    `look` is called with the calls of a block before it is rolled back, and with the secrets that its manager seeded.
    Collecting never raises: `problem` is called with a crash of it.
    """

    def __init__(
        self,
        look: Callable[[World, Sequence[Entry], Sequence[SecretKey]], _Look],
        problem: Callable[[Exception], None],
    ) -> None:
        self._look = look
        self._problem = problem
        self.made: list[MadeCall] = []
        self.seeded: list[tuple[World, SecretKey]] = []
        self.shared: list[SecretKey] = []
        self._looks: list[_Look] = []

    def begin(self) -> None:
        """Collect the calls of all managers that are made from now on."""
        collecting.append(self)
        entered.call_before_loss(self._look_before)

    def end(self) -> None:
        """Collect no more calls."""
        entered.stop_calling(self._look_before)
        if self in collecting:
            collecting.remove(self)

    def follow(self, world: World) -> None:
        """Collect each call that this manager logs from now on."""
        world.service.log_also(partial(self._note, world))

    def note_seed(self, world: World, key: SecretKey) -> None:
        """Collect a secret that a manager has created from a seed."""
        if world.is_shared:
            self.shared.append(key)
        else:
            self.seeded.append((world, key))

    def _note(self, world: World, entry: Entry) -> None:
        try:
            actions = _actions_of(world, entry)
        except Exception as error:
            self._problem(error)
            actions = ()
        self.made.append(MadeCall(world, entry, actions))

    def _look_before(self, loss: Loss) -> None:
        """Look at the secrets of a manager before they are restored. The end of a test is not part of its body."""
        entries = [] if loss.ends_test else loss.world.entries.since(loss.position)
        if not entries:
            return
        try:
            seeded = [key for other, key in self.seeded if other is loss.world]
            self._looks.append(self._look(loss.world, entries, seeded))
        except Exception as error:
            self._problem(error)

    @property
    def is_empty(self) -> bool:
        """Whether no call was made and nothing was seeded since the last `take`."""
        return not (self.made or self.seeded or self.shared)

    def take(self) -> Collected[_Look]:
        """The calls and seeds so far, which this collection then forgets. Calls of other threads may go on."""
        return Collected(_taken(self.made), _taken(self.seeded), _taken(self._looks), _taken(self.shared))


_Item = TypeVar("_Item")


def _taken(items: list[_Item]) -> list[_Item]:
    """The items so far, removed from the list. Items that other threads append meanwhile stay in it."""
    taken = items[:]
    del items[: len(taken)]
    return taken


def _actions_of(world: World, entry: Entry) -> tuple[str, ...]:
    """The IAM actions that a call needs. Most calls need only their own, whatever the secret is."""
    if entry.by_service:
        return ()
    if entry.error_code is None and not entry.key_uses and entry.operation not in WITH_FURTHER:
        return (SERVICE_PREFIX + entry.operation,)
    requests = requests_of_entry(entry, world.service.store, world.service.ports.key_arn)
    return tuple(dict.fromkeys(request.action for request in requests))
