"""The whole way of a call: the lock, the layers in their order, the operation, the store, the effects."""

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine import locks, model
from pytest_secretsmanager.engine.above_rate import AboveRateError
from pytest_secretsmanager.engine.call import Call, Outcome, UpdateReplicas
from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.engine.chains import Chains
from pytest_secretsmanager.engine.commits import Commits
from pytest_secretsmanager.engine.effects import Effects
from pytest_secretsmanager.engine.effects.background import Background
from pytest_secretsmanager.engine.errors import ServiceError, ThrottlingException, UnsupportedOperation
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.layered import Layered
from pytest_secretsmanager.engine.layers import forked
from pytest_secretsmanager.engine.on_demand import OnDemand
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.refusals import Refusals
from pytest_secretsmanager.engine.rollbacks import Checkpoint, Rollbacks
from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey
from pytest_secretsmanager.engine.store import Journal, Store
from pytest_secretsmanager.engine.watching import Listener, Watcher, Watchers, Watching

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.effects.controls import ReplicaControl, StepControl
    from pytest_secretsmanager.engine.effects.runs import Run

__tracebackhide__ = True


class Service(Layered):
    """Secrets Manager in memory: all regions and accounts of one `SecretsManager`.

    Several threads can use it. Changes become visible when they are committed, so a failed call changes nothing.
    `time_parts` returns the two parts of the clock's time: see `Rates`.
    """

    def __init__(
        self,
        ports: Ports,
        log: CallLog,
        now: Callable[[], float],
        steps: "StepControl",
        replication: "ReplicaControl",
        time_parts: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0),
    ) -> None:
        self.ports = ports
        self.generation = forked.generation()
        """The number of forks before this service was made. If this process has seen more, the service is a copy."""
        self.store = Store()
        self.refusals = Refusals()
        self._log = log
        self._commits = Commits(self.store, log)
        self.lock = self._commits.lock
        self._watchers = Watchers()
        self.rollbacks = Rollbacks(self.store, self.lock)
        self._chains = Chains(self.store, ports, log, self.refusals.note, now)
        self._steps, self._replication, self._now, self._time_parts = steps, replication, now, time_parts

    @OnDemand
    def effects(self) -> Effects:
        background = Background(self.store, self._commits, self.ports, self._chains.of_work, self._now)
        return Effects(background, self._steps, self._replication)

    def call(self, call: Call) -> Outcome:
        """Answer one call, and log it. Raise the ServiceError that AWS would send, or UnsupportedOperation.

        Due rotations run first, unless a rotation is running, which may be the caller. The call's effects have happened
        when it returns.
        """
        try:
            return self.call_within_rates(call)
        except AboveRateError as above:
            above.count_refusal()
        return self.refuse(call, ThrottlingException("Rate exceeded"))

    def call_within_rates(self, call: Call) -> Outcome:
        """Answer one call as `call` does, but do nothing and raise AboveRateError if a rate does not admit it.

        For speed, only a call that is not supported is checked in full.
        """
        if (known := OPERATIONS.get(call.operation)) is None or not known.members.issuperset(call.parameters):
            require_supported(call)
        try:
            if self.store.agenda.time <= call.time and not self.effects.rotations.is_busy:
                self.effects.run_due(call.time)
            outcome = self._commits.make(self._chains.calls, call)
            if outcome.then:
                self.effects.run(outcome.then)
            if self._watchers.of_calls:
                self._watchers.after_call(call, outcome)
        except (ServiceError, AboveRateError):
            self._watchers.after_log()
            raise
        except BaseException:
            self._recover()
            raise
        return outcome

    def refuse(self, call: Call, error: ServiceError) -> Outcome:
        """Log a call whose operation does not run, and raise a new error like the one given."""
        require_supported(call)

        def refuse(_: Call) -> Outcome:
            raise type(error)(error.message)

        try:
            return self._commits.make(self._chains.audited(refuse), call)
        except ServiceError:
            self._watchers.after_log()
            raise
        except BaseException:
            self._recover()
            raise

    def seed(self, call: Call) -> Outcome:
        """Answer one call of a seed, by the rules of all calls. It is not logged, and runs no rotation function.

        A seed makes its calls in one `transaction`, which takes them all back if one fails.
        """
        require_supported(call)
        outcome = self._commits.make(self._chains.of_a_seed(), call)
        for effect in outcome.then:
            if isinstance(effect, UpdateReplicas):
                self.effects.update_replicas_of_seed(effect.key, self._chains.of_work_for_a_seed)
        return outcome

    def _recover(self) -> None:
        """Release this thread's locks, and finish the effects that an error or an interrupt stopped, as AWS would."""
        locks.let_go()
        self.effects.recover(self._commits.asked_for_here())

    @property
    def next_due(self) -> float:
        """The time of the next due rotation, epoch seconds; infinity if there is none."""
        return self.store.agenda.time

    def run_due(self, time: float) -> None:
        """Run every rotation that is due at that time."""
        try:
            self.effects.run_due(time)
            self._watchers.after_log()
        except BaseException:
            self._recover()
            raise

    # --- rotations and replicas ---

    @property
    def runs(self) -> "Sequence[Run]":
        """The rotations so far, oldest first."""
        return self.effects.rotations.runs

    def resume(self, run: "Run") -> None:
        """Continue a held rotation."""
        try:
            self.effects.rotations.resume(run)
            self._watchers.after_log()
        except BaseException:
            self._recover()
            raise

    def cut_off_rotations(self, but: "Container[Run]") -> None:
        """Fail each rotation that still runs in another thread, except those in `but`."""
        self.effects.rotations.cut_off(but)

    def forget_other_threads(self) -> None:
        """Stop waiting for rotations of other threads: a forked child does not have these threads."""
        self.effects.rotations.forget_other_threads()

    def update_replicas(self, key: SecretKey) -> None:
        """Update the replicas of a secret, except those that the test holds back."""
        self.effects.replicas.update(key)

    # --- watching and rolling back ---

    def watching(self, watcher: Watcher, listener: Listener | None = None) -> Watching:
        """Return a context manager: inside, each call that succeeds calls `watcher` at its end.

        `listener` is called when the log may have grown in another way.
        """
        return Watching(self._watchers, watcher, listener)

    def tell_listeners(self) -> None:
        """Call the listeners, after a change that no call made."""
        self._watchers.after_log()

    def plain_value(self, secret: Secret, version_id: str, sealed: Sealed) -> bytes:
        """Return the plain value of a version for the test, in any state of its key."""
        return self.ports.look(secret, version_id, sealed)

    def rolled_back(self, *checkpoints: Checkpoint) -> AbstractContextManager[None]:
        """Restore secrets, rotations, watchers, conditions and the state of the checkpoints at the end of the block."""
        own = self.effects.rotations.checkpoint, self._watchers.checkpoint, self.refusals.all.checkpoint
        return self.rollbacks.rolled_back(
            *checkpoints, *own, self.store.vanished.checkpoint, self._conditions_checkpoint
        )

    def transaction(self, *checkpoints: Checkpoint) -> AbstractContextManager[None]:
        """Let the calls of the block take effect together, or none of them if the block raises.

        No other thread's call runs inside.
        """
        return self.rollbacks.transaction(*checkpoints, self.store.vanished.checkpoint, self._conditions_checkpoint)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """Yield a journal of the block. It has each secret that the block changes, as it was before."""
        journal = Journal()
        with taken_back(lambda: self.store.open_journal(journal), lambda: self.store.close_journal(journal)):
            yield journal

    def secrets(self) -> list[Secret]:
        """The secrets of all regions and accounts, now."""
        with self.lock:
            return list(self.store.all())

    def vanished(self) -> list[Secret]:
        """The deleted secrets, and secrets with only their deleted versions."""
        with self.lock:
            return list(self.store.vanished)


def require_supported(call: Call) -> None:
    """Raise UnsupportedOperation for an operation or a request member that AWS has and this engine lacks."""
    operation = OPERATIONS.get(call.operation)
    if operation is None:
        raise UnsupportedOperation(
            f"{call.operation} is not supported yet by pytest-secretsmanager, so nothing was done and nothing was sent "
            "to AWS"
        )
    if operation.members.issuperset(call.parameters):
        return
    known = model.operation(call.operation).input_shape.members
    for member in call.parameters:
        if member in known and member not in operation.members:
            raise UnsupportedOperation(
                f"{member} of {call.operation} is not supported yet by pytest-secretsmanager, so nothing was done and "
                f"nothing was sent to AWS. Supported are {', '.join(sorted(operation.members))}."
            )
