"""The pictures of a page with many tests, most of which shape alike.

Pictures of one form differ in names, ids, times and callers only, which move nothing. So a form is drawn once, with
marks in place of these texts. The page has each form once, and of each picture its form and its texts.
"""

import re
from collections.abc import Sequence
from os import urandom
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.histories import History
from pytest_secretsmanager.inspection.timelines.columns import MOST_COLUMNS, Calls, DrawnCall
from pytest_secretsmanager.inspection.timelines.details import LONGEST_DETAIL, time_text
from pytest_secretsmanager.inspection.timelines.drawing import ID_LENGTH, picture
from pytest_secretsmanager.inspection.timelines.lanes import MOST_LANES
from pytest_secretsmanager.inspection.timelines.phases import first_jump

_MOST_FORMS = 1_024

_LONGEST_ID = LONGEST_DETAIL // 2
"""Up to so many characters, an id is shown as a whole, also if they are wide."""

_MARK = urandom(3).hex()[:5]
"""The beginning of each mark. It is random, so that no label has it. A mark is as long as the shown part of an id."""

_MARKS = [f"{_MARK}{number:03}" for number in range(2 + 3 * MOST_LANES + MOST_COLUMNS)]
"""For the texts of a picture, in the order of `_texts`."""

_SPLIT = re.compile(f"{_MARK}([0-9]{{3}})").split

_LATER = 200_000_000_000.0
"""The time of the calls in a form, in the year 8307. Each version is created a second later than the one before."""


class FilledForm(NamedTuple):
    """A picture: the number of its form, and the texts to fill in, of any characters and length.

    The page's script escapes and shortens them.
    """

    form: int
    texts: Sequence[str]


Picture: TypeAlias = str | FilledForm
"""A picture as SVG, or by its form."""

Form: TypeAlias = Sequence[str | int]
"""The parts of a form in their order: a piece of SVG, or the index of a text to fill in."""


class Forms:
    """The forms of one page."""

    def __init__(self) -> None:
        self.drawn: list[Form] = []
        self._numbers: dict[object, int] = {}

    def picture(self, history: History, calls: Calls) -> Picture:
        """The picture of a history on a page that has its name, a key to the signs, and the style."""
        shown = [calls[at] for at in history.calls]
        shape = _shape_of(history, shown)
        has_form = shape is not None and first_jump(history, calls) is None
        number = self._number(shape, history, shown) if has_form else None
        return picture(history, calls, is_whole=False) if number is None else FilledForm(number, _texts(history, shown))

    def _number(self, shape: object, history: History, shown: Sequence[DrawnCall]) -> int | None:
        number = self._numbers.get(shape)
        if number is None and len(self.drawn) < _MOST_FORMS:
            drawn = _drawn(history, shown)  # first: it may crash
            number = len(self.drawn)
            self.drawn.append(drawn)
            self._numbers[shape] = number
        return number


def _shape_of(history: History, shown: Sequence[DrawnCall]) -> object:
    """All that the shapes of a picture and their places depend on, to be compared; None if the picture has no form.

    A history has a form if it is like that of most tests: few versions, whose ids are known, and all calls in one
    second. The versions of a form are made after its calls, so no jump may be before these.
    """
    versions, calls = history.versions, history.calls
    if history.rotations or len(calls) > MOST_COLUMNS or len(versions) > MOST_LANES:
        return None
    if len({call.time // 1 for call in shown}) > 1:
        return None
    places = {life.id: place for place, life in enumerate(versions) if len(life.id) < _LONGEST_ID}
    if len(places) < len(versions) or any(life.number is None for life in versions):
        return None
    if any(span.version not in places for span in history.spans):
        return None
    return (
        history.key.region,
        (history.begin, history.end),
        calls,
        tuple([(life.number, life.begin, life.end) for life in versions]),
        tuple([(span.label, places[span.version], span.begin, span.end) for span in history.spans]),
        tuple([(call.operation, call.error, call.by_service, not call.caller) for call in shown]),
    )


# --- the texts of a picture ------------------------------------------------------------------------------------------


def _texts(history: History, shown: Sequence[DrawnCall]) -> list[str]:
    """The texts in the order of their marks: the name, the time of the calls, those of each version, the callers."""
    texts = [history.key.name, time_text(shown[-1].time) if shown else ""]
    for life in history.versions:
        texts += life.id[:ID_LENGTH], life.id[ID_LENGTH:], time_text(life.created)
    return texts + [call.caller or "" for call in shown]


# --- a form ----------------------------------------------------------------------------------------------------------


class _MarkedCall(NamedTuple):
    operation: str
    error: str | None
    by_service: bool
    caller: str
    time: float = _LATER


def _drawn(history: History, shown: Sequence[DrawnCall]) -> Form:
    """A picture with marks in place of its texts, split at them."""
    versions = history.versions
    marks = _MARKS[2 : 2 + 3 * len(versions)]
    ids = {life.id: short + rest for life, short, rest in zip(versions, marks[::3], marks[1::3], strict=True)}
    lives = [life._replace(id=ids[life.id], created=_LATER + number) for number, life in enumerate(versions, 1)]
    spans = [span._replace(version=ids[span.version]) for span in history.spans]
    callers = _MARKS[2 + len(marks) :]
    calls = {
        at: _MarkedCall(call.operation, call.error, call.by_service, mark if call.caller else "")
        for at, call, mark in zip(history.calls, shown, callers, strict=False)
    }
    key = SecretKey(history.key.region, "", _MARKS[0])
    marked = history._replace(key=key, arn="", versions=tuple(lives), spans=tuple(spans))
    drawn = picture(marked, calls, is_whole=False)
    for number, mark in enumerate([_MARKS[1], *marks[2::3]]):
        drawn = drawn.replace(time_text(_LATER + number), mark)
    return [int(part) if place % 2 else part for place, part in enumerate(_SPLIT(drawn))]
