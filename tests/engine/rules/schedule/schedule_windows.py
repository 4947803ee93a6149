"""The texts and windows that the tests of rotation schedules share."""

from datetime import UTC, datetime

import pytest

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules.schedule import next_window, rules_of

INVALID = "Invalid schedule expression."
BOTH = "You cannot specify both rotation frequency and schedule expression together."
RATE_IN_HOURS = "Rate in hour should be least 4 and less than 24."
RATE_IN_DAYS = "Rate in day should be greater than 0 and less than 1000."
DURATION = "Duration must be at least 1 hour, at most 24 hour."
LONGER_THAN_RATE = "Duration cannot be greater than Rate in hour."
WITHIN_A_DAY = "Starting hour and duration must be within a day."
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
EVERY_MONTH = list(range(1, 13))
EVERY_DAY = list(range(1, 32))


def seconds(text):
    """Epoch seconds of a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def moment(time):
    """A time in UTC as text."""
    return datetime.fromtimestamp(time, UTC).replace(tzinfo=None).isoformat()


def window_after(members, since):
    """The next window after a time: when it opens and closes, as texts."""
    found = next_window(rules_of(members), seconds(since))
    return moment(found.opens), moment(found.closes)


def openings(expression, since, until):
    """The times between two others at which windows open."""
    rules, found, end = rules_of({"ScheduleExpression": expression}), [], seconds(until)
    time = next_window(rules, seconds(since)).opens
    while time < end:
        found.append(datetime.fromtimestamp(time, UTC))
        time = next_window(rules, time).opens
    return found


def refusal(**members):
    with pytest.raises(InvalidParameterException) as caught:
        rules_of(members)
    return caught.value.message


def every(number):
    """Rules that count days."""
    return {"AutomaticallyAfterDays": number}


def by(text):
    """Rules with an expression."""
    return {"ScheduleExpression": text}
