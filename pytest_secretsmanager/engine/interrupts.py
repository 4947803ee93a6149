"""Blocks that end whole, though an interrupt breaks off their beginning or their end.

Ctrl-C, pytest-timeout and every other signal handler that raises do so between any two instructions of the main thread.
So whatever a block sets, it sets inside a `try`; its end can be repeated, and is repeated when something broke it off.
A block is a generator: when an interrupt comes just before its end is called, nothing refers to the generator any more,
so CPython closes it, and a generator that is closed runs its end.

Two places are beyond any code: CPython may raise before the first instruction of a function, and after its last one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pytest_secretsmanager.engine import locks

__tracebackhide__ = True


_Result = TypeVar("_Result")


def whole(begin: Callable[[], object], body: Callable[[], _Result], end: Callable[[], object]) -> _Result:
    """Runs `begin`, `body` and `end`, which takes back what has begun and can be repeated; gives what the body gives.

    To be preferred to `taken_back` where the block is a function: all of it stands inside this `try`.

    >>> numbers = []
    >>> whole(lambda: numbers.append(1), lambda: list(numbers), numbers.clear), numbers
    ([1], [])
    """
    is_over, is_inside = False, False
    try:
        try:
            begin()
            is_inside = True
            result = body()
            is_inside = False
            end()
            is_over = True
        except BaseException:
            if not is_over:
                _end(end, let_go=not is_inside)
                is_over = True
            raise
    except BaseException:
        if not is_over:
            _end(end, let_go=True)
        raise
    return result


@contextmanager
def taken_back(begin: Callable[[], object], end: Callable[[], object]) -> Iterator[None]:
    """Runs `begin`, the block, and then `end`, which takes back what `begin` has done so far and can be repeated.

    When an interrupt breaks off `begin` or `end` inside a lock, the thread holds no lock of this package afterwards.

    >>> numbers = []
    >>> with taken_back(lambda: numbers.append(1), numbers.clear):
    ...     numbers
    [1]
    >>> numbers
    []
    """
    is_over, is_inside = False, False
    try:
        try:
            begin()
            is_inside = True
            yield
            is_inside = False
            end()
            is_over = True
        except BaseException:
            if not is_over:
                _end(end, let_go=not is_inside)
                is_over = True
            raise
    except BaseException:
        if not is_over:
            _end(end, let_go=True)
        raise


def _end(end: Callable[[], object], *, let_go: bool) -> None:
    """Runs an end; what the block itself has raised keeps no lock of ours, so then there is none to let go of."""
    try:
        end()
    finally:
        if let_go:
            locks.let_go()
