"""The chains of layers around an operation, one for each kind of work, side by side.

Each chain reads from the outermost layer to the operation.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.effects.background import WorkHandler, working_on
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.layers.audit import Entry, NoteRefused, Record, audit, audit_events
from pytest_secretsmanager.engine.layers.forked import Layer
from pytest_secretsmanager.engine.layers.mark_replicas import mark_replicas
from pytest_secretsmanager.engine.layers.validate import validate
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.operations import OPERATIONS, BatchOperation
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.store import Store

__tracebackhide__ = True


class Chains:
    """Builds the chains of one service. `record` takes the entries of the log, `note_refused` the refused calls."""

    __slots__ = ("_copies", "_log", "_note_refused", "_now", "_outer", "_ports", "_record", "_store", "calls")

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
        self._log = record
        self._record = record
        self._copies: tuple[list[Entry], ...] = ()
        self._note_refused = note_refused
        self._now = now
        self._outer: tuple[Layer, ...] = ()
        self.calls = self._of_a_call()
        """The chain of a call, which is logged."""

    def _of_a_call(self) -> Handler:
        return self.audited(self._within_outer(validate(mark_replicas(self._run, self._store))))

    def of_a_seed(self) -> Handler:
        """The chain of a call that seeds: it is not logged."""
        return self._within_outer(validate(mark_replicas(self._run, self._store)))

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
        return audit(handler, self._store, self._record, self._note_refused)

    def put_around(self, layer: Layer) -> None:
        """Put one more layer around every operation, inside the log, in the chains that are built from now on."""
        self._outer = (*self._outer, layer)
        self.calls = self._of_a_call()

    def recorded_into(self, entries: list[Entry], lock: Lock) -> AbstractContextManager[None]:
        """Record the log's entries of the block in this list too. The lock is held while the chains change."""

        def begin() -> None:
            with lock:
                self._copy_to((*self._copies, entries))

        def end() -> None:
            with lock:
                self._copy_to(tuple(other for other in self._copies if other is not entries))

        return taken_back(begin, end)

    def _copy_to(self, copies: tuple[list[Entry], ...]) -> None:
        log = self._log

        def record(entry: Entry) -> None:
            log(entry)
            for entries in copies:
                entries.append(entry)

        self._copies, self._record = copies, record if copies else log
        self.calls = self._of_a_call()

    def _within_outer(self, handler: Handler) -> Handler:
        for layer in self._outer:
            handler = layer(handler)
        return handler

    def _run(self, call: Call) -> Outcome:
        operation = OPERATIONS[call.operation]
        if isinstance(operation, BatchOperation):
            return operation.run(self._store, call, self.of_a_read_in_a_batch())
        return operation.run(self._store, call, self._ports)
