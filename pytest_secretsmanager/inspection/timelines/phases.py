"""Stretches of the axis that have a text: the gaps between calls, and the times of a deletion."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pytest_secretsmanager.inspection.histories import History
from pytest_secretsmanager.inspection.timelines.columns import Calls, Column
from pytest_secretsmanager.inspection.times import elapsed_text

_JUMP = 3_600
"""From so many seconds on, a gap is a jump of the clock, drawn through all lanes."""


class Gap(NamedTuple):
    """The time between two calls that stand side by side; None as `begin` for the time before the first call."""

    begin: int | None
    end: int
    text: str
    is_jump: bool


class Phase(NamedTuple):
    """A time of a secret between two calls; None as `end` for the end of the picture."""

    begin: int
    end: int | None
    text: str
    kind: str


def first_jump(history: History, calls: Calls) -> float | None:
    """The seconds of a jump from the newest version before the first call to that call; None without a jump.

    A shorter time is none of the test's: secrets of the run were seeded at its beginning.
    """
    if not history.calls:
        return None
    first = calls[history.calls[0]].time
    ages = [first - life.created for life in history.versions if life.begin is None and life.created <= first]
    return min(ages) if ages and min(ages) >= _JUMP else None


def gaps_of(history: History, columns: Sequence[Column], calls: Calls) -> Iterator[Gap]:
    """The gaps of a second and more between neighbouring columns. A clock can also be set back."""
    before_calls = first_jump(history, calls)
    if before_calls is not None:
        yield Gap(None, history.calls[0], elapsed_text(before_calls), is_jump=True)
    for before, after in pairwise(columns):
        begin, end = before.calls[-1], after.calls[0]
        seconds = calls[end].time - calls[begin].time
        if abs(seconds) >= 1:
            yield Gap(begin, end, elapsed_text(seconds), abs(seconds) >= _JUMP)


def phases_of(history: History, calls: Calls) -> Iterator[Phase]:
    """The times in which the secret is scheduled for deletion, and after its deletion."""
    begin = None
    for at in history.calls:
        call = calls[at]
        if call.error is not None or at == history.end:
            continue
        if call.operation == "DeleteSecret":
            begin = at
        elif call.operation == "RestoreSecret" and begin is not None:
            yield Phase(begin, at, _SCHEDULED, "sch")
            begin = None
    if history.end is not None:
        yield Phase(history.end, None, "deleted", "del")
    elif begin is not None:
        yield Phase(begin, None, _SCHEDULED, "sch")


_SCHEDULED = "scheduled for deletion"
