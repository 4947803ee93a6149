"""Properties of any rotation rules, against a search hour by hour."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st
from schedule_windows import MONTHS, WEEKDAYS, moment, seconds

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules.schedule import days_between, next_window, rules_of

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
