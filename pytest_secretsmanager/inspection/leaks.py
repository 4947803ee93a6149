"""Where secret values stand that should not, in plain or in JSON, base64, hex or URL form. Never says which value."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from pytest_secretsmanager.inspection.views import SecretView

SHORTEST = 6
"""A value with fewer characters counts as leaked where it stands alone: inside words or ids it would be chance."""

_KEPT_SECRET = re.compile("passw|passphrase|passcode|secret|token|(?:pass|pwd|pw|(?<!mon)key)(?![a-z])", re.IGNORECASE)
"""What the key of a JSON member says of a text that names nothing."""

_OF_AWS = re.compile(r"arn:[\w-]+:secretsmanager:[\w-]*:\d*:secret:|secretsmanager:".replace(":", "(?::|%3A)"))
"""The start of a secret's ARN, and that of an action in a policy."""


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
    """Every form of every secret value, and the names of secrets, longest first, inside which none counts."""

    needles: list[Needle]
    names: list[str]


def sought_of(secrets: Iterable[SecretView]) -> Sought:
    """What to look for so that no value of these secrets is missed, the texts inside JSON values included.

    No secret is what names one: a value that is a whole name or ARN; and inside JSON, a region or an account too, and
    what stands in the secret's own name under a key that does not speak of a password or the like.
    """
    secrets = list(secrets)
    names = {text for secret in secrets for text in (secret.name, secret.arn)}
    places = {text for secret in secrets for text in secret.key[:2]}
    found: dict[str, Needle] = {}
    for secret in secrets:
        for version in secret.versions:
            for part, value in _values_in(version.value, secret.name, names, names | places):
                owner = f"{secret.name!r}, version {version.number}{part}"
                for form, text in _forms(value):
                    found.setdefault(text, Needle(form, text, owner))
    shown = {form for secret in secrets for form in (secret.name, quote(secret.name), quote_plus(secret.name))}
    return Sought(list(found.values()), sorted(shown, key=len, reverse=True))


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
    """A text without the names of secrets that hold the needle, and without words of AWS that do.

    A letter takes the place of each, so that what stood beside it does not stand alone.
    """
    text = _OF_AWS.sub(lambda words: "_" if needle in words[0] else words[0], text)
    for name in names:
        if needle in name:
            text = text.replace(name, "_")
    return text


def _values_in(
    value: str | bytes | None, name: str, names: set[str], known: set[str]
) -> Iterator[tuple[str, str | bytes]]:
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
        is_name = text in known or (keys and text in name and not any(map(_KEPT_SECRET.search, keys)))
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
