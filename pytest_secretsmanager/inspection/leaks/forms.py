"""The forms in which a value is found: plain, escaped as in JSON or by `repr`, URL-encoded, in base64 or in hex.

A text is decoded from each form, and values are looked for in each decoded reading. So the characters that an encoder
escapes need not be known. A text is bytes, since base64, hex and URLs encode bytes. Each reading can tell where its
bytes came from.
"""

import re
from binascii import a2b_base64, unhexlify
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple, TypeAlias

__tracebackhide__ = True

BETWEEN = b"\n\xff\xfe\n"
"""Separates decoded pieces, and joined texts. No form of a text contains it."""

Span: TypeAlias = tuple[int, int]


def _same(start: int, end: int) -> list[Span]:
    return [(start, end)]


class Reading(NamedTuple):
    """A text, decoded from `form`. `spans` returns the places in the text that a span of `content` was decoded from."""

    content: bytes
    form: str = "plain"
    spans: Callable[[int, int], list[Span]] = _same

    def __repr__(self) -> str:
        return f"<reading of {len(self.content)} bytes: {self.form}>"


def readings_of(text: bytes) -> Iterator[Reading]:
    """The readings of a text, the simplest first: itself, decoded once, and decoded twice."""
    plain = Reading(text)
    yield plain
    once = [*_decoded(plain)]
    yield from once
    for reading in once:
        yield from _decoded(reading)


def _decoded(parent: Reading) -> Iterator[Reading]:
    """The readings with one more form decoded."""
    content = parent.content
    if b"\\" in content:
        form = "repr" if _NOT_IN_JSON.search(content) else "JSON"
        yield _unescaped(parent, form, _ESCAPE, _byte_of_escape)
        if _HIGH_BYTE.search(content):
            yield _unescaped(parent, form, _ESCAPE, _character_of_escape)
    if b"%" in content:
        yield _unescaped(parent, "URL", _PERCENT, _byte_of_percent)
    if b"+" in content:
        yield _unescaped(parent, "URL", _PERCENT_OR_PLUS, _byte_of_percent)
    for digits in (_BASE64, _HEX):
        runs = dict.fromkeys(digits.pattern.findall(content))
        if runs:
            yield _from_digits(parent, digits, [*runs])


def _name(form: str, parent: Reading) -> str:
    return form if parent.form == "plain" else f"{form} in {parent.form}"


# --- escapes -------------------------------------------------------------------------------------------------------

_ESCAPE = re.compile(
    rb"\\(?:(u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*)|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))", re.DOTALL
)
"""The backslash escapes of JSON and Python."""

_NOT_IN_JSON = re.compile(rb'(?<!\\)(?:\\\\)*\\[^"\\/bfnrtu]')
_HIGH_BYTE = re.compile(rb"\\x[89a-fA-F]")
"""An escape for a byte in `repr(bytes)`, and for a character in `ascii(str)`."""

_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"a": b"\a"}

_PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")
_PERCENT_OR_PLUS = re.compile(rb"%([0-9a-fA-F]{2})|\+")
"""In a query and in a form, a plus means a blank."""

_Decode: TypeAlias = Callable[[re.Match[bytes]], bytes]


def _byte_of_escape(escape: re.Match[bytes]) -> bytes:
    units, point, byte, sign = escape.groups()
    if sign is not None:
        return _SIGNS.get(sign, sign)
    if units is not None:
        text = "".join(chr(int(unit, 16)) for unit in units[1:].split(rb"\u"))
        return _utf_8(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))
    if point is not None:
        return _utf_8(chr(int(point, 16))) if int(point, 16) <= 0x10FFFF else escape[0]
    return unhexlify(byte)


def _character_of_escape(escape: re.Match[bytes]) -> bytes:
    byte = escape[3]
    return _byte_of_escape(escape) if byte is None else _utf_8(chr(int(byte, 16)))


def _byte_of_percent(escape: re.Match[bytes]) -> bytes:
    return b" " if escape[0] == b"+" else unhexlify(escape[1])


def _utf_8(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _unescaped(parent: Reading, form: str, pattern: re.Pattern[bytes], decode: _Decode) -> Reading:
    @cache
    def escapes() -> tuple[list[int], list[tuple[int, int, int]]]:
        """Where each escape begins in the decoded text; where it ends there, and its span in the parent."""
        starts, rest, shift = [0], [(0, 0, 0)], 0
        for escape in pattern.finditer(parent.content):
            start = escape.start() - shift
            end = start + len(decode(escape))
            shift = escape.end() - end
            starts.append(start)
            rest.append((end, *escape.span()))
        return starts, rest

    def place(at: int, *, is_end: bool) -> int:
        starts, rest = escapes()
        end, raw_start, raw_end = rest[bisect_right(starts, at - is_end) - 1]
        if at - is_end >= end:
            return at - end + raw_end
        return raw_end if is_end else raw_start

    def spans(start: int, end: int) -> list[Span]:
        return parent.spans(place(start, is_end=False), place(end, is_end=True))

    return Reading(pattern.sub(decode, parent.content), _name(form, parent), spans)


# --- base64 and hex ------------------------------------------------------------------------------------------------

_FOR_URLS = bytes.maketrans(b"-_", b"+/")


class _Digits(NamedTuple):
    """A form of digits. `bits` is the number of bits of a digit, `starts` the number of digits of a whole group."""

    form: str
    pattern: re.Pattern[bytes]
    bits: int
    group: int
    decode: Callable[[bytes], bytes]


def _base64_bytes(digits: bytes) -> bytes:
    whole = digits[:-1] if len(digits) % 4 == 1 else digits
    return a2b_base64(whole.translate(_FOR_URLS) + b"==")


def _hex_bytes(digits: bytes) -> bytes:
    return unhexlify(digits[: len(digits) // 2 * 2])


_BASE64 = _Digits("base64", re.compile(rb"[A-Za-z0-9+/_-]{11,}"), 6, 4, _base64_bytes)
_HEX = _Digits("hex", re.compile(rb"[0-9a-fA-F]{16,}"), 4, 2, _hex_bytes)
"""The shortest run holds the eight bytes of the shortest value."""


def _from_digits(parent: Reading, digits: _Digits, runs: list[bytes]) -> Reading:
    """The decoded runs: the group of a run may begin at each of its first digits."""
    pieces = [digits.decode(run[start:]) for run in runs for start in range(digits.group)]

    @cache
    def offsets() -> list[int]:
        return [0, *accumulate(len(piece) + len(BETWEEN) for piece in pieces)]

    @cache
    def places() -> dict[bytes, list[int]]:
        """Where each run begins in the parent."""
        found = defaultdict(list)
        for run in digits.pattern.finditer(parent.content):
            found[run[0]].append(run.start())
        return found

    def spans(start: int, end: int) -> list[Span]:
        number = bisect_right(offsets(), start) - 1
        run, skipped = divmod(number, digits.group)
        first = skipped + (start - offsets()[number]) * 8 // digits.bits
        last = skipped - (offsets()[number] - end) * 8 // digits.bits  # rounded up
        return [span for at in places()[runs[run]] for span in parent.spans(at + first, at + last)]

    return Reading(BETWEEN.join(pieces), _name(digits.form, parent), spans)
