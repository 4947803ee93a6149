"""The collections that a run makes of all its managers, such as those of calls for a report. Most runs make none.

The modules of the collections are imported by the plugin, if an option asks for one.
"""

from typing import Protocol

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True


class Collection(Protocol):
    """What a run collects of all its managers."""

    def follow(self, world: World) -> None:
        """Begin to collect from a new manager."""

    def note_seed(self, world: World, key: SecretKey) -> None:
        """Called when a manager has created a secret from a seed."""


collecting: list[Collection] = []
"""The collections that each new manager adds to."""


def follow(world: World) -> None:
    """Let each collection begin to collect from a new manager."""
    for collection in collecting:
        collection.follow(world)


def note_seed(world: World, key: SecretKey) -> None:
    """Called when a manager has created a secret from a seed."""
    for collection in collecting:
        collection.note_seed(world, key)
