"""A call that the records of a run collect, as it was made."""

from typing import NamedTuple

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.world import World


class MadeCall(NamedTuple):
    """One call or event, its manager, and the IAM actions that it needs."""

    world: World
    entry: Entry
    actions: tuple[str, ...]
