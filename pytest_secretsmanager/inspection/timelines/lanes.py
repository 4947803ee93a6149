"""The rows of a timeline: a lane for each version with tracks for its labels, and brackets for the rotations."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from pytest_secretsmanager.engine.rules.labels import CURRENT, PENDING, PREVIOUS
from pytest_secretsmanager.inspection.histories import History, Life, Rotation, Span
from pytest_secretsmanager.inspection.timelines.columns import Calls
from pytest_secretsmanager.inspection.timelines.scale import Scale

MOST_LANES = 14
"""Up to so many versions, each has a lane. Of more, those that have labels last and the newest ones have one."""

MOST_BRACKETS = 12
"""The number of rotations that are drawn: the last ones."""

_FIRST_LABELS = (CURRENT, PENDING, PREVIOUS)


class PlacedSpan(NamedTuple):
    """A label's stay on a version. `track` is its row in the lane, from 0."""

    span: Span
    left: int
    right: int
    track: int


class Lane(NamedTuple):
    """A version's row, or with None as `life` the row that stands for `versions` without a lane of their own."""

    life: Life | None
    versions: tuple[str, ...]
    top: int
    height: int
    spans: tuple[PlacedSpan, ...] = ()

    @property
    def middle(self) -> int:
        return self.top + self.height // 2

    @property
    def ground(self) -> int:
        """The height of the line of its life, under the labels."""
        return self.top + self.height - 5


class Move(NamedTuple):
    """A label's move at a position; `source` or `target` is None if it came from no version or went to none."""

    label: str
    at: int
    source: str | None
    target: str | None


TRACK = 22
_PADDING = 6
_FOLDED = 24


def lanes_of(history: History, scale: Scale, top: int) -> list[Lane]:
    """The lanes, oldest version first, from `top` downwards."""
    shown = _shown(history.versions, history.spans)
    spans: dict[str, list[Span]] = {}
    for span in history.spans:
        spans.setdefault(span.version, []).append(span)
    lanes: list[Lane] = []
    for is_shown, lives in groupby(history.versions, lambda life: life.id in shown):
        if not is_shown:
            lanes.append(Lane(None, tuple(life.id for life in lives), top, _FOLDED))
            top += _FOLDED
            continue
        for life in lives:
            placed = _tracks(spans.get(life.id, ()), scale)
            height = 2 * _PADDING + TRACK * max((one.track + 1 for one in placed), default=1)
            lanes.append(Lane(life, (life.id,), top, height, placed))
            top += height
    return lanes


def _shown(versions: Sequence[Life], spans: Iterable[Span]) -> set[str]:
    """The ids of the versions that have a lane."""
    if len(versions) <= MOST_LANES:
        return {life.id for life in versions}
    labelled = {span.version for span in spans if span.end is None}
    ranked = [life.id for life in reversed(versions) if life.id in labelled]
    ranked += [life.id for life in reversed(versions) if life.id not in labelled]
    return set(ranked[:MOST_LANES])


def _tracks(spans: Iterable[Span], scale: Scale) -> tuple[PlacedSpan, ...]:
    """The spans of one version, each in the first track that is free. Spans inside a folded column are left out."""
    ends: list[int] = []
    placed = []
    located = [(scale.begin(span.begin), _rank(span.label), span.label, scale.end(span.end), span) for span in spans]
    for left, _, _, right, span in sorted(located):
        if left >= right:
            continue
        placed.append(PlacedSpan(span, left, right, _free_row(ends, left, right)))
    return tuple(placed)


def _free_row(ends: list[int], left: int, right: int) -> int:
    """The first row that is free from `left` on, which is then taken up to `right`. `ends` has the end of each row."""
    for row, end in enumerate(ends):
        if end <= left:
            ends[row] = right
            return row
    ends.append(right)
    return len(ends) - 1


def _rank(label: str) -> int:
    return _FIRST_LABELS.index(label) if label in _FIRST_LABELS else len(_FIRST_LABELS)


def moves_of(history: History, calls: Calls) -> list[Move]:
    """The moves of labels in the order of their calls. A label that ends with its secret doesn't move."""
    ends_of_secret = {history.end, *(at for at in history.calls if calls[at].operation == "DeleteSecret")}
    begun: dict[tuple[str, int], str] = {}
    ended: dict[tuple[str, int], str] = {}
    for span in history.spans:
        if span.begin is not None:
            begun[span.label, span.begin] = span.version
        if span.end is not None and span.end not in ends_of_secret:
            ended[span.label, span.end] = span.version
    moves = [Move(*place, ended.get(place), begun.get(place)) for place in {**begun, **ended}]
    return sorted(moves, key=lambda move: (move.at, _rank(move.label), move.label))


def centre_of(version: str | None, label: str, x: int, lanes: Mapping[str, Lane]) -> int | None:
    """The height of a label's stay on a version at a place; None if the picture doesn't show it."""
    lane = None if version is None else lanes.get(version)
    if lane is None:
        return None
    for placed in lane.spans:
        if placed.span.label == label and placed.left <= x <= placed.right:
            return track_top(lane, placed.track) + TRACK // 2 - 2
    return lane.middle


def track_top(lane: Lane, track: int) -> int:
    """The upper edge of a label's stay."""
    return lane.top + _PADDING + TRACK * track + 2


class Bracket(NamedTuple):
    """A rotation above the lanes. `row` counts from 0, upwards."""

    rotation: Rotation
    left: int
    right: int
    row: int


def brackets_of(rotations: Iterable[tuple[Rotation, int]], scale: Scale) -> list[Bracket]:
    """The rotations, each in the first row that is free, and at least as wide as its text."""
    ends: list[int] = []
    placed = []
    for rotation, width in rotations:
        left, right = scale.begin(rotation.begin), scale.end(rotation.end)
        placed.append(Bracket(rotation, left, right, _free_row(ends, left, max(right, left + width) + 6)))
    return placed
