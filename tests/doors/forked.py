"""Running a piece of a test in a child that is forked from its process, with a limit of time."""

import json
import os
import select
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 20.0
"""Seconds until a child that does not answer counts as one that hangs; none takes a hundredth of them."""


@contextmanager
def forking_allowed() -> Iterator[None]:
    """CPython warns of forks beside threads since 3.12: these tests fork so on purpose."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*use of fork", DeprecationWarning)
        yield


class Child:
    """A child that calls a function and hands over what that gives, as JSON. It lives until `end`."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._answers, answers = os.pipe()
        with forking_allowed():
            self.pid = os.fork()
        if self.pid == 0:
            _run(function, answers)
        os.close(answers)

    def answer(self) -> Any:
        """What the function gave; AssertionError when it raises or hangs."""
        ready, _, _ = select.select([self._answers], [], [], PATIENCE)
        assert ready, "the child hangs"
        kind, value = json.loads(os.read(self._answers, 65_536))
        assert kind == "gave", value
        return value

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._answers)


def _run(function: Callable[[], Any], answers: int) -> None:
    """In the child: never comes back to the test."""
    try:
        answer = ("gave", function())
    except BaseException:  # whatever it is, the parent's test has to fail with it
        answer = ("raised", traceback.format_exc())
    os.write(answers, json.dumps(answer).encode())
    signal.pause()


@contextmanager
def child(function: Callable[[], Any]) -> Iterator[Child]:
    """While a child lives that has called this function."""
    forked = Child(function)
    try:
        yield forked
    finally:
        forked.end()


def in_child(function: Callable[[], Any]) -> Any:
    """What a function gives in a child, as JSON can tell it."""
    with child(function) as forked:
        return forked.answer()


def warned_of(function: Callable[[], object]) -> list[str]:
    """The warnings of a function, and that it does not raise."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function()
    return [str(one.message) for one in caught]
