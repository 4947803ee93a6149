"""The x axis of a timeline: the place of each column. Columns are as wide as the texts between them need."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import ceil

from pytest_secretsmanager.inspection.cells import columns_of, cut
from pytest_secretsmanager.inspection.timelines.columns import Column

_WIDEST = 2_600
"""Texts widen a picture up to here. Beyond, they are shortened."""

_FIRST_GAP = 26
_GAP = 34
_LAST_GAP = 46

_OF_ONE_LETTER = 6.7
"""The width of a letter, at the size of a picture's texts."""

_FEWEST_LETTERS = 3


def width_of(text: str) -> int:
    """The estimated width of a text, in pixels."""
    return ceil(columns_of(text) * _OF_ONE_LETTER)


class Scale:
    """The places of columns from `left` to `right`.

    `wanted` are widths that texts need between two positions; None stands for the edges of the picture.
    """

    def __init__(
        self, columns: Sequence[Column], left: int, wanted: Iterable[tuple[int | None, int | None, int]]
    ) -> None:
        self.left = left
        self._column = {at: number for number, column in enumerate(columns) for at in column.calls}
        self._count = len(columns)
        gaps = [_FIRST_GAP, *[_GAP] * (self._count - 1), _LAST_GAP] if columns else [_FIRST_GAP + _LAST_GAP]
        room = _WIDEST - sum(gaps)
        for begin, end, width in wanted:
            first, last = self._begin(begin), self._end(end)
            missing = min(width - sum(gaps[first:last]), room)
            if first < last and missing > 0:
                more = -(-missing // (last - first))
                room -= more * (last - first)
                for gap in range(first, last):
                    gaps[gap] += more
        self._x = list(accumulate(gaps, initial=left))
        self.right = self._x[-1]

    def column(self, number: int) -> int:
        """The place of a column, by its number from 0."""
        return self._x[number + 1]

    def begin(self, at: int | None) -> int:
        """The place at which a stay begins; the left edge for None."""
        return self._x[self._begin(at)]

    def end(self, at: int | None) -> int:
        """The place at which a stay ends; the right edge for None."""
        return self._x[self._end(at)]

    def _begin(self, at: int | None) -> int:
        """The number of a place, from 0 for the left edge. Gap n is between the places n and n + 1."""
        return 0 if at is None else self._column[at] + 1

    def _end(self, at: int | None) -> int:
        return self._count + 1 if at is None else self._column[at] + 1


def fitting(text: str, width: float) -> str:
    """The text, or its beginning, that fits into a width; empty if fewer than three letters would be left."""
    if width_of(text) <= width:
        return text
    columns = int(width // _OF_ONE_LETTER)
    return cut(text, columns) if columns > _FEWEST_LETTERS else ""
