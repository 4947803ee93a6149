"""The cells of tables in plain text: harmless texts, cut to a number of columns, and aligned below each other."""

import unicodedata
from collections.abc import Sequence

GAP = "  "

ELLIPSIS = "…"


def escaped(text: str) -> str:
    """A text with characters that could move the cursor, or the text around them, as Python's escapes.

    >>> escaped("a\\x1b[31m\\u202eb")
    'a\\\\x1b[31m\\\\u202eb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def columns_of(text: str) -> int:
    """The number of columns that a text takes in a terminal.

    >>> columns_of("db"), columns_of("数据")
    (2, 4)
    """
    return len(text) if text.isascii() else sum(map(_columns_of_character, text))


def _columns_of_character(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """The beginning of a text, at most so many columns wide.

    >>> cut("ResourceNotFoundException", 10)
    'ResourceN…'
    """
    text = text[: 4 * max(columns, 1) + 1]  # so that a text of any length is cut as fast
    if columns_of(text) <= columns:
        return text
    while text and columns_of(text) >= columns:
        text = text[:-1]
    return text + ELLIPSIS


def cut_left(text: str, columns: int) -> str:
    """The end of a text, at most so many columns wide.

    >>> cut_left("/opt/app/orders.py:12", 13)
    '…orders.py:12'
    """
    text = text[-4 * max(columns, 1) - 1 :]
    return text if columns_of(text) <= columns else cut(text[::-1], columns)[::-1]


def cut_inside(text: str, columns: int) -> str:
    """The beginning and the end of a text, at most so many columns wide together.

    >>> cut_inside("'shop/eu/orders/db'", 12)
    "'shop/…s/db'"
    """
    if len(text) <= columns and columns_of(text) <= columns:
        return text
    right = (columns - 1) // 2
    beginning = cut(text, columns - right)
    return beginning + (cut_left(text, right + 1).removeprefix(ELLIPSIS) if right > 0 else "")


def wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    """A text in lines of at most so many columns, with an indent from the second line on. A longer word is broken.

    >>> wrapped("GetSecretValue: no secret 'db'", 16, "  ")
    ['GetSecretValue:', "  no secret 'db'"]
    """
    body = text.lstrip(" ")
    lines: list[str] = []
    line, has_word = text[: len(text) - len(body)], False
    for word in body.split(" "):
        longer = f"{line} {word}" if has_word else line + word
        if has_word and columns_of(longer) > columns:
            lines.append(line)
            longer = indent + word
        while columns_of(longer) > columns:
            piece = _piece(longer, columns)
            lines.append(piece)
            longer = indent + longer[len(piece) :]
        line, has_word = longer, True
    return [*lines, line]


def pieces(text: str, columns: int) -> list[str]:
    """A text in pieces of at most so many columns, broken anywhere.

    >>> pieces("'hunter2 hunter2'", 8)
    ["'hunter2", ' hunter2', "'"]
    """
    found = []
    while columns_of(text) > columns:
        piece = _piece(text, columns)
        found.append(piece)
        text = text[len(piece) :]
    return [*found, text]


def _piece(text: str, columns: int) -> str:
    """As many of the first characters as fit, but at least one."""
    if text.isascii():
        return text[:columns]
    length = next((length for length in range(1, len(text)) if columns_of(text[: length + 1]) > columns), len(text))
    return text[:length]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines, with each column as wide as its widest cell."""
    widths = widths_of(rows)
    return [
        GAP.join(cell + " " * (width - columns_of(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def widths_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns that each column of a table takes."""
    return [max(map(columns_of, column)) for column in zip(*rows, strict=True)]


def total_width(widths: Sequence[int]) -> int:
    """The columns that a row takes."""
    return sum(widths) + len(GAP) * (len(widths) - 1)
