"""Rotations of managed secrets, which have no function."""

from rotating import rotate

from pytest_secretsmanager import SecretsManager


def test_aws_rotates_a_secret_that_a_service_manages_by_itself(sm: SecretsManager) -> None:
    sm.seed("db", {"username": "app", "password": "one"}, owning_service="rds")
    run = rotate(sm)
    assert (run.function, run.test, run.state, run.steps) == ("", False, "succeeded", [])
    assert [event.operation for event in sm.log] == ["RotateSecret", "RotationStarted", "RotationSucceeded"]
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1})


def test_a_rotation_without_a_function_that_aws_can_not_make_has_failed(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("db", {"password": "one"}, owning_service="rds", kms_key="alias/pay")
    sm.kms.deny(key)
    run = rotate(sm)
    assert (run.state, run.steps, run.error) == ("failed", [], None)
    assert (sm.log[-1].operation, sm.log[-1].error_message) == ("RotationFailed", "Access to KMS is not allowed")


def test_a_rotation_without_a_function_is_tried_again(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("db", {"password": "one"}, owning_service="rds", kms_key="alias/pay")
    sm.kms.disable(key)
    first = rotate(sm)
    sm.kms.enable(key)
    sm.clock.advance(minutes=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "succeeded"]
    sm.assert_labels("db", {"AWSCURRENT": first.token, "AWSPREVIOUS": 1})
