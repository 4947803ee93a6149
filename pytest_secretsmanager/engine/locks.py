"""The lock for state that several threads may change. It stays usable after a fork.

A forked child has one thread only, the one that forked. A lock that another thread held at that moment would stay taken
in the child forever, and the state that it guards would be half changed. So a thread that forks first takes every lock,
and the child reinitializes each of them. An import that another thread has begun is such a lock, too.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from time import sleep
from typing import TYPE_CHECKING, TypeVar
from weakref import ref

from pytest_secretsmanager.kept_modules import imports_are_under_way

if TYPE_CHECKING:

    class _Reentrant:
        """The part of CPython's lock that this module uses: for a type checker, the lock's class is final."""

        def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...
        def release(self) -> None: ...
        def __enter__(self) -> bool: ...
        def __exit__(self, *_: object) -> None: ...
        def _is_owned(self) -> bool: ...
        def _at_fork_reinit(self) -> None: ...
else:
    _Reentrant = type(threading.RLock())


_Result = TypeVar("_Result")


class Lock(_Reentrant):
    """A reentrant lock.

    It overrides neither `__enter__` nor `__exit__`, so that `with` costs no more than for CPython's own lock.
    """

    __slots__ = ()

    def __init__(self) -> None:
        _keep(ref(self, _forget))

    def during(self, change: Callable[[], _Result]) -> _Result:
        """Take the lock, make a change, release the lock, and return the result. The thread doesn't hold it before.

        After an interrupt the lock is free, which a `with` statement doesn't ensure: it may skip the release.
        """
        try:
            with self:
                return change()
        except BaseException:
            self.let_go()
            raise

    def let_go(self) -> None:
        """Release the lock as often as the current thread holds it: an interrupt may have skipped a release."""
        while self._is_owned():
            self.release()

    @property
    def is_mine(self) -> bool:
        """Whether the current thread holds it."""
        return self._is_owned()

    def reinitialize(self) -> None:
        """Free the lock, whichever thread held it: in a forked child, that thread does not exist."""
        self._at_fork_reinit()


_live: set[ref[Lock]] = set()
_keep, _forget = _live.add, _live.discard  # bound once, since a manager makes several locks when it is made


def _all() -> list[Lock]:
    """Every lock in use. The copy is atomic, so that another thread may make locks at the same time."""
    return [lock for one in _live.copy() if (lock := one()) is not None]


def let_go() -> None:
    """Release every lock that the current thread holds: an interrupt may have skipped releases."""
    for lock in _all():
        lock.let_go()


# --- forking -------------------------------------------------------------------------------------------------------

_ROUNDS = 20
_SECONDS_A_ROUND = 0.05
"""A fork waits at most a second for locks, and as long for imports: half a change in the child is better than a fork
that hangs.
"""


class _Fork(threading.local):
    """A forking thread's locks, until the fork is over: those that it held before, and those that it took."""

    held: frozenset[Lock] = frozenset()
    taken: tuple[Lock, ...] = ()


_fork = _Fork()


def _before_fork() -> None:
    locks = _all()
    _fork.held = frozenset(lock for lock in locks if lock.is_mine)
    _fork.taken = tuple(lock for lock in locks if lock not in _fork.held)
    _take_all(_fork.taken)
    _wait_for_imports()


def _take_all(locks: tuple[Lock, ...]) -> None:
    """Take locks, all of them if time allows.

    Threads take locks in different orders. So this thread waits only while it holds none of these locks: it waits for
    the one that was not free, and takes that one first in the next round.
    """
    wanted = deque(locks)
    for _ in range(_ROUNDS if wanted else 0):
        if wanted[0].acquire(timeout=_SECONDS_A_ROUND):
            busy = next((lock for lock in wanted if not lock.acquire(blocking=False)), None)
            if busy is None:
                return
            _let_go(locks)
            wanted.remove(busy)
            wanted.appendleft(busy)
    for lock in wanted:
        lock.acquire(blocking=False)


def _wait_for_imports() -> None:
    """Wait, if time allows, for imports of this package's modules that have begun: the child would wait forever.

    An import that begins while other hooks of the fork run is not waited for.
    """
    for _ in range(_ROUNDS):
        if not imports_are_under_way():
            return
        sleep(_SECONDS_A_ROUND)


def _let_go(locks: tuple[Lock, ...]) -> None:
    for lock in locks:
        lock.let_go()


def _after_fork_in_parent() -> None:
    _let_go(_fork.taken)
    _end_fork()


def _after_fork_in_child() -> None:
    """Reinitialize every lock, except those that this thread held before: it releases them itself."""
    for lock in _all():
        if lock not in _fork.held:
            lock.reinitialize()
    _end_fork()


def _end_fork() -> None:
    _fork.held, _fork.taken = frozenset(), ()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
