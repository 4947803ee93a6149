"""The rule for leaks: the values that texts are searched for, and the names that don't count.

`index` has the other half: a short value counts only as a word.
"""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.leaks.forms import DEPTH
from pytest_secretsmanager.inspection.leaks.index import SHORTEST, Index, Needle
from pytest_secretsmanager.inspection.views import SecretView, VersionView
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_KEPT_SECRET = re.compile("passw|passphrase|passcode|secret|token|(?:pass|pwd|pw|(?<!mon)key)(?![a-z])", re.IGNORECASE)
"""A JSON key whose text is a secret even if it is a part of the secret's name."""

_GONE = ", gone by now"


def index_of(world: World) -> Index:
    """The values to look for: those of every version that exists or existed, those that AWS refused, and JSON texts.

    Ignored are values that equal a secret's name or ARN; and in JSON, also regions, accounts, and parts of the secret's
    name, unless the key looks like a password.
    """
    secrets, notes = _present_and_gone(world)
    names = {text for secret in secrets for text in (secret.name, secret.arn)}
    known = names | {text for secret in secrets for text in secret.key.place}

    def needles() -> Iterator[Needle]:
        for secret, note in zip(secrets, notes, strict=True):
            for version in secret.versions.values():
                value = VersionView(SecretView(world, secret.key), secret, version).value
                owner = f"the value of {secret.name!r}, version {version.number}"
                for part, text in _values_in(value, secret.name, names, known):
                    yield from _needles_of(text, f"{owner}{part}{note}")
        numbers = {event.request_id: number for number, event in enumerate(world.log, start=1)}
        for refusal, value in world.service.refusals.values():
            call = f" (call {numbers[refusal.request_id]})" if refusal.request_id in numbers else ""
            for part, text in _values_in(value, "", names, known):
                yield from _needles_of(text, f"a value that {refusal.operation}{call} was refused{part}")

    return Index(needles(), _spellings({secret.name for secret in secrets}))


def _present_and_gone(world: World) -> tuple[list[Secret], list[str]]:
    """The secrets that exist and those that existed, each with a note if it is gone."""
    now = world.now()
    secrets = world.service.secrets()
    vanished = world.service.vanished()
    notes = [_GONE if guards.is_gone(secret, now) else "" for secret in secrets]
    return [*secrets, *vanished], [*notes, *[_GONE] * len(vanished)]


def _spellings(names: Iterable[str]) -> Iterator[bytes]:
    """The names of secrets, plain and in URL form."""
    for name in names:
        for spelled in {name, quote(name), quote(name, safe="")}:
            yield spelled.encode(errors="surrogatepass")
            yield re.sub("%..", lambda escape: escape[0].lower(), spelled).encode(errors="surrogatepass")


def _values_in(
    value: str | bytes | None, name: str, names: set[str], known: set[str]
) -> Iterator[tuple[str, str | bytes]]:
    """The whole value, and the texts inside its JSON, each with its keys."""
    if not value:
        return
    if isinstance(value, bytes) or value not in names:
        yield "", value
    parsed = _parsed(value)
    if not isinstance(parsed, dict | list | str):
        return
    for keys, text in _leaves(parsed):
        is_name = text in known or (keys and text in name and not any(map(_KEPT_SECRET.search, keys)))
        if len(text) >= SHORTEST and not is_name:
            yield "".join(f", key {key!r}" for key in keys), text


def _leaves(parsed: object) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts and numbers of a JSON value in their order, each with its keys; also those of JSON inside its texts."""
    left: list[tuple[tuple[str, ...], object, int]] = [((), parsed, 0)]
    while left:
        keys, value, depth = left.pop()
        if isinstance(value, dict):
            left += [((*keys, key), item, depth) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            left += [(keys, item, depth) for item in reversed(value)]
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield keys, str(value)
            if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and depth < DEPTH:
                left.append((keys, _parsed(value), depth + 1))


def _parsed(text: str | bytes) -> object:
    """The parsed JSON; None if the text is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _needles_of(value: str | bytes, owner: str) -> Iterator[Needle]:
    """The bytes of a value: its own, and those of a text in UTF-16 and Latin-1."""
    is_short = len(value) < SHORTEST
    if isinstance(value, bytes):
        yield Needle(value, owner, is_short=is_short)
        return
    yield Needle(value.encode(errors="surrogatepass"), owner, is_short=is_short)
    if not value.isascii() and max(value) < "\u0100":
        yield Needle(value.encode("latin-1"), owner, "Latin-1", is_short)
    if not is_short:
        wide = value.encode("utf-16-le", "surrogatepass")
        # For ASCII, the bytes that little and big endian have in common.
        yield Needle(wide[:-1] if value.isascii() else wide, owner, "UTF-16")
