"""Run part of a test in a forked child, with a time limit, and beside busy threads."""

import json
import os
import select
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

PATIENCE = 20.0
"""Seconds until a silent child counts as hung. Every child takes less than 0.2 s."""


@contextmanager
def forking_allowed() -> Iterator[None]:
    """CPython 3.12 and later warn of a fork in a process with threads. These tests do it on purpose."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*use of fork", DeprecationWarning)
        yield


class Child:
    """A child process that calls a function and sends the result as JSON. It lives until `end`."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._answers, answers = os.pipe()
        with forking_allowed():
            self.pid = os.fork()
        if self.pid == 0:
            _run(function, answers)
        os.close(answers)

    def answer(self) -> Any:
        """Return the function's result. Raise AssertionError if it raised or hangs."""
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
    """Run in the child. Never return to the test."""
    try:
        answer = ("gave", function())
    except BaseException:  # the parent's test fails with it
        answer = ("raised", traceback.format_exc())
    os.write(answers, json.dumps(answer).encode())
    signal.pause()


@contextmanager
def child(function: Callable[[], Any]) -> Iterator[Child]:
    """A child that called this function lives during the block."""
    forked = Child(function)
    try:
        yield forked
    finally:
        forked.end()


def in_child(function: Callable[[], Any]) -> Any:
    """Return the function's result in a child, as JSON restores it."""
    with child(function) as forked:
        return forked.answer()


def warned_of(function: Callable[[], object]) -> list[str]:
    """Return the warnings of a function that must not raise."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function()
    return [str(one.message) for one in caught]


@contextmanager
def beside_threads(work: Callable[[], object], count: int = 3) -> Iterator[None]:
    """Threads repeat `work`."""
    done = Event()

    def repeat() -> None:
        while not done.is_set():
            work()

    threads = [Thread(target=repeat) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()
