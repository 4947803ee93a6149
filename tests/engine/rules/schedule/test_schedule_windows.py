"""The windows that rotation rules open, and the days between two of them."""

from datetime import UTC, datetime

import pytest
from schedule_windows import by, every, seconds, window_after

from pytest_secretsmanager.engine.rules.schedule import days_between, next_window, rules_of
from pytest_secretsmanager.engine.state import RotationRules

# --- windows ---------------------------------------------------------------------------------------------------------


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


def test_next_window_is_none_after_the_last_datetime():
    rules = rules_of({"ScheduleExpression": "cron(0 0 ? 2 SUN#5 *)"})
    end = datetime(9990, 1, 1, tzinfo=UTC).timestamp()
    assert (next_window(rules, end), days_between(rules, end)) == (None, None)


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
