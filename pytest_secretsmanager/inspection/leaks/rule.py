"""The texts of a secret value that count as leaks: the whole value, and the texts inside its JSON."""

import json
from collections.abc import Iterator
from typing import TypeAlias

__tracebackhide__ = True

SHORTEST = 8
"""The length of the shortest text that counts, in characters. A shorter one may stand anywhere by coincidence."""

Keys: TypeAlias = tuple[str, ...]
"""The keys that lead to a text inside a JSON value, from the outermost. Empty for the whole value."""

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
"""Keeps numbers as they are written."""


def counted_texts(value: str | bytes) -> Iterator[tuple[Keys, str | bytes]]:
    """The whole value, and the texts and numbers inside its JSON, each with its keys."""
    if len(value) >= SHORTEST:
        yield (), value
        for keys, text in _leaves(value):
            if len(text) >= SHORTEST:
                yield keys, text


def _leaves(value: str | bytes) -> Iterator[tuple[Keys, str]]:
    """The texts and numbers of a JSON value in their order, also those of JSON inside its texts."""
    left: list[tuple[Keys, object]] = [((), _parsed(value))]
    while left:
        keys, item = left.pop()
        if isinstance(item, dict):
            left += [((*keys, key), inner) for key, inner in reversed(item.items())]
        elif isinstance(item, list):
            left += [(keys, inner) for inner in reversed(item)]
        elif isinstance(item, str):
            yield keys, item
            left.append((keys, _parsed(item)))


def _parsed(text: str | bytes) -> object:
    """The object, list or text that a JSON text holds; None if it is not JSON."""
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return _DECODER.decode(decoded) if decoded.lstrip()[:1] in _STARTS else None
    except (ValueError, RecursionError):
        return None


_STARTS = ("{", "[", '"')
