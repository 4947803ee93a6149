"""The request rates in force, and their token buckets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_secretsmanager.engine.above_rate import AboveRateError
from pytest_secretsmanager.engine.call import ATTEMPT_OF_THE_TEST, Call
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.in_force import Condition, InForce
from pytest_secretsmanager.engine.rules.request_rates import Bucket, refilled

__tracebackhide__ = True


@dataclass(slots=True, eq=False, kw_only=True)
class RateLimit(Condition):
    """A rate for the matching calls of each account in each region, in calls per second.

    `burst` is the most calls at one time. `met` is the number of attempts that the limit has refused.
    """

    rate: float
    burst: float


_Place: TypeAlias = tuple[RateLimit, str, str]
"""A limit, and the account and the region whose calls it counts."""


@dataclass(slots=True, eq=False)
class Rates:
    """The limits in force. Not thread-safe: a service uses it under its lock.

    `time_parts` returns the seconds by which the clock has been moved, and the real time. Both are read when a call is
    admitted: the time of the call is older, and other threads may have moved the clock since. There is a bucket for
    each limit, account and region.
    """

    time_parts: Callable[[], tuple[float, float]]
    in_force: InForce[RateLimit] = field(default_factory=InForce)
    buckets: dict[_Place, Bucket] = field(default_factory=dict)

    def admit(self, call: Call) -> None:
        """Take a token from the bucket of each limit that matches.

        Raise AboveRateError, and take none, if one of them is empty. A call of a control needs none.
        """
        if call.attempt is ATTEMPT_OF_THE_TEST:
            return
        moved, real = self.time_parts()
        keys = [(limit, call.account, call.region) for limit in self.in_force if limit.matches(call)]
        buckets = {key: self._refilled(key, moved, real) for key in keys}
        exceeded = tuple(key[0] for key, bucket in buckets.items() if bucket.is_empty)
        if not exceeded:
            buckets = {key: bucket.without_one() for key, bucket in buckets.items()}
        self.buckets.update(buckets)
        if exceeded:
            raise AboveRateError(exceeded)

    def _refilled(self, key: _Place, moved: float, real: float) -> Bucket:
        limit = key[0]
        before = self.buckets.get(key)
        if before is None:
            return Bucket(limit.burst, moved, real)
        bucket = refilled(before, limit.rate, limit.burst, moved, real)
        return bucket._replace(real=real) if bucket.tokens >= limit.burst else bucket

    def forget_unused(self) -> None:
        """Forget the buckets of limits that are no longer in force."""
        self.buckets = {key: bucket for key, bucket in self.buckets.items() if key[0] in self.in_force}

    def checkpoint(self) -> Restore:
        """Record the limits and their buckets, and return a function that restores them."""
        restore_limits, buckets = self.in_force.checkpoint(), self.buckets.copy()

        def restore() -> None:
            restore_limits()
            self.buckets = buckets.copy()

        return restore
