"""`assert_calls`: how many calls a block makes, and the text that lists them with the places that made them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple

from pytest_secretsmanager.arguments import is_whole_number
from pytest_secretsmanager.engine.call import SERVICE_EVENTS
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.assertions.calls import asked_text, event_text
from pytest_secretsmanager.inspection.assertions.loggable import require_loggable
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import differing_fields
from pytest_secretsmanager.inspection.other_managers import Presence
from pytest_secretsmanager.inspection.with_blocks import WithBlock
from pytest_secretsmanager.inspection.wording import bounded, count_text
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_MOST_CALLS = 10
"""The calls that a failure lists; the rest is counted by place."""


class Limits(NamedTuple):
    """How many calls a block may make: at least, and at most; None for no limit on that side."""

    least: int | None
    most: int | None

    def hold(self, count: int) -> bool:
        """Return whether this number of calls is within the limits."""
        return (self.least is None or self.least <= count) and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        if self.least == self.most:
            return f"exactly {self.most}"
        sides = {"at least": self.least, "at most": self.most}
        return " and ".join(f"{side} {number}" for side, number in sides.items() if number is not None)


def limits_of(exactly: int | None, at_least: int | None, at_most: int | None) -> Limits:
    """The limits that the arguments of `assert_calls` set. Raise UsageError for none and for a contradiction."""
    given = {"exactly": exactly, "at_least": at_least, "at_most": at_most}
    numbers = {name: number for name, number in given.items() if number is not None}
    for name, number in numbers.items():
        if not is_whole_number(number, least=0):
            raise UsageError(f"{name} of assert_calls is a number of calls, at least 0, not {number!r}")
    if not numbers:
        raise UsageError("assert_calls needs a number of calls: write exactly=, at_least= or at_most=")
    if exactly is not None and len(numbers) > 1:
        raise UsageError(f"exactly={exactly} leaves no room for {' or '.join([*numbers][1:])}: write one of them")
    if at_least is not None and at_most is not None and at_least > at_most:
        raise UsageError(f"no number of calls is at least {at_least} and at most {at_most}")
    if at_least == 0 and at_most is None:
        raise UsageError("at_least=0 holds for every block: write at_most=0 if no call is expected")
    return Limits(exactly, exactly) if exactly is not None else Limits(at_least, at_most)


def require_countable(operation: str | None, fields: Mapping[str, object]) -> None:
    """Refuse a question that no call can answer."""
    if operation in SERVICE_EVENTS:
        raise UsageError(f"{operation} is an event of the service, not a call: look for it with assert_logged")
    require_loggable(operation, fields, arguments=["exactly", "at_least", "at_most"])


class CallBudget(WithBlock):
    """The context manager that `assert_calls` returns.

    It can be entered again after its end. Raises UsageError when it is entered inside its own block.
    """

    _unentered = (
        "assert_calls was called but not entered, so it asserts nothing: write "
        "`with secretsmanager.assert_calls(…):` around the code whose calls count"
    )

    def __init__(
        self, world: World, presence: Presence, operation: str | None, limits: Limits, fields: Mapping[str, object]
    ) -> None:
        self._world = world
        self._presence = presence
        self._operation = operation
        self._limits = limits
        self._fields = fields
        self._is_open = False

    def __enter__(self) -> None:
        if self._is_open:
            raise UsageError("this assert_calls was entered before its block ended: call assert_calls for each block")
        self._is_entered = self._is_open = True
        self._entries: list[Entry] = []
        self._recording = self._world.service.recorded_into(self._entries)
        self._recording.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._recording.__exit__(None, None, None)
        self._is_open = False
        if error is not None:
            return
        made = _calls(self._entries)
        found = [call for call in made if self._is_counted(call)]
        if not self._limits.hold(len(found)):
            raise AssertionError(self._text(found, made))

    def _is_counted(self, attempts: Sequence[Event]) -> bool:
        last = attempts[-1]
        return self._operation in (None, last.operation) and not differing_fields(last, self._fields)

    def _text(self, found: Sequence[Sequence[Event]], made: Sequence[Sequence[Event]]) -> str:
        asked = asked_text(self._operation or "any operation", self._fields, None)
        asked = asked if self._fields else self._operation or "any operation"
        first = f"expected {self._limits} {_calls_noun(self._limits)} of {asked}, found {len(found)}"
        if found:
            return "\n".join([f"{first}:", *_lines(found, self._fields)])
        others = _lines(made, {}) or [f"  {line}" for line in self._presence.others()]
        return "\n".join([first, *(["the block made other calls:"] if made else []), *bounded(others, _MOST_CALLS)])


def _calls_noun(limits: Limits) -> str:
    number = limits.most if limits.most is not None else limits.least
    return "call" if number == 1 else "calls"


def _calls(entries: Iterable[Entry]) -> list[list[Event]]:
    """The calls with their logged attempts: a repeated attempt belongs to the call that it repeats."""
    calls: list[list[Event]] = []
    repeated: dict[object, list[Event]] = {}
    for entry in entries:
        if entry.by_service or entry.within is not None:
            continue
        attempt, event = entry.call.attempt, Event(entry)
        if attempt.number > 1 and attempt.call in repeated:
            repeated[attempt.call].append(event)
            continue
        calls.append([event])
        if attempt.call is not None:
            repeated[attempt.call] = calls[-1]
    return calls


def _lines(calls: Sequence[Sequence[Event]], fields: Mapping[str, object]) -> list[str]:
    """A line for each call, oldest first; of many, the first ones and the number from each place."""
    lines = [_line(attempts, fields) for attempts in calls[:_MOST_CALLS]]
    left = calls[_MOST_CALLS:]
    if not left:
        return lines
    places = Counter(_place(attempts[-1]) for attempts in left)
    by_place = [f"    {number} {place}" for place, number in places.most_common()]
    return [*lines, f"  … and {len(left)} more:", *bounded(by_place)]


def _line(attempts: Sequence[Event], fields: Mapping[str, object]) -> str:
    last = attempts[-1]
    repeats = f", {count_text(last.attempts, 'attempt')} in {last.waited:.3g} s of waits" if last.attempts > 1 else ""
    return f"  {last.time:%H:%M:%S.%f}"[:-3] + f" {event_text(last, fields)} {_place(last)}{repeats}"


def _place(event: Event) -> str:
    return "from an unknown place" if event.caller is None else f"at {event.caller}"
