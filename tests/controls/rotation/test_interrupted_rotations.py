"""Rotations that fail in one of their steps, and their recovery."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rotating import EACH_STEP, FUNCTION, INCOMPLETE, NOON, STEPS, V1, Interruption, events_of_aws, refusal, rotate
from rotation_function import Database, rotation_function

from pytest_secretsmanager import RotationRun, SecretsManager


class Flaky:
    """The rotation function, which fails once in a step of choice, when it has done its work."""

    def __init__(self, database: Database) -> None:
        self.fails_in = ""
        self._function = rotation_function(database)

    def __call__(self, event: dict[str, str], context: Any) -> None:
        self._function(event, context)
        if event["Step"] == self.fails_in:
            self.fails_in = ""
            raise Interruption


@pytest.fixture
def flaky(sm: SecretsManager, database: Database) -> Flaky:
    """The rotation function of `db` from now on."""
    flaky = Flaky(database)
    sm.client().rotate_secret(
        SecretId="db", RotationLambdaARN=sm.rotation.register(flaky, name="flaky"), RotateImmediately=False
    )
    return flaky


INTERRUPTIONS: dict[str, Callable[[SecretsManager, Flaky, str], None]] = {
    "before the function": lambda sm, _, step: sm.rotation.fail(step, Interruption),
    "after the function": lambda sm, _, step: sm.rotation.fail(step, Interruption, after=True),
    "by the function": lambda _, flaky, step: setattr(flaky, "fails_in", step),
}


@pytest.fixture(params=INTERRUPTIONS)
def interrupted(request: pytest.FixtureRequest, sm: SecretsManager, flaky: Flaky, step: str) -> RotationRun:
    """A rotation of `db` that was interrupted in `step`, in each of the ways."""
    INTERRUPTIONS[request.param](sm, flaky, step)
    return rotate(sm)


@EACH_STEP
def test_an_interrupted_rotation_has_failed_in_that_step(interrupted: RotationRun, step: str) -> None:
    assert interrupted.state == "failed"
    assert isinstance(interrupted.error, Interruption)
    assert [each.step for each in interrupted.steps] == STEPS[: STEPS.index(step) + 1]


@EACH_STEP
def test_an_interrupted_rotation_is_logged_as_failed_in_that_step(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    assert events_of_aws(sm)[-2:] == ["RotationStarted", "RotationFailed"]
    assert sm.log[-1].error_message == f"Error when executing lambda {FUNCTION}flaky during {step} step"


@EACH_STEP
def test_an_interrupted_rotation_leaves_awspending_on_its_version(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    sm.assert_label("db", "AWSPENDING", interrupted.token)


@EACH_STEP
def test_an_interrupted_rotation_recovers_a_minute_later_under_its_own_token(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    again = sm.rotation.runs[-1]
    assert again is not interrupted
    assert (again.token, again.state, again.started) == (interrupted.token, "succeeded", NOON + timedelta(minutes=1))
    assert [each.step for each in again.steps] == STEPS
    sm.assert_rotated("db")


@EACH_STEP
def test_a_recovery_leaves_one_new_version_which_the_database_knows(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    sm.assert_history("db", [{"username": "app", "password": "one"}, {"username": "app", "password": database["app"]}])
    sm.assert_labels("db", {"AWSCURRENT": interrupted.token, "AWSPREVIOUS": V1})


@EACH_STEP
def test_a_rotation_that_has_recovered_is_not_tried_again(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    runs = len(sm.rotation.runs)
    sm.clock.advance(days=400)
    assert len(sm.rotation.runs) == runs


@EACH_STEP
def test_after_a_recovery_a_second_full_run_rotates_once_more(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    second = rotate(sm)
    assert ([each.step for each in second.steps], second.state) == (STEPS, "succeeded")
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": interrupted.token})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


@pytest.mark.parametrize("step", STEPS[:3])
def test_until_it_recovers_no_other_rotation_begins(sm: SecretsManager, interrupted: RotationRun, step: str) -> None:
    assert refusal(sm.client().rotate_secret, SecretId="db") == ("InvalidRequestException", INCOMPLETE)
    assert sm.rotation.runs[-1] is interrupted


def test_a_repeated_request_starts_nothing(sm: SecretsManager, flaky: Flaky) -> None:
    sm.rotation.fail("setSecret", Interruption)
    failed = rotate(sm)
    assert rotate(sm, ClientRequestToken=failed.token) is failed


@pytest.mark.parametrize("when", ["createSecret", "setSecret"])
def test_once_awspending_is_gone_a_second_full_run_makes_a_version_of_its_own(
    sm: SecretsManager, database: Database, when: str
) -> None:
    sm.rotation.fail(when, Interruption)
    failed = rotate(sm)
    sm.client().update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=failed.token)
    second = rotate(sm)
    assert second.token != failed.token
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": V1})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


def test_after_the_last_step_of_a_rotation_that_was_interrupted_then_another_may_begin(
    sm: SecretsManager, database: Database
) -> None:
    """AWSPENDING on the current version stands in nobody's way."""
    sm.rotation.fail("finishSecret", Interruption, after=True)
    failed = rotate(sm)
    second = rotate(sm)
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": failed.token})
    sm.assert_value("db", {"username": "app", "password": database["app"]})
