"""One call from arrival to commit: lock, layers in their order, operation, store. The composition root."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.errors import UnsupportedOperation
from pytest_secretsmanager.engine.layers.audit import Record, audit
from pytest_secretsmanager.engine.layers.validate import validate
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.engine.store import Store

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""


class Service:
    """Secrets Manager in memory: all regions and accounts of one `SecretsManager`.

    `call` is safe to use from several threads. What an operation changes is visible once `call` has committed it, so a
    call that fails leaves nothing behind.
    """

    def __init__(self, ports: Ports, record: Record) -> None:
        self.ports = ports
        self.store = Store()
        self.lock = RLock()
        self._unlogged = validate(self._run)
        self._logged = audit(self._unlogged, self.store, record)

    def call(self, call: Call) -> Outcome:
        """Answers one call and logs it. Raises the ServiceError that AWS would send, or UnsupportedOperation."""
        return self._commit(self._logged, call)

    def seed(self, call: Call) -> Outcome:
        """Answers one call that sets the scene: by the same rules, but it is not logged."""
        return self._commit(self._unlogged, call)

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

    def _commit(self, handler: Handler, call: Call) -> Outcome:
        require_supported(call)
        with self.lock:
            outcome = handler(call)
            if outcome.changes:
                self.store.apply(outcome.changes)
        return outcome

    def _run(self, call: Call) -> Outcome:
        return OPERATIONS[call.operation].run(self.store, call, self.ports)


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
