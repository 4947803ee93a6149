"""Retries of a rotation that failed."""

from datetime import timedelta

from scheduling import FIRST, SECOND, START, dates, moments, seed_rotating, seed_slow

from pytest_secretsmanager import SecretsManager, SecretView

TRIES = ["00:00", "00:01", "00:03", "00:07", "00:15", "00:31"]


def test_failed_rotation_is_retried_five_times_within_the_hour(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.clock.set(FIRST + timedelta(days=1))
    assert moments(sm) == [f"01-31 {moment}" for moment in TRIES]
    assert {run.state for run in sm.rotation.runs} == {"failed"}


def test_rotation_retries_use_the_same_token(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.clock.set(FIRST + timedelta(days=1))
    assert {run.token for run in sm.rotation.runs} == {db.labels["AWSPENDING"]}
    assert len(db.versions) == 2


def test_each_rotation_retry_is_logged(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=2)
    sm.clock.set(FIRST + timedelta(days=1))
    assert [event.operation for event in sm.log if event.by_service] == [
        *("RotationStarted", "RotationFailed"),
        *("RotationStarted", "RotationFailed"),
        *("RotationStarted", "RotationSucceeded"),
    ]


def test_rotation_is_not_retried_after_a_retry_succeeds(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=3)
    sm.clock.set(FIRST + timedelta(days=1))
    assert [run.state for run in sm.rotation.runs] == ["failed", "failed", "failed", "succeeded"]
    sm.assert_rotated("db")


def test_rotation_without_retries_left_starts_again_in_the_next_window_with_its_token(
    sm: SecretsManager, db: SecretView
) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=6)
    sm.clock.set(SECOND)
    assert moments(sm)[6:] == ["03-02 00:00"]
    assert len({run.token for run in sm.rotation.runs}) == 1
    sm.assert_rotated("db")


def test_failed_rotation_has_all_its_retries_again_in_the_next_window(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.clock.set(SECOND + timedelta(days=1))
    assert moments(sm) == [*(f"01-31 {moment}" for moment in TRIES), *(f"03-02 {moment}" for moment in TRIES)]


def test_next_rotation_date_stays_while_a_rotation_is_retried(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    sm.clock.set(FIRST)
    assert dates(sm) == (None, FIRST + timedelta(hours=24) - timedelta(seconds=1))


SHOWN_AT_FIRST = FIRST + timedelta(hours=24) - timedelta(seconds=1)


def test_next_rotation_date_stays_after_the_last_retry_fails(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.clock.set(FIRST + timedelta(hours=1))
    assert dates(sm) == (None, SHOWN_AT_FIRST)
    sm.clock.advance(days=800)
    assert dates(sm) == (None, SHOWN_AT_FIRST)
    assert len(sm.rotation.runs) > 6, "it was tried again in later windows"


def test_next_rotation_date_moves_after_a_later_window_succeeds(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", ConnectionError, times=6)
    sm.clock.set(SECOND)
    last, following = dates(sm)
    assert (last, following > SECOND) == (SECOND, True)


def test_requested_rotation_without_a_schedule_ends_after_its_last_retry(sm: SecretsManager) -> None:
    seed_rotating(sm, "db")
    sm.rotation.fail("setSecret", ConnectionError, times=1000)
    sm.client().rotate_secret(SecretId="db")
    sm.clock.advance(days=365)
    assert len(sm.rotation.runs) == 6


def test_rotation_retries_of_several_secrets_run_in_order_of_time(sm: SecretsManager) -> None:
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


def test_rotation_retry_due_during_a_slow_step_of_another_runs_at_its_own_time(sm: SecretsManager) -> None:
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
