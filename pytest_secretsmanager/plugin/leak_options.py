"""The options of the leak sentinel for a whole run: the mode, and the texts that are no leaks."""

from typing import Literal, TypeAlias, get_args

import pytest

from pytest_secretsmanager.options import LEAKS, LEAKS_MODE
from pytest_secretsmanager.plugin import settings

Mode: TypeAlias = Literal["off", "warn", "error"]

MODES: tuple[Mode, ...] = get_args(Mode)


_IGNORED = pytest.StashKey[frozenset[bytes]]()
"""The stash key for the texts that the ini file ignores."""


def read_ignored(config: pytest.Config) -> None:
    """Read the texts that the ini file ignores. Raise pytest.UsageError if they are no texts."""
    config.stash[_IGNORED] = frozenset(text.encode(errors="surrogatepass") for text in settings.leaks_ignore(config))


def ignored_of_run(config: pytest.Config) -> frozenset[bytes]:
    """Return the texts that are no leaks in any test."""
    return config.stash[_IGNORED]


def mode_of_run(config: pytest.Config) -> Mode:
    """Return the mode of a run."""
    given = settings.leaks(config)
    mode = mode_named(given)
    if mode is None:
        is_flag = getattr(config.option, LEAKS_MODE.destination, None) is not None
        place = LEAKS_MODE.flag if is_flag else f"the ini option {LEAKS.ini_name}"
        raise pytest.UsageError(f"{place} {refusal(given)}")
    return mode


def mode_named(given: object) -> Mode | None:
    """Return the mode of this name; None if there is no such mode."""
    text = given.strip().lower() if isinstance(given, str) else given
    return next((mode for mode in MODES if mode == text), None)


def refusal(given: object) -> str:
    """Return why this is no mode; the option is the subject of the sentence."""
    from difflib import get_close_matches

    close = get_close_matches(given.strip().lower(), MODES, n=1) if isinstance(given, str) else []
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"is {', '.join(MODES[:-1])} or {MODES[-1]}, not {given!r}{hint}"
