"""Points to go back to, for what is not in the store: controls that a test turns, keys, functions, runs.

Imports nothing but the standard library. Secrets themselves go back by the store's journal.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

GoBack: TypeAlias = Callable[[], None]
"""Puts back what was marked, as it was then."""


def mark(*collections: list[Any] | dict[Any, Any]) -> GoBack:
    """Marks what lists and dicts hold now; the collections stay the same objects.

    >>> keys = {"one": 1}
    >>> go_back = mark(keys)
    >>> keys["two"] = 2
    >>> go_back()
    >>> keys
    {'one': 1}
    """
    before = [collection.copy() for collection in collections]

    def go_back() -> None:
        for collection, as_it_was in zip(collections, before, strict=True):
            collection.clear()
            if isinstance(collection, dict):
                collection.update(as_it_was)
            else:
                collection.extend(as_it_was)

    return go_back
