"""Scheduled rotation of secrets that are cancelled, deleted, restored or held."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scheduling import FIRST, SECOND, VALUE, YEAR, dates, moments, seed_rotating

from pytest_secretsmanager import SecretsManager, SecretView

# --- cancelled, deleted, restored ------------------------------------------------------------------------------------


def test_cancel_rotate_secret_stops_the_schedule(sm: SecretsManager, db: SecretView) -> None:
    sm.client().cancel_rotate_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert sm.rotation.runs == ()


def test_describe_secret_shows_no_rotation_dates_after_cancel_rotate_secret(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(FIRST)
    sm.client().cancel_rotate_secret(SecretId="db")
    assert dates(sm) == (None, None)


def test_cancel_rotate_secret_between_two_attempts_stops_the_retries(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    sm.clock.set(FIRST)
    sm.client().cancel_rotate_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert len(sm.rotation.runs) == 1


def test_rotate_secret_after_a_cancellation_keeps_the_schedule(sm: SecretsManager, db: SecretView) -> None:
    sm.client().cancel_rotate_secret(SecretId="db")
    sm.clock.advance(days=10)
    sm.client().rotate_secret(SecretId="db")
    sm.clock.advance(days=30)
    assert moments(sm) == ["01-11 12:00", "02-10 00:00"]


DELETIONS = pytest.mark.parametrize(
    "deletion", [{}, {"ForceDeleteWithoutRecovery": True}], ids=["scheduled", "by force"]
)


@DELETIONS
def test_delete_secret_stops_the_schedule(sm: SecretsManager, db: SecretView, deletion: Any) -> None:
    sm.client().delete_secret(SecretId="db", **deletion)
    sm.clock.advance(days=365)
    assert sm.rotation.runs == ()


@DELETIONS
def test_delete_secret_between_two_attempts_stops_the_retries(
    sm: SecretsManager, db: SecretView, deletion: Any
) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    sm.clock.set(FIRST)
    sm.client().delete_secret(SecretId="db", **deletion)
    sm.clock.advance(days=365)
    assert len(sm.rotation.runs) == 1


def test_recreated_secret_has_no_schedule(sm: SecretsManager, db: SecretView) -> None:
    sm.client().delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    sm.client().create_secret(Name="db", SecretString="new")
    sm.clock.advance(days=365)
    assert sm.rotation.runs == ()


def test_restored_secret_does_not_rotate_on_schedule(sm: SecretsManager, db: SecretView) -> None:
    sm.client().delete_secret(SecretId="db")
    sm.client().restore_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert moments(sm) == []


def test_rotate_secret_turns_the_schedule_of_a_restored_secret_on_again(sm: SecretsManager, db: SecretView) -> None:
    sm.client().delete_secret(SecretId="db")
    sm.client().restore_secret(SecretId="db")
    sm.client().rotate_secret(SecretId="db", RotateImmediately=False)
    sm.clock.set(SECOND)
    scheduled = [run for run in sm.rotation.runs if not run.test]
    assert [f"{run.started:%m-%d %H:%M}" for run in scheduled] == YEAR[:2]


def test_restored_secret_has_no_retries_of_an_earlier_rotation(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    sm.clock.set(FIRST)
    sm.client().delete_secret(SecretId="db")
    sm.client().restore_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert [run.state for run in sm.rotation.runs] == ["failed"]


# --- held ------------------------------------------------------------------------------------------------------------


def test_held_rotation_does_not_stop_the_clock(sm: SecretsManager, db: SecretView) -> None:
    hold = sm.rotation.hold("db", before="setSecret")
    sm.clock.set(SECOND)
    assert sm.clock.now == SECOND
    assert hold.run is not None
    assert (hold.run.started, hold.run.state) == (FIRST, "held")


def test_held_rotation_blocks_the_schedule_of_its_secret(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.hold("db", before="setSecret")
    sm.clock.advance(days=365)
    assert moments(sm) == YEAR[:1]


def test_held_rotation_does_not_block_the_schedules_of_other_secrets(sm: SecretsManager, db: SecretView) -> None:
    seed_rotating(sm, "other", days=30)
    with sm.rotation.hold("db", before="setSecret"):
        sm.clock.set(SECOND)
        sm.assert_rotated("other")


def test_resumed_rotation_ends_at_its_resume_and_restarts_the_schedule(sm: SecretsManager, db: SecretView) -> None:
    with sm.rotation.hold("db", before="setSecret") as hold:
        sm.clock.set(FIRST + timedelta(days=5, hours=3))
    assert hold.run is not None
    assert hold.run.ended == FIRST + timedelta(days=5, hours=3)
    assert dates(sm) == (FIRST + timedelta(days=5, hours=3), datetime(2026, 3, 7, 23, 59, 59, tzinfo=UTC))


def test_get_secret_value_reads_the_old_value_while_a_scheduled_rotation_is_held(
    sm: SecretsManager, db: SecretView
) -> None:
    with sm.rotation.hold("db", before="finishSecret"):
        sm.clock.set(FIRST)
        assert json.loads(sm.client().get_secret_value(SecretId="db")["SecretString"]) == VALUE
    sm.assert_rotated("db")


def test_rotation_hold_catches_a_retry(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("createSecret", ConnectionError)
    hold = sm.rotation.hold("db", after="createSecret")
    sm.clock.set(FIRST)
    assert hold.run is None
    sm.clock.advance(minutes=1)
    assert hold.run == sm.rotation.runs[1]


def test_secret_rotates_between_reads_and_on_schedule(sm: SecretsManager, db: SecretView) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
        sm.clock.advance(days=31)
    assert moments(sm) == ["01-01 12:00", "01-31 00:00"]
