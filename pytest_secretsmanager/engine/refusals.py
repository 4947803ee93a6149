"""The values of calls that AWS refused, sealed: no version holds them, yet the code under test may have logged them."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.keys import LockBox
from pytest_secretsmanager.engine.on_demand import OnDemand
from pytest_secretsmanager.engine.recent import Recent, Weight
from pytest_secretsmanager.engine.rules.guards import STRING_ERRORS
from pytest_secretsmanager.engine.state import ValueMember

__tracebackhide__ = True

_MEMBERS: tuple[ValueMember, ...] = ("SecretString", "SecretBinary")


class Refusal(NamedTuple):
    """One value that AWS refused, sealed, and the call that sent it."""

    operation: str
    request_id: str
    member: ValueMember
    sealed: bytes

    def __repr__(self) -> str:
        return f"<value that AWS refused in {self.operation}>"


class Refusals:
    """The latest values of refused calls, oldest first."""

    @OnDemand
    def all(self) -> Recent[Refusal]:
        """Those that are kept."""
        return Recent(lambda refusal: Weight(1, len(refusal.sealed)))

    def note(self, call: Call) -> None:
        """Keep the values of a refused call. A member of the wrong type has no value."""
        for member in _MEMBERS:
            given = call.parameters.get(member)
            plain = given.encode(errors=STRING_ERRORS) if isinstance(given, str) else given
            if isinstance(plain, bytes):
                self.all.add(Refusal(call.operation, call.request_id, member, self._box.seal(plain)))

    def values(self) -> Iterator[tuple[Refusal, str | bytes]]:
        """Yield each refusal and its value: text for SecretString, bytes for SecretBinary."""
        for refusal in self.all:
            plain = self._box.open(refusal.sealed)
            yield refusal, plain if refusal.member == "SecretBinary" else plain.decode(errors=STRING_ERRORS)

    @cached_property
    def _box(self) -> LockBox:
        return LockBox()
