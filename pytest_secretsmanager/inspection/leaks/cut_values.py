"""The beginnings and ends of values in a shortened text: `'correct hor...'`. They are masked, but are no leaks."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

__tracebackhide__ = True

_CUT = re.compile(rb"(?<!\.)\.\.\.(?!\.)|\[\d+ chars\]")
"""Stands for a missing middle: in the representations of pytest and of `reprlib`, and in those of `unittest`."""

_SHORTEST = 4
"""The length of the shortest part that is masked, in bytes."""

_LONGEST = 250
"""The bytes beside a cut that are looked at: pytest shows 240 characters of a variable."""


class CutValues:
    """The values to look for."""

    __slots__ = ("_backwards", "_beginnings", "_ends", "_forwards")

    def __init__(self, values: Iterable[bytes]) -> None:
        self._forwards = sorted(values)
        self._backwards = sorted(value[::-1] for value in self._forwards)
        self._beginnings = {value[:_SHORTEST] for value in self._forwards}
        self._ends = {value[-_SHORTEST:] for value in self._forwards}

    @staticmethod
    def has_cut(content: bytes) -> bool:
        """Whether a text is shortened anywhere."""
        return _CUT.search(content) is not None

    def found_in(self, content: bytes) -> Iterator[tuple[bytes, int, int]]:
        """The values of which a part stands beside a cut, each with the span of its longest part."""
        cuts = [cut.span() for cut in _CUT.finditer(content)]
        beginnings = _places(content, self._beginnings) if cuts else []
        ends = [at + _SHORTEST for at in _places(content, self._ends)] if cuts else []
        for start, end in cuts:
            for at in _between(beginnings, start - _LONGEST, start - _SHORTEST):
                if value := _first_with(self._forwards, content[at:start]):
                    yield value, at, start
                    break
            for at in reversed(_between(ends, end + _SHORTEST, end + _LONGEST)):
                if value := _first_with(self._backwards, content[end:at][::-1]):
                    yield value[::-1], end, at
                    break


def _places(content: bytes, parts: set[bytes]) -> list[int]:
    """The places of the shortest parts in a text."""
    return [at for at in range(len(content) - _SHORTEST + 1) if content[at : at + _SHORTEST] in parts]


def _between(places: list[int], first: int, last: int) -> list[int]:
    return places[bisect_left(places, first) : bisect_right(places, last)]


def _first_with(values: list[bytes], beginning: bytes) -> bytes:
    """The first value with this beginning; empty without one."""
    number = bisect_left(values, beginning)
    return values[number] if number < len(values) and values[number].startswith(beginning) else b""
