"""Rotations that fall due by themselves: on schedule, once more after a failure, and however the clock gets there."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import freezegun
import pytest
import time_machine
from rotation_function import Database, rotation_function

from pytest_secretsmanager import Rotation, SecretsManager, SecretView
from pytest_secretsmanager.inspection.views import state_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST = datetime(2026, 1, 31, tzinfo=UTC)
"""When a secret that rotates every 30 days, seeded at the start, does so first."""
SECOND = datetime(2026, 3, 2, tzinfo=UTC)
VALUE = {"username": "app", "password": "one"}


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the wall clock, which stands still from then on: at the start to begin with."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(time, "time", moment.timestamp)

    set_to(START)
    return set_to


@pytest.fixture
def sm(wall: Callable[[datetime], None], secretsmanager: SecretsManager) -> SecretsManager:
    return secretsmanager


@pytest.fixture
def database() -> Database:
    """A database of one user."""
    return {"app": "one"}


@pytest.fixture
def db(sm: SecretsManager, database: Database) -> SecretView:
    """The secret `db`, which holds that user's password and rotates every 30 days."""
    return sm.seed("db", VALUE, rotation=Rotation(rotation_function(database), days=30))


def seed_rotating(sm: SecretsManager, name: str, **rules: Any) -> SecretView:
    """A secret that has a database of its own."""
    return sm.seed(name, VALUE, rotation=Rotation(rotation_function({"app": "one"}), **rules))


def moments(sm: SecretsManager) -> list[str]:
    """When each rotation so far began."""
    return [f"{run.started:%m-%d %H:%M}" for run in sm.rotation.runs]


def dates(sm: SecretsManager, name: str = "db") -> tuple[datetime | None, datetime | None]:
    """LastRotatedDate and NextRotationDate, as a client reads them."""
    described: Any = sm.client().describe_secret(SecretId=name)
    return described.get("LastRotatedDate"), described.get("NextRotationDate")


# --- a year ----------------------------------------------------------------------------------------------------------

YEAR = [
    *("01-31 00:00", "03-02 00:00", "04-01 00:00", "05-01 00:00", "05-31 00:00", "06-30 00:00"),
    *("07-30 00:00", "08-29 00:00", "09-28 00:00", "10-28 00:00", "11-27 00:00", "12-27 00:00"),
]
"""The midnights, 30 days after each other."""


def test_a_secret_that_rotates_every_thirty_days_rotates_twelve_times_a_year(
    sm: SecretsManager, db: SecretView
) -> None:
    sm.clock.advance(days=365)
    assert moments(sm) == YEAR
    assert {run.state for run in sm.rotation.runs} == {"succeeded"}


def test_a_year_leaves_one_version_for_each_rotation(sm: SecretsManager, db: SecretView, database: Database) -> None:
    sm.clock.advance(days=365)
    runs = sm.rotation.runs
    assert [version.id for version in db.versions[1:]] == [run.token for run in runs]
    assert len({version.value for version in db.versions}) == 13
    sm.assert_labels("db", {"AWSCURRENT": runs[-1].token, "AWSPREVIOUS": runs[-2].token})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


def test_each_version_of_a_year_is_of_its_own_day(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.advance(days=365)
    assert [f"{version.created:%m-%d %H:%M}" for version in db.versions] == ["01-01 12:00", *YEAR]


def test_each_event_of_a_year_is_of_its_own_day(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.advance(days=365)
    for name in ("RotationStarted", "RotationSucceeded"):
        assert [f"{event.time:%m-%d %H:%M}" for event in sm.log.matching(name)] == YEAR


def test_after_a_year_the_secret_tells_its_last_rotation_and_its_next(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.advance(days=365)
    assert dates(sm) == (datetime(2026, 12, 27, tzinfo=UTC), datetime(2027, 1, 26, 23, 59, 59, tzinfo=UTC))


def test_a_rotation_falls_due_as_its_window_opens_and_no_sooner(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(FIRST - timedelta(milliseconds=1))
    assert sm.rotation.runs == ()
    sm.clock.advance(seconds=0.001)
    assert [run.started for run in sm.rotation.runs] == [FIRST]


def test_many_small_steps_come_to_the_same_as_a_large_one(sm: SecretsManager, db: SecretView) -> None:
    for _ in range(365 * 2):
        sm.clock.advance(hours=12)
    assert moments(sm) == YEAR


# --- retention -------------------------------------------------------------------------------------------------------


def test_a_secret_that_rotates_every_four_hours_keeps_a_hundred_versions(sm: SecretsManager) -> None:
    view = seed_rotating(sm, "db", schedule="rate(4 hours)")
    sm.clock.advance(days=30)
    assert [run.state for run in sm.rotation.runs] == ["succeeded"] * 180
    assert [version.number for version in view.versions] == list(range(82, 182))
    sm.assert_labels("db", {"AWSCURRENT": -1, "AWSPREVIOUS": -2})


def test_a_secret_that_rotates_every_four_hours_tells_its_last_rotation_and_its_next(sm: SecretsManager) -> None:
    seed_rotating(sm, "db", schedule="rate(4 hours)")
    sm.clock.advance(days=30)
    last = START + timedelta(days=30)
    assert dates(sm) == (last, last + timedelta(hours=5) - timedelta(seconds=1))


@pytest.mark.secretsmanager(version_quota=3)
def test_a_rotation_for_which_there_is_no_room_waits_for_a_window_with_room(sm: SecretsManager) -> None:
    """The first version has no label after two rotations, and may go when it is a day old."""
    seed_rotating(sm, "db", schedule="rate(4 hours)")
    sm.clock.advance(days=1)
    assert moments(sm) == ["01-01 16:00", "01-01 20:00", "01-02 12:00"]


@pytest.mark.secretsmanager(version_quota=3)
def test_a_rotation_for_which_there_is_no_room_is_logged_as_failed(sm: SecretsManager) -> None:
    seed_rotating(sm, "db", schedule="rate(4 hours)")
    sm.clock.advance(hours=12)
    assert (sm.log[-1].operation, sm.log[-1].error_message) == (
        "RotationFailed",
        "You can't have more than 3 versions of a secret.",
    )
    assert len(sm.rotation.runs) == 2


# --- other schedules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"days": 7}, ["01-08 00:00", "01-15 00:00", "01-22 00:00"]),
        ({"schedule": "rate(10 days)"}, ["01-11 00:00", "01-21 00:00"]),
        ({"schedule": "rate(10 days)", "duration": "3h"}, ["01-11 00:00", "01-21 00:00"]),
        ({"schedule": "cron(0 8 1,15 * ? *)"}, ["01-15 08:00"]),
        ({"schedule": "cron(0 8 ? * MON#1 *)", "duration": "3h"}, ["01-05 08:00"]),
        ({"schedule": "cron(0 22 ? * FRI *)"}, ["01-02 22:00", "01-09 22:00", "01-16 22:00", "01-23 22:00"]),
        ({}, []),
    ],
    ids=str,
)
def test_a_secret_rotates_at_the_moments_of_its_schedule(
    sm: SecretsManager, rules: dict[str, Any], expected: list[str]
) -> None:
    seed_rotating(sm, "db", **rules)
    sm.clock.set(datetime(2026, 1, 27, tzinfo=UTC))
    assert moments(sm) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"days": 30}, "2026-01-31 23:59:59"),
        ({"schedule": "rate(10 days)"}, "2026-01-11 23:59:59"),
        ({"schedule": "rate(10 days)", "duration": "3h"}, "2026-01-11 02:59:59"),
        ({"schedule": "rate(4 hours)"}, "2026-01-01 16:59:59"),
        ({"schedule": "rate(8 hours)", "duration": "2h"}, "2026-01-01 21:59:59"),
        ({"schedule": "cron(0 8 1,15 * ? *)"}, "2026-01-15 23:59:59"),
        ({"schedule": "cron(0 8 1,15 * ? *)", "duration": "3h"}, "2026-01-15 10:59:59"),
    ],
    ids=str,
)
def test_the_next_date_is_the_last_second_of_the_window(
    sm: SecretsManager, rules: dict[str, Any], expected: str
) -> None:
    seed_rotating(sm, "db", **rules)
    last, following = dates(sm)
    assert (last, f"{following:%Y-%m-%d %H:%M:%S}") == (None, expected)


def test_a_secret_that_a_service_manages_rotates_on_schedule_without_a_function(sm: SecretsManager) -> None:
    view = sm.seed("db", VALUE, owning_service="rds", rotation=Rotation(days=7))
    sm.clock.advance(days=28)
    assert moments(sm) == ["01-08 00:00", "01-15 00:00", "01-22 00:00", "01-29 00:00"]
    assert len({version.json["password"] for version in view.versions}) == 5


@pytest.mark.parametrize("operation", ["put_secret_value", "update_secret"])
def test_a_value_that_is_written_by_hand_starts_the_count_anew(
    sm: SecretsManager, db: SecretView, operation: str
) -> None:
    sm.clock.advance(days=20)
    getattr(sm.client(), operation)(SecretId="db", SecretString=json.dumps(VALUE))
    sm.clock.advance(days=30)
    assert moments(sm) == ["02-20 00:00"]


CHANGES: dict[str, Callable[["SecretsManagerClient"], object]] = {
    "a description": lambda client: client.update_secret(SecretId="db", Description="new"),
    "a value under another label": lambda client: client.put_secret_value(
        SecretId="db", SecretString=json.dumps(VALUE), VersionStages=["BLUE"]
    ),
    "a read": lambda client: client.get_secret_value(SecretId="db"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_start_the_count_anew(sm: SecretsManager, db: SecretView, change: str) -> None:
    sm.clock.advance(days=20)
    CHANGES[change](sm.client())
    assert dates(sm) == (None, FIRST + timedelta(hours=24) - timedelta(seconds=1))


def test_a_rotation_on_request_starts_the_count_anew(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.advance(days=20)
    sm.client().rotate_secret(SecretId="db")
    sm.clock.advance(days=31)
    assert moments(sm) == ["01-21 12:00", "02-20 00:00"]


def test_new_rules_take_the_place_of_the_old_ones(sm: SecretsManager, db: SecretView) -> None:
    rules: Any = {"AutomaticallyAfterDays": 7}
    sm.client().rotate_secret(SecretId="db", RotationRules=rules, RotateImmediately=False)
    sm.clock.advance(days=15)
    assert [f"{run.started:%m-%d %H:%M}" for run in sm.rotation.runs if not run.test] == ["01-08 00:00", "01-15 00:00"]


def test_the_function_that_is_registered_when_a_rotation_falls_due_is_the_one_that_runs(
    sm: SecretsManager, db: SecretView
) -> None:
    arn, called = state_of(db).rotation.function, []  # type: ignore[union-attr]
    sm.rotation.register(lambda event, _: called.append(event["Step"]), arn)
    sm.clock.set(FIRST)
    assert called == ["createSecret", "setSecret", "testSecret", "finishSecret"]


# --- several secrets -------------------------------------------------------------------------------------------------


def test_secrets_of_different_schedules_rotate_in_order_of_time(sm: SecretsManager) -> None:
    seed_rotating(sm, "often", schedule="rate(2 days)")
    seed_rotating(sm, "seldom", schedule="cron(0 8 2/3 * ? *)")
    sm.clock.advance(days=8)
    assert [(sm.secret(run.secret).name, f"{run.started:%d %H:%M}") for run in sm.rotation.runs] == [
        ("seldom", "02 08:00"),
        ("often", "03 00:00"),
        ("often", "05 00:00"),
        ("seldom", "05 08:00"),
        ("often", "07 00:00"),
        ("seldom", "08 08:00"),
        ("often", "09 00:00"),
    ]


def test_the_log_of_several_secrets_is_in_order_of_time(sm: SecretsManager) -> None:
    for number in range(5):
        seed_rotating(sm, f"db-{number}", schedule=f"rate({4 + number} hours)")
    sm.clock.advance(days=2)
    times = [event.time for event in sm.log]
    assert times == sorted(times)
    assert len(sm.rotation.runs) == sum(48 // (4 + number) for number in range(5))


def test_secrets_of_several_regions_rotate_on_one_clock(sm: SecretsManager) -> None:
    for region in ("us-east-1", "eu-west-1"):
        function = rotation_function({"app": "one"})
        sm.seed("db", VALUE, region=region, rotation=Rotation(function, days=30))
    sm.clock.advance(days=30)
    for region in ("us-east-1", "eu-west-1"):
        sm.assert_rotated("db", region=region)


def test_secrets_that_are_due_at_one_moment_all_rotate_then(sm: SecretsManager) -> None:
    for number in range(20):
        seed_rotating(sm, f"db-{number}", days=30)
    sm.clock.set(FIRST)
    assert {run.secret for run in sm.rotation.runs} == {view.arn for view in sm.secrets.values()}
    assert {run.started for run in sm.rotation.runs} == {FIRST}


# --- how the clock gets there ----------------------------------------------------------------------------------------


def test_what_falls_due_on_the_way_runs_when_the_clock_is_set_forward(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(datetime(2026, 4, 1, tzinfo=UTC))
    assert moments(sm) == YEAR[:3]
    assert sm.clock.now == datetime(2026, 4, 1, tzinfo=UTC)


def test_nothing_is_undone_when_the_clock_is_set_back(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(FIRST)
    sm.clock.set(START)
    assert moments(sm) == YEAR[:1]
    sm.assert_rotated("db")


def test_on_a_way_that_the_clock_goes_twice_a_rotation_runs_once(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(FIRST)
    sm.clock.set(START)
    sm.clock.advance(days=59)
    assert moments(sm) == YEAR[:1]
    sm.clock.advance(days=1)
    assert moments(sm) == YEAR[:2]


def test_a_clock_that_is_set_back_before_the_window_rotates_nothing(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(START - timedelta(days=300))
    sm.client().get_secret_value(SecretId="db")
    assert sm.rotation.runs == ()


def seed_slow(sm: SecretsManager, **step: float) -> SecretView:
    """A secret whose function takes its time in setSecret, on the clock."""
    function = rotation_function({"app": "one"})

    def slow(event: dict[str, str], context: Any) -> None:
        if event["Step"] == "setSecret":
            sm.clock.advance(**step)
        function(event, context)

    return sm.seed("db", VALUE, rotation=Rotation(slow, days=30))


def test_a_function_may_move_the_clock(sm: SecretsManager) -> None:
    seed_slow(sm, hours=2)
    sm.clock.set(FIRST + timedelta(hours=12))
    (run,) = sm.rotation.runs
    assert (run.started, run.ended) == (FIRST, FIRST + timedelta(hours=2))


@pytest.mark.parametrize(
    ("hours", "end"), [(2, FIRST + timedelta(hours=12)), (14, FIRST + timedelta(hours=14))], ids=["less", "more"]
)
def test_a_clock_that_a_function_moves_ends_where_it_was_to_go_or_further(
    sm: SecretsManager, hours: int, end: datetime
) -> None:
    seed_slow(sm, hours=hours)
    sm.clock.set(FIRST + timedelta(hours=12))
    assert sm.clock.now == end


def test_a_function_that_moves_the_clock_past_another_rotation_has_it_run_at_its_own_time(sm: SecretsManager) -> None:
    seed_slow(sm, hours=10)
    seed_rotating(sm, "other", schedule="cron(0 8 31 1 ? *)")
    sm.clock.set(FIRST)
    assert [(sm.secret(run.secret).name, run.started, run.ended) for run in sm.rotation.runs] == [
        ("db", FIRST, FIRST + timedelta(hours=10)),
        ("other", FIRST + timedelta(hours=8), FIRST + timedelta(hours=8)),
    ]


def test_a_function_that_moves_the_clock_past_its_own_next_window_runs_once(sm: SecretsManager) -> None:
    seed_slow(sm, days=40)
    sm.clock.set(FIRST)
    assert moments(sm) == ["01-31 00:00"]
    assert dates(sm)[1] == datetime(2026, 4, 11, 23, 59, 59, tzinfo=UTC)


def test_a_function_that_is_run_on_request_may_move_the_clock_past_a_scheduled_rotation(sm: SecretsManager) -> None:
    seed_slow(sm, days=40)
    seed_rotating(sm, "other", days=30)
    sm.client().rotate_secret(SecretId="db")
    assert [(sm.secret(run.secret).name, run.started) for run in sm.rotation.runs] == [("db", START), ("other", FIRST)]


def test_an_interrupt_stops_the_clock_at_the_rotation_that_it_came_from(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        sm.clock.advance(days=365)
    assert sm.clock.now == FIRST
    assert moments(sm) == YEAR[:1]


# --- freezegun and time-machine --------------------------------------------------------------------------------------

TRAVELS = pytest.mark.parametrize(
    "travel",
    [
        pytest.param(freezegun.freeze_time, id="freezegun"),
        pytest.param(lambda moment: time_machine.travel(moment, tick=False), id="time-machine"),
    ],
)
Travel = Callable[[datetime], Any]


@TRAVELS
def test_after_a_jump_the_rotation_that_is_due_runs_at_the_next_call(
    secretsmanager: SecretsManager, travel: Travel
) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db", days=30)
        traveller.move_to(FIRST + timedelta(hours=7))
        assert secretsmanager.rotation.runs == ()
        secretsmanager.client().list_secrets()
        assert [run.started for run in secretsmanager.rotation.runs] == [FIRST + timedelta(hours=7)]


@TRAVELS
def test_the_call_after_a_jump_finds_the_rotation_done(secretsmanager: SecretsManager, travel: Travel) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db", days=30)
        traveller.move_to(FIRST)
        read = secretsmanager.client().get_secret_value(SecretId="db")
    assert read["VersionId"] == secretsmanager.rotation.runs[-1].token
    secretsmanager.assert_rotated("db")


@TRAVELS
def test_a_jump_over_several_windows_rotates_once(secretsmanager: SecretsManager, travel: Travel) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db", days=30)
        traveller.move_to(START + timedelta(days=100))
        secretsmanager.client().list_secrets()
        secretsmanager.client().list_secrets()
        assert len(secretsmanager.rotation.runs) == 1
        assert dates(secretsmanager)[1] == datetime(2026, 5, 11, 23, 59, 59, tzinfo=UTC)


@TRAVELS
def test_after_a_jump_what_is_overdue_runs_when_the_clock_advances(
    secretsmanager: SecretsManager, travel: Travel
) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db", days=30)
        traveller.move_to(FIRST + timedelta(hours=7))
        secretsmanager.clock.advance(hours=1)
        assert [run.started for run in secretsmanager.rotation.runs] == [FIRST + timedelta(hours=7)]


@TRAVELS
def test_a_retry_runs_after_a_jump_too(secretsmanager: SecretsManager, travel: Travel) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db")
        secretsmanager.rotation.fail("setSecret", ConnectionError)
        secretsmanager.client().rotate_secret(SecretId="db")
        traveller.move_to(START + timedelta(minutes=1))
        secretsmanager.client().list_secrets()
    assert [run.state for run in secretsmanager.rotation.runs] == ["failed", "succeeded"]


# --- tries -----------------------------------------------------------------------------------------------------------

TRIES = ["00:00", "00:01", "00:03", "00:07", "00:15", "00:31"]


def test_a_rotation_that_failed_is_tried_five_times_more_within_the_hour(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.clock.set(FIRST + timedelta(days=1))
    assert moments(sm) == [f"01-31 {moment}" for moment in TRIES]
    assert {run.state for run in sm.rotation.runs} == {"failed"}


def test_all_tries_are_made_under_one_token(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.clock.set(FIRST + timedelta(days=1))
    assert {run.token for run in sm.rotation.runs} == {db.labels["AWSPENDING"]}
    assert len(db.versions) == 2


def test_each_try_is_logged(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=2)
    sm.clock.set(FIRST + timedelta(days=1))
    assert [event.operation for event in sm.log if event.by_service] == [
        *("RotationStarted", "RotationFailed"),
        *("RotationStarted", "RotationFailed"),
        *("RotationStarted", "RotationSucceeded"),
    ]


def test_after_the_try_that_succeeds_none_is_made(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=3)
    sm.clock.set(FIRST + timedelta(days=1))
    assert [run.state for run in sm.rotation.runs] == ["failed", "failed", "failed", "succeeded"]
    sm.assert_rotated("db")


def test_a_rotation_that_was_given_up_begins_again_in_the_next_window_under_its_token(
    sm: SecretsManager, db: SecretView
) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=6)
    sm.clock.set(SECOND)
    assert moments(sm)[6:] == ["03-02 00:00"]
    assert len({run.token for run in sm.rotation.runs}) == 1
    sm.assert_rotated("db")


def test_in_the_next_window_it_has_all_its_tries_again(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.clock.set(SECOND + timedelta(days=1))
    assert moments(sm) == [*(f"01-31 {moment}" for moment in TRIES), *(f"03-02 {moment}" for moment in TRIES)]


def test_while_it_is_tried_again_its_next_date_stays_where_it_was(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    sm.clock.set(FIRST)
    assert dates(sm) == (None, FIRST + timedelta(hours=24) - timedelta(seconds=1))


SHOWN_AT_FIRST = FIRST + timedelta(hours=24) - timedelta(seconds=1)


def test_once_it_was_given_up_its_next_date_still_stays_where_it_was(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.clock.set(FIRST + timedelta(hours=1))
    assert dates(sm) == (None, SHOWN_AT_FIRST)
    sm.clock.advance(days=800)
    assert dates(sm) == (None, SHOWN_AT_FIRST)
    assert len(sm.rotation.runs) > 6, "it was tried again in later windows"


def test_once_a_later_window_succeeds_its_next_date_moves_on(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=6)
    sm.clock.set(SECOND)
    last, following = dates(sm)
    assert (last, following > SECOND) == (SECOND, True)


def test_a_rotation_on_request_without_a_schedule_is_given_up_for_good(sm: SecretsManager) -> None:
    seed_rotating(sm, "db")
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.client().rotate_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert len(sm.rotation.runs) == 6


def test_the_tries_of_several_secrets_come_in_order_of_time(sm: SecretsManager) -> None:
    for name in ("a", "b"):
        seed_rotating(sm, name)
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.client().rotate_secret(SecretId="a")
    sm.clock.advance(seconds=30)
    sm.client().rotate_secret(SecretId="b")
    sm.clock.advance(minutes=4)
    assert [(sm.secret(run.secret).name, f"{run.started:%M:%S}") for run in sm.rotation.runs] == [
        ("a", "00:00"),
        ("b", "00:30"),
        ("a", "01:00"),
        ("b", "01:30"),
        ("a", "03:00"),
        ("b", "03:30"),
    ]


def test_a_try_that_falls_due_during_a_slow_step_of_another_runs_at_its_own_time(sm: SecretsManager) -> None:
    seed_rotating(sm, "other")
    sm.rotation.fail("setSecret", ConnectionError, secret="other")
    sm.client().rotate_secret(SecretId="other")
    seed_slow(sm, minutes=5)
    sm.client().rotate_secret(SecretId="db")
    assert [(sm.secret(run.secret).name, run.started, run.state) for run in sm.rotation.runs] == [
        ("other", START, "failed"),
        ("db", START, "succeeded"),
        ("other", START + timedelta(minutes=1), "succeeded"),
    ]


# --- cancelled, deleted, restored ------------------------------------------------------------------------------------


def test_a_secret_whose_rotation_was_cancelled_does_not_rotate(sm: SecretsManager, db: SecretView) -> None:
    sm.client().cancel_rotate_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert sm.rotation.runs == ()


def test_a_secret_whose_rotation_was_cancelled_tells_no_dates(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(FIRST)
    sm.client().cancel_rotate_secret(SecretId="db")
    assert dates(sm) == (None, None)


def test_a_rotation_that_was_cancelled_between_two_tries_is_not_tried_again(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    sm.clock.set(FIRST)
    sm.client().cancel_rotate_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert len(sm.rotation.runs) == 1


def test_a_rotation_that_is_turned_on_again_keeps_its_schedule(sm: SecretsManager, db: SecretView) -> None:
    sm.client().cancel_rotate_secret(SecretId="db")
    sm.clock.advance(days=10)
    sm.client().rotate_secret(SecretId="db")
    sm.clock.advance(days=30)
    assert moments(sm) == ["01-11 12:00", "02-10 00:00"]


DELETIONS = pytest.mark.parametrize(
    "deletion", [{}, {"ForceDeleteWithoutRecovery": True}], ids=["scheduled", "by force"]
)


@DELETIONS
def test_a_secret_that_was_deleted_does_not_rotate(sm: SecretsManager, db: SecretView, deletion: Any) -> None:
    sm.client().delete_secret(SecretId="db", **deletion)
    sm.clock.advance(days=365)
    assert sm.rotation.runs == ()


@DELETIONS
def test_a_secret_that_was_deleted_is_not_tried_again(sm: SecretsManager, db: SecretView, deletion: Any) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    sm.clock.set(FIRST)
    sm.client().delete_secret(SecretId="db", **deletion)
    sm.clock.advance(days=365)
    assert len(sm.rotation.runs) == 1


def test_a_secret_that_is_made_anew_has_no_rotation(sm: SecretsManager, db: SecretView) -> None:
    sm.client().delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    sm.client().create_secret(Name="db", SecretString="new")
    sm.clock.advance(days=365)
    assert sm.rotation.runs == ()


def test_a_secret_that_is_restored_rotates_no_more_by_itself(sm: SecretsManager, db: SecretView) -> None:
    sm.client().delete_secret(SecretId="db")
    sm.client().restore_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert moments(sm) == []


def test_a_secret_that_is_restored_and_told_to_rotate_does_so_in_each_window_again(
    sm: SecretsManager, db: SecretView
) -> None:
    sm.client().delete_secret(SecretId="db")
    sm.client().restore_secret(SecretId="db")
    sm.client().rotate_secret(SecretId="db", RotateImmediately=False)
    sm.clock.set(SECOND)
    scheduled = [run for run in sm.rotation.runs if not run.test]
    assert [f"{run.started:%m-%d %H:%M}" for run in scheduled] == YEAR[:2]


def test_a_secret_that_is_restored_between_two_tries_is_not_tried_again(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    sm.clock.set(FIRST)
    sm.client().delete_secret(SecretId="db")
    sm.client().restore_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert [run.state for run in sm.rotation.runs] == ["failed"]


# --- held ------------------------------------------------------------------------------------------------------------


def test_a_held_rotation_does_not_hold_the_clock(sm: SecretsManager, db: SecretView) -> None:
    hold = sm.rotation.hold("db", before="setSecret")
    sm.clock.set(SECOND)
    assert sm.clock.now == SECOND
    assert hold.run is not None
    assert (hold.run.started, hold.run.state) == (FIRST, "held")


def test_while_a_rotation_is_held_no_other_of_that_secret_falls_due(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.hold("db", before="setSecret")
    sm.clock.advance(days=365)
    assert moments(sm) == YEAR[:1]


def test_while_a_rotation_is_held_those_of_other_secrets_fall_due(sm: SecretsManager, db: SecretView) -> None:
    seed_rotating(sm, "other", days=30)
    with sm.rotation.hold("db", before="setSecret"):
        sm.clock.set(SECOND)
        sm.assert_rotated("other")


def test_a_held_rotation_that_is_resumed_ends_then_and_starts_the_count_anew(
    sm: SecretsManager, db: SecretView
) -> None:
    with sm.rotation.hold("db", before="setSecret") as hold:
        sm.clock.set(FIRST + timedelta(days=5, hours=3))
    assert hold.run is not None
    assert hold.run.ended == FIRST + timedelta(days=5, hours=3)
    assert dates(sm) == (FIRST + timedelta(days=5, hours=3), datetime(2026, 3, 7, 23, 59, 59, tzinfo=UTC))


def test_while_a_rotation_is_held_on_its_way_the_code_under_test_reads_the_old_value(
    sm: SecretsManager, db: SecretView
) -> None:
    with sm.rotation.hold("db", before="finishSecret"):
        sm.clock.set(FIRST)
        assert json.loads(sm.client().get_secret_value(SecretId="db")["SecretString"]) == VALUE
    sm.assert_rotated("db")


def test_a_hold_may_wait_for_a_retry(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("createSecret", ConnectionError)
    hold = sm.rotation.hold("db", after="createSecret")
    sm.clock.set(FIRST)
    assert hold.run is None
    sm.clock.advance(minutes=1)
    assert hold.run == sm.rotation.runs[1]


def test_between_reads_and_on_schedule_a_secret_rotates_each_time(sm: SecretsManager, db: SecretView) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
        sm.clock.advance(days=31)
    assert moments(sm) == ["01-01 12:00", "01-31 00:00"]


# --- many at one moment ----------------------------------------------------------------------------------------------


def test_secrets_that_fall_due_together_rotate_one_after_another(sm: SecretsManager) -> None:
    """A function's calls begin no other rotation: else each would run inside the one before."""
    for number in range(150):
        seed_rotating(sm, f"secret-{number}", days=1)
    sm.clock.advance(days=1)
    runs = sm.rotation.runs
    assert len(runs) == 150
    assert {run.state for run in runs} == {"succeeded"}
    names = [event.operation for event in sm.log if event.by_service]
    assert names == ["RotationStarted", "RotationSucceeded"] * 150


@TRAVELS
def test_secrets_that_a_jump_has_made_due_rotate_one_after_another(
    secretsmanager: SecretsManager, travel: Travel
) -> None:
    with travel(START) as traveller:
        for number in range(60):
            seed_rotating(secretsmanager, f"secret-{number}", days=30)
        traveller.move_to(FIRST)
        secretsmanager.client().list_secrets()
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded"] * 60


def test_a_scheduled_rotation_shows_where_awspending_came_from(sm: SecretsManager) -> None:
    seed_rotating(sm, "db", days=30)
    sm.clock.set(FIRST)
    sm.assert_moved("db", "AWSPENDING", source=None, target=2)
    first = sm.secret("db").history[0]
    assert (first.label, first.operation) == ("AWSPENDING", "RotationStarted")
