"""The lock that guards whatever several threads may change, and that a fork leaves in order.

A fork copies a process with one thread only, the one that forks. A lock that another thread holds at that moment would
stay taken in the child for ever, and what it guards would be half changed. So a thread that forks first takes every
lock, and the child has each of them anew.
"""

import os
import threading
from collections import deque
from typing import TYPE_CHECKING
from weakref import ref

if TYPE_CHECKING:

    class _Reentrant:
        """The part of CPython's lock that is used here: to a type checker its class is final."""

        def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...
        def release(self) -> None: ...
        def __enter__(self) -> bool: ...
        def __exit__(self, *_: object) -> None: ...
        def _is_owned(self) -> bool: ...
        def _at_fork_reinit(self) -> None: ...
else:
    _Reentrant = type(threading.RLock())


class Lock(_Reentrant):
    """A lock that the thread that holds it may take once more.

    It adds no method of Python's to `with`, so that it costs what CPython's own lock costs.
    """

    __slots__ = ()

    def __init__(self) -> None:
        _live.add(ref(self, _live.discard))

    def let_go(self) -> None:
        """Releases all that the current thread still holds of it: an interrupt may have left something."""
        while self._is_owned():
            self.release()

    @property
    def is_mine(self) -> bool:
        """Whether the current thread holds it."""
        return self._is_owned()

    def make_anew(self) -> None:
        """Frees it, whichever thread held it: for a child, in which that thread is not there."""
        self._at_fork_reinit()


_live: set[ref[Lock]] = set()


def _all() -> list[Lock]:
    """Every lock that is in use. The copy is one step, so that another thread may make locks meanwhile."""
    return [lock for one in _live.copy() if (lock := one()) is not None]


def let_go() -> None:
    """Releases every lock that the current thread holds: for the end of what an interrupt has broken off."""
    for lock in _all():
        lock.let_go()


# --- forking -------------------------------------------------------------------------------------------------------

_ROUNDS = 20
_SECONDS_A_ROUND = 0.05
"""A fork waits for locks for a second at most: rather a change that the child sees half than a fork that hangs."""


class _Fork(threading.local):
    """What a thread that forks keeps for the time after: the locks that it held already, and those that it took."""

    held: frozenset[Lock] = frozenset()
    taken: tuple[Lock, ...] = ()


_fork = _Fork()


def _before_fork() -> None:
    locks = _all()
    _fork.held = frozenset(lock for lock in locks if lock.is_mine)
    _fork.taken = tuple(lock for lock in locks if lock not in _fork.held)
    _take_all(_fork.taken)


def _take_all(locks: tuple[Lock, ...]) -> None:
    """Takes locks, all of them where time allows.

    Threads take locks in orders of their own. So this one waits only while it holds none: for the lock that was not
    free, and begins with it the next time.
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


def _let_go(locks: tuple[Lock, ...]) -> None:
    for lock in locks:
        lock.let_go()


def _after_fork_in_parent() -> None:
    _let_go(_fork.taken)
    _forget()


def _after_fork_in_child() -> None:
    """Makes every lock anew, but for what this thread held before: it releases that itself."""
    for lock in _all():
        if lock not in _fork.held:
            lock.make_anew()
    _forget()


def _forget() -> None:
    _fork.held, _fork.taken = frozenset(), ()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
