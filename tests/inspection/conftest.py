"""A clock that stands still: ages in tables and times in texts are exact."""

import time
from datetime import UTC, datetime

import pytest


class Clock:
    """A replacement of `time.time`. It returns the same time until a test advances it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture(autouse=True)
def _time_stands_still(clock: Clock) -> None:
    """Use the clock in every test: none depends on how long it takes."""
