"""`sm.clock`: now, advance, set; the dates that use it; freezegun and time-machine, which it follows."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from threading import Thread
from typing import TYPE_CHECKING, Any

import boto3
import freezegun
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager import Clock, SecretsManager, UsageError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Return a function that sets the wall clock. The clock stands still, at noon until a test sets it."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(time, "time", moment.timestamp)

    set_to(NOON)
    return set_to


# --- now, advance, set -----------------------------------------------------------------------------------------------


def test_clock_begins_at_the_real_time() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= Clock().now <= datetime.now(UTC)


def test_clock_follows_the_wall_clock(wall: Callable[[datetime], None]) -> None:
    clock = Clock()
    wall(NOON + timedelta(seconds=90))
    assert clock.now == NOON + timedelta(seconds=90)


def test_clock_now_is_in_utc(wall: Callable[[datetime], None]) -> None:
    assert Clock().now.tzinfo is UTC


def test_clock_now_is_cut_to_the_millisecond(wall: Callable[[datetime], None]) -> None:
    wall(NOON + timedelta(microseconds=123_987))
    assert Clock().now == NOON + timedelta(milliseconds=123)


STEPS: list[tuple[tuple[timedelta, ...], dict[str, Any], timedelta]] = [
    ((), {}, timedelta(0)),
    ((), {"days": 2}, timedelta(days=2)),
    ((), {"weeks": 1, "hours": 24}, timedelta(days=8)),
    ((), {"minutes": 0.5}, timedelta(seconds=30)),
    ((), {"seconds": 0.001}, timedelta(milliseconds=1)),
    ((), {"days": 1, "hours": 2, "minutes": 3, "seconds": 4}, timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ((timedelta(hours=5),), {}, timedelta(hours=5)),
    ((timedelta(hours=5),), {"minutes": 30}, timedelta(hours=5, minutes=30)),
    ((), {"days": 1, "hours": -1}, timedelta(hours=23)),
    ((), {"days": 36_500}, timedelta(days=36_500)),
]


@pytest.mark.parametrize(("arguments", "named", "step"), STEPS, ids=str)
def test_clock_advance_moves_the_clock_by(
    wall: Callable[[datetime], None], arguments: tuple[timedelta, ...], named: dict[str, Any], step: timedelta
) -> None:
    clock = Clock()
    clock.advance(*arguments, **named)
    assert clock.now == NOON + step


@given(steps=st.lists(st.integers(0, 10**9), max_size=20))
def test_clock_advance_adds_up(steps: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", NOON.timestamp)
        clock = Clock()
        for step in steps:
            clock.advance(seconds=step)
        assert clock.now - NOON == timedelta(seconds=sum(steps))


def test_clock_follows_the_wall_clock_after_an_advance(wall: Callable[[datetime], None]) -> None:
    clock = Clock()
    clock.advance(days=1)
    wall(NOON + timedelta(minutes=5))
    assert clock.now == NOON + timedelta(days=1, minutes=5)


MOMENTS = [
    (datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)),
    (datetime(2030, 5, 6, 7, tzinfo=timezone(timedelta(hours=2))), datetime(2030, 5, 6, 5, tzinfo=UTC)),
    (datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)),
    (datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)),
]
MOMENT_IDS = ["the future", "another zone", "the past", "the epoch"]


@pytest.mark.parametrize(("moment", "expected"), MOMENTS, ids=MOMENT_IDS)
def test_clock_set_moves_the_clock_to(wall: Callable[[datetime], None], moment: datetime, expected: datetime) -> None:
    clock = Clock()
    clock.set(moment)
    assert clock.now == expected


@pytest.mark.parametrize(("moment", "expected"), MOMENTS, ids=MOMENT_IDS)
def test_manager_with_now_begins_its_clock_at(
    wall: Callable[[datetime], None], moment: datetime, expected: datetime
) -> None:
    assert SecretsManager(now=moment).clock.now == expected


@given(
    wall=st.floats(1.5e9, 2e9),
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 - hypothesis takes naive bounds
)
def test_clock_begins_at_any_time_to_the_millisecond(wall: float, moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: wall)
        assert abs(Clock(moment).now - moment) <= timedelta(milliseconds=1)


def test_clock_follows_the_wall_clock_after_a_set(wall: Callable[[datetime], None]) -> None:
    clock = Clock()
    clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    wall(NOON + timedelta(minutes=5))
    assert clock.now == datetime(2030, 1, 1, 0, 5, tzinfo=UTC)


def test_clock_set_forgets_earlier_advances(wall: Callable[[datetime], None]) -> None:
    clock = Clock()
    clock.advance(days=3)
    clock.set(NOON)
    assert clock.now == NOON


def test_each_manager_has_its_own_clock(wall: Callable[[datetime], None]) -> None:
    first, second = SecretsManager(), SecretsManager()
    first.clock.advance(days=1)
    assert (first.clock.now - second.clock.now) == timedelta(days=1)


def test_repr_of_the_clock_shows_its_time(wall: Callable[[datetime], None]) -> None:
    assert repr(Clock()) == "<clock at 2026-03-03 12:00:00 UTC>"


class NoZone(tzinfo):
    """A zone without an offset from UTC. A datetime in it counts as naive."""

    def utcoffset(self, _: datetime | None) -> None:
        return None


WRONG: list[tuple[Callable[[Clock], object], str]] = [
    (
        lambda clock: clock.advance(30),  # type: ignore[arg-type]
        "the clock advances by a timedelta, or by days=…, hours=…, …; not by int",
    ),
    (
        lambda clock: clock.advance("1d"),  # type: ignore[arg-type]
        "the clock advances by a timedelta, or by days=…, hours=…, …; not by str",
    ),
    (
        lambda clock: clock.advance(days="1"),  # type: ignore[arg-type]
        "the clock advances by numbers of weeks, days, hours, minutes and seconds",
    ),
    (
        lambda clock: clock.advance(hours=None),  # type: ignore[arg-type]
        "the clock advances by numbers of weeks, days, hours, minutes and seconds",
    ),
    (
        lambda clock: clock.advance(days=-1),
        "the clock does not advance by -1 day, 0:00:00; clock.set(…) takes it back",
    ),
    (
        lambda clock: clock.advance(timedelta(seconds=-1)),
        "the clock does not advance by -1 day, 23:59:59; clock.set(…) takes it back",
    ),
    (lambda clock: clock.set("2026-01-01"), "the clock is set to a datetime, not to str"),  # type: ignore[arg-type]
    (lambda clock: clock.set(1_700_000_000), "the clock is set to a datetime, not to int"),  # type: ignore[arg-type]
    (
        lambda clock: clock.set(date(2026, 1, 1)),  # type: ignore[arg-type]
        "the clock is set to a datetime, not to date",
    ),
    (lambda clock: clock.set(None), "the clock is set to a datetime, not to NoneType"),  # type: ignore[arg-type]
    (
        lambda clock: clock.set(datetime(2030, 5, 6, 7, 8, 9)),  # noqa: DTZ001 - the naive datetime is tested
        "the clock needs a time zone, and 2030-05-06 07:08:09 has none: write datetime(2030, 5, 6, …, tzinfo=UTC)",
    ),
    (
        lambda clock: clock.set(datetime(2030, 5, 6, tzinfo=NoZone())),
        "the clock needs a time zone, and 2030-05-06 00:00:00 has none: write datetime(2030, 5, 6, …, tzinfo=UTC)",
    ),
    (
        lambda clock: clock.advance(day=1),  # type: ignore[call-arg]
        "advance has no argument 'day'; did you mean 'days'?",
    ),
    (
        lambda clock: clock.advance(houres=1),  # type: ignore[call-arg]
        "advance has no argument 'houres'; did you mean 'hours'?",
    ),
    (
        lambda clock: clock.advance(months=1),  # type: ignore[call-arg]
        "advance has no argument 'months': a month has no fixed length, write days=30",
    ),
    (
        lambda clock: clock.advance(days=1, year=1),  # type: ignore[call-arg]
        "advance has no argument 'year': a year has no fixed length, write days=365",
    ),
]


@pytest.mark.parametrize(("turn", "message"), WRONG, ids=[message for _, message in WRONG])
def test_clock_refuses_invalid_arguments_and_does_not_move(
    wall: Callable[[datetime], None], turn: Callable[[Clock], object], message: str
) -> None:
    clock = Clock()
    with pytest.raises(UsageError) as caught:
        turn(clock)
    assert str(caught.value) == message
    assert clock.now == NOON


@pytest.mark.parametrize("now", ["2026-01-01", 1_700_000_000, date(2026, 1, 1)], ids=str)
def test_manager_refuses_a_now_that_is_no_datetime(now: Any) -> None:
    with pytest.raises(UsageError, match=r"^the clock is set to a datetime, not to "):
        SecretsManager(now=now)


def test_manager_refuses_a_now_without_a_time_zone() -> None:
    with pytest.raises(
        UsageError, match=r"^the clock needs a time zone, .* write datetime\(2026, 1, 2, …, tzinfo=UTC\)$"
    ):
        SecretsManager(now=datetime(2026, 1, 2))  # noqa: DTZ001 - the naive datetime is tested


# --- dates of the clock ----------------------------------------------------------------------------------------------


@pytest.fixture
def sm(wall: Callable[[datetime], None]) -> Iterator[SecretsManager]:
    """A manager whose clock stands still at noon until a test moves it."""
    with SecretsManager() as manager:
        yield manager


def test_secret_is_created_at_the_time_of_the_clock(sm: SecretsManager) -> None:
    sm.clock.advance(days=1)
    sm.client().create_secret(Name="db", SecretString="one")
    described = sm.client().describe_secret(SecretId="db")
    assert described["CreatedDate"] == described["LastChangedDate"] == NOON + timedelta(days=1)


@pytest.mark.parametrize("operation", ["put_secret_value", "update_secret"])
def test_version_is_created_at_the_time_of_the_clock(sm: SecretsManager, operation: str) -> None:
    sm.client().create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    sm.clock.advance(hours=36)
    getattr(sm.client(), operation)(SecretId="db", SecretString="two", ClientRequestToken=V2)
    listed = sm.client().list_secret_version_ids(SecretId="db")["Versions"]
    created = {entry["VersionId"]: entry["CreatedDate"] for entry in listed}
    assert created == {V1: NOON, V2: NOON + timedelta(hours=36)}
    assert sm.client().get_secret_value(SecretId="db")["CreatedDate"] == NOON + timedelta(hours=36)
    assert [version.created for version in sm.secret("db").versions] == list(created.values())


CHANGES: dict[str, Callable[["SecretsManagerClient"], object]] = {
    "put_secret_value": lambda client: client.put_secret_value(SecretId="db", SecretString="two"),
    "update_secret": lambda client: client.update_secret(SecretId="db", Description="new"),
    "update_secret_version_stage": lambda client: client.update_secret_version_stage(
        SecretId="db", VersionStage="blue", MoveToVersionId=V1
    ),
    "delete_secret": lambda client: client.delete_secret(SecretId="db"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_last_changed_date_is_the_time_of_the_clock(sm: SecretsManager, change: str) -> None:
    sm.client().create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    sm.clock.advance(minutes=7)
    CHANGES[change](sm.client())
    described = sm.client().describe_secret(SecretId="db")
    assert (described["CreatedDate"], described["LastChangedDate"]) == (NOON, NOON + timedelta(minutes=7))


@pytest.mark.parametrize(
    ("request_", "days"),
    [({}, 30), ({"RecoveryWindowInDays": 7}, 7), ({"ForceDeleteWithoutRecovery": True}, 0)],
    ids=str,
)
def test_deletion_date_counts_from_the_time_of_the_clock(
    sm: SecretsManager, request_: dict[str, Any], days: int
) -> None:
    sm.seed("db", "one")
    sm.clock.advance(days=100)
    reply = sm.client().delete_secret(SecretId="db", **request_)
    assert reply["DeletionDate"] == NOON + timedelta(days=100 + days)


def test_last_accessed_date_is_the_day_of_the_clock(sm: SecretsManager) -> None:
    sm.seed("db", "one")
    sm.clock.advance(days=1, hours=5)
    sm.client().get_secret_value(SecretId="db")
    described = sm.client().describe_secret(SecretId="db")
    (version,) = sm.client().list_secret_version_ids(SecretId="db")["Versions"]
    assert described["LastAccessedDate"] == version["LastAccessedDate"] == MIDNIGHT + timedelta(days=1)


@pytest.mark.parametrize(("hours", "days"), [(0, 0), (11.99, 0), (12, 1), (36, 2)])
def test_last_accessed_date_moves_when_a_later_access_is_on_another_day(
    sm: SecretsManager, hours: float, days: int
) -> None:
    sm.seed("db", "one")
    sm.client().get_secret_value(SecretId="db")
    sm.clock.advance(hours=hours)
    sm.client().get_secret_value(SecretId="db")
    accessed = sm.client().describe_secret(SecretId="db")["LastAccessedDate"]
    assert accessed == MIDNIGHT + timedelta(days=days)


def test_log_shows_calls_at_the_time_of_the_clock(sm: SecretsManager) -> None:
    for days in (0, 1, 2):
        sm.clock.advance(days=days)
        sm.client().list_secrets()
    assert [event.time - NOON for event in sm.log] == [timedelta(days=days) for days in (0, 1, 3)]


def test_refused_call_is_logged_at_the_time_of_the_clock(sm: SecretsManager) -> None:
    sm.clock.advance(days=1)
    with pytest.raises(sm.client().exceptions.ResourceNotFoundException):
        sm.client().get_secret_value(SecretId="nowhere")
    assert sm.log[-1].time == NOON + timedelta(days=1)


def test_cloudtrail_record_shows_the_time_of_the_clock(sm: SecretsManager) -> None:
    sm.clock.advance(days=1)
    sm.client().list_secrets()
    assert sm.log[-1].record["eventTime"] == "2026-03-04T12:00:00Z"


def test_history_shows_label_moves_at_the_time_of_the_clock(sm: SecretsManager) -> None:
    sm.seed("db", "one")
    sm.clock.advance(days=1)
    sm.client().put_secret_value(SecretId="db", SecretString="two")
    assert {move.time for move in sm.secret("db").history} == {NOON + timedelta(days=1)}


def test_age_of_a_version_grows_with_the_clock(sm: SecretsManager) -> None:
    view = sm.seed("db", "one")
    sm.clock.advance(days=3)
    assert view.version(1).age == 3 * 86_400


def test_seed_creates_its_version_at_the_time_of_the_clock(sm: SecretsManager) -> None:
    sm.clock.advance(days=3)
    assert sm.seed("db", "one").version(1).created == NOON + timedelta(days=3)


def test_version_is_created_at_the_earlier_time_of_a_clock_that_was_set_back(sm: SecretsManager) -> None:
    sm.seed("db", "one")
    sm.clock.set(NOON - timedelta(days=9))
    sm.client().put_secret_value(SecretId="db", SecretString="two")
    assert [version.created for version in sm.secret("db").versions] == [NOON, NOON - timedelta(days=9)]


def test_call_of_another_thread_uses_the_time_of_the_clock(sm: SecretsManager) -> None:
    sm.clock.advance(days=3)
    client = sm.client()
    thread = Thread(target=lambda: client.create_secret(Name="db", SecretString="one"))
    thread.start()
    thread.join()
    assert sm.secret("db").version(1).created == NOON + timedelta(days=3)


def test_every_region_and_account_uses_the_same_clock(sm: SecretsManager) -> None:
    sm.clock.advance(days=3)
    sm.client("eu-west-1").create_secret(Name="db", SecretString="one")
    view = sm.seed("db", "one", account="210987654321")
    times = {sm.secret("db", region="eu-west-1").version(1).created, view.version(1).created}
    assert times == {NOON + timedelta(days=3)}


def test_manager_with_now_dates_seeds_and_calls_from_it() -> None:
    start = datetime(2031, 1, 1, tzinfo=UTC)
    with SecretsManager(now=start) as manager:
        created = manager.seed("db", "one").version(1).created
        manager.client().get_secret_value(SecretId="db")
    assert timedelta(0) <= created - start < timedelta(minutes=5)
    assert created <= manager.log[-1].time < start + timedelta(minutes=5)


@pytest.mark.secretsmanager(now=datetime(2031, 1, 1, tzinfo=UTC))
@pytest.mark.secret("db", "one")
def test_secretsmanager_marker_accepts_now(secretsmanager: SecretsManager) -> None:
    assert secretsmanager.secret("db").version(1).created.date() == date(2031, 1, 1)


# --- freezegun and time-machine --------------------------------------------------------------------------------------

Travel = Callable[[datetime], Any]
THEN = datetime(2040, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)


def test_clock_follows(travel: Travel) -> None:
    clock = Clock()
    with travel(THEN):
        assert clock.now == THEN


def test_clock_returns_to_the_real_time_after_time_travel(travel: Travel) -> None:
    clock = Clock()
    with travel(THEN):
        pass
    assert abs(clock.now - datetime.now(UTC)) < timedelta(minutes=1)


def test_call_during_time_travel_uses_the_travelled_time(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", travel: Travel
) -> None:
    with travel(THEN):
        client.create_secret(Name="db", SecretString="one")
    assert secretsmanager.secret("db").version(1).created == secretsmanager.log[-1].time == THEN


def test_client_created_during_time_travel_is_answered_at_the_travelled_time(
    secretsmanager: SecretsManager, travel: Travel
) -> None:
    with travel(THEN):
        boto3.client("secretsmanager").create_secret(Name="db", SecretString="one")
    assert secretsmanager.secret("db").version(1).created == THEN


def test_manager_entered_during_time_travel_begins_at_the_travelled_time(travel: Travel) -> None:
    with travel(THEN), SecretsManager() as manager:
        assert manager.seed("db", "one").version(1).created == THEN


def test_clock_advance_adds_to_the_travelled_time(travel: Travel) -> None:
    clock = Clock()
    clock.advance(days=2)
    with travel(THEN):
        clock.advance(hours=3)
        assert clock.now == THEN + timedelta(days=2, hours=3)


def test_clock_advance_during_time_travel_stays_after_it(travel: Travel) -> None:
    clock = Clock()
    with travel(THEN):
        clock.advance(days=400)
    assert abs(clock.now - datetime.now(UTC) - timedelta(days=400)) < timedelta(minutes=1)


def test_clock_set_works_during_time_travel(travel: Travel) -> None:
    clock = Clock()
    with travel(THEN):
        clock.set(NOON)
        assert clock.now == NOON


def test_recovery_window_passes_with_the_travelled_time(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", travel: Travel
) -> None:
    with travel(THEN):
        client.create_secret(Name="db", SecretString="one")
        client.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    with travel(THEN + timedelta(days=7)):
        assert list(secretsmanager.secrets) == []


def test_clock_advance_adds_to_a_later_move_of_the_travelled_time(travel: Travel) -> None:
    clock = Clock()
    with travel(THEN) as traveller:
        clock.advance(days=1)
        later = THEN + timedelta(days=5)
        traveller.move_to(later)
        assert clock.now == later + timedelta(days=1)


@pytest.mark.parametrize("days", [1e12, float("inf"), float("nan"), 4_000_000])
def test_clock_advance_refuses_times_beyond_the_calendar(days: float) -> None:
    clock = SecretsManager(now=datetime(2026, 1, 1, tzinfo=UTC)).clock
    with pytest.raises(UsageError, match=r"^the clock (advances by numbers of|goes from 1970 to 9990)"):
        clock.advance(days=days)
    assert clock.now.year == 2026


@pytest.mark.parametrize("year", [1, 1969, 9990, 9999])
def test_manager_refuses_a_now_beyond_the_calendar(year: int) -> None:
    with pytest.raises(UsageError, match=r"^the clock goes from 1970 to 9990$"):
        SecretsManager(now=datetime(year, 6, 1, tzinfo=UTC))


# --- threads ---------------------------------------------------------------------------------------------------------


def test_clock_advance_loses_no_step_of_several_threads(secretsmanager: SecretsManager) -> None:
    with freezegun.freeze_time("2026-03-03T12:00:00"):
        before = secretsmanager.clock.now

        def advance() -> None:
            for _ in range(50):
                secretsmanager.clock.advance(hours=1)

        threads = [Thread(target=advance) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert secretsmanager.clock.now - before == timedelta(hours=400)
