"""One call from arrival to its effects: lock, layers in their order, operation, store. The composition root."""

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from pytest_secretsmanager.engine import locks, model
from pytest_secretsmanager.engine.call import Call, Handler, Outcome, UpdateReplicas
from pytest_secretsmanager.engine.commits import Commits
from pytest_secretsmanager.engine.effects import Effects
from pytest_secretsmanager.engine.effects.background import Background, WorkHandler, working_on
from pytest_secretsmanager.engine.effects.controls import ReplicaControl, StepControl
from pytest_secretsmanager.engine.effects.replicas import Replicas
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.errors import ServiceError, UnsupportedOperation
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.layers import forked
from pytest_secretsmanager.engine.layers.audit import Entry, audit, audit_events
from pytest_secretsmanager.engine.layers.forked import Layer
from pytest_secretsmanager.engine.layers.mark_replicas import mark_replicas
from pytest_secretsmanager.engine.layers.validate import validate
from pytest_secretsmanager.engine.operations import OPERATIONS, BatchOperation
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.refusals import Refusals
from pytest_secretsmanager.engine.rollbacks import Checkpoint, Rollbacks
from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey
from pytest_secretsmanager.engine.store import Journal, Store
from pytest_secretsmanager.engine.watching import Listener, Watcher, Watchers, Watching

__tracebackhide__ = True


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
        self._watchers = Watchers()
        self._rollbacks = Rollbacks(self.store, self.lock)
        self._outer_layers: tuple[Layer, ...] = ()
        self._calls = self._layers_of_a_call()
        self._now = now
        self._replication = replication
        self._background = Background(self.store, self._commits, ports, self._layers_of_work, now)
        self.effects = Effects(self._background, steps, replication)

    def call(self, call: Call) -> Outcome:
        """Answers one call and logs it. Raises the ServiceError that AWS would send, or UnsupportedOperation.

        What has fallen due by then comes first, unless a rotation is running, which may be the caller; and what the
        call sets in motion has happened when it returns.
        """
        require_supported(call)
        try:
            if self.store.agenda.time <= call.time and not self.effects.rotations.is_busy:
                self.effects.run_due(call.time)
            outcome = self._commits.make(self._calls, call)
            if outcome.then:
                self.effects.run(outcome.then)
            if self._watchers.of_calls:
                self._watchers.after_call(call, outcome)
        except ServiceError:
            self._watchers.after_log()
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
            self._watchers.after_log()
            raise
        except BaseException:
            self._recover()
            raise

    def seed(self, call: Call) -> Outcome:
        """Answers one call that sets the scene: by the same rules, but it is not logged, and no function runs.

        A seed is several of them in one `transaction`, which takes all of it back when one of them fails.
        """
        require_supported(call)
        outcome = self._commits.make(self._layers_of_a_seed(), call)
        for effect in outcome.then:
            if isinstance(effect, UpdateReplicas):
                self._update_replicas_of_seed(effect.key)
        return outcome

    def _update_replicas_of_seed(self, key: SecretKey) -> None:
        """Update the replicas of a seed, as those of a call, without events in the log."""
        background = self._background._replace(layers=self._layers_of_work_for_a_seed)
        Replicas(background, self._replication).update(key)

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
            self._watchers.after_log()
        except BaseException:
            self._recover()
            raise

    # --- rotations and replicas ---

    @property
    def runs(self) -> Sequence[Run]:
        """The rotations so far, oldest first."""
        return self.effects.rotations.runs

    def resume(self, run: Run) -> None:
        """Let a held rotation go on."""
        try:
            self.effects.rotations.resume(run)
            self._watchers.after_log()
        except BaseException:
            self._recover()
            raise

    def cut_off_rotations(self, but: Container[Run]) -> None:
        """Let each rotation fail that still runs in another thread, except those of `but`."""
        self.effects.rotations.cut_off(but)

    def forget_other_threads(self) -> None:
        """Stop waiting for rotations of other threads: a forked child does not have these threads."""
        self.effects.rotations.forget_other_threads()

    def update_replicas(self, key: SecretKey) -> None:
        """Update the replicas of a secret, except those that the test holds back."""
        self.effects.replicas.update(key)

    # --- looking ---

    def watching(self, watcher: Watcher, listener: Listener | None = None) -> Watching:
        """Return a context manager: inside, `watcher` is called after each call that was answered.

        `listener` is called when the log may have grown in another way.
        """
        return Watching(self._watchers, watcher, listener)

    def tell_listeners(self) -> None:
        """Call the listeners, after a change that no call made."""
        self._watchers.after_log()

    def plain_value(self, secret: Secret, version_id: str, sealed: Sealed) -> bytes:
        """Return the plain value of a version for the test, whatever state its key is in."""
        return self.ports.look(secret, version_id, sealed)

    def rolled_back(self, *checkpoints: Checkpoint) -> AbstractContextManager[None]:
        """Take back at the end of the block: secrets, rotations, watchers, and all that the checkpoints stand for."""
        own = self.effects.rotations.checkpoint, self._watchers.checkpoint, self.refusals.all.checkpoint
        return self._rollbacks.rolled_back(*checkpoints, *own, self.store.vanished.checkpoint)

    def transaction(self, *checkpoints: Checkpoint) -> AbstractContextManager[None]:
        """Let the calls of the block take effect together, or none when one raises. No other call runs inside."""
        return self._rollbacks.transaction(*checkpoints, self.store.vanished.checkpoint)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """Give the journal of a block: the state before it of each secret that changes inside."""
        journal = Journal()
        with taken_back(lambda: self.store.open_journal(journal), lambda: self.store.close_journal(journal)):
            yield journal

    def secrets(self) -> list[Secret]:
        """All secrets of all regions and accounts at this moment."""
        with self.lock:
            return list(self.store.all())

    def vanished(self) -> list[Secret]:
        """The secrets, and the versions of secrets, that were there and are no more."""
        with self.lock:
            return list(self.store.vanished)

    # --- the layers of all that commits, each from the outside to the operation ---

    def _layers_of_a_call(self) -> Handler:
        inner = self._within_outer_layers(validate(mark_replicas(self._run, self.store)))
        return audit(inner, self.store, self._log.append, self.refusals.note)

    def _layers_of_a_seed(self) -> Handler:
        return self._within_outer_layers(validate(mark_replicas(self._run, self.store)))

    def _layers_of_a_read_in_a_batch(self) -> Handler:
        """The batch is a call: it has passed all other layers, and logs its reads."""
        return self._within_outer_layers(self._run)

    def _layers_of_work(self) -> WorkHandler:
        work = mark_replicas(working_on(self.store), self.store)
        return audit_events(work, self.store, self._log.append, self._now)

    def _layers_of_work_for_a_seed(self) -> WorkHandler:
        return mark_replicas(working_on(self.store), self.store)

    def _within_outer_layers(self, handler: Handler) -> Handler:
        for layer in self._outer_layers:
            handler = layer(handler)
        return handler

    def put_around(self, layer: Layer) -> None:
        """Put one more layer around every operation, inside the log: a call that it refuses is neither done nor logged.

        Each read of a batch passes it too.
        """
        self._outer_layers = (*self._outer_layers, layer)
        self._calls = self._layers_of_a_call()

    def _run(self, call: Call) -> Outcome:
        operation = OPERATIONS[call.operation]
        if isinstance(operation, BatchOperation):
            return operation.run(self.store, call, self._layers_of_a_read_in_a_batch())
        return operation.run(self.store, call, self.ports)


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
