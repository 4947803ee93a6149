"""Schedule expressions: the windows that each field of a valid one opens, and the refused ones."""

import pytest
from schedule_windows import (
    EVERY_DAY,
    EVERY_MONTH,
    INVALID,
    MONTHS,
    RATE_IN_DAYS,
    RATE_IN_HOURS,
    WEEKDAYS,
    moment,
    openings,
    refusal,
    seconds,
)

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules.schedule import Days, Hours, next_window, parse, rules_of

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
    ids=str,
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


@pytest.mark.usefixtures("far_from_utc")
def test_next_window_opens_in_utc_in_any_time_zone():
    window = next_window(rules_of({"ScheduleExpression": "cron(0 8 1 * ? *)"}), 0.0)
    assert window.opens == 8 * 3_600


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


@pytest.mark.parametrize(
    ("expression", "passes"),
    [
        pytest.param("cron(0 0,22 * * ? *)", False, id="every day"),
        pytest.param("cron(0 0,20 * * ? *)", True, id="four hours over midnight"),
        pytest.param("cron(0 0,22 ? * SAT,SUN *)", False, id="two consecutive days"),
        pytest.param("cron(0 0,22 ? * MON,THU *)", True, id="two days that are not consecutive"),
        pytest.param("cron(0 0,22 1,L * ? *)", False, id="over the end of a month"),
        pytest.param("cron(0 0,22 28,29 2 ? *)", False, id="in leap years only"),
        pytest.param("cron(0 23 * * ? *)", True, id="one hour"),
    ],
)
def test_hours_less_than_four_apart_over_midnight_are_refused_on_consecutive_days(expression, passes):
    if passes:
        assert rules_of({"ScheduleExpression": expression}).expression == expression
    else:
        with pytest.raises(InvalidParameterException, match=r"^Invalid schedule expression\.$"):
            rules_of({"ScheduleExpression": expression})
