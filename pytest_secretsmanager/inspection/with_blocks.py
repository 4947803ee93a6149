"""Context managers as classes: one that warns if no `with` statement has entered it, and one made of a generator."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType

from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True


class WithBlock:
    """A context manager that does nothing until a `with` statement enters it.

    A test that forgets the statement would pass without what it asks for, so a warning says `unentered`.
    """

    _is_entered = False
    _unentered = ""

    def __del__(self) -> None:
        if not self._is_entered:
            warnings.warn(self._unentered, RuntimeWarning, stacklevel=2)


class StepsBlock:
    """A context manager that runs a generator: the part before its `yield` at the beginning, the rest at the end.

    An interrupt of the beginning or of the end closes the generator, which then runs the rest. The block is entered
    once: entered again, it raises UsageError, which names the method that makes another.
    """

    _is_entered = False
    _made_by = ""

    def __init__(self, steps: Generator[None, None, None]) -> None:
        self._steps = steps
        self._block = contextmanager(lambda: steps)()

    def __enter__(self) -> None:
        if self._is_entered:
            raise UsageError(
                f"{self!r} was entered before, and is used once: call {self._made_by} for each `with` block"
            )
        try:
            self._is_entered = True
            self._block.__enter__()
        except BaseException:
            self._steps.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._block.__exit__(kind, error, traceback)
        finally:
            self._steps.close()
