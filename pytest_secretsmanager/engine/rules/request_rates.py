"""The request rates: AWS's own, and the token bucket by which a rate is kept.

DOC (quotas): a rate counts the calls of one account in one region, and some operations share a rate. A call to another
account's secret counts for the account of the caller. GUESS: AWS keeps each rate with a token bucket that holds the
tokens of one second.
"""

from typing import NamedTuple

AWS_RATES: tuple[tuple[frozenset[str], float], ...] = tuple(
    (frozenset(operations.split()), rate)
    for operations, rate in (
        ("DescribeSecret GetSecretValue", 10_000),
        ("BatchGetSecretValue", 100),
        ("ListSecrets", 100),
        ("CreateSecret", 50),
        ("DeleteSecret", 50),
        ("GetRandomPassword", 50),
        ("ListSecretVersionIds", 50),
        ("RestoreSecret", 50),
        (
            "PutSecretValue UpdateSecret UpdateSecretVersionStage ReplicateSecretToRegions "
            "RemoveRegionsFromReplication StopReplicationToReplica AssociateCrossAccountReplica "
            "DisassociateCrossAccountReplica",
            50,
        ),
        (
            "PutResourcePolicy GetResourcePolicy DeleteResourcePolicy ValidateResourcePolicy ListResourcePolicies",
            50,
        ),
        ("RotateSecret CancelRotateSecret", 50),
        ("TagResource UntagResource", 50),
    )
)
"""Calls per second (DOC), for each group of operations that share a rate.

GUESS: the operations of November 2026 share the rate of the operations that are most like them.
"""

LONGEST_STEP = 1.0
"""In seconds. See `refilled`."""

_ROUNDING = 1e-6


class Bucket(NamedTuple):
    """A token bucket. `moved` and `real` are the times up to which it has been refilled, in seconds.

    The clock's time has two parts: the real time, and the time by which the test or a waiting client has moved it.
    """

    tokens: float
    moved: float
    real: float

    @property
    def is_empty(self) -> bool:
        """Whether the next call is above the rate."""
        return self.tokens < 1 - _ROUNDING

    def without_one(self) -> "Bucket":
        """The bucket after a call has taken a token."""
        return self._replace(tokens=self.tokens - 1)


def refilled(bucket: Bucket, rate: float, burst: float, moved: float, real: float) -> Bucket:
    """Return the bucket at a later time. `rate` is the number of tokens per second, `burst` the most that it holds.

    A move of the clock counts at once. The real time counts in steps, each of one second, or of the time that fills the
    bucket if that is shorter: a test must not depend on the speed of the machine. A clock that goes back refills
    nothing.

    >>> refilled(Bucket(0, moved=0, real=0), rate=10, burst=10, moved=0.5, real=0.9)
    Bucket(tokens=5.0, moved=0.5, real=0)
    >>> refilled(Bucket(0, moved=0, real=0), rate=10, burst=10, moved=0, real=1)
    Bucket(tokens=10, moved=0, real=1)
    """
    step = min(LONGEST_STEP, burst / rate) if rate else LONGEST_STEP
    passed = real - bucket.real
    if 0 <= passed < step - _ROUNDING:
        passed, real = 0.0, bucket.real
    tokens = min(burst, bucket.tokens + (max(0.0, moved - bucket.moved) + max(0.0, passed)) * rate)
    return Bucket(tokens, moved, real)


def rate_of(operations: frozenset[str]) -> float:
    """AWS's rate for some operations: the lowest one, if they have several."""
    return min(rate for group, rate in AWS_RATES if group & operations)
