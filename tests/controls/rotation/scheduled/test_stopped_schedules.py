"""Scheduled rotation of secrets that are cancelled, deleted, restored or held."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scheduling import FIRST, SECOND, VALUE, YEAR, dates, moments, seed_rotating

from pytest_secretsmanager import SecretsManager, SecretView

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
    assert hold.run is sm.rotation.runs[1]


def test_between_reads_and_on_schedule_a_secret_rotates_each_time(sm: SecretsManager, db: SecretView) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
        sm.clock.advance(days=31)
    assert moments(sm) == ["01-01 12:00", "01-31 00:00"]
