"""The source of ids: one for all managers or, with a `random_seed`, a repeatable one."""

import os
from random import Random

from pytest_secretsmanager.engine.checkpoints import Restore

_UNSEEDED = Random()  # noqa: S311 - ids, never keys
"""One for all managers: making a `Random` costs time."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_UNSEEDED.seed)  # else children of one process would make the same ids


class SeededRandom(Random):
    """A repeatable source of ids."""

    def checkpoint(self) -> Restore:
        """Return a function that restores this point: the same ids come again."""
        state = self.getstate()
        return lambda: self.setstate(state)


def random_of(random_seed: int | str | None) -> Random:
    """Return the source of ids for a `random_seed`; None: ids need not be repeatable."""
    return _UNSEEDED if random_seed is None else SeededRandom(random_seed)
