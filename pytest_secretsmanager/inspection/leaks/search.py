"""The search for secret values in texts: each text in all its forms, each hit with its line; and their masking."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from pytest_secretsmanager.inspection.leaks.cut_values import CutValues
from pytest_secretsmanager.inspection.leaks.forms import BETWEEN, readings_of
from pytest_secretsmanager.inspection.leaks.index import Index
from pytest_secretsmanager.inspection.leaks.near_ignored import near_ignored
from pytest_secretsmanager.inspection.leaks.texts import Text
from pytest_secretsmanager.inspection.leaks.values import Owner, Values
from pytest_secretsmanager.inspection.wording import count_text

__tracebackhide__ = True

MASK = "***"

_NONE: Mapping[bytes, str] = MappingProxyType({})

_LONGEST_HINT = 60
"""The number of characters that are shown of an ignored text."""


class Leak(NamedTuple):
    """A secret value in a text: the place and its lines, the owner of the value, and the form that it has there.

    `hint` names an ignored text that is near to the value, and its option.
    """

    place: str
    owner: Owner
    form: str
    lines: tuple[int, ...]
    hint: str = ""

    def __str__(self) -> str:
        more = len(self.lines) - 1
        others = f" (and {count_text(more, 'more line')})" if more > 0 else ""
        line = f", line {self.lines[0]}{others}" if self.lines else ""
        return f"{self.place}{line} holds {self.owner} ({self.form})"


class _Hit(NamedTuple):
    start: int
    end: int
    value: bytes
    form: str

    def __repr__(self) -> str:
        return f"<a value from {self.start} to {self.end}, {self.form}>"


class Search:
    """Looks for values in texts. `ignored` are the texts that the test declares harmless, each with its option."""

    def __init__(self, values: Values, ignored: Mapping[bytes, str] = _NONE) -> None:
        self._values = values.parts
        self._ignored = ignored
        self._clean: set[Text] = set()
        self._covers: dict[bytes, set[tuple[int, bytes]]] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no value to look for."""
        return not any(values.owners for values in self._values)

    @property
    def finds_nothing(self) -> bool:
        """Whether there is no value to look for, or each is ignored or is a name."""
        return all(self._is_no_secret(value) for values in self._values for value in values.owners)

    def leaks_in(self, texts: Iterable[tuple[str, Text]]) -> list[Leak]:
        """The leaks in these texts, each with its place: one for each place and owner, in their order."""
        given = [*texts]
        contents = [(place, _utf_8(text)) for place, text in given]
        if not self._is_any_in(BETWEEN.join([content for _, content in contents])):
            self._clean.update(text for _, text in given if not CutValues.has_cut(_utf_8(text)))
            return []
        found: dict[tuple[str, Owner], Leak] = {}
        for place, content in contents:
            for leak in self._leaks_in(place, content):
                found.setdefault((place, leak.owner), leak)
        return [*found.values()]

    def _is_any_in(self, content: bytes) -> bool:
        if self.is_empty:
            return False
        for reading in readings_of(content):
            for values in self._values:
                for _ in values.mask_index.found_in(reading.content):
                    return True
        return False

    def _leaks_in(self, place: str, content: bytes) -> Iterator[Leak]:
        found: dict[Owner, tuple[_Hit, list[int]]] = {}
        line, counted = 1, 0
        for hit in _outermost(self._hits(content, lambda values: values.index)):
            _, lines = found.setdefault(self._owner_of(hit.value), (hit, []))
            line += content.count(b"\n", counted, hit.start)
            counted = hit.start
            if line not in lines[-1:]:
                lines.append(line)
        is_numbered = b"\n" in content
        for owner, (hit, lines) in found.items():
            yield Leak(place, owner, hit.form, tuple(lines) if is_numbered else (), self._hint(hit.value))

    def _hint(self, value: bytes) -> str:
        """The ignored text that is near to a value. It is the test's own, but may contain a value: this is masked."""
        candidates = [text for text in self._ignored if not any(text in values.owners for values in self._values)]
        text = near_ignored(value, candidates) if candidates else None
        if text is None:
            return ""
        masked = self.masked(_text(text))
        shown = masked if len(masked) <= _LONGEST_HINT else f"{masked[:_LONGEST_HINT]}…"
        return f"{self._ignored[text]} has {shown!r}, which is not the whole text"

    def masked(self, text: str) -> str:
        """The text with a mask in place of each value, in each of its forms, and of each line of a longer value.

        A value that is cut in a shortened text is masked too.
        """
        if text in self._clean or self.is_empty:
            return text
        content = _utf_8(text)
        hits = sorted([*self._hits(content, lambda values: values.mask_index), *self._cut_hits(content)])
        if not hits:
            self._clean.add(text)
            return text
        parts, end = [], 0
        for hit in hits:
            if hit.start >= end:
                parts += [content[end : hit.start], MASK.encode()]
            end = max(end, hit.end)
        return _text(b"".join([*parts, content[end:]]))

    def _hits(self, content: bytes, index_of: Callable[[Values], Index]) -> Iterator[_Hit]:
        for reading in readings_of(content):
            for values in self._values:
                for value, at in index_of(values).found_in(reading.content):
                    if not self._is_harmless(reading.content, value, at):
                        for start, end in reading.spans(at, at + len(value)):
                            yield _Hit(start, end, value, reading.form)

    def _cut_hits(self, content: bytes) -> Iterator[_Hit]:
        if not CutValues.has_cut(content):
            return
        for reading in readings_of(content):
            for values in self._values:
                for value, start, end in values.cut_values.found_in(reading.content):
                    if not self._is_no_secret(value):
                        yield from (_Hit(*span, value, reading.form) for span in reading.spans(start, end))

    def _owner_of(self, value: bytes) -> Owner:
        return next(values.owners[value] for values in self._values if value in values.owners)

    # --- names -----------------------------------------------------------------------------------------------------

    def _is_harmless(self, content: bytes, value: bytes, at: int) -> bool:
        """Whether a match is ignored, or is a name or inside one."""
        if self._is_no_secret(value):
            return True
        if self._covers is None:
            self._covers = self._covered()
        covers = self._covers.get(value, ())
        return any(at >= offset and content.startswith(name, at - offset) for offset, name in covers)

    def _is_no_secret(self, value: bytes) -> bool:
        return value in self._ignored or any(value in values.names for values in self._values)

    def _covered(self) -> dict[bytes, set[tuple[int, bytes]]]:
        """The values inside names, each with its position in the name."""
        covers = defaultdict(set)
        names = {spelled for values in self._values for name in values.names for spelled in _spellings(name)}
        for values in self._values:
            for name in names:
                for value, at in values.mask_index.found_in(name):
                    covers[value].add((at, name))
        return dict(covers)


def _spellings(name: bytes) -> set[bytes]:
    """A name, plain and in URL form."""
    quoted = quote_from_bytes(name, safe="")
    return {name, quoted.encode(), re.sub("%..", lambda escape: escape[0].lower(), quoted).encode()}


def _outermost(hits: Iterable[_Hit]) -> Iterator[_Hit]:
    """The hits in their order, without those inside another one: a text of a JSON value that is there as a whole."""
    end = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.end > end:
            end = hit.end
            yield hit


def _utf_8(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode(errors="surrogatepass")


def _text(content: bytes) -> str:
    """The text of masked bytes. A binary value may have begun or ended inside a character."""
    try:
        return content.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return content.decode(errors="replace")
