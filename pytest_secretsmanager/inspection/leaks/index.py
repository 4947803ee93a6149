"""The search for many values in one text. Its time grows with the length of the text, not with the number of values.

A dict maps the first bytes of the values to their lengths, and one pass over a text looks its bytes up there.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pytest_secretsmanager.inspection.leaks.forms import BETWEEN

__tracebackhide__ = True

SHORTEST = 6
"""A value with fewer characters counts only as a word: inside words or ids it would be a coincidence."""

_FEW = 200
"""Up to so many beginnings, it is faster to look for each in turn than to look at each byte of a text."""

_OF_AWS = re.compile(
    rb"arn:[\w-]+:secretsmanager:[\w-]*:\d*:secret:|secretsmanager:".replace(b":", b"(?::|%3[Aa])"), re.ASCII
)
"""The start of a secret's ARN, and the start of an action in a policy."""

_WORD = rb"0-9A-Za-z_\x80-\xff"
_WITHIN_WORD = re.compile(rb"[%s]" % _WORD)


class Needle(NamedTuple):
    """The bytes of one secret value, with their owner and form for a message."""

    content: bytes
    owner: str
    form: str = "plain"
    is_short: bool = False

    def __repr__(self) -> str:
        return f"<{len(self.content)} bytes of {self.owner}>"


class Index:
    """All values to look for. A match inside one of the `names`, or inside an ARN or action of AWS, is ignored."""

    __slots__ = ("_covers", "_lengths", "_long", "_names", "_short", "_short_lengths", "_short_start")

    def __init__(self, needles: Iterable[Needle], names: Iterable[bytes]) -> None:
        self._long: dict[bytes, Needle] = {}
        self._short: dict[bytes, Needle] = {}
        for needle in needles:
            (self._short if needle.is_short else self._long).setdefault(needle.content, needle)
        self._lengths = _lengths_by_start(self._long)
        self._short_lengths = sorted({*map(len, self._short)})
        starts = b"".join(re.escape(bytes([first])) for first in sorted({content[0] for content in self._short}))
        self._short_start = re.compile(rb"(?<![%s])[%s]" % (_WORD, starts)) if starts else None
        self._names = frozenset(names)
        self._covers = self._covered()

    @property
    def is_empty(self) -> bool:
        """Whether the index has no value."""
        return not self._long and not self._short

    def found_in(self, content: bytes, *, shortest: int = 0, whole: bool = False) -> Iterator[tuple[Needle, int]]:
        """The values in a text, with their positions. Short values count as words, with `shortest` bytes or more.

        With `whole`, a short value counts only if it is the whole text.
        """
        words: _Words | None = None
        yield from self._whole(content, shortest) if whole else ()
        for needle, at in self._long_in(content) if whole else self._all_in(content, shortest):
            words = words or _Words(content)
            if not self._is_covered(content, at, needle) and not words.cover(at, at + len(needle.content)):
                yield needle, at

    def _all_in(self, content: bytes, shortest: int = 0) -> Iterator[tuple[Needle, int]]:
        yield from self._long_in(content)
        for found in self._short_start.finditer(content) if self._short_start else ():
            at = found.start()
            for length in self._short_lengths:
                needle = self._short.get(content[at : at + length])
                if needle and length >= shortest and not _WITHIN_WORD.match(content, at + length):
                    yield needle, at

    def _long_in(self, content: bytes) -> Iterator[tuple[Needle, int]]:
        for at in self._starts_in(content):
            for length in self._lengths[content[at : at + SHORTEST]]:
                needle = self._long.get(content[at : at + length])
                if needle is not None:
                    yield needle, at

    def _starts_in(self, content: bytes) -> Iterator[int]:
        """The positions where a value may begin."""
        starts = self._lengths
        if len(starts) > min(_FEW, len(content)):
            for at in range(len(content) - SHORTEST + 1):
                if content[at : at + SHORTEST] in starts:
                    yield at
        else:
            for start in starts:
                at = content.find(start)
                while at >= 0:
                    yield at
                    at = content.find(start, at + 1)

    def _whole(self, content: bytes, shortest: int) -> Iterator[tuple[Needle, int]]:
        for piece in content.split(BETWEEN):
            needle = self._short.get(piece)
            if needle is not None and len(piece) >= shortest:
                yield needle, 0

    # --- names -----------------------------------------------------------------------------------------------------

    def _covered(self) -> dict[bytes, set[tuple[int, int]]]:
        """The values inside names: for each the distances from the start of a name, with the lengths of the names."""
        covers = defaultdict(set)
        for name in self._names:
            for needle, at in self._all_in(name):
                covers[needle.content].add((at, len(name)))
        return dict(covers)

    def _is_covered(self, content: bytes, at: int, needle: Needle) -> bool:
        for offset, length in self._covers.get(needle.content, ()):
            start = at - offset
            if start >= 0 and content[start : start + length] in self._names:
                return True
        return False


def _lengths_by_start(contents: Iterable[bytes]) -> dict[bytes, tuple[int, ...]]:
    lengths: defaultdict[bytes, set[int]] = defaultdict(set)
    for content in contents:
        lengths[content[:SHORTEST]].add(len(content))
    return {start: tuple(sorted(found)) for start, found in lengths.items()}


class _Words:
    """The starts of ARNs and actions of AWS in one text."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, content: bytes) -> None:
        spans = [found.span() for found in _OF_AWS.finditer(content)]
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def cover(self, start: int, end: int) -> bool:
        """Whether one of them covers this whole range."""
        last = bisect_right(self._starts, start) - 1
        return last >= 0 and end <= self._ends[last]
