"""Rotations that fail in one of their steps, and their recovery."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rotating import EACH_STEP, FUNCTION, INCOMPLETE, NOON, STEPS, V1, Interruption, events_of_aws, refusal, rotate
from rotation_function import Database, rotation_function

from pytest_secretsmanager import RotationRun, SecretsManager


class Flaky:
    """The rotation function. It fails once, after the work of the step `fails_in`."""

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
    """Replace the rotation function of `db` with a flaky one."""
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
    """A rotation of `db`, interrupted in `step` in each of the ways."""
    INTERRUPTIONS[request.param](sm, flaky, step)
    return rotate(sm)


@EACH_STEP
def test_interrupted_rotation_run_fails_in_the_interrupted_step(interrupted: RotationRun, step: str) -> None:
    assert interrupted.state == "failed"
    assert isinstance(interrupted.error, Interruption)
    assert [each.step for each in interrupted.steps] == STEPS[: STEPS.index(step) + 1]


@EACH_STEP
def test_interrupted_rotation_is_logged_as_failed_in_its_step(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    assert events_of_aws(sm)[-2:] == ["RotationStarted", "RotationFailed"]
    assert sm.log[-1].error_message == f"Error when executing lambda {FUNCTION}flaky during {step} step"


@EACH_STEP
def test_interrupted_rotation_leaves_awspending_on_its_version(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    sm.assert_label("db", "AWSPENDING", interrupted.token)


@EACH_STEP
def test_interrupted_rotation_succeeds_a_minute_later_with_the_same_token(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    again = sm.rotation.runs[-1]
    assert again != interrupted
    assert (again.token, again.state, again.started) == (interrupted.token, "succeeded", NOON + timedelta(minutes=1))
    assert [each.step for each in again.steps] == STEPS
    sm.assert_rotated("db")


@EACH_STEP
def test_retry_of_an_interrupted_rotation_leaves_one_new_version_with_the_right_password(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    sm.assert_history("db", [{"username": "app", "password": "one"}, {"username": "app", "password": database["app"]}])
    sm.assert_labels("db", {"AWSCURRENT": interrupted.token, "AWSPREVIOUS": V1})


@EACH_STEP
def test_rotation_that_succeeded_on_retry_is_not_retried_again(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    runs = len(sm.rotation.runs)
    sm.clock.advance(days=400)
    assert len(sm.rotation.runs) == runs


@EACH_STEP
def test_rotate_secret_rotates_again_after_a_retry_succeeded(
    sm: SecretsManager, database: Database, interrupted: RotationRun, step: str
) -> None:
    sm.clock.advance(minutes=1)
    second = rotate(sm)
    assert ([each.step for each in second.steps], second.state) == (STEPS, "succeeded")
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": interrupted.token})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


@pytest.mark.parametrize("step", STEPS[:3])
def test_rotate_secret_is_refused_until_an_interrupted_rotation_is_retried(
    sm: SecretsManager, interrupted: RotationRun, step: str
) -> None:
    assert refusal(sm.client().rotate_secret, SecretId="db") == ("InvalidRequestException", INCOMPLETE)
    assert sm.rotation.runs[-1] == interrupted


def test_rotate_secret_with_the_token_of_a_failed_rotation_starts_no_run(sm: SecretsManager, flaky: Flaky) -> None:
    sm.rotation.fail("setSecret", Interruption)
    failed = rotate(sm)
    assert rotate(sm, ClientRequestToken=failed.token) == failed


@pytest.mark.parametrize("when", ["createSecret", "setSecret"])
def test_rotate_secret_makes_a_new_version_once_awspending_is_removed(
    sm: SecretsManager, database: Database, when: str
) -> None:
    sm.rotation.fail(when, Interruption)
    failed = rotate(sm)
    sm.client().update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=failed.token)
    second = rotate(sm)
    assert second.token != failed.token
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": V1})
    sm.assert_value("db", {"username": "app", "password": database["app"]})


def test_rotate_secret_succeeds_after_a_rotation_failed_at_the_end_of_finish_secret(
    sm: SecretsManager, database: Database
) -> None:
    """AWSPENDING on the current version blocks no rotation."""
    sm.rotation.fail("finishSecret", Interruption, after=True)
    failed = rotate(sm)
    second = rotate(sm)
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": failed.token})
    sm.assert_value("db", {"username": "app", "password": database["app"]})
