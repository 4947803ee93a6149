"""Deleted values that a test may still search for, within bounds: the oldest are dropped first.

A load test writes thousands of versions. Without bounds, the replaced values would fill the memory.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from pytest_secretsmanager.engine.checkpoints import Restore

VALUES = 2_000
BYTES = 8 * 1024 * 1024


class Weight(NamedTuple):
    """The number of values in an item, and their total size in bytes."""

    values: int
    bytes: int


_Kept = TypeVar("_Kept")
Weigh: TypeAlias = Callable[[_Kept], Weight]


class Recent(Generic[_Kept]):
    """Keeps the latest items: at most 2,000 values and 8 MiB. The last item always stays.

    >>> kept = Recent(lambda text: Weight(1, len(text)))
    >>> kept.add("a" * BYTES)
    >>> kept.add("b")
    >>> list(kept)
    ['b']
    """

    def __init__(self, weigh: Weigh[_Kept]) -> None:
        self._weigh = weigh
        self._kept: deque[tuple[_Kept, Weight]] = deque()
        self._values = 0
        self._bytes = 0

    def add(self, item: _Kept) -> None:
        """Keep an item, and drop the oldest ones that exceed the bounds."""
        weight = self._weigh(item)
        self._kept.append((item, weight))
        self._values += weight.values
        self._bytes += weight.bytes
        while (self._values > VALUES or self._bytes > BYTES) and len(self._kept) > 1:
            _, lost = self._kept.popleft()
            self._values -= lost.values
            self._bytes -= lost.bytes

    def checkpoint(self) -> Restore:
        """Record the kept items, and return a function that restores them."""
        before, values, bytes_ = self._kept.copy(), self._values, self._bytes

        def restore() -> None:
            self._kept, self._values, self._bytes = before.copy(), values, bytes_

        return restore

    def __iter__(self) -> Iterator[_Kept]:
        """The kept items, oldest first."""
        return iter([item for item, _ in self._kept])
