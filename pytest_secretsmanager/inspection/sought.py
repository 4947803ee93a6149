"""What counts as a secret value: which values of a world are looked for in texts, and under which names."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.readings import DEPTH
from pytest_secretsmanager.inspection.search import SHORTEST, Index, Needle
from pytest_secretsmanager.inspection.views import SecretView, VersionView, World

__tracebackhide__ = True

_KEPT_SECRET = re.compile("passw|passphrase|passcode|secret|token|(?:pass|pwd|pw|(?<!mon)key)(?![a-z])", re.IGNORECASE)
"""What the key of a JSON member says of a text that names nothing."""


_GONE = ", gone by now"


def index_of(world: World) -> Index:
    """All values to look for: of every version that is there, that was there, and that AWS refused.

    The texts inside JSON values are among them. No secret is what names one: a value that is a whole name or ARN; and
    inside JSON, a region or an account too, and what stands in the secret's own name under a key that does not speak
    of a password or the like.
    """
    secrets, notes = _present_and_gone(world)
    names = {text for secret in secrets for text in (secret.name, secret.arn)}
    known = names | {text for secret in secrets for text in secret.key[:2]}

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
    """The secrets that are there and those that were, with a note on those that a change or time took away."""
    now = world.now()
    secrets = world.service.secrets()
    vanished = world.service.vanished()
    notes = [_GONE if guards.is_gone(secret, now) else "" for secret in secrets]
    return [*secrets, *vanished], [*notes, *[_GONE] * len(vanished)]


def _spellings(names: Iterable[str]) -> Iterator[bytes]:
    """The names of secrets as they are, and as URLs have them."""
    for name in names:
        for spelled in {name, quote(name), quote(name, safe="")}:
            yield spelled.encode(errors="surrogatepass")
            yield re.sub("%..", lambda escape: escape[0].lower(), spelled).encode(errors="surrogatepass")


def _values_in(
    value: str | bytes | None, name: str, names: set[str], known: set[str]
) -> Iterator[tuple[str, str | bytes]]:
    """A value as a whole, and the texts inside it with the keys that lead to each."""
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
    """The texts and numbers of a JSON value in their order, each with the keys that lead to it.

    A text that is JSON itself is read too.
    """
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
    """What a JSON text says; None where it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _needles_of(value: str | bytes, owner: str) -> Iterator[Needle]:
    """The bytes that a value may stand as: its own; and those of a text in UTF-16 and Latin-1."""
    is_short = len(value) < SHORTEST
    if isinstance(value, bytes):
        yield Needle(value, owner, is_short=is_short)
        return
    yield Needle(value.encode(errors="surrogatepass"), owner, is_short=is_short)
    if not value.isascii() and max(value) < "\u0100":
        yield Needle(value.encode("latin-1"), owner, "Latin-1", is_short)
    if not is_short:
        wide = value.encode("utf-16-le", "surrogatepass")
        # Of plain letters, what little and big endian have in common.
        yield Needle(wide[:-1] if value.isascii() else wide, owner, "UTF-16")
