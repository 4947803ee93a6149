"""The frame of a section: its width, the folder that paths are relative to, and whether it shows secret values."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pytest_secretsmanager.engine.call import Site
from pytest_secretsmanager.inspection.call_sites import call_site_of
from pytest_secretsmanager.inspection.cells import ELLIPSIS, columns_of, cut, cut_left, escaped, wrapped

LINES = 5
"""The number of different calls of one kind that have a line; the rest is counted."""


class Frame(NamedTuple):
    """`width` is in columns of the terminal."""

    width: int = 80
    folder: Path | None = None
    shows_values: bool = False


def filled(lines: Iterable[str], frame: Frame) -> str:
    """Lines of the section, wrapped."""
    folder = f" {frame.folder}{os.sep}"
    near = (escaped(line.replace(folder, " ")) for line in lines)
    return "\n".join(part for line in near for part in wrapped(line, frame.width, "  "))


def bounded(lines: list[str], rest: str) -> list[str]:
    """The first lines, and the number of the rest with these words."""
    more = len(lines) - LINES
    return [*lines[:LINES], *([f"… and {more:,} {rest}"] if more > 0 else [])]


def place_text(site: Site | None, folder: Path | None) -> str:
    """The file and line that made a call, with a path relative to the folder if inside it; `-` if it is unknown."""
    found = call_site_of(site)
    if found is None:
        return "-"
    path = Path(found.file)
    inside = folder is not None and path.is_relative_to(folder)
    return escaped(f"{path.relative_to(folder) if inside and folder is not None else path}:{found.line}")


def without_folders(place: str, columns: int) -> str:
    """A place with as many of its last folders as fit, but at least its file and line.

    >>> without_folders(os.path.join("", "opt", "app", "orders.py:12"), 18) == os.path.join("…", "app", "orders.py:12")
    True
    """
    if columns_of(place) <= columns or os.sep not in place:
        return place
    fitting = cut_left(place, columns).partition(os.sep)[2] or place.rpartition(os.sep)[2]
    return f"{ELLIPSIS}{os.sep}{fitting}"


def indented(text: str, columns: int, width: int, most: int) -> list[str]:
    """A text in at most so many lines, behind a margin."""
    room = max(width - columns, 20)
    lines = wrapped(escaped(text[: room * (most + 1)]), room) if text else []
    if len(lines) > most:
        lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room)]
    return [" " * columns + line for line in lines]
