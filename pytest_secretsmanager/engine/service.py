"""One call from arrival to its effects: lock, layers in their order, operation, store. The composition root."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_secretsmanager.engine import locks, model
from pytest_secretsmanager.engine.call import Call, Handler, Outcome, Replicate
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.commits import Commits
from pytest_secretsmanager.engine.effects import Effects
from pytest_secretsmanager.engine.effects.background import Background
from pytest_secretsmanager.engine.effects.controls import ReplicaControl, StepControl
from pytest_secretsmanager.engine.effects.replicas import Replicas
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.errors import ServiceError, UnsupportedOperation
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.layers import forked
from pytest_secretsmanager.engine.layers.audit import Entry, audit
from pytest_secretsmanager.engine.layers.replicate import replicate
from pytest_secretsmanager.engine.layers.validate import validate
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.refusals import Refusals
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.engine.store import Journal, Store

__tracebackhide__ = True


@dataclass(slots=True, eq=False)
class _Rollback:
    """What is taken back together: the secrets that a journal saw change, and whatever else was marked."""

    journal: Journal
    checkpoints: tuple[Callable[[], Restore], ...]
    back: list[Restore] = field(default_factory=list)

    def checkpoint(self) -> None:
        self.back = [make() for make in self.checkpoints]

    def restore(self) -> None:
        for restore in self.back:
            restore()


Watcher: TypeAlias = Callable[[Call, Outcome], None]
"""Told of each call that was answered, when all that follows from it has happened."""

Listener: TypeAlias = Callable[[], None]
"""Told when the log may have grown otherwise: by a refusal, or by what AWS does with no call. No lock is held then."""


class Service:
    """Secrets Manager in memory: all regions and accounts of one `SecretsManager`.

    `call` is safe to use from several threads. What an operation changes is visible once `call` has committed it, so a
    call that fails leaves nothing behind.
    """

    def __init__(
        self,
        ports: Ports,
        log: list[Entry],
        now: Callable[[], float],
        steps: StepControl,
        replication: ReplicaControl,
    ) -> None:
        self.ports = ports
        self.generation = forked.generation()
        """How many forks there were before this process; one that was made before the last of them is a copy."""
        self.store = Store()
        self.refusals = Refusals()
        self._log = log
        self._commits = Commits(self.store, log)
        self.lock = self._commits.lock
        background = Background(self.store, self._commits, ports, log.append, now)
        self.effects = Effects(background, steps, replication)
        unlogged = Background(self.store, self._commits, ports, _not_at_all, now)
        self._seeded_replicas = Replicas(unlogged, replication)
        self.watchers: list[Watcher] = []
        self.listeners: list[Listener] = []
        self._rollbacks: list[_Rollback] = []
        self._unlogged = replicate(validate(self._run), self.store)
        self._logged = self._with_log()

    def call(self, call: Call) -> Outcome:
        """Answers one call and logs it. Raises the ServiceError that AWS would send, or UnsupportedOperation.

        What has fallen due by then comes first, unless a rotation is running, which may be the caller; and what the
        call sets in motion has happened when it returns.
        """
        require_supported(call)
        try:
            if self.store.agenda.time <= call.time and not self.effects.rotations.is_busy:
                self.effects.run_due(call.time)
            outcome = self._commits.make(self._logged, call)
            if outcome.then:
                self.effects.run(outcome.then)
            if self.watchers:
                for watcher in tuple(self.watchers):
                    watcher(call, outcome)
        except ServiceError:
            self.tell_listeners()
            raise
        except BaseException:
            self._recover()
            raise
        return outcome

    def refuse(self, call: Call, error: ServiceError) -> None:
        """Log a call whose operation does not run, and raise a new error like the one given."""
        require_supported(call)

        def refuse(_: Call) -> Outcome:
            raise type(error)(error.message)

        try:
            self._commits.make(audit(refuse, self.store, self._log.append, self.refusals.note), call)
        except ServiceError:
            self.tell_listeners()
            raise
        except BaseException:
            self._recover()
            raise

    def tell_listeners(self) -> None:
        """Tells all who listen that the log may have grown, with no lock held."""
        for listener in tuple(self.listeners):
            listener()

    def seed(self, call: Call) -> Outcome:
        """Answers one call that sets the scene: by the same rules, but it is not logged, and no function runs.

        A seed is several of them in one `transaction`, which takes all of it back when one of them fails.
        """
        require_supported(call)
        outcome = self._commits.make(self._unlogged, call)
        for effect in outcome.then:
            if isinstance(effect, Replicate):
                self._seeded_replicas.follow(effect.key)
        return outcome

    def put_around(self, layer: Callable[[Handler], Handler]) -> None:
        """Puts one more layer around every operation, under the log: what it refuses is neither done nor logged."""
        self._unlogged = layer(self._unlogged)
        self._logged = self._with_log()

    def _recover(self) -> None:
        """Ends what an error or an interrupt has broken off in this thread: AWS would not have noticed it."""
        locks.let_go()
        self.effects.recover(self._commits.asked_for_here())

    @property
    def next_due(self) -> float:
        """When AWS does something by itself next, epoch seconds; infinity when there is nothing to do."""
        return self.store.agenda.time

    def run_due(self, time: float) -> None:
        """Does all that has fallen due by that time."""
        try:
            self.effects.run_due(time)
            self.tell_listeners()
        except BaseException:
            self._recover()
            raise

    def resume(self, run: Run) -> None:
        """Lets a held rotation go on."""
        try:
            self.effects.rotations.resume(run)
            self.tell_listeners()
        except BaseException:
            self._recover()
            raise

    def rolled_back(self, *checkpoints: Callable[[], Restore]) -> AbstractContextManager[None]:
        """What happens inside is taken back at the end: secrets, rotations, watchers, and whatever else is marked.

        All of it in one step: no call comes between. Blocks may end in any order. One that ends takes back what
        happened since it began, also what happened in a later one that is still open, which then has less to take back.
        """
        rollback = _Rollback(Journal(), (*checkpoints, self.effects.rotations.checkpoint, *self._checkpoints))

        def begin() -> None:
            with self.lock:
                self._rollbacks.append(rollback)
                self.store.open_journal(rollback.journal)
                rollback.checkpoint()

        def end() -> None:
            with self.lock:
                if rollback in self._rollbacks:
                    self.store.close_journal(rollback.journal, roll_back=True)
                    rollback.restore()
                    later = self._rollbacks[self._rollbacks.index(rollback) + 1 :]
                    for other in later:
                        other.journal.before.clear()
                        other.checkpoint()
                    self._rollbacks.remove(rollback)

        return taken_back(begin, end)

    @contextmanager
    def transaction(self, *checkpoints: Callable[[], Restore]) -> Iterator[None]:
        """Several calls that take effect together or, when one raises, not at all; no other call comes between them."""
        transaction = _Rollback(Journal(), (*checkpoints, self.store.vanished.checkpoint))
        is_inner, is_done = self.lock.is_mine, False

        def begin() -> None:
            self.lock.acquire()
            self.store.open_journal(transaction.journal)
            transaction.checkpoint()

        def end() -> None:
            with self.lock:
                self.store.close_journal(transaction.journal, roll_back=not is_done)
                if not is_done:
                    transaction.restore()
            if is_inner:
                self.lock.release()
            else:
                self.lock.let_go()

        with taken_back(begin, end):
            yield
            is_done = True

    def secrets(self) -> list[Secret]:
        """All secrets of all regions and accounts at this moment."""
        with self.lock:
            return list(self.store.all())

    def vanished(self) -> list[Secret]:
        """The secrets, and the versions of secrets, that were there and are no more."""
        with self.lock:
            return list(self.store.vanished)

    def _with_log(self) -> Handler:
        return audit(self._unlogged, self.store, self._log.append, self.refusals.note)

    @property
    def _checkpoints(self) -> tuple[Callable[[], Restore], ...]:
        return self._checkpoint_watchers, self.store.vanished.checkpoint, self.refusals.all.checkpoint

    def _checkpoint_watchers(self) -> Restore:
        return checkpoint(self.watchers, self.listeners)

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
