"""The forms in which a value is found: plain, JSON, URL, HTML, quoted, base64 and hex, also nested.

A text is decoded from each form, and a value is looked for in each decoded reading. So the characters that an encoder
escapes need not be known. A text is bytes, since base64, hex and URLs encode bytes.
"""

import re
from binascii import a2b_base64, unhexlify
from collections.abc import Iterator
from html import unescape
from itertools import chain
from typing import NamedTuple

__tracebackhide__ = True

DEPTH = 3
"""The number of encodings that may be nested: JSON in JSON in base64."""

SHORTEST_DECODED = 4
"""Bytes of the shortest value that is looked for in base64 and hex: any word may decode to a shorter one."""

BETWEEN = b"\n\xff\xfe\n"
"""Separates decoded pieces. No word contains it."""


class Reading(NamedTuple):
    """A text, decoded from `form`, which is empty for the text itself.

    `guessed` says that base64 or hex was decoded, which may have been ordinary words. `is_last` says that this reading
    is not decoded further.
    """

    content: bytes
    form: str = ""
    guessed: bool = False
    is_last: bool = False

    def __repr__(self) -> str:
        return f"<reading of {len(self.content)} bytes: {self.form or 'plain'}>"


def readings_of(text: bytes) -> Iterator[Reading]:
    """The different readings of a text, the simplest ones first."""
    read, runs = {text}, _Runs()
    level = [Reading(text)]
    yield level[0]
    for _ in range(DEPTH):
        parents = [reading for reading in level if not reading.is_last]
        level = []
        for parent in parents:
            for reading in chain(_unescaped_readings(parent), runs.guessed(parent)):
                if reading.content not in read:
                    read.add(reading.content)
                    level.append(reading)
        if not level:
            return
        yield from level


def _unescaped_readings(parent: Reading) -> Iterator[Reading]:
    """The readings with one more kind of escapes decoded."""
    content = parent.content
    if b"\\" in content:
        form = "repr" if _NOT_IN_JSON.search(content) else "JSON"
        yield _inside(parent, form, _ESCAPE.sub(_unescaped, content))
        if _HIGH_BYTE.search(content):
            yield _inside(parent, form, _ESCAPE.sub(_unescaped_as_character, content))
    if b"%" in content:
        yield _inside(parent, "URL", _PERCENT.sub(_byte, content))
    if b"+" in content:
        yield _inside(parent, "URL", _PERCENT.sub(_byte, content.replace(b"+", b" ")))
    if b"&" in content:
        yield _inside(parent, "HTML", _ENTITY.sub(_character, content))
    if b"''" in content or b'""' in content or b"'\"'\"'" in content or b"'\\''" in content:
        yield _inside(parent, "quoted", _DOUBLED.sub(_first_byte, content))


def _inside(parent: Reading, form: str, content: bytes) -> Reading:
    return Reading(content, _name(form, parent), parent.guessed)


def _name(form: str, parent: Reading) -> str:
    return f"{form} in {parent.form}" if parent.form else form


# --- escapes -------------------------------------------------------------------------------------------------------

_ESCAPE = re.compile(
    rb"\\(?:(u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*)|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL
)
"""The backslash escapes of JSON, Python, YAML, C and a shell's `$'…'`."""

_NOT_IN_JSON = re.compile(rb'(?<!\\)(?:\\\\)*\\[^"\\/bfnrtu]')
_HIGH_BYTE = re.compile(rb"\\(?:x[89a-fA-F]|[23][0-7]{2})")
"""An escape for a byte in `repr(bytes)`, and for a character in `ascii(str)`."""

_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"a": b"\a"}

_PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_DOUBLED = re.compile(rb"'(?:\"'\"|\\')'|''|\"\"")
"""A quote inside quotes, in shells, SQL, CSV and YAML."""


def _unescaped(escape: re.Match[bytes]) -> bytes:
    units, point, byte, octal, sign = escape.groups()
    if sign is not None:
        return _SIGNS.get(sign, sign)
    if units is not None:
        text = "".join(chr(int(unit, 16)) for unit in units[1:].split(rb"\u"))
        return _utf_8(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))
    if point is not None:
        return _utf_8(chr(int(point, 16))) if int(point, 16) <= 0x10FFFF else escape[0]
    return bytes([_number(byte, octal) & 0xFF])


def _unescaped_as_character(escape: re.Match[bytes]) -> bytes:
    _, _, byte, octal, _ = escape.groups()
    return _unescaped(escape) if byte is octal is None else _utf_8(chr(_number(byte, octal)))


def _number(byte: bytes | None, octal: bytes) -> int:
    return int(octal, 8) if byte is None else int(byte, 16)


def _byte(percent: re.Match[bytes]) -> bytes:
    return unhexlify(percent[1])


def _character(entity: re.Match[bytes]) -> bytes:
    return _utf_8(unescape(entity[0].decode()))


def _first_byte(quotes: re.Match[bytes]) -> bytes:
    return quotes[0][:1]


def _utf_8(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


# --- base64 and hex ------------------------------------------------------------------------------------------------

_FOR_URLS = bytes.maketrans(b"-_", b"+/")


class _Runs:
    """The runs of base64 and hex digits in the readings of one text. Each run is decoded once."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[str, set[bytes]] = {"base64": set(), "hex": set()}

    def guessed(self, parent: Reading) -> Iterator[Reading]:
        """The decoded new runs of a reading: first only the texts, which are decoded further, then all."""
        for form, digits, decoded in _UNMARKED:
            runs = [run for run in digits(parent.content) if run not in self._seen[form]]
            if not runs:
                continue
            self._seen[form].update(runs)
            pieces = [piece for run in dict.fromkeys(runs) for piece in decoded(run)]
            name = _name(form, parent)
            if texts := [piece for piece in pieces if _is_text(piece)]:
                yield Reading(BETWEEN.join(texts), name, guessed=True)
            yield Reading(BETWEEN.join(pieces), name, guessed=True, is_last=True)


def _from_base64(run: bytes) -> Iterator[bytes]:
    """The possible meanings of a run: its base64 may begin at any of the first four digits."""
    standard = run.translate(_FOR_URLS)
    for start in range(4):
        length = len(run) - start
        if length % 4 == 1:
            length -= 1
        if length * 6 // 8 >= SHORTEST_DECODED:
            yield a2b_base64(standard[start : start + length] + b"==")


def _from_hex(run: bytes) -> Iterator[bytes]:
    """The possible meanings of a run: its hex may begin at either of the first two digits."""
    for start in range(2):
        length = (len(run) - start) // 2 * 2
        if length // 2 >= SHORTEST_DECODED:
            yield unhexlify(run[start : start + length])


def _is_text(piece: bytes) -> bool:
    """Whether a piece can be text, and may be encoded once more. Few words that are not base64 pass."""
    try:
        piece.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


_UNMARKED = (
    ("base64", re.compile(rb"[A-Za-z0-9+/_-]{6,}").findall, _from_base64),
    ("hex", re.compile(rb"[0-9a-fA-F]{8,}").findall, _from_hex),
)
