"""Interrupts: what they break off leaves nothing behind, wherever they come.

Ctrl-C, pytest-timeout and other signal handlers raise between any two instructions. These tests raise in the place of
each of them: `n` counts the instructions of this package that run in a scenario. A run takes a sample of each scenario;
all of them, some twenty thousand, take a few minutes:

    EVERY_INSTRUCTION=1 python -m pytest tests/test_interrupts.py
"""

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import ITIMER_REAL, SIGALRM, setitimer, signal
from threading import Thread
from types import FrameType
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

import pytest_secretsmanager
from pytest_secretsmanager import Rotation, SecretsManager
from pytest_secretsmanager.doors import active, environment
from pytest_secretsmanager.engine import locks

PACKAGE = str(Path(pytest_secretsmanager.__file__).parent)
VARIABLES = ("AWS_", "SECRETS_MANAGER_")
SAMPLE = 40
PATIENCE = 30.0

BEYOND_ANY_CODE = {"SecretsManager.__enter__": "last", "SecretsManager.__exit__": "first"}
"""The two functions that a user's own `with` calls: what comes before the `try` of the one, or after that of the other,
no code of ours can catch. CPython handles no signal after the last instruction of a function; see its signal module."""


class Interrupt(BaseException):
    """What is raised; nothing catches it by its kind."""


class Injection:
    """Raises at the `n`-th instruction of this package, and says where that was; with `n` 0 it only counts."""

    def __init__(self, n: int) -> None:
        self.n, self.count = n, 0
        self.where: str | None = None

    @contextmanager
    def under_way(self) -> Iterator[None]:
        before = sys.gettrace()
        sys._getframe().f_trace_opcodes = True  # CPython 3.12 looks for a frame that asks before it traces any
        sys.settrace(self._trace)
        try:
            yield
        finally:
            sys.settrace(before)

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frame.f_trace_opcodes = True
        return self._trace_inside

    def _trace_inside(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "opcode" and not self._is_beyond_any_code(frame):
            self.count += 1
            if self.count == self.n:
                self.where = f"{frame.f_code.co_qualname}, line {frame.f_lineno}"
                sys.settrace(None)
                raise Interrupt(self.where)
        return self._trace_inside

    def _is_beyond_any_code(self, frame: FrameType) -> bool:
        end = BEYOND_ANY_CODE.get(frame.f_code.co_qualname)
        if end is None:
            return False
        table = _protected(frame.f_code)
        return not any(start <= frame.f_lasti < stop for start, stop in table)


def _protected(code: Any) -> list[tuple[int, int]]:
    """The instructions of a function that stand inside a `try`, by their offsets."""
    import dis

    return [(entry.start, entry.end) for entry in dis._parse_exception_table(code)]
