"""Planned faults: answers to attempts of a call that come from the network or the front of the service.

A plan depends on no door and no client library, so that it works for clients in this process and over HTTP.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True


ConnectionFailure: TypeAlias = Literal[
    "not connected", "proxy error", "SSL error", "connect timeout", "read timeout", "closed"
]
"""The failure of a connection.

Refused, refused by a proxy, with a certificate that is not valid, not made in time, no answer in time, closed before
the answer.
"""

BEFORE_THE_REQUEST: frozenset[ConnectionFailure] = frozenset(
    ("not connected", "proxy error", "SSL error", "connect timeout")
)
"""The failures after which no request was sent: the call can't have taken effect."""


class RawAnswer(NamedTuple):
    """An answer in bytes that is not the service's own, such as a proxy's error page or a body that is not JSON."""

    status: int
    body: bytes
    content_type: str = "text/html"


class TruncatedAnswer(NamedTuple):
    """The service's own answer, cut off after `length` bytes. The operation has taken effect."""

    length: int


Answer: TypeAlias = ServiceError | RawAnswer | TruncatedAnswer | ConnectionFailure


@dataclass(frozen=True, slots=True)
class Fault:
    """The fault of one attempt.

    `answer` is an error of AWS, an answer in bytes, or a failure of the connection; None for the service's own answer.
    With `takes_effect` the operation runs first, and `answer` replaces its reply. The answer arrives after `latency`
    seconds of the clock. With `is_real`, the endpoint waits for so long in real time instead.
    """

    answer: Answer | None = None
    takes_effect: bool = False
    latency: float = 0.0
    is_real: bool = False

    @property
    def is_served(self) -> bool:
        """Whether the operation runs."""
        return self.takes_effect or self.answer is None or isinstance(self.answer, TruncatedAnswer)


NO_FAULT = Fault()


def _any_call(_: Call) -> bool:
    """The condition of a plan without a condition of its own."""
    return True


@dataclass(slots=True, eq=False)
class FaultPlan:
    """Faults for the attempts of the calls that match.

    `fault_of` returns the fault of an attempt by its number, or None. Numbers start at 0 and count the attempts of all
    matching calls. The plan ends after `times` attempts; None: never. `attempts` is the number of attempts so far.

    `matches` may be asked several times for one attempt, and for a call whose parameters AWS would refuse. `when` is a
    further condition of the test's own, asked once for each attempt that matches. Neither changes the call.

    `operation` and `principal` are the only ones that it may match; None: any. `text` is the plan in words,
    `is_optional` says that no call has to meet it. `met` is the number of attempts that had a fault, even if a rollback
    has undone them since. `is_over`: its `with` block has ended, or the test has cancelled it.
    """

    matches: Callable[[Call], bool]
    fault_of: Callable[[int], Fault | None]
    times: int | None = None
    when: Callable[[Call], object] = _any_call
    text: str = "a fault"
    operation: str | None = None
    principal: str | None = None
    is_optional: bool = True
    attempts: int = 0
    met: int = 0
    is_over: bool = False
    _lock: Lock = field(default_factory=Lock)

    def concerns(self, call: Call) -> bool:
        """Return whether the plan may count the next attempt of this call."""
        return not self._has_ended and self.matches(call)

    def next_attempt(self, call: Call) -> Fault | None:
        """Count one attempt of a call that the plan concerns, and return its fault."""
        if not self.when(call):
            return None
        return self._lock.during(self._count)

    def _count(self) -> Fault | None:
        if self._has_ended:
            return None
        fault = self.fault_of(self.attempts)
        self.attempts += 1
        self.met += fault is not None
        return fault

    @property
    def is_unmet(self) -> bool:
        """Whether a call has to meet this plan, and none has."""
        return not (self.met or self.is_optional or self.is_over)

    def may_concern(self, operation: str) -> bool:
        """Return whether the plan may concern calls of an operation: a cheap look before `concerns`."""
        return self.operation in (None, operation) and not self._has_ended

    @property
    def _has_ended(self) -> bool:
        return self.is_over or (self.times is not None and self.attempts >= self.times)

    def __str__(self) -> str:
        return self.text
