"""The lock that guards whatever several threads may change."""

import threading
from typing import TYPE_CHECKING

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

    def let_go(self) -> None:
        """Releases all that the current thread still holds of it: an interrupt may have left something."""
        while self._is_owned():
            self.release()
