"""The progress line while a run seeds many secrets. It stands on a terminal only, and is removed at the end."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TextIO, TypeVar

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE

MANY = 10_000
"""Up to so many secrets, seeding takes about a second and needs no line."""

_STEPS = 200
"""The number of times that the line is written."""

_WORKER = "PYTEST_XDIST_WORKER"
"""The variable that xdist sets in its workers. Their standard error is the terminal too."""

_Seed = TypeVar("_Seed")


def with_progress(config: pytest.Config, seeds: Sequence[_Seed]) -> AbstractContextManager[Iterable[_Seed]]:
    """Return a context of the seeds. While more than `MANY` are taken, a line on standard error shows how many were.

    pytest captures nothing in that block.
    """
    if len(seeds) <= MANY or _WORKER in os.environ or not _is_terminal(config):
        return nullcontext(seeds)
    return _shown(config, seeds)


@contextmanager
def _shown(config: pytest.Config, seeds: Sequence[_Seed]) -> Iterator[Iterable[_Seed]]:
    with _uncaptured(config):
        _end_line(config)
        try:
            yield _counted(seeds, sys.stderr)
        finally:
            _write(sys.stderr, f"\r{' ' * len(_text(len(seeds), len(seeds)))}\r")


def _end_line(config: pytest.Config) -> None:
    """Let the line begin in the first column: pytest may have written dots."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        writer = config.get_terminal_writer()
        if writer.width_of_current_line:
            writer.line()
        writer.flush()


def _is_terminal(config: pytest.Config) -> bool:
    with _uncaptured(config):
        return sys.stderr is not None and sys.stderr.isatty()


def _uncaptured(config: pytest.Config) -> AbstractContextManager[object]:
    """Return a context in which standard error is the one of the process."""
    manager: Any = config.pluginmanager.get_plugin("capturemanager")
    context: AbstractContextManager[object] = (
        nullcontext() if manager is None else manager.global_and_fixture_disabled()
    )
    return context


def _counted(seeds: Sequence[_Seed], stream: TextIO) -> Iterator[_Seed]:
    number = len(seeds)
    every = max(1, number // _STEPS)
    for done, seed in enumerate(seeds):
        if done % every == 0:
            _write(stream, f"\r{_text(done, number)}")
        yield seed


def _text(done: int, number: int) -> str:
    return f"{FIXTURE}: {done:,} of {number:,} secrets seeded"


def _write(stream: TextIO, text: str) -> None:
    """Write to the terminal. A terminal that has gone is no reason to fail."""
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        return
