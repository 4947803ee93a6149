"""The error of a call that is above a rate."""

from typing import Protocol

from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True


class Limit(Protocol):
    """A rate that counts the attempts that it has refused."""

    met: int


_counting = Lock()
"""Held while refusals are counted: that happens outside the lock of the service."""


class AboveRateError(Exception):
    """A call is above a rate: it was neither run nor logged.

    It is no error of AWS: it lets a door take the way on which botocore retries.
    """

    def __init__(self, limits: tuple[Limit, ...]) -> None:
        super().__init__()
        self._limits = limits

    def count_refusal(self) -> None:
        """Count a refusal for each limit that the call exceeds."""
        _counting.during(self._count)

    def _count(self) -> None:
        for limit in self._limits:
            limit.met += 1
