"""The values of calls that AWS refused, sealed: they are nowhere else, and a test may still have logged them."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.keys import LockBox
from pytest_secretsmanager.engine.recent import Recent, Weight
from pytest_secretsmanager.engine.rules.guards import STRING_ERRORS
from pytest_secretsmanager.engine.state import ValueMember

__tracebackhide__ = True

_MEMBERS: tuple[ValueMember, ...] = ("SecretString", "SecretBinary")


class Refusal(NamedTuple):
    """One value that AWS refused, sealed, with the call that brought it."""

    operation: str
    request_id: str
    member: ValueMember
    sealed: bytes

    def __repr__(self) -> str:
        return f"<value that {self.operation} was refused>"


class Refusals:
    """The values that calls brought in vain last, oldest first."""

    def __init__(self) -> None:
        self.all: Recent[Refusal] = Recent(lambda refusal: Weight(1, len(refusal.sealed)))

    def note(self, call: Call) -> None:
        """Keeps the values of a call that is refused. A member of a wrong type holds none."""
        for member in _MEMBERS:
            given = call.parameters.get(member)
            plain = given.encode(errors=STRING_ERRORS) if isinstance(given, str) else given
            if isinstance(plain, bytes):
                self.all.add(Refusal(call.operation, call.request_id, member, self._box.seal(plain)))

    def values(self) -> Iterator[tuple[Refusal, str | bytes]]:
        """Each refusal with its value: text, or bytes for a binary one."""
        for refusal in self.all:
            plain = self._box.open(refusal.sealed)
            yield refusal, plain if refusal.member == "SecretBinary" else plain.decode(errors=STRING_ERRORS)

    @cached_property
    def _box(self) -> LockBox:
        return LockBox()
