"""Where secret values stand that should not, in plain or in JSON, base64, hex or URL form. Never says which value."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from pytest_secretsmanager.inspection.views import SecretView

SHORTEST = 6
"""A value with fewer characters counts as leaked where it stands as a whole word: inside words it would be chance."""


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

    A text inside a JSON value that stands in the secret's own name too, as a user's name may, is no secret.
    """
    found: dict[str, Needle] = {}
    for secret in secrets:
        for version in secret.versions:
            for part, value in _parts(version.value, secret.name):
                owner = f"{secret.name!r}, version {version.number}{part}"
                for form, text in _forms(value):
                    found.setdefault(text, Needle(form, text, owner))
    return list(found.values())


def leaks_in(places: Iterable[tuple[str, str]], needles: list[Needle]) -> list[Leak]:
    """The leaks in texts that are given with a name for each place; one for each place and owner."""
    found: dict[tuple[str, str], Leak] = {}
    for place, text in places:
        for needle in needles:
            if _holds(text, needle.text):
                found.setdefault((place, needle.owner), Leak(place, needle.owner, needle.form))
    return list(found.values())


def texts_in(value: object) -> Iterator[str]:
    """Every text inside a request field, or inside anything else that is printed."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from texts_in(name)
            yield from texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, bytes | bytearray):
        # Byte by byte, where any byte string can be found, and as the text that it may be.
        yield value.decode("latin-1")
        yield value.decode(errors="replace")
    else:
        yield str(value)


def _parts(value: str | bytes | None, name: str) -> Iterator[tuple[str, str | bytes]]:
    """A value as a whole, and the texts inside it with the key that leads to each."""
    if not value:
        return
    yield "", value
    try:
        parsed = json.loads(value)
    except ValueError:
        return
    if isinstance(parsed, dict | list):
        yield from (leaf for leaf in _leaves(parsed, "") if len(leaf[1]) >= SHORTEST and leaf[1] not in name)


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
        yield "JSON", json.dumps(value)[1:-1]
        yield "JSON", json.dumps(value, ensure_ascii=False)[1:-1]
    yield "base64", base64.b64encode(raw).decode().rstrip("=")
    yield "base64", base64.urlsafe_b64encode(raw).decode().rstrip("=")
    yield "hex", raw.hex()
    yield "hex", raw.hex().upper()
    yield "URL", quote(raw)
    yield "URL", quote(raw, safe="")
    yield "URL", quote_plus(raw)


def _holds(text: str, needle: str) -> bool:
    if needle not in text:
        return False
    return len(needle) >= SHORTEST or re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", text) is not None
