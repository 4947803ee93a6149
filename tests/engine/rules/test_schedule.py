"""Rotation schedules: the expressions that are valid or refused, and the windows that they open."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules.schedule import Days, Hours, days_between, next_window, parse, rules_of
from pytest_secretsmanager.engine.state import RotationRules

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


# --- valid expressions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "schedule"),
    [
        ("rate(1 day)", Days(1)),
        ("rate(1 days)", Days(1)),
        ("rate(10 days)", Days(10)),
        ("rate(10 day)", Days(10)),
        ("rate(999 days)", Days(999)),
        ("rate(010 days)", Days(10)),
        ("rate(10   days)", Days(10)),
        ("rate(4 hours)", Hours(4)),
        ("rate(4 hour)", Hours(4)),
        ("rate(23 hours)", Hours(23)),
    ],
)
def test_parse_reads_a_rate_in_days_or_hours(expression, schedule):
    assert parse(expression) == schedule


@pytest.mark.parametrize(
    ("field", "hours"),
    [
        pytest.param("0", [0], id="the first"),
        pytest.param("23", [23], id="the last"),
        pytest.param("08", [8], id="a leading zero"),
        pytest.param("8,16", [8, 16], id="a list"),
        pytest.param("16,8,0", [0, 8, 16], id="a list in any order"),
        pytest.param("8,8,16", [8, 16], id="a list with one twice"),
        pytest.param("8-8", [8], id="a range of one"),
        pytest.param("8/8", [8, 16], id="a step from an hour on"),
        pytest.param("2/10", [2, 12, 22], id="a step up to the last fit"),
        pytest.param("20/8", [20], id="a step past the end"),
        pytest.param("*/4", [0, 4, 8, 12, 16, 20], id="a step through the day"),
        pytest.param("*/24", [0], id="a step of a day"),
        pytest.param("6-18/6", [6, 12, 18], id="a step in a range, its end included"),
        pytest.param("6-17/6", [6, 12], id="a step in a range, its end not met"),
        pytest.param("0,6-18/6", [0, 6, 12, 18], id="a list with a range"),
        pytest.param("0,4", [0, 4], id="as often as may be"),
    ],
)
def test_the_hours_field_opens_windows(field, hours):
    found = openings(f"cron(0 {field} * * ? *)", "2026-03-02T23:59:59", "2026-03-04T00:00:00")
    assert [opened.isoformat() for opened in found] == [f"2026-03-03T{hour:02}:00:00+00:00" for hour in hours]


@pytest.mark.parametrize(
    ("field", "days"),
    [
        pytest.param("1", [1], id="the first"),
        pytest.param("31", [31], id="the last"),
        pytest.param("*", EVERY_DAY, id="every"),
        pytest.param("15,1", [1, 15], id="a list"),
        pytest.param("10-12", [10, 11, 12], id="a range"),
        pytest.param("1/10", [1, 11, 21, 31], id="a step from a day on"),
        pytest.param("*/10", [1, 11, 21, 31], id="a step through the month"),
        pytest.param("10-20/5", [10, 15, 20], id="a step in a range"),
        pytest.param("L", [31], id="the last by letter"),
        pytest.param("L,15", [15, 31], id="the last and another"),
        pytest.param("1-3,15,L", [1, 2, 3, 15, 31], id="range, day and the last"),
        pytest.param("31,L", [31], id="the last twice"),
    ],
)
def test_the_days_of_month_field_opens_windows(field, days):
    found = openings(f"cron(0 0 {field} * ? *)", "2026-02-28T23:00:00", "2026-04-01T00:00:00")
    assert [opened.day for opened in found] == days


@pytest.mark.parametrize(
    ("field", "months"),
    [
        pytest.param("*", EVERY_MONTH, id="every"),
        pytest.param("1", [1], id="the first"),
        pytest.param("12", [12], id="the last"),
        *[pytest.param(name, [number], id=name) for number, name in enumerate(MONTHS, start=1)],
        pytest.param("JUL,1", [1, 7], id="a list of name and number"),
        pytest.param("3-5", [3, 4, 5], id="a range"),
        pytest.param("MAR-MAY", [3, 4, 5], id="a range of names"),
        pytest.param("OCT-12", [10, 11, 12], id="a range from name to number"),
        pytest.param("2/3", [2, 5, 8, 11], id="a step from a month on"),
        pytest.param("JAN/6", [1, 7], id="a step from a name on"),
        pytest.param("*/4", [1, 5, 9], id="a step through the year"),
        pytest.param("FEB-AUG/3", [2, 5, 8], id="a step in a range of names"),
    ],
)
def test_the_months_field_opens_windows(field, months):
    found = openings(f"cron(0 0 1 {field} ? *)", "2025-12-31T12:00:00", "2027-01-01T00:00:00")
    assert [opened.month for opened in found] == months


@pytest.mark.parametrize(
    ("field", "days"),
    [
        *[pytest.param(name, EVERY_DAY[number::7], id=name) for number, name in enumerate(WEEKDAYS)],
        *[pytest.param(str(number + 1), EVERY_DAY[number::7], id=f"number {number + 1}") for number in range(7)],
        pytest.param("*", EVERY_DAY, id="every"),
        pytest.param("SAT,1", [1, 7, 8, 14, 15, 21, 22, 28, 29], id="a list of name and number"),
        pytest.param("2-4", [2, 3, 4, 9, 10, 11, 16, 17, 18, 23, 24, 25, 30, 31], id="a range"),
        pytest.param("FRI-SAT", [6, 7, 13, 14, 20, 21, 27, 28], id="a range of names"),
        pytest.param("MON-FRI/2", [2, 4, 6, 9, 11, 13, 16, 18, 20, 23, 25, 27, 30], id="a step in a range of names"),
        pytest.param("MON/3", [2, 5, 9, 12, 16, 19, 23, 26, 30], id="a step from a name on"),
        pytest.param("*/3", [1, 4, 7, 8, 11, 14, 15, 18, 21, 22, 25, 28, 29], id="a step through the week"),
        pytest.param("2#1", [2], id="the first Monday"),
        pytest.param("MON#1", [2], id="the first Monday by name"),
        pytest.param("SUN#1", [1], id="the first Sunday is the first day"),
        pytest.param("SAT#1", [7], id="the first Saturday is the seventh day"),
        pytest.param("SUN#2", [8], id="the second Sunday is the eighth day"),
        pytest.param("3#5", [31], id="the fifth Tuesday"),
        pytest.param("MON#2,MON#4", [9, 23], id="two Mondays"),
        pytest.param("6L", [27], id="the last Friday"),
        pytest.param("FRIL", [27], id="the last Friday by name"),
        pytest.param("TUEL", [31], id="the last Tuesday is the last day"),
        pytest.param("WEDL", [25], id="the last Wednesday is a week before it ends"),
        pytest.param("MON#1,6L,TUE", [2, 3, 10, 17, 24, 27, 31], id="a list of all three kinds"),
    ],
)
def test_the_days_of_week_field_opens_windows_in_a_month_that_begins_on_a_sunday(field, days):
    found = openings(f"cron(0 0 ? * {field} *)", "2026-02-28T23:00:00", "2026-04-01T00:00:00")
    assert [opened.day for opened in found] == days


@pytest.mark.parametrize(
    ("expression", "since", "opens"),
    [
        pytest.param("cron(0 0 ? * MON#5 *)", "2026-03-30T00:00:00", "2026-06-29T00:00:00", id="a fifth Monday"),
        pytest.param("cron(0 0 ? FEB SUN#5 *)", "2026-03-03T12:00:00", "2032-02-29T00:00:00", id="a fifth Sunday"),
        pytest.param("cron(0 0 ? FEB FRIL *)", "2026-03-03T12:00:00", "2027-02-26T00:00:00", id="a last Friday"),
        pytest.param("cron(0 0 ? JAN/6 MON *)", "2026-01-26T00:00:00", "2026-07-06T00:00:00", id="Mondays of July"),
    ],
)
def test_next_window_skips_a_month_without_the_weekday(expression, since, opens):
    assert moment(next_window(rules_of({"ScheduleExpression": expression}), seconds(since)).opens) == opens


@pytest.mark.parametrize("expression", ["cron(0 8 * * ? *)", "cron(0 8 ? * * *)"])
def test_a_question_mark_leaves_the_days_to_the_other_field(expression):
    found = openings(expression, "2026-03-02T12:00:00", "2026-03-05T00:00:00")
    assert [opened.isoformat() for opened in found] == ["2026-03-03T08:00:00+00:00", "2026-03-04T08:00:00+00:00"]


def test_several_spaces_separate_fields_like_one():
    expected = openings("cron(0 8 1 * ? *)", "2026-03-02T12:00:00", "2027-01-01T00:00:00")
    assert openings("cron(0  8 1   * ?  *)", "2026-03-02T12:00:00", "2027-01-01T00:00:00") == expected


# --- refused expressions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "10 days",
        "rate",
        "rate()",
        "rate(days)",
        "rate(10)",
        "rate(10days)",
        "rate(-1 days)",
        "rate(1.5 days)",
        "rate(10 weeks)",
        "rate(10 minutes)",
        "rate(10 dayss)",
        "rate(10 DAYS)",
        "RATE(10 days)",
        "rate( 10 days)",
        "rate(10 days )",
        "rate (10 days)",
        " rate(10 days)",
        "rate(10 days) ",
        "rate(10 days)\n",
        "rate(10\tdays)",
        "rate(10 days",
        "rate(1\u0660 days)",
        "at(2026-03-03T12:00:00)",
    ],
)
def test_a_malformed_rate_is_refused(expression):
    assert refusal(ScheduleExpression=expression) == INVALID


@pytest.mark.parametrize("number", [0, 1_000, 1_001, 99_999_999_999])
@pytest.mark.parametrize("unit", ["day", "days"])
def test_a_rate_in_days_out_of_range_is_refused(number, unit):
    assert refusal(ScheduleExpression=f"rate({number} {unit})") == RATE_IN_DAYS


@pytest.mark.parametrize("number", [0, 1, 3, 24, 25, 99_999_999_999])
@pytest.mark.parametrize("unit", ["hour", "hours"])
def test_a_rate_in_hours_out_of_range_is_refused(number, unit):
    assert refusal(ScheduleExpression=f"rate({number} {unit})") == RATE_IN_HOURS


@pytest.mark.parametrize(
    "expression",
    [
        "cron()",
        "cron(0 8 1 * ?)",
        "cron(0 8 1 * ? * *)",
        "cron(8 1 * ? *)",
        "cron( 0 8 1 * ? *)",
        "cron(0 8 1 * ? * )",
        "cron (0 8 1 * ? *)",
        " cron(0 8 1 * ? *)",
        "cron(0 8 1 * ? *) ",
        "cron(0 8 1 * ? *)\n",
        "cron(0\t8 1 * ? *)",
        "cron(0 8 1 * ? *",
        "CRON(0 8 1 * ? *)",
        "0 8 1 * ? *",
    ],
)
def test_a_malformed_cron_expression_is_refused(expression):
    assert refusal(ScheduleExpression=expression) == INVALID


@pytest.mark.parametrize("minute", ["1", "5", "59", "60", "*", "?", "0,30", "0/15", "*/15", "0-0", "-0"])
def test_a_minute_that_is_not_0_is_refused(minute):
    assert refusal(ScheduleExpression=f"cron({minute} 8 1 * ? *)") == INVALID


@pytest.mark.parametrize("year", ["2026", "2026-2030", "2026,2027", "?", "*/2", "**", "0"])
def test_a_year_that_is_not_an_asterisk_is_refused(year):
    assert refusal(ScheduleExpression=f"cron(0 8 1 * ? {year})") == INVALID


@pytest.mark.parametrize(
    ("days", "weekdays"),
    [
        pytest.param("?", "?", id="both"),
        pytest.param("*", "*", id="neither, both any"),
        pytest.param("1", "MON", id="neither"),
        pytest.param("L", "*", id="neither, the last day"),
        pytest.param("1,?", "?", id="in a list of days"),
        pytest.param("?", "MON,?", id="in a list of weekdays"),
        pytest.param("1,?", "MON", id="in a list only"),
    ],
)
def test_exactly_one_field_of_days_has_to_be_a_question_mark(days, weekdays):
    assert refusal(ScheduleExpression=f"cron(0 8 {days} * {weekdays} *)") == INVALID


@pytest.mark.parametrize("expression", ["cron(0 ? 1 * ? *)", "cron(0 8 1 ? ? *)", "cron(0 8 1 ? * *)"])
def test_a_question_mark_in_another_field_is_refused(expression):
    assert refusal(ScheduleExpression=expression) == INVALID


@pytest.mark.parametrize(
    "hours",
    ["*", "*/1", "*/2", "*/3", "0/3", "0-23", "4-8", "8,9", "8,11", "0,4,7", "20,23", "8,8-9", "0,6-18/3"],
)
def test_hours_less_than_four_apart_are_refused(hours):
    assert refusal(ScheduleExpression=f"cron(0 {hours} * * ? *)") == INVALID


BAD_IN_ANY_FIELD = [
    *["-1", "5-", "-5", "1--5", "1-2-3", "*-5", "5-*"],
    *["5/", "/5", "1/2/3", "1/0", "*/0", "1-5/0", "*/", "*/A"],
    *["1,", ",1", "1,,7", ",", "**", "1*", "1.5", "+1", "#1", "W", "\u0661"],
]


@pytest.mark.parametrize(
    "field", [*BAD_IN_ANY_FIELD, "24", "99", "20-24", "20-8", "24/4", "MON", "L", "1L", "2#1", "A"]
)
def test_a_malformed_hours_field_is_refused(field):
    assert refusal(ScheduleExpression=f"cron(0 {field} * * ? *)") == INVALID


@pytest.mark.parametrize(
    "field",
    [*BAD_IN_ANY_FIELD, "0", "32", "30-32", "20-10", "0-5", "32/1", "MON", "l", "LW", "L-3", "15W", "1L", "2#1", "LL"],
)
def test_a_malformed_days_of_month_field_is_refused(field):
    assert refusal(ScheduleExpression=f"cron(0 8 {field} * ? *)") == INVALID


@pytest.mark.parametrize(
    "field",
    [
        *BAD_IN_ANY_FIELD,
        *["0", "13", "10-13", "0-5", "12-1", "DEC-JAN", "DEC-1"],
        *["jan", "Jan", "JANUARY", "JA", "MON", "FOO", "JAN,foo", "JAN-FOO", "FOO/2", "L", "1L", "JAN#1"],
    ],
)
def test_a_malformed_months_field_is_refused(field):
    assert refusal(ScheduleExpression=f"cron(0 8 1 {field} ? *)") == INVALID


@pytest.mark.parametrize(
    "field",
    [
        *BAD_IN_ANY_FIELD,
        *["0", "8", "5-8", "0-5", "6-2", "FRI-MON", "SAT-SUN", "7-SUN"],
        *["mon", "Mon", "MONDAY", "MO", "JAN", "FOO", "MON,foo", "MON-FOO", "FOO/2"],
        *["2#0", "2#6", "2#", "2#10", "0#1", "8#1", "FOO#1", "JAN#1", "mon#1", "MON-FRI#1", "2#1-2", "2#1#1", "*#1"],
        *["0L", "8L", "FOOL", "JANL", "monL", "6l", "6LL", "MON-FRIL", "*L", "6L#1", "6W"],
    ],
)
def test_a_malformed_days_of_week_field_is_refused(field):
    assert refusal(ScheduleExpression=f"cron(0 8 ? * {field} *)") == INVALID


@pytest.mark.parametrize(
    ("days", "months"),
    [
        ("30", "FEB"),
        ("30", "2"),
        ("30-31", "2"),
        ("31", "APR"),
        ("31", "4,6,9,11"),
        ("31", "2,APR/5"),
        ("30,31", "FEB"),
    ],
)
def test_a_day_that_none_of_the_months_has_is_refused(days, months):
    assert refusal(ScheduleExpression=f"cron(0 8 {days} {months} ? *)") == INVALID


@pytest.mark.parametrize(
    ("days", "months"),
    [("29", "FEB"), ("30", "FEB,MAR"), ("31", "*"), ("15,30", "FEB"), ("L", "FEB"), ("30,L", "FEB"), ("28-31", "FEB")],
)
def test_a_day_that_one_of_the_months_has_is_valid(days, months):
    expression = f"cron(0 8 {days} {months} ? *)"
    assert rules_of({"ScheduleExpression": expression}).expression == expression


# --- rules of a request ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "rules"),
    [
        pytest.param({}, RotationRules(), id="no members"),
        pytest.param({"AutomaticallyAfterDays": 1}, RotationRules(days=1), id="the fewest days"),
        pytest.param({"AutomaticallyAfterDays": 1_000}, RotationRules(days=1_000), id="the most days"),
        pytest.param(
            {"AutomaticallyAfterDays": 30, "Duration": "24h"}, RotationRules(days=30, duration="24h"), id="days, window"
        ),
        pytest.param({"Duration": "1h"}, RotationRules(duration="1h"), id="a window alone"),
        pytest.param(
            {"ScheduleExpression": "rate(10 days)"}, RotationRules(expression="rate(10 days)"), id="an expression"
        ),
        pytest.param(
            {"ScheduleExpression": "rate(10 days)", "Duration": "24h"},
            RotationRules(expression="rate(10 days)", duration="24h"),
            id="an expression, window",
        ),
        pytest.param(
            {"ScheduleExpression": "cron(0 8 1  * ? *)", "Duration": "08h"},
            RotationRules(expression="cron(0 8 1  * ? *)", duration="08h"),
            id="an expression with two spaces, a duration with a zero",
        ),
    ],
)
def test_rules_of_keeps_the_members_of_a_request_as_sent(members, rules):
    assert rules_of(members) == rules


@pytest.mark.parametrize(
    ("expression", "duration"),
    [
        ("rate(1 day)", "24h"),
        ("rate(4 hours)", "4h"),
        ("rate(23 hours)", "23h"),
        ("cron(0 0 1 * ? *)", "24h"),
        ("cron(0 23 1 * ? *)", "1h"),
        ("cron(0 20 1 * ? *)", "4h"),
        ("cron(0 8,16 * * ? *)", "8h"),
        ("cron(0 */4 * * ? *)", "4h"),
        ("cron(0 0,20 * * ? *)", "4h"),
        ("cron(0 0,4,12 * * ? *)", "4h"),
    ],
)
def test_rules_of_takes_a_duration_up_to_the_next_window_or_midnight(expression, duration):
    assert rules_of({"ScheduleExpression": expression, "Duration": duration}).duration == duration


@pytest.mark.parametrize(
    ("members", "text"),
    [
        pytest.param({"Duration": "0h"}, DURATION, id="no hour"),
        pytest.param({"Duration": "00h"}, DURATION, id="no hour in two digits"),
        pytest.param({"Duration": "25h"}, DURATION, id="25 hours"),
        pytest.param({"Duration": "99h"}, DURATION, id="99 hours"),
        pytest.param({"Duration": "25h", "AutomaticallyAfterDays": 30}, DURATION, id="25 hours every so many days"),
        pytest.param({"Duration": "0h", "ScheduleExpression": "rate(10 days)"}, DURATION, id="no hour at a rate"),
        pytest.param({"Duration": "5h", "ScheduleExpression": "rate(4 hours)"}, LONGER_THAN_RATE, id="over the rate"),
        pytest.param(
            {"Duration": "24h", "ScheduleExpression": "rate(23 hours)"}, LONGER_THAN_RATE, id="a day, over the rate"
        ),
        pytest.param({"Duration": "24h", "ScheduleExpression": "cron(0 1 1 * ? *)"}, WITHIN_A_DAY, id="past midnight"),
        pytest.param(
            {"Duration": "2h", "ScheduleExpression": "cron(0 23 ? * 6L *)"}, WITHIN_A_DAY, id="an hour past midnight"
        ),
        pytest.param(
            {"Duration": "9h", "ScheduleExpression": "cron(0 0,8 * * ? *)"}, LONGER_THAN_RATE, id="into the next window"
        ),
        pytest.param(
            {"Duration": "5h", "ScheduleExpression": "cron(0 0,8,12 * * ? *)"},
            LONGER_THAN_RATE,
            id="into one of the next windows",
        ),
    ],
)
def test_rules_of_refuses_a_duration_that_does_not_fit(members, text):
    assert refusal(**members) == text


@pytest.mark.parametrize("duration", ["h", "hh", "3", "3d", "3H", "-3h", "+3h", " 3h", "3.h", "3hh", "٣h"])
def test_rules_of_refuses_a_duration_that_is_no_number_of_hours(duration):
    """An older service description has no pattern for the duration, so that rules_of has to refuse it."""
    assert refusal(Duration=duration) == DURATION


def test_rules_of_refuses_days_together_with_an_expression():
    assert refusal(AutomaticallyAfterDays=30, ScheduleExpression="rate(10 days)") == BOTH


@pytest.mark.parametrize(
    ("members", "text"),
    [
        pytest.param(
            {"AutomaticallyAfterDays": 30, "ScheduleExpression": "no", "Duration": "0h"}, BOTH, id="both frequencies"
        ),
        pytest.param({"ScheduleExpression": "no", "Duration": "0h"}, INVALID, id="then the expression"),
        pytest.param({"ScheduleExpression": "rate(3 hours)", "Duration": "25h"}, RATE_IN_HOURS, id="then its hours"),
        pytest.param({"ScheduleExpression": "rate(0 days)", "Duration": "25h"}, RATE_IN_DAYS, id="then its days"),
        pytest.param({"ScheduleExpression": "rate(4 hours)", "Duration": "25h"}, DURATION, id="then the duration"),
        pytest.param(
            {"ScheduleExpression": "cron(0 8,16 * * ? *)", "Duration": "25h"}, DURATION, id="then a calendar's duration"
        ),
        pytest.param(
            {"ScheduleExpression": "cron(0 8,16 * * ? *)", "Duration": "9h"},
            WITHIN_A_DAY,
            id="then midnight, before the next window",
        ),
    ],
)
def test_rules_of_checks_in_order(members, text):
    assert refusal(**members) == text


# --- windows ---------------------------------------------------------------------------------------------------------


def every(number):
    """Rules that count days."""
    return {"AutomaticallyAfterDays": number}


def by(text):
    """Rules with an expression."""
    return {"ScheduleExpression": text}


@pytest.mark.parametrize(
    ("members", "since", "opens", "closes"),
    [
        pytest.param(
            every(30), "2026-02-03T12:00:00", "2026-03-05T00:00:00", "2026-03-05T23:59:59", id="the reported sample"
        ),
        pytest.param(every(1), "2026-03-03T00:00:00", "2026-03-04T00:00:00", "2026-03-04T23:59:59", id="from midnight"),
        pytest.param(
            every(1), "2026-03-03T23:59:59.999", "2026-03-04T00:00:00", "2026-03-04T23:59:59", id="just before midnight"
        ),
        pytest.param(every(1), "2026-03-31T12:00:00", "2026-04-01T00:00:00", "2026-04-01T23:59:59", id="end of March"),
        pytest.param(every(1), "2026-12-31T12:00:00", "2027-01-01T00:00:00", "2027-01-01T23:59:59", id="end of a year"),
        pytest.param(every(1), "2028-02-28T12:00:00", "2028-02-29T00:00:00", "2028-02-29T23:59:59", id="a leap day"),
        pytest.param(every(1), "2027-02-28T12:00:00", "2027-03-01T00:00:00", "2027-03-01T23:59:59", id="no leap day"),
        pytest.param(every(366), "2028-01-01T12:00:00", "2029-01-01T00:00:00", "2029-01-01T23:59:59", id="a leap year"),
        pytest.param(
            every(1_000), "2026-03-03T12:00:00", "2028-11-27T00:00:00", "2028-11-27T23:59:59", id="a thousand days"
        ),
        pytest.param(
            {**every(30), "Duration": "3h"},
            "2026-02-03T12:00:00",
            "2026-03-05T00:00:00",
            "2026-03-05T02:59:59",
            id="three hours long",
        ),
        pytest.param(
            {**every(30), "Duration": "24h"},
            "2026-02-03T12:00:00",
            "2026-03-05T00:00:00",
            "2026-03-05T23:59:59",
            id="a day long",
        ),
        pytest.param(
            by("rate(10 days)"),
            "2026-12-25T12:00:00",
            "2027-01-04T00:00:00",
            "2027-01-04T23:59:59",
            id="a rate in days",
        ),
        pytest.param(
            {**by("rate(10 days)"), "Duration": "1h"},
            "2026-12-25T12:00:00",
            "2027-01-04T00:00:00",
            "2027-01-04T00:59:59",
            id="a rate in days, an hour long",
        ),
    ],
)
def test_a_window_in_days_opens_at_midnight_and_closes_at_the_end_of_the_day(members, since, opens, closes):
    assert window_after(members, since) == (opens, closes)


@pytest.mark.parametrize(
    ("members", "since", "opens", "closes"),
    [
        pytest.param(
            by("rate(4 hours)"),
            "2026-03-03T12:34:56.789",
            "2026-03-03T16:00:00",
            "2026-03-03T16:59:59",
            id="four hours",
        ),
        pytest.param(
            by("rate(4 hours)"),
            "2026-03-03T12:00:00",
            "2026-03-03T16:00:00",
            "2026-03-03T16:59:59",
            id="from a full hour",
        ),
        pytest.param(
            by("rate(4 hours)"),
            "2026-12-31T22:10:00",
            "2027-01-01T02:00:00",
            "2027-01-01T02:59:59",
            id="over the turn of a year",
        ),
        pytest.param(
            by("rate(23 hours)"),
            "2028-02-28T23:30:00",
            "2028-02-29T22:00:00",
            "2028-02-29T22:59:59",
            id="onto a leap day",
        ),
        pytest.param(
            {**by("rate(4 hours)"), "Duration": "4h"},
            "2026-03-03T12:34:56",
            "2026-03-03T16:00:00",
            "2026-03-03T19:59:59",
            id="as long as the rate",
        ),
        pytest.param(
            {**by("rate(23 hours)"), "Duration": "23h"},
            "2026-03-03T12:30:00",
            "2026-03-04T11:00:00",
            "2026-03-05T09:59:59",
            id="23 hours long",
        ),
    ],
)
def test_a_window_in_hours_opens_on_the_hour_and_lasts_an_hour(members, since, opens, closes):
    assert window_after(members, since) == (opens, closes)


@pytest.mark.parametrize(
    ("text", "duration", "since", "opens", "closes"),
    [
        pytest.param(
            "cron(0 8 * * ? *)",
            None,
            "2026-03-03T07:59:59.999",
            "2026-03-03T08:00:00",
            "2026-03-03T23:59:59",
            id="one hour a day lasts to the end of the day",
        ),
        pytest.param(
            "cron(0 8 * * ? *)",
            None,
            "2026-03-03T08:00:00",
            "2026-03-04T08:00:00",
            "2026-03-04T23:59:59",
            id="a window that opens at the time itself is not the next",
        ),
        pytest.param(
            "cron(0 23 * * ? *)",
            None,
            "2026-03-03T12:00:00",
            "2026-03-03T23:00:00",
            "2026-03-03T23:59:59",
            id="the last hour",
        ),
        pytest.param(
            "cron(0 8 * * ? *)",
            "2h",
            "2026-03-03T12:00:00",
            "2026-03-04T08:00:00",
            "2026-03-04T09:59:59",
            id="two hours long",
        ),
        pytest.param(
            "cron(0 0 * * ? *)",
            "24h",
            "2026-03-03T12:00:00",
            "2026-03-04T00:00:00",
            "2026-03-04T23:59:59",
            id="a day long",
        ),
        pytest.param(
            "cron(0 8/8 * * ? *)",
            None,
            "2026-03-03T09:00:00",
            "2026-03-03T16:00:00",
            "2026-03-03T16:59:59",
            id="several hours a day last an hour each",
        ),
        pytest.param(
            "cron(0 8/8 * * ? *)",
            "8h",
            "2026-03-03T16:00:00",
            "2026-03-04T08:00:00",
            "2026-03-04T15:59:59",
            id="several hours, eight hours long, the next day",
        ),
        pytest.param(
            "cron(0 8,16 ? * MON *)",
            None,
            "2026-03-02T16:00:00",
            "2026-03-09T08:00:00",
            "2026-03-09T08:59:59",
            id="several hours, the next week",
        ),
        pytest.param(
            "cron(0 0 31 * ? *)",
            None,
            "2026-03-31T12:00:00",
            "2026-05-31T00:00:00",
            "2026-05-31T23:59:59",
            id="the 31st skips April",
        ),
        pytest.param(
            "cron(0 0 L * ? *)",
            None,
            "2026-01-31T12:00:00",
            "2026-02-28T00:00:00",
            "2026-02-28T23:59:59",
            id="the last day of February",
        ),
        pytest.param(
            "cron(0 0 L * ? *)",
            None,
            "2028-01-31T12:00:00",
            "2028-02-29T00:00:00",
            "2028-02-29T23:59:59",
            id="the last day of February in a leap year",
        ),
        pytest.param(
            "cron(0 0 29 2 ? *)",
            None,
            "2026-03-03T12:00:00",
            "2028-02-29T00:00:00",
            "2028-02-29T23:59:59",
            id="the next leap day",
        ),
        pytest.param(
            "cron(0 0 29 2 ? *)",
            None,
            "2096-02-29T00:00:00",
            "2104-02-29T00:00:00",
            "2104-02-29T23:59:59",
            id="a century without a leap day",
        ),
        pytest.param(
            "cron(0 16 1 JAN/6 ? *)",
            "4h",
            "2026-07-01T16:00:00",
            "2027-01-01T16:00:00",
            "2027-01-01T19:59:59",
            id="over the turn of a year",
        ),
    ],
)
def test_a_window_of_a_cron_expression_opens_and_closes(text, duration, since, opens, closes):
    members = by(text) if duration is None else {**by(text), "Duration": duration}
    assert window_after(members, since) == (opens, closes)


@pytest.mark.parametrize(
    "rules", [None, RotationRules(), RotationRules(duration="3h")], ids=["no rules", "empty rules", "duration alone"]
)
def test_rules_without_a_frequency_open_no_window(rules):
    assert next_window(rules, seconds("2026-03-03T12:00:00")) is None


# --- days from one window to the next --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "since", "number"),
    [
        pytest.param({}, "2026-03-03T12:00:00", None, id="no frequency"),
        pytest.param(every(30), "2026-03-03T12:00:00", 30, id="days"),
        pytest.param(by("rate(10 days)"), "2026-03-03T12:00:00", 10, id="a rate in days"),
        pytest.param(by("rate(4 hours)"), "2026-03-03T12:00:00", 1, id="four hours"),
        pytest.param(by("rate(23 hours)"), "2026-03-03T12:00:00", 1, id="23 hours"),
        pytest.param(by("cron(0 8 * * ? *)"), "2026-03-03T12:00:00", 1, id="every day"),
        pytest.param(by("cron(0 8/8 * * ? *)"), "2026-03-03T12:00:00", 1, id="twice a day"),
        pytest.param(by("cron(0 8 ? * SUN *)"), "2026-03-03T12:00:00", 7, id="every week"),
        pytest.param(by("cron(0 0,8 ? * SUN *)"), "2026-03-08T00:00:00", 7, id="a week less eight hours"),
        pytest.param(by("cron(0 8 1 * ? *)"), "2026-01-15T12:00:00", 28, id="February"),
        pytest.param(by("cron(0 8 1 * ? *)"), "2026-02-15T12:00:00", 31, id="March"),
        pytest.param(by("cron(0 16 1,15 * ? *)"), "2026-03-03T12:00:00", 17, id="the second half of March"),
        pytest.param(by("cron(0 0 29 2 ? *)"), "2026-03-03T12:00:00", 1_000, id="every leap day, capped"),
    ],
)
def test_days_between_counts_days_from_the_next_window_to_the_one_after(members, since, number):
    assert days_between(rules_of(members), seconds(since)) == number


# --- any rules -------------------------------------------------------------------------------------------------------

HOUR = 3_600
TIMES = st.one_of(
    st.integers(1_600_000_000_000, 4_200_000_000_000).map(lambda milliseconds: milliseconds / 1_000),
    st.integers(450_000, 1_150_000).map(lambda hours: float(hours * HOUR)),
)


def joined(items):
    """Join items, each a text and its meaning, to one text and a tuple of meanings."""
    texts, meanings = zip(*items, strict=True)
    return ",".join(texts), meanings


def numbers(lowest, highest, names=()):
    """A field and its numbers."""
    one = st.integers(lowest, highest)

    def spelled(number):
        return st.sampled_from([str(number), *([names[number - 1]] if names else [])])

    @st.composite
    def item(draw):
        start, end = sorted((draw(one), draw(one)))
        step = draw(st.integers(1, highest))
        first, last = draw(spelled(start)), draw(spelled(end))
        forms = [
            (first, {start}),
            (f"{first}-{last}", set(range(start, end + 1))),
            (f"{first}-{last}/{step}", set(range(start, end + 1, step))),
            (f"{first}/{step}", set(range(start, highest + 1, step))),
            (f"*/{step}", set(range(lowest, highest + 1, step))),
            ("*", set(range(lowest, highest + 1))),
        ]
        return draw(st.sampled_from(forms))

    return st.lists(item(), min_size=1, max_size=3).map(joined).map(lambda field: (field[0], set().union(*field[1])))


@st.composite
def open_hours(draw):
    """A field of hours at least four apart, also over midnight, and its hours."""
    start, step = draw(st.integers(0, 23)), draw(st.integers(4, 12))
    hours = list(range(start, 24, step))
    assume(len(hours) == 1 or hours[0] + 24 - hours[-1] >= 4)
    if draw(st.booleans()):
        return f"{start}/{step}", set(hours)
    kept = draw(st.lists(st.sampled_from(hours), min_size=1, unique=True))
    return ",".join(map(str, kept)), set(kept)


def last_day(day):
    return monthrange(day.year, day.month)[1]


def weekday(day):
    """The number of a weekday: 1 is Sunday."""
    return (day.weekday() + 1) % 7 + 1


@st.composite
def days_of_month(draw, months):
    """A field of days, at least one of which is in one of the months, and a test for a day."""
    text, wanted = draw(numbers(1, 31))
    last = draw(st.booleans())
    longest = max(monthrange(2024, month)[1] for month in months)
    if not last and min(wanted) > longest:
        text, wanted = "1", {1}
    return (f"{text},L" if last else text), lambda day: day.day in wanted or (last and day.day == last_day(day))


@st.composite
def days_of_week(draw):
    """A field of weekdays and a test for a day. No fifth weekdays: a search for one may take decades."""
    number = draw(st.integers(1, 7))
    name = draw(st.sampled_from([str(number), WEEKDAYS[number - 1]]))
    week = draw(st.integers(1, 4))
    text, wanted = draw(numbers(1, 7, WEEKDAYS))
    kinds = [
        (text, lambda day: weekday(day) in wanted),
        (f"{name}#{week}", lambda day: weekday(day) == number and 7 * week - 7 < day.day <= 7 * week),
        (f"{name}L", lambda day: weekday(day) == number and day.day > last_day(day) - 7),
    ]
    field, tests = joined(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2)))
    return field, lambda day: any(test(day) for test in tests)


@st.composite
def calendars(draw):
    """A cron expression, its hours, and an independent test for an hour at which a window opens."""
    hours_text, hours = draw(open_hours())
    months_text, months = draw(numbers(1, 12, MONTHS))
    by_month = draw(st.booleans())
    days_text, fits = draw(days_of_month(months) if by_month else days_of_week())
    days_and_weekdays = (days_text, "?") if by_month else ("?", days_text)
    text = f"cron(0 {hours_text} {days_and_weekdays[0]} {months_text} {days_and_weekdays[1]} *)"
    return text, hours, lambda hour: hour.hour in hours and hour.month in months and fits(hour)


@given(calendar=calendars(), since=TIMES)
def test_next_window_skips_no_hour_of_a_cron_expression(calendar, since):
    """The reference is a search hour by hour."""
    text, _, fits = calendar
    hour = datetime.fromtimestamp(since - since % HOUR + HOUR, UTC)
    while not fits(hour):
        hour += timedelta(hours=1)
    assert moment(next_window(rules_of({"ScheduleExpression": text}), since).opens) == moment(hour.timestamp())


@st.composite
def rates(draw):
    number, unit = draw(
        st.tuples(st.integers(1, 999), st.just("days")) | st.tuples(st.integers(4, 23), st.just("hours"))
    )
    longest = number if unit == "hours" else 24
    return {"ScheduleExpression": f"rate({number} {unit})"}, longest


@st.composite
def crons(draw):
    text, hours, _ = draw(calendars())
    ordered = sorted(hours)
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    return {"ScheduleExpression": text}, min([*gaps, 24 - ordered[-1]])


@st.composite
def any_rules(draw):
    """Any rules that AWS takes, with or without a duration."""
    every_so_many_days = st.integers(1, 1_000).map(lambda number: ({"AutomaticallyAfterDays": number}, 24))
    frequency, longest = draw(every_so_many_days | rates() | crons())
    duration = draw(st.none() | st.integers(1, longest))
    return frequency if duration is None else {**frequency, "Duration": f"{duration}h"}


@given(members=any_rules(), since=TIMES)
def test_any_window_opens_after_the_time_and_closes_before_the_next_window(members, since):
    rules = rules_of(members)
    window = next_window(rules, since)
    assert since < window.opens < window.closes < next_window(rules, window.opens).opens


@given(members=any_rules(), since=TIMES)
def test_any_window_lasts_whole_hours_within_a_day_unless_the_rate_is_in_hours(members, since):
    window = next_window(rules_of(members), since)
    length = window.closes + 1 - window.opens
    assert (window.opens % HOUR, length % HOUR) == (0, 0)
    assert "hours" in members.get("ScheduleExpression", "") or window.opens // 86_400 == window.closes // 86_400


@given(members=any_rules(), since=TIMES)
def test_days_between_agrees_with_the_gap_between_any_two_windows(members, since):
    rules = rules_of(members)
    first = next_window(rules, since)
    gap = next_window(rules, first.opens).opens - first.opens
    number = days_between(rules, since)
    assert (number - 1) * 86_400 < gap <= number * 86_400


FIELDS = st.text("0123456789*?,-/#LMONSUJAFEB", min_size=1, max_size=4)


@given(fields=st.lists(FIELDS, min_size=4, max_size=4), question=st.sampled_from([None, 1, 3]))
def test_any_fields_are_a_cron_expression_or_refused(fields, question):
    if question is not None:
        fields[question] = "?"
    text = f"cron(0 {' '.join(fields)} *)"
    since = seconds("2026-03-03T12:00:00")
    try:
        window = next_window(rules_of({"ScheduleExpression": text}), since)
    except InvalidParameterException:
        return
    assert window.opens > since


@pytest.mark.parametrize(
    ("expression", "passes"),
    [
        pytest.param("cron(0 0,22 * * ? *)", False, id="every day"),
        pytest.param("cron(0 0,20 * * ? *)", True, id="four hours over midnight"),
        pytest.param("cron(0 0,22 ? * SAT,SUN *)", False, id="two consecutive days"),
        pytest.param("cron(0 0,22 ? * MON,THU *)", True, id="two days that are not consecutive"),
        pytest.param("cron(0 0,22 1,L * ? *)", False, id="over the end of a month"),
        pytest.param("cron(0 23 * * ? *)", True, id="one hour"),
    ],
)
def test_hours_less_than_four_apart_over_midnight_are_refused_on_consecutive_days(expression, passes):
    if passes:
        assert rules_of({"ScheduleExpression": expression}).expression == expression
    else:
        with pytest.raises(InvalidParameterException, match=r"^Invalid schedule expression\.$"):
            rules_of({"ScheduleExpression": expression})


def test_next_window_is_none_after_the_last_datetime():
    rules = rules_of({"ScheduleExpression": "cron(0 0 ? 2 SUN#5 *)"})
    end = datetime(9990, 1, 1, tzinfo=UTC).timestamp()
    assert (next_window(rules, end), days_between(rules, end)) == (None, None)
