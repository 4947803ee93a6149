"""The names that one mistake in typing turns into another name: each can be looked up, however many names exist."""

import string
from collections.abc import Iterator

__tracebackhide__ = True

_CHARACTERS = string.ascii_letters + string.digits + "/_+=.@-"
"""The characters that AWS allows in a name."""

_LONGEST = 64
"""A longer name has too many neighbours. It shares a long beginning or ending with the name that is meant."""


def one_edit_away(name: str) -> Iterator[str]:
    """The names with one character more, fewer or different than this one, or with two neighbours exchanged.

    >>> sorted({"db", "b", "bad", "ba"} - set(one_edit_away("bd")))
    []
    """
    if len(name) > _LONGEST:
        return
    for at in range(len(name) + 1):
        before, rest = name[:at], name[at:]
        yield before + rest[1:]
        yield before + rest[1:2] + rest[:1] + rest[2:]
        for character in _CHARACTERS:
            yield before + character + rest
            yield before + character + rest[1:]
