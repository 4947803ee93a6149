"""The managers that are entered now, and the functions that wait for the next one.

pytest loads this module in every run, so it imports nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_secretsmanager.inspection.world import World

worlds: "list[World]" = []
"""The insides of the entered managers, in the order of entering."""

_waiting: list[Callable[[], object]] = []


def call_at_next(listener: Callable[[], object]) -> None:
    """Call this function once, before the next manager is entered. If it raises, it waits for the one after."""
    _waiting.append(listener)


def stop_waiting(listener: Callable[[], object]) -> None:
    """Call this function no longer."""
    if listener in _waiting:
        _waiting.remove(listener)


def enter(world: "World") -> None:
    """Add the manager of this world."""
    if _waiting:
        for listener in [*_waiting]:
            listener()
            stop_waiting(listener)  # last: an interrupt of the listener leaves it waiting
    worlds.append(world)


def leave(world: "World") -> None:
    """Remove the manager of this world."""
    if world in worlds:
        worlds.remove(world)
