"""`log.put_rate_warnings`: sustained writes that are faster than AWS recommends."""

import pytest

from pytest_secretsmanager import SecretsManager


def write(sm: SecretsManager, times: int, minutes: float) -> None:
    for number in range(times):
        if number:
            sm.clock.advance(minutes=minutes)
        sm.client().put_secret_value(SecretId="db", SecretString=str(number))


@pytest.mark.secret("db")
@pytest.mark.parametrize(
    ("times", "minutes", "warned"),
    [(11, 9, True), (11, 0, True), (40, 9.9, True), (11, 10, False), (10, 0, False), (40, 11, False)],
)
def test_put_rate_warnings_report_a_sustained_rate_above_one_in_ten_minutes(
    secretsmanager: SecretsManager, times: int, minutes: float, warned: bool
) -> None:
    write(secretsmanager, times, minutes)
    assert bool(secretsmanager.log.put_rate_warnings) is warned


@pytest.mark.secret("db")
def test_put_rate_warning_names_the_secret_and_the_rate(secretsmanager: SecretsManager) -> None:
    write(secretsmanager, 13, 5)
    (warning,) = secretsmanager.log.put_rate_warnings
    arn = secretsmanager.secret("db").arn
    assert str(warning).startswith(
        f"{arn} got 13 new versions within 60 minutes: a sustained rate above one in ten minutes "
    )


@pytest.mark.secret("db")
@pytest.mark.secret("other")
def test_put_rate_warnings_count_updates_with_a_value_for_each_secret(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    for number in range(11):
        client.update_secret(SecretId="db", SecretString=str(number))
        client.update_secret(SecretId="other", Description=str(number))
    assert [warning.arn for warning in secretsmanager.log.put_rate_warnings] == [secretsmanager.secret("db").arn]


@pytest.mark.secret("db")
def test_put_rate_warnings_do_not_count_a_repeated_request(secretsmanager: SecretsManager) -> None:
    for _ in range(20):
        secretsmanager.client().put_secret_value(SecretId="db", SecretString="one", ClientRequestToken="t" * 32)
    assert secretsmanager.log.put_rate_warnings == []


@pytest.mark.secret("db")
def test_put_rate_warning_covers_only_the_burst_between_quiet_times(secretsmanager: SecretsManager) -> None:
    write(secretsmanager, 1, 0)
    secretsmanager.clock.advance(days=7)
    write(secretsmanager, 20, 1)
    secretsmanager.clock.advance(days=7)
    write(secretsmanager, 1, 0)
    (warning,) = secretsmanager.log.put_rate_warnings
    assert (warning.writes, (warning.end - warning.start).total_seconds()) == (20, 19 * 60)


@pytest.mark.secret("db")
def test_put_rate_warnings_report_two_separate_bursts(secretsmanager: SecretsManager) -> None:
    write(secretsmanager, 12, 1)
    secretsmanager.clock.advance(days=6)
    write(secretsmanager, 11, 1)
    warnings = secretsmanager.log.put_rate_warnings
    assert [(it.writes, (it.end - it.start).total_seconds()) for it in warnings] == [(12, 11 * 60), (11, 10 * 60)]
