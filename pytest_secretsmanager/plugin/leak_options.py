"""The options of the leak sentinel: the mode of a run and of a test, and the texts that are no leaks."""

from typing import Literal, TypeAlias, get_args

import pytest

from pytest_secretsmanager.options import LEAKS, LEAKS_IGNORE, LEAKS_MODE
from pytest_secretsmanager.plugin import settings
from pytest_secretsmanager.plugin.markers import failure, farthest_first
from pytest_secretsmanager.plugin.names import OPTIONS
from pytest_secretsmanager.plugin.scopes import Node

Mode: TypeAlias = Literal["off", "warn", "error"]

MODES: tuple[Mode, ...] = get_args(Mode)


_IGNORED = pytest.StashKey[frozenset[bytes]]()
"""The stash key for the texts that the ini file ignores."""


def read_ignored(config: pytest.Config) -> None:
    """Read the texts that the ini file ignores. Raise pytest.UsageError if they are no texts."""
    config.stash[_IGNORED] = frozenset(text.encode(errors="surrogatepass") for text in settings.leaks_ignore(config))


def mode_of_run(config: pytest.Config) -> Mode:
    """Return the mode of a run."""
    given = settings.leaks(config)
    mode = _mode(given)
    if mode is None:
        is_flag = getattr(config.option, LEAKS_MODE.destination, None) is not None
        place = LEAKS_MODE.flag if is_flag else f"the ini option {LEAKS.ini_name}"
        raise pytest.UsageError(f"{place} is {_modes()}, not {given!r}{_nearest(given)}")
    return mode


def mode_of(item: pytest.Item, of_run: Mode) -> Mode:
    """Return the mode of a test: that of its nearest marker, else that of the run."""
    if item.get_closest_marker(OPTIONS) is None:
        return of_run
    mode = of_run
    for marker in farthest_first(item, OPTIONS):
        if LEAKS.name in marker.kwargs:
            given = marker.kwargs[LEAKS.name]
            found = _mode(given)
            if found is None:
                raise failure(item, OPTIONS, f"{LEAKS.name} is {_modes()}, not {given!r}{_nearest(given)}")
            mode = found
    return mode


def ignored_of(item: Node) -> frozenset[bytes]:
    """Return the texts that are no leaks in a test: those of the ini file, and those of all its markers."""
    ignored = item.config.stash[_IGNORED]
    if item.get_closest_marker(OPTIONS) is None:
        return ignored
    for marker in farthest_first(item, OPTIONS):
        if LEAKS_IGNORE.name in marker.kwargs:
            ignored |= _ignored(item, marker.kwargs[LEAKS_IGNORE.name])
    return ignored


def _ignored(item: Node, given: object) -> frozenset[bytes]:
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.inspection.leaks.ignored import ignored_texts

    try:
        return ignored_texts(given, LEAKS_IGNORE.name)
    except UsageError as error:
        raise failure(item, OPTIONS, str(error)) from None


def _mode(given: object) -> Mode | None:
    text = given.strip().lower() if isinstance(given, str) else given
    return next((mode for mode in MODES if mode == text), None)


def _modes() -> str:
    return f"{', '.join(MODES[:-1])} or {MODES[-1]}"


def _nearest(given: object) -> str:
    from difflib import get_close_matches

    close = get_close_matches(given.strip().lower(), MODES, n=1) if isinstance(given, str) else []
    return f"; did you mean {close[0]!r}?" if close else ""
