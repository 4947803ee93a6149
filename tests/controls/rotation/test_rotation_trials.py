"""The trial of a function: RotateSecret with `RotateImmediately=False`."""

import pytest
from rotating import events_of_aws, idle, rotate
from rotation_function import Database, LoginRefused

from pytest_secretsmanager import Rotation, SecretsManager


def test_rotate_secret_with_rotate_immediately_false_runs_only_test_secret(
    sm: SecretsManager, database: Database
) -> None:
    run = rotate(sm, RotateImmediately=False)
    assert (run.test, run.state, [step.step for step in run.steps]) == (True, "succeeded", ["testSecret"])
    assert events_of_aws(sm) == ["TestRotationStarted", "TestRotationSucceeded"]


def test_rotation_trial_tests_a_copy_of_the_current_value(sm: SecretsManager) -> None:
    seen: list[object] = []

    def look(event: dict[str, str], _: object) -> None:
        pending = sm.secret("db").pending
        assert pending is not None
        seen.append((event["Step"], pending.id == event["ClientRequestToken"], pending.value))

    sm.seed("db", "one")
    rotate(sm, RotationLambdaARN=sm.rotation.register(look), RotateImmediately=False)
    assert seen == [("testSecret", True, "one")]


def test_rotation_trial_removes_its_version(sm: SecretsManager, database: Database) -> None:
    rotate(sm, RotateImmediately=False)
    sm.assert_labels("db", {"AWSCURRENT": 1})
    sm.assert_history("db", [{"username": "app", "password": "one"}])
    assert rotate(sm).state == "succeeded"
    assert [version.number for version in sm.secret("db").versions] == [1, 2]


def test_rotation_trial_of_a_secret_without_a_value_tests_an_empty_version(sm: SecretsManager) -> None:
    seen: list[object] = []

    def look(_event: dict[str, str], _context: object) -> None:
        pending = sm.secret("db").pending
        seen.append(None if pending is None else (pending.number, pending.value))

    sm.seed("db")
    rotate(sm, RotationLambdaARN=sm.rotation.register(look), RotateImmediately=False)
    assert seen == [(1, None)]


def test_failed_rotation_trial_is_logged_with_its_step(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    run = rotate(sm, RotateImmediately=False)
    assert (run.test, run.state, type(run.error)) == (True, "failed", LoginRefused)
    assert events_of_aws(sm) == ["TestRotationStarted", "TestRotationFailed"]
    assert sm.log[-1].error_message == f"Error when executing lambda {run.function} during testSecret step"


def test_failed_rotation_trial_is_not_retried(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    rotate(sm, RotateImmediately=False)
    sm.clock.advance(days=400)
    assert len(sm.rotation.runs) == 1


def test_rotation_trial_fails_before_its_step_when_the_kms_key_is_denied(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("db", "one", kms_key="alias/pay", rotation=Rotation(idle))
    sm.kms.deny(key)
    run = rotate(sm, RotateImmediately=False)
    assert (run.test, run.state, run.steps) == (True, "failed", [])
    assert (sm.log[-1].operation, sm.log[-1].error_message) == ("TestRotationFailed", "Access to KMS is not allowed")


def test_interrupt_in_a_rotation_trial_reaches_the_caller(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("testSecret", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        rotate(sm, RotateImmediately=False)
    assert sm.rotation.runs[-1].state == "failed"
    sm.assert_labels("db", {"AWSCURRENT": 1})


def test_rotation_hold_does_not_stop_a_trial(sm: SecretsManager, database: Database) -> None:
    hold = sm.rotation.hold("db", before="testSecret")
    rotate(sm, RotateImmediately=False)
    assert hold.run is None
    assert rotate(sm).state == "held"


def test_assert_moved_accepts_the_removed_version_of_a_rotation_trial(sm: SecretsManager) -> None:
    arn = sm.rotation.register(lambda *_: None)
    sm.seed("trial", "one")
    rules = {"AutomaticallyAfterDays": 3}
    token = sm.client().rotate_secret(
        SecretId="trial", RotationLambdaARN=arn, RotateImmediately=False, RotationRules=rules
    )["VersionId"]
    sm.assert_moved("trial", "AWSPENDING", source=None, target=token)
    sm.assert_moved("trial", "AWSPENDING", source=token, target=None)
