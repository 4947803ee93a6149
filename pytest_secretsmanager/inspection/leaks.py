"""Where secret values stand that should not, in plain or in JSON, base64, hex or URL form. Never says which value."""

import base64
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from logging import Formatter, LogRecord
from pathlib import PurePath
from types import FunctionType
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.views import SecretView

SHORTEST = 6
"""A value with fewer characters counts as leaked where it stands alone: inside words or ids it would be chance."""

_KEPT_SECRET = re.compile(r"pass|pwd|secret|token|key|credential", re.IGNORECASE)
"""What is said in the names of JSON members that hold no names."""


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


class Sought(NamedTuple):
    """Every form of every secret value, and the names and ARNs of secrets, longest first, inside which none counts."""

    needles: list[Needle]
    names: list[str]


def sought_of(secrets: Iterable[SecretView]) -> Sought:
    """What to look for so that no value of these secrets is missed, the texts inside JSON values included.

    No secret is what names one: a value that is a whole name or ARN; and inside JSON, a region or an account too, and
    what stands in the secret's own name, unless its key speaks of a password or the like.
    """
    secrets = list(secrets)
    names = {text for secret in secrets for text in (secret.name, secret.arn)}
    places = {text for secret in secrets for text in secret.key[:2]}
    found: dict[str, Needle] = {}
    for secret in secrets:
        for version in secret.versions:
            for part, value in _parts(version.value, secret.name, names, names | places):
                owner = f"{secret.name!r}, version {version.number}{part}"
                for form, text in _forms(value):
                    found.setdefault(text, Needle(form, text, owner))
    return Sought(list(found.values()), sorted(names, key=len, reverse=True))


def leaks_in_fields(places: Iterable[tuple[str, str]], sought: Sought) -> list[Leak]:
    """The leaks in logged request fields, given with their names; a short value only where it is the whole field."""
    return _leaks(places, sought, lambda text, needle: text == needle)


def leaks_in_texts(places: Iterable[tuple[str, str]], sought: Sought) -> list[Leak]:
    """The leaks in running text, given with a name for each place; a short value only where it is a word."""
    return _leaks(places, sought, lambda text, needle: bool(re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", text)))


def _leaks(places: Iterable[tuple[str, str]], sought: Sought, stands_alone: Callable[[str, str], bool]) -> list[Leak]:
    """One leak for each place and owner."""
    found: dict[tuple[str, str], Leak] = {}
    for place, text in places:
        for needle in sought.needles:
            if needle.text not in text:
                continue
            left = _without_names(text, needle.text, sought.names)
            if needle.text in left and (len(needle.text) >= SHORTEST or stands_alone(left, needle.text)):
                found.setdefault((place, needle.owner), Leak(place, needle.owner, needle.form))
    return list(found.values())


def _without_names(text: str, needle: str, names: list[str]) -> str:
    """A text without the names of secrets that hold the needle: who names a secret tells no value."""
    for name in names:
        if needle in name:
            text = text.replace(name, "\0")
    return text


def texts_in(value: object) -> Iterator[str]:
    """Every text inside a request field, or inside anything else that is printed or logged."""
    if isinstance(value, PurePath):
        raise UsageError(f"a path is no text to look for secret values in: read the file first ({value})")
    return _texts_in(value, {})


def _texts_in(value: object, seen: dict[int, object]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value)
        # Byte by byte, where any byte string can be found, and as the text that it may be.
        yield value.decode("latin-1")
        yield value.decode(errors="replace")
    elif id(value) not in seen:
        seen[id(value)] = value  # kept, so that nothing else gets its id
        for part in _told_by(value):
            yield from _texts_in(part, seen)


def _told_by(value: object) -> Iterable[object]:
    """What a value is made of, or else its text. A record, an exception or a mock tells more than its text does."""
    if isinstance(value, Mapping):
        return [part for item in value.items() for part in item]
    if isinstance(value, LogRecord):
        return _of_record(value)
    if isinstance(value, BaseException):
        return _of_exception(value)
    if _is_mock(value):
        return [value.mock_calls]  # type: ignore[attr-defined]
    # Of the type: a call that a mock noted has every attribute that it is asked for.
    if callable(whole := getattr(type(value), "getvalue", None)):
        return [whole(value)]  # of a stream in memory, wherever it stands
    return value if isinstance(value, Iterable) else [str(value)]


def _of_record(record: LogRecord) -> Iterator[object]:
    yield record.getMessage()
    yield Formatter().formatException(record.exc_info) if record.exc_info else record.exc_text or ""
    yield record.stack_info or ""
    yield from (item for name, item in vars(record).items() if name not in _OF_EVERY_RECORD)


_OF_EVERY_RECORD = frozenset(vars(LogRecord("", 0, "", 0, "", (), None)))
"""What a log record has by itself; all else was given as `extra`."""


def _of_exception(error: BaseException) -> Iterator[object]:
    """With its notes, all that it came from, and those that it groups."""
    yield str(error)
    yield from getattr(error, "__notes__", ())
    yield from (other for other in (error.__cause__, error.__context__) if other is not None)
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions


def _is_mock(value: object) -> bool:
    mock = sys.modules.get("unittest.mock")
    # The mock of a function's signature is a function, and holds the mock itself.
    inner = getattr(value, "mock", None) if isinstance(value, FunctionType) else value
    return mock is not None and isinstance(inner, mock.NonCallableMock)


def _parts(value: str | bytes | None, name: str, names: set[str], known: set[str]) -> Iterator[tuple[str, str | bytes]]:
    """A value as a whole, and the texts inside it with the keys that lead to each."""
    if not value:
        return
    if isinstance(value, bytes) or value not in names:
        yield "", value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return
    if not isinstance(parsed, dict | list | str):
        return
    for keys, text in _leaves(parsed, ()):
        is_name = text in known or (text in name and not any(map(_KEPT_SECRET.search, keys)))
        if len(text) >= SHORTEST and not is_name:
            yield "".join(f", key {key!r}" for key in keys), text


def _leaves(value: object, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*keys, key))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, keys)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield keys, str(value)


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
