"""The rate limiter of botocore's adaptive mode, waiting on the manager's clock in calls on the full way.

In all other calls the limiter waits as botocore wrote it. A limiter belongs to one client, and the change lasts as long
as the client. A limiter that returned to the real time would be ahead of it, and would block the client until the real
time has caught up.
"""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from pytest_secretsmanager.doors import attempts, internals
from pytest_secretsmanager.doors.attempts import Attempts
from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True

_SHORTEST_WAIT = 0.001
"""In seconds: the clock counts milliseconds."""


def put_on_clock(limiter: Any) -> None:
    """Let a limiter wait on the manager's clock in calls on the full way. A second call changes nothing."""
    bucket, clock = internals.token_bucket_of(limiter), internals.clock_of(limiter)
    if "acquire" not in vars(bucket):
        bucket.acquire = _acquire_async(bucket) if iscoroutinefunction(bucket.acquire) else _acquire(bucket)
    if "current_time" not in vars(clock):
        clock.current_time = _SteadyTime(clock.current_time)


class _SteadyTime:
    """The manager's time in a call on the full way, else the real time. It never goes back.

    A test can set its clock back, and the next test has another clock. A token bucket would wait for the time lost.
    """

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self._latest = real()
        self._shift = 0.0
        self._lock = Lock()  # a limiter has three locks, and asks for the time under each of them

    def __call__(self) -> float:
        here = attempts.current.get()
        time = self._real if here is None else here.responder.now
        return self._lock.during(lambda: self._steady(time()))

    def _steady(self, now: float) -> float:
        self._shift += max(0.0, self._latest - now - self._shift)
        self._latest = now + self._shift
        return self._latest


def _acquire(bucket: Any) -> Callable[..., bool]:
    original, no_capacity = bucket.acquire, internals.no_capacity_of(bucket)

    def acquire(amount: int = 1, block: bool = True) -> bool:
        here = attempts.current.get()
        while here is not None and block:
            try:
                return bool(original(amount, block=False))
            except no_capacity:
                _wait(here, bucket, amount)
        return bool(original(amount, block))

    return acquire


def _acquire_async(bucket: Any) -> Callable[..., Any]:
    original, no_capacity = bucket.acquire, internals.no_capacity_of(bucket)

    async def acquire(amount: int = 1, block: bool = True) -> bool:
        here = attempts.current.get()
        while here is not None and block:
            try:
                return bool(await original(amount, block=False))
            except no_capacity:
                _wait(here, bucket, amount)
        return bool(await original(amount, block))

    return acquire


def _wait(here: Attempts, bucket: Any, amount: int) -> None:
    here.wait(max(_SHORTEST_WAIT, (amount - bucket.available_capacity) / bucket.max_rate))
