"""Blocks whose end always runs completely, even if an interrupt stops their beginning or their end.

Ctrl-C, pytest-timeout and every other signal handler can raise between any two instructions of the main thread. So a
block changes state only inside a `try`. Its end can be repeated, and runs again if an interrupt stopped it. A block is
a generator: if an interrupt comes just before its end is called, the last reference to the generator disappears. Then
CPython closes the generator, and closing it runs the end.

No code can guard two places: CPython may raise before the first instruction of a function, and after its last one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pytest_secretsmanager.engine import locks

__tracebackhide__ = True


_Result = TypeVar("_Result")


def whole(begin: Callable[[], object], body: Callable[[], _Result], end: Callable[[], object]) -> _Result:
    """Run `begin`, `body` and `end`, and return the result of `body`. `end` undoes `begin` and can be repeated.

    Prefer it to `taken_back` if the block is a function: then this `try` encloses all of it.

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
    """Run `begin`, the block and `end`. `end` undoes the part of `begin` that has run, and can be repeated.

    If an interrupt stops `begin` or `end` inside a lock, the thread holds no lock of this package afterwards.

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
    """Run an end. An error of the block itself leaves no lock of this package held, so then `let_go` is False."""
    try:
        end()
    finally:
        if let_go:
            locks.let_go()
