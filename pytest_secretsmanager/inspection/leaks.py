"""Where secret values stand that should not, in plain or in JSON, base64, hex or URL form. Never says which value."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from logging import Formatter, LogRecord
from pathlib import PurePath
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.views import SecretView

SHORTEST = 6
"""A value with fewer characters counts as leaked where it stands alone: inside words or ids it would be chance."""


class Needle(NamedTuple):
    """One form of one secret value, and what to call it in a message."""

    form: str
    text: str
    owner: str


class Leak(NamedTuple):
    """Where a secret value was found, whose it is, and in which form."""

    place: str
    owner: str
    form: str

    def __str__(self) -> str:
        return f"{self.place} holds the value of {self.owner} ({self.form})"


def needles_of(secrets: Iterable[SecretView]) -> list[Needle]:
    """Every form of every value that these secrets hold, the texts inside JSON values included.

    No secret is what names a secret: a whole name or ARN, or a part of one between slashes or colons, as a user's name,
    an account or a region may be; and inside JSON, whatever stands in the secret's own name.
    """
    secrets = list(secrets)
    known = {text for secret in secrets for text in _known(secret)}
    found: dict[str, Needle] = {}
    for secret in secrets:
        for version in secret.versions:
            for part, value in _parts(version.value, secret.name, known):
                owner = f"{secret.name!r}, version {version.number}{part}"
                for form, text in _forms(value):
                    found.setdefault(text, Needle(form, text, owner))
    return list(found.values())


def leaks_in_fields(places: Iterable[tuple[str, str]], needles: list[Needle]) -> list[Leak]:
    """The leaks in logged request fields, given with their names; a short value only where it is the whole field."""
    return _leaks(places, needles, lambda text, needle: text == needle)


def leaks_in_texts(places: Iterable[tuple[str, str]], needles: list[Needle]) -> list[Leak]:
    """The leaks in running text, given with a name for each place; a short value only where it is a word."""
    return _leaks(places, needles, lambda text, needle: bool(re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", text)))


def _leaks(
    places: Iterable[tuple[str, str]], needles: list[Needle], stands_alone: Callable[[str, str], bool]
) -> list[Leak]:
    """One leak for each place and owner."""
    found: dict[tuple[str, str], Leak] = {}
    for place, text in places:
        for needle in needles:
            if needle.text in text and (len(needle.text) >= SHORTEST or stands_alone(text, needle.text)):
                found.setdefault((place, needle.owner), Leak(place, needle.owner, needle.form))
    return list(found.values())


def texts_in(value: object) -> Iterator[str]:
    """Every text inside a request field, or inside anything else that is printed or logged."""
    if isinstance(value, Mapping):
        value = [part for item in value.items() for part in item]
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value)
        # Byte by byte, where any byte string can be found, and as the text that it may be.
        yield value.decode("latin-1")
        yield value.decode(errors="replace")
    elif isinstance(value, LogRecord | BaseException | PurePath) or hasattr(value, "mock_calls"):
        yield from _told_by(value)
    elif callable(whole := getattr(value, "getvalue", None)):
        yield from texts_in(whole())  # of a stream in memory, wherever it stands
    elif isinstance(value, Iterable):
        for item in value:
            yield from texts_in(item)
    else:
        yield str(value)


def _told_by(value: Any) -> Iterator[str]:
    """What a log record, an exception or a mock has to tell, which is more than their text."""
    if isinstance(value, PurePath):
        raise UsageError(f"a path is no text to look for secret values in: read the file first ({value})")
    if isinstance(value, LogRecord):
        yield value.getMessage()
        yield Formatter().formatException(value.exc_info) if value.exc_info else value.exc_text or ""
        yield from (str(item) for name, item in vars(value).items() if name not in _OF_EVERY_RECORD)
    elif isinstance(value, BaseException):
        yield from map(str, _chain(value))
    else:
        yield str(value.mock_calls)


_OF_EVERY_RECORD = frozenset(vars(LogRecord("", 0, "", 0, "", (), None)))
"""What a log record has by itself; all else was given as `extra`."""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception with all that it came from."""
    seen: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and one not in seen:
            seen.append(one)
            left += [one.__cause__, one.__context__]
    return iter(seen)


def _known(secret: SecretView) -> Iterator[str]:
    yield secret.name
    yield secret.arn
    yield from secret.name.split("/")
    yield from secret.arn.split(":")


def _parts(value: str | bytes | None, name: str, known: set[str]) -> Iterator[tuple[str, str | bytes]]:
    """A value as a whole, and the texts inside it with the key that leads to each."""
    if not value:
        return
    if value not in known:
        yield "", value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return
    if isinstance(parsed, dict | list | str):
        for part, text in _leaves(parsed, ""):
            if len(text) >= SHORTEST and text not in name and text not in known:
                yield part, text


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}, key {key!r}")
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, path)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)


def _forms(value: str | bytes) -> Iterator[tuple[str, str]]:
    raw = value if isinstance(value, bytes) else value.encode(errors="surrogatepass")
    if isinstance(value, bytes):
        yield "plain", value.decode("latin-1")
        yield "repr", repr(value)[2:-1]
    else:
        yield "plain", value
        yield "repr", repr(value)[1:-1]
        yield "JSON", json.dumps(value)[1:-1]
        yield "JSON", json.dumps(value, ensure_ascii=False)[1:-1]
    yield "base64", base64.b64encode(raw).decode().rstrip("=")
    yield "base64", base64.urlsafe_b64encode(raw).decode().rstrip("=")
    yield "hex", raw.hex()
    yield "hex", raw.hex().upper()
    yield "URL", quote(raw)
    yield "URL", quote(raw, safe="")
    yield "URL", quote_plus(raw)
