"""The search for many values in one text. Its time grows with the length of the text, not with the number of values.

A value of eight bytes or more contains four bytes at a position that is a multiple of four, wherever it stands. So
looking up every fourth position of a text, as a number, in a dict of the parts of all values is enough.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pytest_secretsmanager.inspection.leaks.rule import SHORTEST

__tracebackhide__ = True

_FEW = 100
"""Up to so many values, it is faster to look for each in turn."""

_PART = 4
"""The size of a part in bytes: that of format `I` of a memoryview."""


class Index:
    """The values to look for: bytes, of the shortest length that counts or longer."""

    __slots__ = ("_lengths", "_parts", "_values")

    def __init__(self, values: Iterable[bytes]) -> None:
        self._values = frozenset(values)
        self._parts: dict[int, tuple[int, ...]] = {}
        self._lengths: dict[bytes, tuple[int, ...]] = {}
        if len(self._values) > _FEW:
            self._index()

    def _index(self) -> None:
        """Note the four parts of each value, and the lengths of the values with the same beginning."""
        parts: defaultdict[int, set[int]] = defaultdict(set)
        lengths: defaultdict[bytes, set[int]] = defaultdict(set)
        for value in self._values:
            lengths[value[:SHORTEST]].add(len(value))
        for start in lengths:
            for offset in range(_PART):
                parts[int.from_bytes(start[offset : offset + _PART], sys.byteorder)].add(offset)
        self._parts = {part: tuple(offsets) for part, offsets in parts.items()}
        self._lengths = {start: tuple(sorted(found)) for start, found in lengths.items()}

    def found_in(self, content: bytes) -> Iterator[tuple[bytes, int]]:
        """The values in a text, each with its position."""
        return self._by_parts(content) if self._parts else self._in_turn(content)

    def _in_turn(self, content: bytes) -> Iterator[tuple[bytes, int]]:
        for value in self._values:
            at = content.find(value)
            while at >= 0:
                yield value, at
                at = content.find(value, at + 1)

    def _by_parts(self, content: bytes) -> Iterator[tuple[bytes, int]]:
        parts = self._parts
        numbers = memoryview(content)[: len(content) // _PART * _PART].cast("I")
        for place, part in [(place, part) for place, part in enumerate(numbers) if part in parts]:
            for offset in parts[part]:
                at = place * _PART - offset
                for length in self._lengths.get(content[at : at + SHORTEST], ()) if at >= 0 else ():
                    value = content[at : at + length]
                    if value in self._values:
                        yield value, at
