"""Rotations on schedule: when they run, for one secret and for several."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rotation_function import Database, rotation_function
from scheduling import FIRST, START, VALUE, YEAR, dates, moments, seed_rotating

from pytest_secretsmanager import Rotation, SecretsManager, SecretView
from pytest_secretsmanager.inspection.views import state_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


# --- a year ----------------------------------------------------------------------------------------------------------


def test_schedule_of_30_days_rotates_a_secret_twelve_times_a_year(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.advance(days=365)
    assert moments(sm) == YEAR
    assert {run.state for run in sm.rotation.runs} == {"succeeded"}


def test_year_of_scheduled_rotations_leaves_one_version_for_each(
    sm: SecretsManager, db: SecretView, database: Database
) -> None:
    sm.clock.advance(days=365)
    runs = sm.rotation.runs
    assert [version.id for version in db.versions[1:]] == [run.token for run in runs]
    assert len({version.value for version in db.versions}) == 13
    sm.assert_labels("db", {"AWSCURRENT": runs[-1].token, "AWSPREVIOUS": runs[-2].token})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


def test_version_of_a_scheduled_rotation_is_created_at_the_time_of_its_window(
    sm: SecretsManager, db: SecretView
) -> None:
    sm.clock.advance(days=365)
    assert [f"{version.created:%m-%d %H:%M}" for version in db.versions] == ["01-01 12:00", *YEAR]


def test_events_of_a_scheduled_rotation_are_logged_at_the_time_of_its_window(
    sm: SecretsManager, db: SecretView
) -> None:
    sm.clock.advance(days=365)
    for name in ("RotationStarted", "RotationSucceeded"):
        assert [f"{event.time:%m-%d %H:%M}" for event in sm.log.matching(name)] == YEAR


def test_describe_secret_shows_last_and_next_rotation_after_a_year(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.advance(days=365)
    assert dates(sm) == (datetime(2026, 12, 27, tzinfo=UTC), datetime(2027, 1, 26, 23, 59, 59, tzinfo=UTC))


def test_scheduled_rotation_runs_when_its_window_opens_and_no_sooner(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(FIRST - timedelta(milliseconds=1))
    assert sm.rotation.runs == ()
    sm.clock.advance(seconds=0.001)
    assert [run.started for run in sm.rotation.runs] == [FIRST]


def test_clock_advanced_in_small_steps_runs_the_same_scheduled_rotations(sm: SecretsManager, db: SecretView) -> None:
    for _ in range(365 * 2):
        sm.clock.advance(hours=12)
    assert moments(sm) == YEAR


# --- retention -------------------------------------------------------------------------------------------------------


def test_secret_that_rotates_every_four_hours_keeps_a_hundred_versions(sm: SecretsManager) -> None:
    view = seed_rotating(sm, "db", schedule="rate(4 hours)")
    sm.clock.advance(days=20)
    assert [run.state for run in sm.rotation.runs] == ["succeeded"] * 120
    assert [version.number for version in view.versions] == list(range(22, 122))
    sm.assert_labels("db", {"AWSCURRENT": -1, "AWSPREVIOUS": -2})


def test_describe_secret_shows_last_and_next_rotation_of_a_four_hour_schedule(sm: SecretsManager) -> None:
    seed_rotating(sm, "db", schedule="rate(4 hours)")
    sm.clock.advance(days=3)
    last = START + timedelta(days=3)
    assert dates(sm) == (last, last + timedelta(hours=5) - timedelta(seconds=1))


@pytest.mark.secretsmanager(version_quota=3)
def test_scheduled_rotation_over_the_version_quota_waits_for_a_window_with_room(sm: SecretsManager) -> None:
    """The first version has no label after two rotations, and can be pruned when it is a day old."""
    seed_rotating(sm, "db", schedule="rate(4 hours)")
    sm.clock.advance(days=1)
    assert moments(sm) == ["01-01 16:00", "01-01 20:00", "01-02 12:00"]


@pytest.mark.secretsmanager(version_quota=3)
def test_scheduled_rotation_over_the_version_quota_is_logged_as_failed(sm: SecretsManager) -> None:
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
def test_secret_rotates_at_the_times_of_its_schedule(
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
def test_next_rotation_date_is_the_last_second_of_the_window(
    sm: SecretsManager, rules: dict[str, Any], expected: str
) -> None:
    seed_rotating(sm, "db", **rules)
    last, following = dates(sm)
    assert (last, f"{following:%Y-%m-%d %H:%M:%S}") == (None, expected)


def test_managed_secret_rotates_on_schedule_without_a_function(sm: SecretsManager) -> None:
    view = sm.seed("db", VALUE, owning_service="rds", rotation=Rotation(days=7))
    sm.clock.advance(days=28)
    assert moments(sm) == ["01-08 00:00", "01-15 00:00", "01-22 00:00", "01-29 00:00"]
    assert len({version.json["password"] for version in view.versions}) == 5


@pytest.mark.parametrize("operation", ["put_secret_value", "update_secret"])
def test_new_current_value_restarts_the_schedule(sm: SecretsManager, db: SecretView, operation: str) -> None:
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
def test_change_without_a_new_current_value_does_not_restart_the_schedule(
    sm: SecretsManager, db: SecretView, change: str
) -> None:
    sm.clock.advance(days=20)
    CHANGES[change](sm.client())
    assert dates(sm) == (None, FIRST + timedelta(hours=24) - timedelta(seconds=1))


def test_rotate_secret_restarts_the_schedule(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.advance(days=20)
    sm.client().rotate_secret(SecretId="db")
    sm.clock.advance(days=31)
    assert moments(sm) == ["01-21 12:00", "02-20 00:00"]


def test_rotate_secret_with_new_rules_replaces_the_schedule(sm: SecretsManager, db: SecretView) -> None:
    rules: Any = {"AutomaticallyAfterDays": 7}
    sm.client().rotate_secret(SecretId="db", RotationRules=rules, RotateImmediately=False)
    sm.clock.advance(days=15)
    assert [f"{run.started:%m-%d %H:%M}" for run in sm.rotation.runs if not run.test] == ["01-08 00:00", "01-15 00:00"]


def test_scheduled_rotation_runs_the_function_that_is_registered_at_its_time(
    sm: SecretsManager, db: SecretView
) -> None:
    arn, called = state_of(db).rotation.function, []  # type: ignore[union-attr]
    sm.rotation.register(lambda event, _: called.append(event["Step"]), arn)
    sm.clock.set(FIRST)
    assert called == ["createSecret", "setSecret", "testSecret", "finishSecret"]


# --- several secrets -------------------------------------------------------------------------------------------------


def test_secrets_with_different_schedules_rotate_in_order_of_time(sm: SecretsManager) -> None:
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


def test_log_of_scheduled_rotations_of_several_secrets_is_in_order_of_time(sm: SecretsManager) -> None:
    for number in range(5):
        seed_rotating(sm, f"db-{number}", schedule=f"rate({4 + number} hours)")
    sm.clock.advance(days=2)
    times = [event.time for event in sm.log]
    assert times == sorted(times)
    assert len(sm.rotation.runs) == sum(48 // (4 + number) for number in range(5))


def test_secrets_of_several_regions_rotate_on_the_same_clock(sm: SecretsManager) -> None:
    for region in ("us-east-1", "eu-west-1"):
        function = rotation_function({"app": "one"})
        sm.seed("db", VALUE, region=region, rotation=Rotation(function, days=30))
    sm.clock.advance(days=30)
    for region in ("us-east-1", "eu-west-1"):
        sm.assert_rotated("db", region=region)


def test_secrets_due_at_the_same_time_all_rotate_at_that_time(sm: SecretsManager) -> None:
    for number in range(20):
        seed_rotating(sm, f"db-{number}", days=30)
    sm.clock.set(FIRST)
    assert {run.secret for run in sm.rotation.runs} == {view.arn for view in sm.secrets.values()}
    assert {run.started for run in sm.rotation.runs} == {FIRST}


# --- many at one moment ----------------------------------------------------------------------------------------------


def test_calls_of_a_function_begin_no_other_rotation_that_is_due(sm: SecretsManager) -> None:
    """Otherwise each rotation would run inside the one before."""
    for number in range(50):
        seed_rotating(sm, f"secret-{number}", days=1)
    sm.clock.advance(days=1)
    runs = sm.rotation.runs
    assert len(runs) == 50
    assert {run.state for run in runs} == {"succeeded"}
    names = [event.operation for event in sm.log if event.by_service]
    assert names == ["RotationStarted", "RotationSucceeded"] * 50


def test_scheduled_rotation_logs_its_awspending_move_as_rotation_started(sm: SecretsManager) -> None:
    seed_rotating(sm, "db", days=30)
    sm.clock.set(FIRST)
    sm.assert_moved("db", "AWSPENDING", source=None, target=2)
    first = sm.secret("db").history[0]
    assert (first.label, first.operation) == ("AWSPENDING", "RotationStarted")
