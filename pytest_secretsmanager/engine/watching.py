"""The watchers of a service: a test's controls that act after each call, or when the log has grown."""

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TypeAlias

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint

__tracebackhide__ = True

Watcher: TypeAlias = Callable[[Call, Outcome], None]
"""Called after each call that succeeds, and after its effects."""

Listener: TypeAlias = Callable[[], None]
"""Called when the log may have grown in another way: by a refused call, or by AWS itself. No lock is held."""


class Watchers:
    """The watchers and listeners of one service, in the order in which they began."""

    __slots__ = ("of_calls", "of_log")

    def __init__(self) -> None:
        self.of_calls: list[Watcher] = []
        self.of_log: list[Listener] = []

    def after_call(self, call: Call, outcome: Outcome) -> None:
        """Call the watchers."""
        for watcher in tuple(self.of_calls):
            watcher(call, outcome)

    def after_log(self) -> None:
        """Call the listeners."""
        for listener in tuple(self.of_log):
            listener()

    def checkpoint(self) -> Restore:
        """Record the current watchers and listeners, and return a function that restores them."""
        return checkpoint(self.of_calls, self.of_log)


class Watching:
    """The time in which a service calls a watcher, and a listener if one is given.

    A `with` block is such a time; a control without a block calls `begin` and `end`. A rollback takes back both, so
    `end` may find nothing to end.
    """

    def __init__(self, watchers: Watchers, watcher: Watcher, listener: Listener | None) -> None:
        self._watchers = watchers
        self._watcher = watcher
        self._listener = listener

    def begin(self) -> None:
        """Start to call the watcher."""
        self._watchers.of_calls.append(self._watcher)
        if self._listener is not None:
            self._watchers.of_log.append(self._listener)

    def end(self) -> None:
        """Stop calling the watcher. Can be repeated."""
        with suppress(ValueError):
            self._watchers.of_calls.remove(self._watcher)
        if self._listener is not None:
            with suppress(ValueError):
                self._watchers.of_log.remove(self._listener)

    def __enter__(self) -> None:
        try:
            self.begin()
        except BaseException:
            self.end()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.end()
        except BaseException:
            self.end()
            raise
