"""Texts of users in tables and pictures: names may hold control characters, marks of direction, and 10,000 letters."""

_ELLIPSIS = "…"


def printable(text: str) -> str:
    r"""Show each character that can't be printed as Python's escape of it.

    >>> printable("a\x1b[31m\u202eb\ud800")
    'a\\x1b[31m\\u202eb\\ud800'
    """
    if text.isprintable():
        return text
    return "".join([one if one.isprintable() else _escaped(one) for one in text])


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def shortened(text: str, length: int) -> str:
    """The text with its middle left out if it is longer than `length`.

    >>> shortened("abcdefghij", 7)
    'abcd…ij'
    """
    if len(text) <= length:
        return text
    tail = (length - 1) // 3
    return f"{text[: length - 1 - tail]}{_ELLIPSIS}{text[-tail:] if tail else ''}"
