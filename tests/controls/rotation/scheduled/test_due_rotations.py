"""Scheduled rotations that fall due while a clock moves: the manager's, freezegun's, time-machine's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scheduling import FIRST, START, YEAR, dates, moments, seed_rotating, seed_slow

from pytest_secretsmanager import SecretsManager, SecretView

# --- the clock of the manager ----------------------------------------------------------------------------------------


def test_clock_set_forward_runs_the_rotations_that_fall_due_on_the_way(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(datetime(2026, 4, 1, tzinfo=UTC))
    assert moments(sm) == YEAR[:3]
    assert sm.clock.now == datetime(2026, 4, 1, tzinfo=UTC)


def test_clock_set_back_undoes_no_rotation(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(FIRST)
    sm.clock.set(START)
    assert moments(sm) == YEAR[:1]
    sm.assert_rotated("db")


def test_clock_that_passes_a_window_twice_runs_its_rotation_once(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(FIRST)
    sm.clock.set(START)
    sm.clock.advance(days=59)
    assert moments(sm) == YEAR[:1]
    sm.clock.advance(days=1)
    assert moments(sm) == YEAR[:2]


def test_clock_set_back_before_the_window_runs_no_rotation(sm: SecretsManager, db: SecretView) -> None:
    sm.clock.set(START - timedelta(days=300))
    sm.client().get_secret_value(SecretId="db")
    assert sm.rotation.runs == ()


def test_rotation_ends_later_when_its_function_advances_the_clock(sm: SecretsManager) -> None:
    seed_slow(sm, hours=2)
    sm.clock.set(FIRST + timedelta(hours=12))
    (run,) = sm.rotation.runs
    assert (run.started, run.ended) == (FIRST, FIRST + timedelta(hours=2))


@pytest.mark.parametrize(
    ("hours", "end"), [(2, FIRST + timedelta(hours=12)), (14, FIRST + timedelta(hours=14))], ids=["less", "more"]
)
def test_clock_reaches_its_target_or_later_when_a_function_advances_it(
    sm: SecretsManager, hours: int, end: datetime
) -> None:
    seed_slow(sm, hours=hours)
    sm.clock.set(FIRST + timedelta(hours=12))
    assert sm.clock.now == end


def test_rotation_passed_by_a_functions_clock_step_runs_at_its_own_time(sm: SecretsManager) -> None:
    seed_slow(sm, hours=10)
    seed_rotating(sm, "other", schedule="cron(0 8 31 1 ? *)")
    sm.clock.set(FIRST)
    assert [(sm.secret(run.secret).name, run.started, run.ended) for run in sm.rotation.runs] == [
        ("db", FIRST, FIRST + timedelta(hours=10)),
        ("other", FIRST + timedelta(hours=8), FIRST + timedelta(hours=8)),
    ]


def test_rotation_function_that_advances_the_clock_past_its_own_next_window_runs_once(sm: SecretsManager) -> None:
    seed_slow(sm, days=40)
    sm.clock.set(FIRST)
    assert moments(sm) == ["01-31 00:00"]
    assert dates(sm)[1] == datetime(2026, 4, 11, 23, 59, 59, tzinfo=UTC)


def test_requested_function_that_advances_the_clock_runs_a_scheduled_rotation_on_the_way(sm: SecretsManager) -> None:
    seed_slow(sm, days=40)
    seed_rotating(sm, "other", days=30)
    sm.client().rotate_secret(SecretId="db")
    assert [(sm.secret(run.secret).name, run.started) for run in sm.rotation.runs] == [("db", START), ("other", FIRST)]


def test_interrupt_in_a_scheduled_rotation_stops_the_clock_at_its_time(sm: SecretsManager, db: SecretView) -> None:
    sm.rotation.fail("setSecret", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        sm.clock.advance(days=365)
    assert sm.clock.now == FIRST
    assert moments(sm) == YEAR[:1]


# --- freezegun and time-machine --------------------------------------------------------------------------------------


Travel = Callable[[datetime], Any]


def test_rotation_due_after_a_time_jump_runs_at_the_next_call(secretsmanager: SecretsManager, travel: Travel) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db", days=30)
        traveller.move_to(FIRST + timedelta(hours=7))
        assert secretsmanager.rotation.runs == ()
        secretsmanager.client().list_secrets()
        assert [run.started for run in secretsmanager.rotation.runs] == [FIRST + timedelta(hours=7)]


def test_call_after_a_time_jump_reads_the_rotated_value(secretsmanager: SecretsManager, travel: Travel) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db", days=30)
        traveller.move_to(FIRST)
        read = secretsmanager.client().get_secret_value(SecretId="db")
    assert read["VersionId"] == secretsmanager.rotation.runs[-1].token
    secretsmanager.assert_rotated("db")


def test_time_jump_over_several_windows_rotates_a_secret_once(secretsmanager: SecretsManager, travel: Travel) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db", days=30)
        traveller.move_to(START + timedelta(days=100))
        secretsmanager.client().list_secrets()
        secretsmanager.client().list_secrets()
        assert len(secretsmanager.rotation.runs) == 1
        assert dates(secretsmanager)[1] == datetime(2026, 5, 11, 23, 59, 59, tzinfo=UTC)


def test_rotation_due_after_a_time_jump_runs_when_the_clock_advances(
    secretsmanager: SecretsManager, travel: Travel
) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db", days=30)
        traveller.move_to(FIRST + timedelta(hours=7))
        secretsmanager.clock.advance(hours=1)
        assert [run.started for run in secretsmanager.rotation.runs] == [FIRST + timedelta(hours=7)]


def test_rotation_retry_runs_after_a_time_jump(secretsmanager: SecretsManager, travel: Travel) -> None:
    with travel(START) as traveller:
        seed_rotating(secretsmanager, "db")
        secretsmanager.rotation.fail("setSecret", ConnectionError)
        secretsmanager.client().rotate_secret(SecretId="db")
        traveller.move_to(START + timedelta(minutes=1))
        secretsmanager.client().list_secrets()
    assert [run.state for run in secretsmanager.rotation.runs] == ["failed", "succeeded"]


def test_sixty_secrets_due_after_a_time_jump_all_rotate(secretsmanager: SecretsManager, travel: Travel) -> None:
    with travel(START) as traveller:
        for number in range(60):
            seed_rotating(secretsmanager, f"secret-{number}", days=30)
        traveller.move_to(FIRST)
        secretsmanager.client().list_secrets()
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded"] * 60
