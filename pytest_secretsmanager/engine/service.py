"""One call from arrival to its effects: lock, layers in their order, operation, store. The composition root."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import RLock
from typing import TypeAlias

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Handler, Outcome, Replicate
from pytest_secretsmanager.engine.effects import Effects
from pytest_secretsmanager.engine.effects.background import Background
from pytest_secretsmanager.engine.effects.replicas import Replicas
from pytest_secretsmanager.engine.effects.runs import ReplicaControl, StepControl
from pytest_secretsmanager.engine.errors import UnsupportedOperation
from pytest_secretsmanager.engine.layers.audit import Entry, Record, audit
from pytest_secretsmanager.engine.layers.replicate import replicate
from pytest_secretsmanager.engine.layers.validate import validate
from pytest_secretsmanager.engine.marks import GoBack, mark
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.refusals import Refusals
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.engine.store import Store

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""


Watcher: TypeAlias = Callable[[Call, Outcome], None]
"""Told of each call that was answered, when all that follows from it has happened."""


class Service:
    """Secrets Manager in memory: all regions and accounts of one `SecretsManager`.

    `call` is safe to use from several threads. What an operation changes is visible once `call` has committed it, so a
    call that fails leaves nothing behind.
    """

    def __init__(
        self,
        ports: Ports,
        record: Record,
        now: Callable[[], float],
        steps: StepControl,
        replication: ReplicaControl,
    ) -> None:
        self.ports = ports
        self.store = Store()
        self.refusals = Refusals()
        self.lock = RLock()
        background = Background(self.store, self.lock, ports, record, now)
        self.effects = Effects(background, steps, replication)
        self._seeded_replicas = Replicas(replace(background, record=_not_at_all), replication)
        self.watchers: list[Watcher] = []
        self._unlogged = replicate(validate(self._run), self.store)
        self._logged = audit(self._unlogged, self.store, record, self.refusals.note)

    def call(self, call: Call) -> Outcome:
        """Answers one call and logs it. Raises the ServiceError that AWS would send, or UnsupportedOperation.

        What has fallen due by then comes first, unless a rotation is running, which may be who calls; and what the call
        sets in motion has happened when it returns.
        """
        if self.store.agenda.time <= call.time and not self.effects.rotations.is_busy:
            self.run_due(call.time)
        outcome = self._commit(self._logged, call)
        if outcome.then:
            self.effects.run(outcome.then)
        if self.watchers:
            for watcher in tuple(self.watchers):
                watcher(call, outcome)
        return outcome

    def seed(self, call: Call) -> Outcome:
        """Answers one call that sets the scene: by the same rules, but it is not logged, and no function runs."""
        outcome = self._commit(self._unlogged, call)
        for effect in outcome.then:
            if isinstance(effect, Replicate):
                self._seeded_replicas.follow(effect.key)
        return outcome

    @property
    def next_due(self) -> float:
        """When AWS does something by itself next, epoch seconds; infinity when there is nothing to do."""
        return self.store.agenda.time

    def run_due(self, time: float) -> None:
        """Does all that has fallen due by that time."""
        self.effects.run_due(time)

    @contextmanager
    def rolled_back(self, *marks: Callable[[], GoBack]) -> Iterator[None]:
        """What happens inside is taken back at the end: secrets, rotations, watchers, and whatever else is marked.

        All of it in one step: nobody calls between.
        """
        with self.lock:
            journal = self.store.open_journal()
            back = [*(make() for make in marks), self.effects.rotations.mark()]
            back.append(mark(self.watchers, self.store.vanished, self.refusals.all))
        try:
            yield
        finally:
            with self.lock:
                self.store.close_journal(journal, roll_back=True)
                for go_back in back:
                    go_back()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several calls that take effect together or, when one raises, not at all; nobody else calls between them."""
        with self.lock:
            journal = self.store.open_journal()
            done = False
            try:
                yield
                done = True
            finally:
                self.store.close_journal(journal, roll_back=not done)

    def secrets(self) -> list[Secret]:
        """All secrets of all regions and accounts at this moment."""
        with self.lock:
            return list(self.store.all())

    def vanished(self) -> list[Secret]:
        """The secrets, and the versions of secrets, that were there and are no more."""
        with self.lock:
            return list(self.store.vanished)

    def _commit(self, handler: Handler, call: Call) -> Outcome:
        require_supported(call)
        with self.lock:
            outcome = handler(call)
            if outcome.changes:
                self.store.apply(outcome.changes)
        return outcome

    def _run(self, call: Call) -> Outcome:
        return OPERATIONS[call.operation].run(self.store, call, self.ports)


def _not_at_all(_: Entry) -> None:
    """How what a seed causes is logged."""


def require_supported(call: Call) -> None:
    """Raises UnsupportedOperation for what AWS has and this engine has not: an operation, or a member of a request."""
    operation = OPERATIONS.get(call.operation)
    if operation is None:
        raise UnsupportedOperation(
            f"{call.operation} is not supported yet by pytest-secretsmanager, so nothing was done and nothing was sent "
            "to AWS"
        )
    if call.parameters.keys() <= operation.members:
        return
    known = model.operation(call.operation).input_shape.members
    for member in call.parameters:
        if member in known and member not in operation.members:
            raise UnsupportedOperation(
                f"{member} of {call.operation} is not supported yet by pytest-secretsmanager, so nothing was done and "
                f"nothing was sent to AWS. Supported are {', '.join(sorted(operation.members))}."
            )
