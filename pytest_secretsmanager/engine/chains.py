"""The chains of layers around an operation, one for each kind of work, side by side.

Each chain reads from the outermost layer to the operation.
"""

from collections.abc import Callable

from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.effects.background import WorkHandler, working_on
from pytest_secretsmanager.engine.identities import Identities
from pytest_secretsmanager.engine.key_access import GuardedPorts
from pytest_secretsmanager.engine.layers.audit import Entry, NoteRefused, Record, audit, audit_events
from pytest_secretsmanager.engine.layers.authorize import authorize
from pytest_secretsmanager.engine.layers.forked import Layer
from pytest_secretsmanager.engine.layers.mark_replicas import mark_replicas
from pytest_secretsmanager.engine.layers.validate import validate
from pytest_secretsmanager.engine.operations import OPERATIONS, BatchOperation
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.store import Store

__tracebackhide__ = True


class Chains:
    """Builds the chains of one service. `record` takes the entries of the log, `note_refused` the refused calls."""

    __slots__ = ("_note_refused", "_now", "_outer", "_ports", "_record", "_store")

    def __init__(
        self,
        store: Store,
        ports: Ports,
        record: Record,
        note_refused: NoteRefused,
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._ports = ports
        self._record = record
        self._note_refused = note_refused
        self._now = now
        self._outer: tuple[Layer, ...] = ()

    def of_a_call(self, identities: Identities | None = None) -> Handler:
        """The chain of a call, which is logged. `identities` decide it; None: IAM is off, and no layer asks."""
        inner = mark_replicas(self._run, self._store) if identities is None else self._permitted(identities)
        return self.audited(self._within_outer(validate(inner)))

    def of_a_seed(self) -> Handler:
        """The chain of a call that seeds: it is not logged, and neither are its uses of keys."""
        seed = self._within_outer(validate(mark_replicas(self._run, self._store)))

        def unlogged(call: Call) -> Outcome:
            try:
                return seed(call)
            finally:
                self._ports.key_uses.clear()

        return unlogged

    def of_a_read_in_a_batch(self) -> Handler:
        """The chain of one read. The batch itself is a call: it has passed the other layers, and logs its reads."""
        return self._within_outer(self._run)

    def of_work(self) -> WorkHandler:
        """The chain of AWS's own work, which is logged."""
        return audit_events(mark_replicas(working_on(self._store), self._store), self._store, self._record, self._now)

    def of_work_for_a_seed(self) -> WorkHandler:
        """The chain of AWS's own work after a seed: it is not logged."""
        return mark_replicas(working_on(self._store), self._store)

    def audited(self, handler: Handler) -> Handler:
        """The handler with the log around it."""
        return audit(handler, self._store, self._record, self._note_refused, self._ports.key_uses)

    def record_also(self, note: Record) -> None:
        """Call `note` with each entry, too, in the chains that are built from now on."""
        record = self._record

        def record_both(entry: Entry) -> None:
            record(entry)
            note(entry)

        self._record = record_both

    def put_around(self, layer: Layer) -> None:
        """Put one more layer around every operation, inside the log, in the chains that are built from now on."""
        self._outer = (*self._outer, layer)

    def _within_outer(self, handler: Handler) -> Handler:
        for layer in self._outer:
            handler = layer(handler)
        return handler

    def _permitted(self, identities: Identities) -> Handler:
        """The operation, if IAM allows it."""

        def run(call: Call) -> Outcome:
            operation = OPERATIONS[call.operation]
            if isinstance(operation, BatchOperation):
                return operation.run(self._store, call, self._within_outer(self._permitted(identities)))
            return operation.run(self._store, call, GuardedPorts(self._ports, identities, call))

        return authorize(mark_replicas(run, self._store), self._store, identities, self._ports.key_arn)

    def _run(self, call: Call) -> Outcome:
        operation = OPERATIONS[call.operation]
        if isinstance(operation, BatchOperation):
            return operation.run(self._store, call, self.of_a_read_in_a_batch())
        return operation.run(self._store, call, self._ports)
