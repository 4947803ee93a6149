"""The layout of a run's summary: lists and tables as lines of plain text, no wider than the terminal and bounded."""

from collections.abc import Sequence

from pytest_secretsmanager.inspection.cells import ELLIPSIS, columns_of, cut_inside, escaped

_NARROWEST = 40
_INDENT = "  "
_DEEPER = "    "

_SPACE = "\0"
"""Stands for a space inside a name, at which no line is broken."""


class Page:
    """The width of a terminal, and the parts that fit into it."""

    def __init__(self, width: int) -> None:
        self.width = max(width, _NARROWEST)

    def name(self, text: str) -> str:
        """A name of a user as one word of a line: harmless, and cut in its middle if it is too long."""
        room = self.width - len(_DEEPER) - 1  # a comma or a colon may follow
        return cut_inside(escaped(text), room).replace(" ", _SPACE)

    def words(self, text: str, most: int) -> str:
        """A text with names of users in it, made harmless, and cut at so many characters."""
        safe = escaped(text if len(text) <= most else text[:most] + ELLIPSIS)
        return " ".join(cut_inside(word, self.width - len(_DEEPER)) for word in safe.split(" "))

    def filled(self, text: str, first: str = "", more: str = "") -> list[str]:
        """A text, broken into lines between its words. `first` and `more` are the indents."""
        lines, line = [], first
        for word in text.split(" "):
            if line.strip() and columns_of(line) + columns_of(word) + 1 > self.width:
                lines.append(line)
                line = more + word
            else:
                line += f" {word}" if line.strip() else word
        return [one.replace(_SPACE, " ") for one in (*lines, line)]

    def items(self, title: str, shown: Sequence[str], number: int) -> list[str]:
        """A title, and each item below it. `number` is the number of items with those that are left out."""
        if not shown:
            return []
        lines = [line for item in shown for line in self.filled(item, _INDENT, _DEEPER)]
        return [*self.filled(title), *lines, *_more(number - len(shown))]

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]], number: int) -> list[str]:
        """A table: names on the left, numbers on the right. `number` is the number of rows with those left out."""
        if not rows:
            return []
        columns = [*zip(titles[1:], *(row[1:] for row in rows), strict=True)]
        widths = [max(map(len, column)) for column in columns]
        room = self.width - sum(widths) - len(_INDENT) * len(widths)
        names = [
            cut_inside(titles[0], room),
            *(_INDENT + cut_inside(escaped(row[0]), room - len(_INDENT)) for row in rows),
        ]
        widest = max(map(columns_of, names))
        lines = []
        for name, *cells in zip(names, *columns, strict=True):
            numbers = "".join(f"{_INDENT}{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
            lines.append(name + " " * (widest - columns_of(name)) + numbers)
        return [*lines, *_more(number - len(rows))]


def _more(number: int) -> list[str]:
    return [f"{_INDENT}{ELLIPSIS} and {number:,} more"] if number > 0 else []
