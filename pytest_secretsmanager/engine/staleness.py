"""Stale reads: which reads see an earlier state, and the earlier states."""

import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pytest_secretsmanager.engine.call import Call, Changes
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.in_force import Condition, InForce
from pytest_secretsmanager.engine.state import KeyParts, Secret, SecretKey, Secrets

__tracebackhide__ = True

READS = frozenset(
    [
        "GetSecretValue",
        "BatchGetSecretValue",
        "DescribeSecret",
        "ListSecrets",
        "ListSecretVersionIds",
        "GetResourcePolicy",
        "ListResourcePolicies",
    ]
)
"""The operations that may see an earlier state. DOC for ListSecrets, GUESS for the others."""


@dataclass(slots=True, eq=False, kw_only=True)
class StaleReads(Condition):
    """Matching reads see the state as it was `seconds` ago, by `chance`, from 0 to 1.

    The same seed and the same number of draws make the same choice.
    """

    seconds: float
    chance: float
    random_seed: int | str

    def next_is_stale(self) -> bool:
        """Draw for a matching read, and return whether it sees the earlier state."""
        self.draws += 1
        is_stale = random.Random(f"{self.random_seed}/{self.draws}").random() < self.chance  # noqa: S311 - no key
        self.met += is_stale
        return is_stale


class _Change(NamedTuple):
    """A secret's state before a change, None if it did not exist, and the time of the change."""

    time: float
    key: SecretKey
    before: Secret | None


class History:
    """The changes of a recent length of time, oldest first.

    It is empty after the clock was set back: then the ages of the changes are unknown.
    """

    __slots__ = ("_changes",)

    def __init__(self) -> None:
        self._changes: deque[_Change] = deque()

    def note(self, changes: Changes, secrets: Secrets, now: float, seconds: float) -> None:
        """Keep the states that these changes will replace. Forget changes that are older than `seconds`."""
        self._forget_other_times(now)
        while self._changes and self._changes[0].time <= now - seconds:
            self._changes.popleft()
        self._changes.extend(_Change(now, key, secrets.get(key)) for key in changes)

    def forget(self, changes: Changes) -> None:
        """Forget the earlier states of these secrets."""
        self._changes = deque(change for change in self._changes if change.key not in changes)

    def clear(self) -> None:
        """Forget all earlier states."""
        self._changes.clear()

    def since(self, time: float, now: float) -> Mapping[SecretKey, Secret | None]:
        """Return the state at that time of each secret that has changed since then."""
        self._forget_other_times(now)
        states: dict[SecretKey, Secret | None] = {}
        for change in reversed(self._changes):
            if change.time <= time:
                break
            states[change.key] = change.before
        return states

    def _forget_other_times(self, now: float) -> None:
        if self._changes and self._changes[-1].time > now:
            self._changes.clear()

    def checkpoint(self) -> Restore:
        """Record the changes so far, and return a function that restores them."""
        before = self._changes.copy()

        def restore() -> None:
            self._changes = before.copy()

        return restore


class EarlierSecrets:
    """All secrets at an earlier time: `earlier` has the states that have changed since."""

    __slots__ = ("_earlier", "_newest")

    def __init__(self, earlier: Mapping[SecretKey, Secret | None], newest: Secrets) -> None:
        self._earlier = earlier
        self._newest = newest

    def get(self, key: KeyParts) -> Secret | None:
        """The secret with that key, or None."""
        full = SecretKey(*key)
        return self._earlier[full] if full in self._earlier else self._newest.get(key)

    def within(self, region: str, account: str) -> Iterator[Secret]:
        """The secrets of one region and account, in the order of their creation."""
        unchanged = [secret for secret in self._newest.within(region, account) if secret.key not in self._earlier]
        earlier = [
            secret for key, secret in self._earlier.items() if secret is not None and key.place == (region, account)
        ]
        return iter(sorted([*unchanged, *earlier], key=lambda secret: secret.number))

    def count(self, region: str, account: str) -> int:
        """The number of secrets now. Only a read sees an earlier time, and no read counts."""
        return self._newest.count(region, account)

    def count_gone(self, region: str, account: str, time: float) -> int:
        """The number of them whose deletion has taken effect."""
        return self._newest.count_gone(region, account, time)

    def order(self, *_: str) -> None:
        """None: the states of an earlier time have no order."""


@dataclass(slots=True, eq=False)
class Staleness:
    """The conditions in force, and the history that they need. Not thread-safe: a service uses it under its lock."""

    in_force: InForce[StaleReads] = field(default_factory=InForce)
    history: History = field(default_factory=History)

    @property
    def longest(self) -> float:
        """The age of the oldest state that a read may see, in seconds."""
        return max((one.seconds for one in self.in_force), default=0.0)

    def age_for(self, call: Call) -> float:
        """The age of the state that a read sees, in seconds: that of the first condition that chooses it, or 0."""
        if call.operation not in READS:
            return 0.0
        stale = (one.seconds for one in self.in_force if one.matches(call) and one.next_is_stale())
        return next(stale, 0.0)

    def checkpoint(self) -> Restore:
        """Record the conditions and the history, and return a function that restores them."""
        restore_conditions, restore_history = self.in_force.checkpoint(), self.history.checkpoint()

        def restore() -> None:
            restore_conditions()
            restore_history()

        return restore
