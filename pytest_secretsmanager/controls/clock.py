"""The clock of a `SecretsManager`: the time of every call, and so of versions, deletions and the log.

Its time is `time.time()`, read at each look, plus an offset that `advance` and `set` change. So freezegun and
time-machine move it too. On the way forward it stops at each time at which AWS does something on its own.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.inspection.keywords import known_keywords

__tracebackhide__ = True

_LAST = datetime(9990, 1, 1, tzinfo=UTC).timestamp()
"""Some years before the last datetime, so that deletion dates fit in."""


_lock = Lock()
"""Held while any clock is moved. All clocks share it: making a lock for each manager would cost time."""


class Timetable(Protocol):
    """AWS's own actions as time passes; times are epoch seconds."""

    @property
    def next_due(self) -> float: ...

    def run_due(self, time: float) -> None: ...


class MovedTime:
    """The real time plus an offset. It holds what the package needs of a clock; `Clock` shows what users need."""

    __slots__ = ("_offset", "_timetable")

    def __init__(self) -> None:
        self._offset = 0.0
        self._timetable: Timetable | None = None

    def follow(self, timetable: Timetable) -> None:
        """From now on, stop at each time that this timetable names."""
        self._timetable = timetable

    def seconds(self) -> float:
        """The time now in seconds since the epoch, to the millisecond, as AWS has it."""
        # Half a microsecond makes up for the precision that adding the offset loses.
        return int((time.time() + self._offset) * 1000 + 0.0005) / 1000

    def parts(self) -> tuple[float, float]:
        """The seconds by which it is ahead of the real time, and the real time."""
        return self._offset, time.time()

    def checkpoint(self) -> Restore:
        """Return a function that restores the offset. Real time that has passed is not undone."""
        before = self._offset

        def restore() -> None:
            self._move(lambda _: before)

        return restore

    def advance(self, seconds: float) -> None:
        """Go forward by a length of time, and stop on the way."""
        end = self.seconds() + seconds
        self._add(seconds - self._stop_where_something_is_due(end, lambda gone: seconds - gone))

    def wait(self, seconds: float, *, is_rotating: bool) -> None:
        """Go forward by the wait of a client.

        Stop on the way, unless a rotation is running, which may be the caller. Then rotations that fall due run later.
        """
        if self.seconds() + seconds >= _LAST:
            raise UsageError(
                f"a client waits for {seconds:.3g} seconds, and the clock ends with the year 9989: let the fault fail "
                "fewer attempts (times=…), or let the client make fewer"
            )
        if is_rotating:
            self._add(seconds)
        else:
            self.advance(seconds)

    def set(self, seconds: float) -> None:
        """Go to a time. Stop on the way forward."""
        forward = seconds - self.seconds()
        if forward > 0:
            self._stop_where_something_is_due(seconds, lambda _: seconds - self.seconds())

        def moved(offset: float) -> float:
            wanted = seconds - time.time()
            # A function that ran on the way may have moved the clock further.
            return wanted if forward < 0 else max(wanted, offset)

        self._move(moved)

    def _stop_where_something_is_due(self, end: float, seconds_left: Callable[[float], float]) -> float:
        """Go forward from one due time to the next, and return the length of the way.

        `seconds_left` takes the length so far, and returns the length that is left. A function that ran on the way may
        have moved the clock past `end`. An action that fell due in that time is left to the next call: two rotations
        that each take longer than their period would never end.
        """
        gone = 0.0
        while self._timetable is not None:
            due = self._timetable.next_due
            wait = max(0.0, due - self.seconds())
            if wait > seconds_left(gone) or (not wait and due > end):
                break
            self._add(wait)
            gone += wait
            self._timetable.run_due(max(due, self.seconds()))
        return gone

    def _add(self, seconds: float) -> None:
        self._move(lambda offset: offset + seconds)

    def _move(self, moved: Callable[[float], float]) -> None:
        """Set the offset to a function of it. No other thread moves a clock meanwhile."""

        def change() -> None:
            self._offset = moved(self._offset)

        _lock.during(change)


class Clock:
    """Tells and moves the time. Rotations that fall due on the way run, in order, each at its own time.

    >>> before = sm.clock.now
    >>> sm.clock.advance(days=30)
    >>> (sm.clock.now - before).days
    30
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._time = MovedTime()
        if start is not None:
            self.set(start)

    @property
    def now(self) -> datetime:
        """The time now, UTC."""
        return datetime.fromtimestamp(self._time.seconds(), UTC)

    @known_keywords(
        months="a month has no fixed length, write days=30",
        month="a month has no fixed length, write days=30",
        years="a year has no fixed length, write days=365",
        year="a year has no fixed length, write days=365",
    )
    def advance(
        self,
        by: timedelta | None = None,
        *,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> None:
        """Move the clock forward by a timedelta, by weeks, days, hours, minutes and seconds, or by both together.

        Raises UsageError for a step back; `set` takes the clock to any time.
        """
        if not isinstance(by, timedelta | None):
            raise UsageError(f"the clock advances by a timedelta, or by days=…, hours=…, …; not by {type(by).__name__}")
        try:
            step = (by or timedelta(0)) + timedelta(
                weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
            )
        except (TypeError, ValueError, OverflowError):
            raise UsageError("the clock advances by numbers of weeks, days, hours, minutes and seconds") from None
        if step < timedelta(0):
            raise UsageError(f"the clock does not advance by {step}; clock.set(…) takes it back")
        _require_in_calendar(self._time.seconds() + step.total_seconds())
        self._time.advance(step.total_seconds())

    def set(self, time_: datetime) -> None:
        """Take the clock to a time, from which it goes on.

        On the way forward everything that falls due happens, as with `advance`. On the way back nothing is undone.
        Raises UsageError for a datetime without a time zone: some libraries take it as UTC, and Python as local time.

        >>> sm.clock.set(datetime(2030, 1, 2, tzinfo=UTC))
        >>> sm.clock
        <clock at 2030-01-02 00:00:00 UTC>
        """
        if not isinstance(time_, datetime):
            raise UsageError(f"the clock is set to a datetime, not to {type(time_).__name__}")
        if time_.utcoffset() is None:
            raise UsageError(
                f"the clock needs a time zone, and {time_.replace(tzinfo=None):%Y-%m-%d %H:%M:%S} has none: write "
                f"datetime({time_.year}, {time_.month}, {time_.day}, …, tzinfo=UTC)"
            )
        seconds = time_.timestamp()
        _require_in_calendar(seconds)
        self._time.set(seconds)

    def __repr__(self) -> str:
        return f"<clock at {self.now:%Y-%m-%d %H:%M:%S} UTC>"


def moved_time_of(clock: Clock) -> MovedTime:
    """The time of a clock, for the modules of this package."""
    return clock._time  # noqa: SLF001


def _require_in_calendar(seconds: float) -> None:
    if not 0 <= seconds < _LAST:
        raise UsageError("the clock goes from 1970 to 9990")
