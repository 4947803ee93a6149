"""The x axis of a timeline: the place of each column. Columns are as wide as the texts between them need."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from unicodedata import east_asian_width

from pytest_secretsmanager.inspection.timelines.columns import Column

_WIDEST = 2_600.0
"""Texts widen a picture up to here. Beyond, they are shortened."""

_FIRST_GAP = 26.0
_GAP = 34.0
_LAST_GAP = 46.0

_OF_ONE_LETTER = 6.7
"""The width of a letter, at the size of a picture's texts."""


def width_of(text: str) -> float:
    """The estimated width of a text, in pixels."""
    letters = len(text) if text.isascii() else sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
    return letters * _OF_ONE_LETTER


class Scale:
    """The places of columns from `left` to `right`.

    `wanted` are widths that texts need between two positions; None stands for the edges of the picture.
    """

    def __init__(
        self, columns: Sequence[Column], left: float, wanted: Iterable[tuple[int | None, int | None, float]]
    ) -> None:
        self.left = left
        self._column = {at: number for number, column in enumerate(columns) for at in column.calls}
        self._count = len(columns)
        gaps = [_FIRST_GAP, *[_GAP] * (self._count - 1), _LAST_GAP] if columns else [_FIRST_GAP + _LAST_GAP]
        room = _WIDEST - sum(gaps)
        for begin, end, width in wanted:
            first, last = self._first_gap(begin), self._last_gap(end)
            missing = min(width - sum(gaps[first:last]), room)
            if first < last and missing > 0:
                room -= missing
                for gap in range(first, last):
                    gaps[gap] += missing / (last - first)
        self._x = list(accumulate(gaps, initial=left))
        self.right = self._x[-1]

    def column(self, number: int) -> float:
        """The place of a column, by its number from 0."""
        return self._x[number + 1]

    def begin(self, at: int | None) -> float:
        """The place at which a stay begins; the left edge for None."""
        return self._x[self._first_gap(at)]

    def end(self, at: int | None) -> float:
        """The place at which a stay ends; the right edge for None."""
        return self._x[self._last_gap(at)]

    def _first_gap(self, at: int | None) -> int:
        """Each gap is before the column of its number. The gap that begins at a column is the one behind it."""
        return 0 if at is None else self._column[at] + 1

    def _last_gap(self, at: int | None) -> int:
        return (self._count + 1 if self._count else 1) if at is None else self._column[at] + 1

    def fitting(self, text: str, width: float) -> str:
        """The text, or its beginning, that fits into a width; empty if fewer than three letters would be left."""
        if width_of(text) <= width:
            return text
        lengths = list(accumulate(width_of(one) for one in text))
        kept = bisect_right(lengths, width - _OF_ONE_LETTER)
        return f"{text[:kept]}…" if kept >= _FEWEST_LETTERS else ""


_FEWEST_LETTERS = 3
