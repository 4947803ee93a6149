"""Asynchronous deletions: how long a secret that is deleted by force keeps its name."""

import random
from dataclasses import dataclass

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.in_force import Condition, InForce

__tracebackhide__ = True

SHORTEST, LONGEST = 5.0, 28.0
"""In seconds: the time that AWS's deletions took (RECORDED, 20 secrets)."""


@dataclass(slots=True, eq=False, kw_only=True)
class AsynchronousDeletion(Condition):
    """Matching forced deletions take `seconds`; None: a time in the recorded span, by the seed and the draws."""

    seconds: float | None
    random_seed: int | str

    def next_length(self) -> float:
        """Draw for a deletion, and return how many seconds it takes."""
        self.met += 1
        self.draws += 1
        if self.seconds is not None:
            return self.seconds
        chosen = random.Random(f"{self.random_seed}/{self.draws}").uniform(SHORTEST, LONGEST)  # noqa: S311 - no key
        return round(chosen, 3)


class Deletions(InForce[AsynchronousDeletion]):
    """The conditions in force. Not thread-safe: a service uses it under its lock."""

    def length_of(self, call: Call) -> float:
        """The seconds that a forced deletion takes, by the first condition that matches; 0: it is over at once."""
        return next((one.next_length() for one in self if one.matches(call)), 0.0)
