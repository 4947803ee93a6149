"""Faults: answers that only the network or the service's front gives, planned for the attempts of calls.

A plan names no door and no client library, so one plan can serve clients in this process and programs over HTTP.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True


ConnectionFailure: TypeAlias = Literal["not connected", "connect timeout", "read timeout", "closed"]
"""How a connection fails: refused, not made in time, no answer in time, closed before an answer."""


class RawAnswer(NamedTuple):
    """An answer in bytes that the service did not write: a proxy's error page, a body that is not JSON."""

    status: int
    body: bytes
    content_type: str = "text/html"


class TruncatedAnswer(NamedTuple):
    """The service's own answer, cut off after `length` bytes. The operation has taken effect."""

    length: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one attempt.

    `answer` is an error of AWS, an answer in bytes, or a failure of the connection; None for the service's own answer.
    With `takes_effect` the operation runs first, and `answer` replaces its reply. `latency` is how many seconds of the
    clock pass before the answer arrives.
    """

    answer: ServiceError | RawAnswer | TruncatedAnswer | ConnectionFailure | None = None
    takes_effect: bool = False
    latency: float = 0.0

    @property
    def is_served(self) -> bool:
        """Whether the operation runs."""
        return self.takes_effect or self.answer is None or isinstance(self.answer, TruncatedAnswer)


NO_FAULT = Fault()


@dataclass(slots=True, eq=False)
class FaultPlan:
    """Faults for the attempts of the calls that match.

    `fault_of` gives the fault of each attempt by its number, from 0, counted over all calls that match; None for an
    attempt that is left alone. The plan ends after `times` attempts; with None it never ends. `matches` must not change
    the call. `attempts` is how many attempts have met the plan.
    """

    matches: Callable[[Call], bool]
    fault_of: Callable[[int], Fault | None]
    times: int | None = None
    attempts: int = 0
    _lock: Lock = field(default_factory=Lock)

    def concerns(self, call: Call) -> bool:
        """Whether the next attempt of this call counts. Asking changes nothing."""
        return not self._is_over and self.matches(call)

    def next_attempt(self) -> Fault | None:
        """Count one attempt, and return its fault."""
        with self._lock:
            if self._is_over:
                return None
            number = self.attempts
            self.attempts = number + 1
        return self.fault_of(number)

    @property
    def _is_over(self) -> bool:
        return self.times is not None and self.attempts >= self.times


def is_planned(plans: Iterable[FaultPlan], call: Call) -> bool:
    """Whether any plan concerns this call."""
    return any(plan.concerns(call) for plan in tuple(plans))


def next_fault(plans: Iterable[FaultPlan], call: Call) -> Fault:
    """The fault of this attempt, from the first plan that concerns it and has one. Every plan asked counts it."""
    for plan in tuple(plans):
        if plan.concerns(call) and (fault := plan.next_attempt()) is not None:
            return fault
    return NO_FAULT
