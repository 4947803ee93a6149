"""The beginnings and ends of values in a shortened text: `'correct hor...'`. They are masked, but are no leaks."""

import re
from bisect import bisect_left
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

    __slots__ = ("_backwards", "_forwards")

    def __init__(self, values: Iterable[bytes]) -> None:
        self._forwards = _Beginnings(values)
        self._backwards = _Beginnings(value[::-1] for value in self._forwards.values)

    @staticmethod
    def has_cut(content: bytes) -> bool:
        """Whether a text is shortened anywhere."""
        return _CUT.search(content) is not None

    def found_in(self, content: bytes) -> Iterator[tuple[bytes, int, int]]:
        """The values of which a part stands beside a cut, each with the span of the part."""
        for cut in _CUT.finditer(content):
            start, end = cut.span()
            value, length = self._forwards.longest_at_end(content[max(0, start - _LONGEST) : start])
            if length:
                yield value, start - length, start
            backwards, length = self._backwards.longest_at_end(content[end : end + _LONGEST][::-1])
            if length:
                yield backwards[::-1], end, end + length


class _Beginnings:
    """The beginnings of values."""

    __slots__ = ("_shortest", "values")

    def __init__(self, values: Iterable[bytes]) -> None:
        self.values = sorted(values)
        self._shortest = {value[:_SHORTEST] for value in self.values}

    def longest_at_end(self, text: bytes) -> tuple[bytes, int]:
        """The longest beginning of a value at the end of a text: the value and the length, else 0."""
        for at in range(len(text) - _SHORTEST + 1):
            if text[at : at + _SHORTEST] in self._shortest:
                number = bisect_left(self.values, text[at:])
                if number < len(self.values) and self.values[number].startswith(text[at:]):
                    return self.values[number], len(text) - at
        return b"", 0
