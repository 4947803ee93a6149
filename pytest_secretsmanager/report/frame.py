"""The frame of a section: its width, the folder that paths are relative to, and whether it shows secret values."""

import os
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pytest_secretsmanager.engine.call import Site
from pytest_secretsmanager.inspection.call_sites import call_site_of
from pytest_secretsmanager.inspection.cells import cut, escaped

LINES = 5
"""The number of different calls of one kind that have a line; the rest is counted."""


class Frame(NamedTuple):
    """`width` is in columns of the terminal."""

    width: int = 80
    folder: Path | None = None
    shows_values: bool = False


def filled(lines: Iterable[str], frame: Frame) -> str:
    """Lines of the section, wrapped. A word that is wider than the section, such as an ARN, stays whole."""
    folder = f" {frame.folder}{os.sep}"
    return "\n".join(
        textwrap.fill(
            escaped(line.replace(folder, " ")),
            frame.width,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines
    )


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


def indented(text: str, columns: int, width: int, most: int) -> list[str]:
    """A text in at most so many lines, behind a margin."""
    margin = " " * columns
    room = max(width - columns, 20)
    wrapped = textwrap.wrap(escaped(text[: room * (most + 1)]), room)
    if len(wrapped) > most:
        wrapped = [*wrapped[: most - 1], cut(" ".join(wrapped[most - 1 :]), room)]
    return [margin + line for line in wrapped]
