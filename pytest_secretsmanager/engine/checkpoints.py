"""Checkpoints for all state outside the store: a test's controls, keys, functions, runs.

Imports nothing but the standard library. The store's journal restores the secrets themselves.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

Restore: TypeAlias = Callable[[], None]
"""Restores the state that a checkpoint recorded."""


def checkpoint(*collections: list[Any] | dict[Any, Any]) -> Restore:
    """Record the current contents of lists and dicts, and return a function that restores them in place.

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
