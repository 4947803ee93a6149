"""The options, and the values of those that are more than a text: blocking of calls, files of secrets, regions.

pytest converts an option by one type, differently in each kind of file and in each version. These options take more
than one type, so a value that pytest refuses is read from the file unconverted, and checked here.
"""

import warnings
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import pytest

from pytest_secretsmanager.options import (
    COMMAND_LINE_OPTIONS,
    LEAKS,
    LEAKS_IGNORE,
    LEAKS_MODE,
    LOG_LIMIT,
    OPTIONS,
    CommandLineOption,
)
from pytest_secretsmanager.plugin.names import BLOCK_NETWORK, EXTRA_REGIONS, FIXTURE, SEEDS

Blocking: TypeAlias = Literal["auto", "true", "false"]

_MEANINGS: dict[str, Blocking] = {
    "auto": "auto",
    **dict.fromkeys(("true", "yes", "on", "1", "t", "y"), "true"),
    **dict.fromkeys(("false", "no", "off", "0", "f", "n"), "false"),
}


def add(parser: pytest.Parser) -> None:
    """Add the ini options, and those of the command line."""
    group = parser.getgroup(FIXTURE)
    for flag in COMMAND_LINE_OPTIONS:
        if flag.metavar:
            group.addoption(flag.flag, metavar=flag.metavar, help=flag.help)
        else:
            group.addoption(flag.flag, action="store_true", help=flag.help)
    for option in OPTIONS:
        if option.ini_type is not None:
            parser.addini(option.ini_name, option.plain_help, option.ini_type, option.default)


def on_command_line(config: pytest.Config, option: CommandLineOption) -> Any:
    """Return the value of an option of the command line, also before pytest has parsed all of it."""
    given = getattr(config.option, option.destination, None)  # the default until all of it is parsed
    return given or getattr(config.known_args_namespace, option.destination, given)


def block_network(config: pytest.Config) -> Blocking:
    """Return when calls that would reach AWS are refused."""
    given = _given(config, BLOCK_NETWORK)
    meaning = _MEANINGS.get(str(given).strip().lower())
    if meaning is None:
        raise pytest.UsageError(f"the ini option {BLOCK_NETWORK} is auto, true or false, not {given!r}")
    return meaning


def seed_files(config: pytest.Config) -> list[str]:
    """Return the files of the run's secrets, as the ini file names them."""
    files = _texts(config, SEEDS, str.splitlines, "the path of a file, or of several, one a line")
    return [file.strip() for file in files if file.strip()]


def extra_regions(config: pytest.Config) -> list[str]:
    """Return the regions that the ini file adds, with blanks or commas between. The engine checks them."""
    names = _texts(config, EXTRA_REGIONS, str.split, "the name of a region, or of several")
    return [part for name in names for part in name.split(",") if part]


def log_limit(config: pytest.Config) -> int | str | None:
    """Return how many calls the log keeps, None for all. The manager checks a value that is no number."""
    given = str(_given(config, LOG_LIMIT.ini_name)).strip()
    return int(given) if given.isdecimal() else given or None


def leaks(config: pytest.Config) -> Any:
    """Return what the command line says about leaks, else the ini file."""
    given = getattr(config.option, LEAKS_MODE.destination, None)
    return _given(config, LEAKS.ini_name) if given is None else given


def leaks_ignore(config: pytest.Config) -> list[str]:
    """Return the texts that are no leaks, by the ini file."""
    texts = _texts(config, LEAKS_IGNORE.ini_name, str.splitlines, "a text, or several, one a line")
    return [text.strip() for text in texts if text.strip()]


def _texts(config: pytest.Config, option: str, split: Callable[[str], list[str]], kind: str) -> list[str]:
    """Return the texts of an option that takes one or several; `split` parts a single text."""
    given = _given(config, option)
    texts = split(given) if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise pytest.UsageError(f"the ini option {option} is {kind} (in TOML a list of strings), not {given!r}")
    return texts


def _given(config: pytest.Config, name: str) -> Any:
    try:
        return config.getini(name)
    except (TypeError, ValueError, pytest.UsageError):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pytest 9.2 deprecates it, and has nothing else for an option of two types
            given: Any = config.inicfg[name]
        return getattr(given, "value", given)  # pytest 9.0 wraps it
