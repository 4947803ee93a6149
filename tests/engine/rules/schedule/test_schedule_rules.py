"""The rotation rules of a request: the order of checks, and the durations that fit."""

import pytest
from schedule_windows import (
    BOTH,
    DURATION,
    INVALID,
    LONGER_THAN_RATE,
    RATE_IN_DAYS,
    RATE_IN_HOURS,
    WITHIN_A_DAY,
    refusal,
)

from pytest_secretsmanager.engine.rules.schedule import rules_of
from pytest_secretsmanager.engine.state import RotationRules


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
