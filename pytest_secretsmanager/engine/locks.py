"""The locks of this package: reentrant, and let go of when an interrupt kept their holder from releasing them."""

import threading
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from threading import _RLock as _ReentrantLock
else:
    _ReentrantLock = type(threading.RLock())


class Lock(_ReentrantLock):  # type: ignore[misc] # the stubs call it final; CPython lets classes inherit from it
    """A reentrant lock: CPython's own, so that `with lock` costs what it costs there."""

    def __init__(self) -> None:
        super().__init__()
        _locks.add(self)

    def let_go(self) -> None:
        """Releases all that this thread holds of it."""
        while self._is_owned():  # type: ignore[attr-defined] # not in the stubs; threading.Condition needs it
            self.release()


_locks: WeakSet[Lock] = WeakSet()


def let_go() -> None:
    """Releases every lock that this thread holds: for the end of what an interrupt has broken off."""
    for lock in tuple(_locks):
        lock.let_go()
