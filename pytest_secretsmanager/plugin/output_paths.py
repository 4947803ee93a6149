"""The paths of files that a run writes at its end. They are checked before the first test."""

from collections.abc import Iterable
from pathlib import Path

import pytest


def writable(flag: str, directory: Path, given: str) -> Path:
    """Return the path of the file. Raise pytest.UsageError if no file can be written there."""
    if not given:
        raise pytest.UsageError(f"{flag} is the path of a file, not empty")
    path = directory / given
    try:
        if path.is_dir():
            raise pytest.UsageError(f"{flag}: {path} is a folder: name a file in it")
        if (file := _file_among(path.parents)) is not None:
            raise pytest.UsageError(f"{flag}: {file} is a file, not a folder: name a path outside it")
        if not path.parent.is_dir():
            raise pytest.UsageError(f"{flag}: folder {path.parent} does not exist: create it before the run")
        _try_to_open(path)
    except (OSError, ValueError) as error:
        raise pytest.UsageError(unwritable(flag, path, error)) from None
    return path


def unwritable(flag: str, path: Path, error: OSError | ValueError) -> str:
    """Return the text about a path that can't be written."""
    reason = error.strerror if isinstance(error, OSError) else error
    return f"{flag}: {path} can't be written: {reason}"


def _file_among(parents: Iterable[Path]) -> Path | None:
    """Return the parent that is no folder, if one exists."""
    nearest = next((one for one in parents if one.exists()), None)
    return None if nearest is None or nearest.is_dir() else nearest


def _try_to_open(path: Path) -> None:
    """Open the file, and leave it as it is. A new one is removed again; a link to it stays."""
    is_new = not path.exists()
    with path.open("ab"):
        pass
    if is_new:
        path.resolve().unlink()
