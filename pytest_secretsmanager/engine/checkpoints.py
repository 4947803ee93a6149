"""Points to go back to, for what is not in the store: controls that a test turns, keys, functions, runs.

Imports nothing but the standard library. Secrets themselves go back by the store's journal.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

Restore: TypeAlias = Callable[[], None]
"""Puts back what was marked, as it was then."""


def checkpoint(*collections: list[Any] | dict[Any, Any]) -> Restore:
    """Marks what lists and dicts hold now; the collections stay the same objects.

    >>> keys = {"one": 1}
    >>> restore = checkpoint(keys)
    >>> keys["two"] = 2
    >>> restore()
    >>> keys
    {'one': 1}
    """
    before = [collection.copy() for collection in collections]

    def restore() -> None:
        for collection, as_it_was in zip(collections, before, strict=True):
            collection.clear()
            if isinstance(collection, dict):
                collection.update(as_it_was)
            else:
                collection.extend(as_it_was)

    return restore
