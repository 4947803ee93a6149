"""Patterns of IAM: `*` stands for any characters, `?` for one. They match in linear time for each character.

DOC: a `*` at the end of a part of an ARN goes on across the following parts. Here every `*` of a resource does.
For secrets and keys this is the same, since their ARNs have a fixed number of colons.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

Match: TypeAlias = Callable[[str], object]
"""Returns a true value for a text that matches."""


class Literal(NamedTuple):
    """Characters that stand for themselves: the value of a policy variable may have a `*`."""

    text: str


Parts: TypeAlias = tuple[str | Literal, ...]
"""A pattern in parts: `*` and `?` are wildcards in a str, and characters in a `Literal`."""

_ARN_PARTS = 6


def text_of(parts: Parts) -> str:
    """Return all characters of a pattern, wildcards as well.

    >>> text_of(("app/", Literal("*"), "/*"))
    'app/*/*'
    """
    return "".join(part if isinstance(part, str) else part.text for part in parts)


@lru_cache(maxsize=1024)
def matching(parts: Parts) -> Match:
    """Return the match of a whole text.

    >>> bool(matching(("secret:app/*-??????",))("secret:app/db-a1b2c3"))
    True
    """
    return re.compile(_expression(parts, ".") + r"\Z", re.DOTALL).match


@lru_cache(maxsize=1024)
def matching_arn(parts: Parts) -> Match | None:
    """Return the match of an ARN, part by part (DOC: ArnEquals and ArnLike). None for a pattern that is no ARN.

    The first five wildcards don't cross a colon:

    >>> bool(matching_arn(("arn:aws:iam::*:role/*",))("arn:aws:iam::123456789012:role/team/app"))
    True
    """
    fields = _fields(parts)
    if len(fields) < _ARN_PARTS or text_of(fields[0]).lower() != "arn":
        return None
    expressions = [_expression(field, "[^:]") for field in fields[1:-1]] + [_expression(fields[-1], ".")]
    return re.compile("arn:" + ":".join(expressions) + r"\Z", re.DOTALL).match


def _fields(parts: Parts) -> list[Parts]:
    """Return the six fields of an ARN, each in parts; fewer if it has fewer."""
    fields: list[list[str | Literal]] = [[]]
    for part in parts:
        text = part if isinstance(part, str) else part.text
        pieces = text.split(":", _ARN_PARTS - len(fields))
        first, *others = pieces if isinstance(part, str) else map(Literal, pieces)
        fields[-1].append(first)
        fields += [[other] for other in others]
    return [tuple(field) for field in fields]


def _expression(parts: Parts, any_character: str) -> str:
    """Return a regular expression that never tries the same characters twice.

    Each piece between two `*` is matched where it first occurs, and kept there: `(?>...)` gives nothing back. Only the
    last piece has to stand at the end.
    """
    pieces = [""]
    for part in parts:
        if isinstance(part, Literal):
            pieces[-1] += re.escape(part.text)
            continue
        first, *others = part.split("*")
        pieces[-1] += _fixed(first, any_character)
        pieces += [_fixed(other, any_character) for other in others]
    return _joined(pieces, any_character)


def _joined(pieces: Sequence[str], any_character: str) -> str:
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    found = "".join(f"(?>{any_character}*?{piece})" for piece in middle if piece)
    return f"{first}{found}{any_character}*{last}"


def _fixed(text: str, any_character: str) -> str:
    return any_character.join(map(re.escape, text.split("?")))
