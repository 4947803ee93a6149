"""Blocks that end whole, though an interrupt breaks off their beginning or their end.

Ctrl-C, pytest-timeout and every other signal handler that raises do so between any two instructions of the main thread.
So whatever a block sets, it sets inside a `try`; its end can be repeated, and is repeated when something broke it off.
Two places are beyond any code: CPython may raise before the first instruction of a function, and after its last one.
Blocks are generators for that reason. One that nobody resumes any more is closed, and a closed one runs its end.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pytest_secretsmanager.engine import locks

__tracebackhide__ = True


@contextmanager
def taken_back(begin: Callable[[], object], end: Callable[[], object]) -> Iterator[None]:
    """Runs `begin`, the block, and then `end`, which takes back what `begin` has done so far and can be repeated.

    When an error ends the block, the thread holds no lock of this package any more.

    >>> numbers = []
    >>> with taken_back(lambda: numbers.append(1), numbers.clear):
    ...     numbers
    [1]
    >>> numbers
    []
    """
    is_over = False
    try:
        try:
            begin()
            yield
            end()
            is_over = True
        except BaseException:
            if not is_over:
                _end(end)
                is_over = True
            raise
    except BaseException:
        if not is_over:
            _end(end)
        raise


def _end(end: Callable[[], object]) -> None:
    try:
        end()
    finally:
        locks.let_go()
