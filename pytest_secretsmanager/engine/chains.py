"""The chains of layers around an operation, one for each kind of work, side by side.

Each chain reads from the outermost layer to the operation.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.engine.effects.background import WorkHandler, working_on
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.layers.audit import Entry, NoteRefused, Record, audit, audit_events
from pytest_secretsmanager.engine.layers.forked import Layer
from pytest_secretsmanager.engine.layers.log_order import in_order
from pytest_secretsmanager.engine.layers.mark_replicas import mark_replicas
from pytest_secretsmanager.engine.layers.validate import validate
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.operations import OPERATIONS, BatchOperation
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.state import Secrets
from pytest_secretsmanager.engine.store import Store

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.conditions import Conditions
    from pytest_secretsmanager.engine.identities import Identities

__tracebackhide__ = True


class Chains:
    """Builds the chains of one service. `log` takes their entries, `note_refused` the refused calls.

    `conditions` and `identities` apply to the chains that are built from now on; None: no condition is in force, IAM is
    off.
    """

    __slots__ = (
        "_last_time",
        "_log",
        "_note_refused",
        "_notes",
        "_now",
        "_outer",
        "_ports",
        "_record",
        "_store",
        "calls",
        "conditions",
        "identities",
    )

    def __init__(
        self,
        store: Store,
        ports: Ports,
        log: CallLog,
        note_refused: NoteRefused,
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._ports = ports
        self._log = log.append
        self._last_time = log.last_time
        self._record: Record = self._log
        self._notes: tuple[Record, ...] = ()
        self._note_refused = note_refused
        self._now = now
        self._outer: tuple[Layer, ...] = ()
        self.conditions: Conditions | None = None
        self.identities: Identities | None = None
        self.calls: Handler = self._first
        """The chain of a call, which is logged. The first call builds it."""

    def _first(self, call: Call) -> Outcome:
        self.build()
        return self.calls(call)

    def build(self) -> None:
        """Build the chain of calls again, after a change of `conditions` or `identities`."""
        self.calls = self._of_a_call()

    def _of_a_call(self) -> Handler:
        if self.conditions is None:
            return self.audited(self._within_outer(validate(mark_replicas(self._permitted(self._store), self._store))))
        answered = mark_replicas(self.conditions.answered(self._permitted, self._store), self._store)
        recorded = self.conditions.recorded(answered, self._store)
        return self.conditions.throttled(self.audited(self._within_outer(validate(recorded))))

    def of_a_seed(self) -> Handler:
        """The chain of a call that seeds: it needs no permission, and is not logged, nor are its uses of keys."""
        seeded = mark_replicas(self._on(self._store), self._store)
        seed = self._within_outer(validate(seeded if self.conditions is None else self.conditions.unrecorded(seeded)))

        def unlogged(call: Call) -> Outcome:
            try:
                return seed(call)
            finally:
                self._ports.key_uses.clear()

        return unlogged

    def of_a_read_in_a_batch(self, secrets: Secrets) -> Handler:
        """The chain of one read. The batch itself is a call: it has passed the other layers, and logs its reads."""
        return self._within_outer(self._permitted(secrets))

    def of_work(self) -> WorkHandler:
        """The chain of AWS's own work, which is logged."""
        work = mark_replicas(working_on(self._store), self._store)
        recorded = work if self.conditions is None else self.conditions.recorded(work, self._store)
        return audit_events(recorded, self._store, self._record, self._now)

    def of_work_for_a_seed(self) -> WorkHandler:
        """The chain of AWS's own work after a seed: it is not logged."""
        work = mark_replicas(working_on(self._store), self._store)
        return work if self.conditions is None else self.conditions.unrecorded(work)

    def audited(self, handler: Handler) -> Handler:
        """The handler with the log around it."""
        logged = audit(handler, self._store, self._record, self._note_refused, self._ports.key_uses)
        return in_order(logged, self._last_time, self._now)

    def put_around(self, layer: Layer) -> None:
        """Put one more layer around every operation, inside the log, in the chains that are built from now on."""
        self._outer = (*self._outer, layer)
        self.calls = self._of_a_call()

    def record_also(self, note: Record) -> None:
        """Call `note` with each entry of the log, too, from now on. It must not raise."""
        self._note_with((*self._notes, note))

    def recorded_into(self, entries: list[Entry], lock: Lock) -> AbstractContextManager[None]:
        """Record the log's entries of the block in this list too. The lock is held while the chains change."""
        note = entries.append

        def begin() -> None:
            with lock:
                self._note_with((*self._notes, note))

        def end() -> None:
            with lock:
                self._note_with(tuple(other for other in self._notes if other is not note))

        return taken_back(begin, end)

    def _note_with(self, notes: tuple[Record, ...]) -> None:
        log = self._log

        def record(entry: Entry) -> None:
            log(entry)
            for note in notes:
                note(entry)

        self._notes, self._record = notes, record if notes else log
        self.calls = self._of_a_call()

    def _within_outer(self, handler: Handler) -> Handler:
        for layer in self._outer:
            handler = layer(handler)
        return handler

    def _permitted(self, secrets: Secrets) -> Handler:
        """The operations on these secrets, for the calls that IAM allows. While IAM is off, it costs nothing."""
        identities, ports = self.identities, self._ports
        if identities is None:
            return self._on(secrets)

        from pytest_secretsmanager.engine.key_access import GuardedPorts
        from pytest_secretsmanager.engine.layers.authorize import authorize

        def run(call: Call) -> Outcome:
            operation = OPERATIONS[call.operation]
            if isinstance(operation, BatchOperation):
                return operation.run(secrets, call, self.of_a_read_in_a_batch(secrets))
            return operation.run(secrets, call, GuardedPorts(ports, identities, call))

        return authorize(run, secrets, identities, ports.key_arn)

    def _on(self, secrets: Secrets) -> Handler:
        """The operations on these secrets."""
        ports = self._ports

        def run(call: Call) -> Outcome:
            operation = OPERATIONS[call.operation]
            if isinstance(operation, BatchOperation):
                return operation.run(secrets, call, self.of_a_read_in_a_batch(secrets))
            return operation.run(secrets, call, ports)

        return run
