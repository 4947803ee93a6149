"""The source of ids: one for all managers or, with a `random_seed`, a repeatable one."""

import os
from random import Random

from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.ports import RequestIds

_UNSEEDED = Random()  # noqa: S311 - ids, never keys
"""One for all managers: making a `Random` costs time."""

_REQUEST_IDS = RequestIds(_UNSEEDED)
"""One for all managers, too."""


def _begin_anew() -> None:
    """Make ids that the parent process does not make."""
    _UNSEEDED.seed()
    _REQUEST_IDS.begin(_UNSEEDED)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


class SeededRandom(Random):
    """A repeatable source of ids."""

    def checkpoint(self) -> Restore:
        """Return a function that restores this point: the same ids come again."""
        state = self.getstate()
        return lambda: self.setstate(state)


def random_of(random_seed: int | str | None) -> Random:
    """Return the source of ids for a `random_seed`; None: ids need not be repeatable."""
    return _UNSEEDED if random_seed is None else SeededRandom(random_seed)


def request_ids_of(random: Random) -> RequestIds:
    """Return the source of request ids for a source of ids."""
    return RequestIds(random) if isinstance(random, SeededRandom) else _REQUEST_IDS
