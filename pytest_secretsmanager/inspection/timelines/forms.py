"""The pictures of a page with many tests, most of which look alike.

Pictures of one form differ in names, ids, times and callers only, which move nothing. So a form is drawn once, with
marks in place of these texts, and each picture of it has its own texts in place of the marks.
"""

import re
from functools import lru_cache
from os import urandom
from typing import NamedTuple

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.cells import cut_inside
from pytest_secretsmanager.inspection.histories import History, Life, Span
from pytest_secretsmanager.inspection.timelines import svg
from pytest_secretsmanager.inspection.timelines.columns import MOST_COLUMNS, Calls, DrawnCall
from pytest_secretsmanager.inspection.timelines.details import LONGEST_DETAIL, time_text
from pytest_secretsmanager.inspection.timelines.drawing import ID_LENGTH, picture, shown_name
from pytest_secretsmanager.inspection.timelines.lanes import MOST_LANES
from pytest_secretsmanager.inspection.timelines.phases import first_jump

_MOST_FORMS = 1_024

_LONGEST_ID = LONGEST_DETAIL // 2
"""Up to so many characters, an id is shown as a whole, also if they are wide."""

_MARK = urandom(3).hex()[:5]
"""The beginning of each mark. It is random, so that no label has it. A mark is as long as the shown part of an id."""

_NAME = f"{_MARK}n00"
_SHORT_IDS = [f"{_MARK}i{number:02}" for number in range(MOST_LANES)]
_RESTS = [f"{_MARK}r{number:02}" for number in range(MOST_LANES)]
"""For the rests of ids, of which only the details have all."""
_CALLERS = [f"{_MARK}c{number:02}" for number in range(MOST_COLUMNS)]
_TIMES = [f"{_MARK}t{number:02}" for number in range(1 + MOST_LANES)]
"""For the time of the calls, then the creation times of the versions."""

_LATER = 200_000_000_000.0
"""The time of the calls in a form, in the year 8307. Each version is created a second later than the one before."""

_SPLIT = re.compile(f"({_MARK}[nirct][0-9][0-9])").split


class _Call(NamedTuple):
    operation: str
    error: str | None
    by_service: bool
    caller: str
    time: float = _LATER


class _Form(NamedTuple):
    """All that shapes and their places depend on: a history and its calls, with marks as texts."""

    history: History
    calls: tuple[_Call, ...]


def picture_by_form(history: History, calls: Calls) -> str:
    """The SVG that `picture` makes for a page with many pictures."""
    if not _has_form(history, calls):
        return picture(history, calls, is_whole=False)
    parts = [*_drawn(_form(history, calls))]
    texts = _texts(history, calls)
    parts[1::2] = [texts[mark] for mark in parts[1::2]]
    return "".join(parts)


def _has_form(history: History, calls: Calls) -> bool:
    """Whether a history is like that of most tests: few versions, whose ids are known, and all calls in one second.

    The versions of a form are made after its calls, so no jump is before these.
    """
    if history.rotations or len(history.calls) > MOST_COLUMNS or len(history.versions) > MOST_LANES:
        return False
    if len({calls[at].time // 1 for at in history.calls}) > 1 or first_jump(history, calls) is not None:
        return False
    ids = {life.id for life in history.versions if life.number is not None and len(life.id) < _LONGEST_ID}
    return len(ids) == len(history.versions) and ids.issuperset(span.version for span in history.spans)


def _form(history: History, calls: Calls) -> _Form:
    ids = {life.id: short + rest for life, short, rest in zip(history.versions, _SHORT_IDS, _RESTS, strict=False)}
    lives = [
        Life(ids[life.id], life.number, _LATER + number, life.begin, life.end)
        for number, life in enumerate(history.versions, 1)
    ]
    spans = [Span(label, ids[version], begin, end) for label, version, begin, end in history.spans]
    key = SecretKey(history.key.region, "", _NAME)
    return _Form(
        History(key, "", history.begin, history.end, tuple(lives), tuple(spans), (), history.calls),
        tuple([_marked(calls[at], mark) for at, mark in zip(history.calls, _CALLERS, strict=False)]),
    )


def _marked(call: DrawnCall, mark: str) -> _Call:
    return _Call(call.operation, call.error, call.by_service, mark if call.caller else "")


@lru_cache(_MOST_FORMS)
def _drawn(form: _Form) -> list[str]:
    """The picture of a form, split at its marks: each second part is a mark."""
    drawn = picture(form.history, dict(zip(form.history.calls, form.calls, strict=True)), is_whole=False)
    for number, mark in enumerate(_TIMES):
        drawn = drawn.replace(time_text(_LATER + number), mark)
    return _SPLIT(drawn)


def _texts(history: History, calls: Calls) -> dict[str, str]:
    """The text for each mark."""
    texts = {_NAME: svg.escaped(shown_name(history.key.name))}
    for number, life in enumerate(history.versions):
        texts[_SHORT_IDS[number]] = svg.escaped(life.id[:ID_LENGTH])
        texts[_RESTS[number]] = svg.escaped(life.id[ID_LENGTH:])
        texts[_TIMES[number + 1]] = time_text(life.created)
    for at, mark in zip(history.calls, _CALLERS, strict=False):
        call = calls[at]
        texts[mark] = svg.escaped(cut_inside(call.caller or "", LONGEST_DETAIL))
        texts[_TIMES[0]] = time_text(call.time)
    return texts
