"""Waits of a client that are longer than a rotation period, or than the calendar."""

from datetime import timedelta

import pytest
from botocore.config import Config

from pytest_secretsmanager import UsageError

PATIENT = Config(read_timeout=None)


@pytest.fixture
def slow_rotations(secretsmanager):
    """Two secrets that rotate every four hours, by a function with a call of five hours. Return the open steps."""

    def rotate(event, _):
        open_steps.append((event["SecretId"], event["Step"]))
        most.append(len(open_steps))
        if event["Step"] == "createSecret":
            secretsmanager.client(config=PATIENT).get_secret_value(SecretId=event["SecretId"])
        open_steps.pop()

    sm, open_steps, most = secretsmanager, [], []
    arn = sm.rotation.register(rotate)
    for name in ("a", "b"):
        sm.seed(name, "one")
        sm.client().rotate_secret(
            SecretId=name,
            RotationLambdaARN=arn,
            RotationRules={"ScheduleExpression": "rate(4 hours)"},
            RotateImmediately=False,
        )
    sm.faults.delay("GetSecretValue", timedelta(hours=5).total_seconds(), times=None)
    return most


def test_a_rotation_that_falls_due_while_a_rotation_function_waits_runs_after_that_rotation(
    secretsmanager, slow_rotations
):
    secretsmanager.clock.advance(hours=4, minutes=1)
    assert max(slow_rotations) == 1
    trials_and_rotations = [run.secret.split(":")[-1][0] for run in secretsmanager.rotation.runs]
    assert trials_and_rotations == ["a", "b", "a", "b"]


def test_rotations_that_take_longer_than_their_period_end_an_advance_of_the_clock(secretsmanager, slow_rotations):
    before = secretsmanager.clock.now
    secretsmanager.clock.advance(hours=9)
    assert timedelta(hours=9) < secretsmanager.clock.now - before < timedelta(days=3)


def test_a_wait_past_the_end_of_the_calendar_is_a_usage_error_that_says_what_to_do(secretsmanager):
    client = secretsmanager.client(config=Config(retries={"mode": "legacy", "total_max_attempts": 80}))
    secretsmanager.faults.fail("GetSecretValue", "ThrottlingException", times=None)
    with pytest.raises(UsageError, match=r"a client waits for \S+ seconds, and the clock ends .* fail fewer attempts"):
        client.get_secret_value(SecretId="db")
    assert secretsmanager.clock.now.year < 9990
