"""Rotation schedules: the rules that AWS accepts, and the windows that a rule opens. All times are UTC.

DOC (user guide, schedule expressions): `rate(N days)` and AutomaticallyAfterDays open a window at midnight, N days
after the last rotation or change; `rate(N hours)` opens one N hours later; `cron(0 hours days months weekdays *)` opens
one on the hour. A window lasts as long as Duration says. Without a Duration, it lasts an hour if the expression counts
hours, and until the end of the day if it counts days. The error texts are REPORTED (failed deployments).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from math import ceil
from typing import ClassVar, TypeAlias, cast

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules.retention import SECONDS_PER_DAY
from pytest_secretsmanager.engine.state import RotationRules, Window

SECONDS_PER_HOUR = 3_600
HOURS_PER_DAY = 24
MOST_DAYS = 1_000
"""The maximum of AutomaticallyAfterDays."""
SHORTEST_INTERVAL = 4
"""The minimum number of hours between two rotations (DOC)."""


def rules_of(members: dict[str, object]) -> RotationRules:
    """The RotationRules of a request. Raise InvalidParameterException for rules that AWS refuses.

    >>> rules_of({"ScheduleExpression": "rate(10 days)", "Duration": "3h"})
    RotationRules(days=None, duration='3h', expression='rate(10 days)')
    """
    rules = RotationRules(
        days=cast("int | None", members.get("AutomaticallyAfterDays")),
        duration=cast("str | None", members.get("Duration")),
        expression=cast("str | None", members.get("ScheduleExpression")),
    )
    if rules.days is not None and rules.expression is not None:
        raise InvalidParameterException("You cannot specify both rotation frequency and schedule expression together.")
    _require_duration(rules)
    return rules


def next_window(rules: RotationRules | None, since: float) -> Window | None:
    """The window of the next rotation, counted from the last rotation or change; None for never.

    REPORTED (one sample): 30 days after 2026-02-03, the window closes on 2026-03-05 at 23:59:59. RECORDED: a secret
    with `rate(4 hours)` that rotated at 04:04:59 has to rotate by 08:59:59, so its window opens on the full hour.

    >>> window = next_window(RotationRules(days=30), datetime(2026, 2, 3, 12, tzinfo=UTC).timestamp())
    >>> str(datetime.fromtimestamp(window.opens, UTC)), str(datetime.fromtimestamp(window.closes, UTC))
    ('2026-03-05 00:00:00+00:00', '2026-03-05 23:59:59+00:00')
    """
    schedule = _schedule_of(rules)
    if schedule is None or rules is None:
        return None
    try:
        opens = schedule.opens_after(since)
    except OverflowError:  # beyond the last datetime
        return None
    length = schedule.default_length if rules.duration is None else _hours(rules.duration)
    end_of_day = opens - opens % SECONDS_PER_DAY + SECONDS_PER_DAY
    closes = end_of_day if length is None else opens + length * SECONDS_PER_HOUR
    return Window(opens, closes - 1)


def days_between(rules: RotationRules, since: float) -> int | None:
    """AutomaticallyAfterDays in DescribeSecret's reply. DOC: AWS computes it from an expression, too.

    RECORDED for `rate(4 hours)`: 1. The computation is a GUESS: the days from one window to the next, at least one.
    """
    schedule = _schedule_of(rules)
    if schedule is None or rules.days is not None:
        return rules.days
    try:
        first = schedule.opens_after(since)
        return min(ceil((schedule.opens_after(first) - first) / SECONDS_PER_DAY), MOST_DAYS)
    except OverflowError:
        return None


# --- schedules -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Days:
    """A window at midnight, a number of days after the last rotation or change."""

    number: int
    default_length: ClassVar[None] = None

    def opens_after(self, since: float) -> float:
        return since - since % SECONDS_PER_DAY + self.number * SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class Hours:
    """A window on the hour, a number of hours after the last rotation or change."""

    number: int
    default_length: ClassVar[int] = 1

    def opens_after(self, since: float) -> float:
        return since - since % SECONDS_PER_HOUR + self.number * SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class Calendar:
    """Windows at fixed hours, on the days that match."""

    hours: tuple[int, ...]
    fits: Callable[[date], bool]

    @property
    def default_length(self) -> int | None:
        return 1 if len(self.hours) > 1 else None

    def opens_after(self, since: float) -> float:
        day = datetime.fromtimestamp(since, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        while True:
            if self.fits(day.date()):
                for hour in self.hours:
                    opens = day.timestamp() + hour * SECONDS_PER_HOUR
                    if opens > since:
                        return opens
            day += timedelta(days=1)


Schedule: TypeAlias = Days | Hours | Calendar


def _schedule_of(rules: RotationRules | None) -> Schedule | None:
    if rules is None:
        return None
    if rules.expression is not None:
        return parse(rules.expression)
    return None if rules.days is None else Days(rules.days)


# --- expressions ---------------------------------------------------------------------------------------------------


@cache
def parse(expression: str) -> Schedule:
    """The schedule of an expression. Raise InvalidParameterException, with AWS's text, if it is invalid.

    >>> parse("rate(10 days)"), parse("rate(4 hours)")
    (Days(number=10), Hours(number=4))
    >>> parse("cron(0 8/8 * * ? *)").hours
    (8, 16)
    """
    if rate := _RATE.fullmatch(expression):
        return _rate(int(rate["number"]), rate["unit"])
    if cron := _CRON.fullmatch(expression):
        return _calendar(**cron.groupdict())
    raise _invalid()


_RATE = re.compile(r"rate\((?P<number>\d+) +(?P<unit>hour|day)s?\)", re.ASCII)
_CRON = re.compile(r"cron\(0 +(?P<hours>\S+) +(?P<days>\S+) +(?P<months>\S+) +(?P<weekdays>\S+) +\*\)")


def _invalid() -> InvalidParameterException:
    return InvalidParameterException("Invalid schedule expression.")


def _rate(number: int, unit: str) -> Schedule:
    if unit == "day":
        if not 0 < number < 1000:
            raise InvalidParameterException("Rate in day should be greater than 0 and less than 1000.")
        return Days(number)
    if not SHORTEST_INTERVAL <= number < HOURS_PER_DAY:
        raise InvalidParameterException("Rate in hour should be least 4 and less than 24.")
    return Hours(number)


_DayTest: TypeAlias = Callable[[date], bool]

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _calendar(hours: str, days: str, months: str, weekdays: str) -> Calendar:
    """DOC: one of days and weekdays is `?`, and the other decides."""
    if (days == "?") == (weekdays == "?"):
        raise _invalid()
    open_hours = tuple(sorted(_numbers(hours, 0, HOURS_PER_DAY - 1)))
    open_months = _numbers(months, 1, 12, _MONTHS)
    tests = [_weekday(item) for item in weekdays.split(",")] if days == "?" else _days(days, open_months)
    calendar = Calendar(open_hours, lambda day: day.month in open_months and any(test(day) for test in tests))
    # DOC: at most every four hours. That AWS refuses such an expression, and the text, are a GUESS.
    if _shortest_gap(calendar) < SHORTEST_INTERVAL:
        raise _invalid()
    return calendar


def _shortest_gap(calendar: Calendar) -> int:
    """The fewest hours from one window to the next, on one day or across midnight if two days in a row match."""
    gaps = [later - earlier for earlier, later in pairwise(calendar.hours)]
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(2 * 366)]
    if any(calendar.fits(day) and calendar.fits(following) for day, following in pairwise(days)):
        gaps.append(calendar.hours[0] + HOURS_PER_DAY - calendar.hours[-1])
    return min(gaps, default=HOURS_PER_DAY)


def _days(field: str, months: frozenset[int]) -> list[_DayTest]:
    """Days of the month; `L` is the last one. At least one day has to exist in one of the months."""
    tests = [_day(item) for item in field.split(",")]
    every_day = [date(2024, month, day) for month in months for day in range(1, _LONGEST_DAYS[month - 1] + 1)]
    if not any(test(day) for day in every_day for test in tests):
        raise _invalid()
    return tests


def _day(item: str) -> _DayTest:
    if item == "L":
        return lambda day: (day + timedelta(days=1)).month != day.month
    numbers = _numbers(item, 1, 31)
    return lambda day: day.day in numbers


def _weekday(item: str) -> _DayTest:
    """Weekdays, from 1 for Sunday; `2#1` is the first Monday of a month, `6L` its last Friday."""
    if ordinal := _ORDINAL.fullmatch(item):
        weekday, week = _number(ordinal["weekday"], _WEEKDAYS), int(ordinal["week"])
        return lambda day: _number_of(day) == weekday and (day.day + 6) // 7 == week
    if last := _LAST.fullmatch(item):
        weekday = _number(last["weekday"], _WEEKDAYS)
        return lambda day: _number_of(day) == weekday and (day + timedelta(days=7)).month != day.month
    weekdays = _numbers(item, 1, 7, _WEEKDAYS)
    return lambda day: _number_of(day) in weekdays


def _number_of(day: date) -> int:
    return day.isoweekday() % 7 + 1


_ITEM = re.compile(r"(?P<first>\*|[0-9A-Z]+)(?:-(?P<last>[0-9A-Z]+))?(?:/(?P<step>[0-9]+))?")
_ORDINAL = re.compile(r"(?P<weekday>[1-7]|[A-Z]{3})#(?P<week>[1-5])")
_LAST = re.compile(r"(?P<weekday>[1-7]|[A-Z]{3})L")


def _numbers(field: str, lowest: int, highest: int, names: Sequence[str] = ()) -> frozenset[int]:
    """All numbers of a field: `*`, `5`, `2-6`, `8/8` (from 8 in steps of 8), or several of these with commas."""
    return frozenset(number for item in field.split(",") for number in _range(item, lowest, highest, names))


def _range(item: str, lowest: int, highest: int, names: Sequence[str]) -> range:
    found = _ITEM.fullmatch(item)
    if found is None:
        raise _invalid()
    first, last, step = found.group("first", "last", "step")
    start = lowest if first == "*" else _number(first, names)
    if last is not None:
        end = _number(last, names)
    else:
        end = highest if first == "*" or step is not None else start
    width = 1 if step is None else int(step)
    if (first == "*" and last is not None) or not lowest <= start <= end <= highest or width < 1:
        raise _invalid()
    return range(start, end + 1, width)


def _number(text: str, names: Sequence[str]) -> int:
    if text.isdigit():
        return int(text)
    if text not in names:
        raise _invalid()
    return names.index(text) + 1


# --- durations -----------------------------------------------------------------------------------------------------


_DURATION = re.compile(r"[0-9]+h")


def _require_duration(rules: RotationRules) -> None:
    """DOC: a window ends before the next one begins, and on the day on which it begins."""
    schedule = _schedule_of(rules)
    if rules.duration is None:
        return
    length = _hours(rules.duration)
    if not 1 <= length <= HOURS_PER_DAY:
        raise InvalidParameterException("Duration must be at least 1 hour, at most 24 hour.")
    if isinstance(schedule, Hours) and length > schedule.number:
        raise InvalidParameterException("Duration cannot be greater than Rate in hour.")
    if isinstance(schedule, Calendar) and schedule.hours[-1] + length > HOURS_PER_DAY:
        raise InvalidParameterException("Starting hour and duration must be within a day.")
    if isinstance(schedule, Calendar) and any(later - earlier < length for earlier, later in pairwise(schedule.hours)):
        # DOC: AWS refuses it. The text is a GUESS: no sample exists.
        raise InvalidParameterException("Duration cannot be greater than Rate in hour.")


def _hours(duration: str) -> int:
    """The hours of a Duration; 0 for an invalid one, which an older service description accepts."""
    return int(duration[:-1]) if _DURATION.fullmatch(duration) else 0
