"""Rotations of managed secrets, which have no function."""

from rotating import rotate

from pytest_secretsmanager import SecretsManager


def test_rotate_secret_rotates_a_managed_secret_without_a_function(sm: SecretsManager) -> None:
    sm.seed("db", {"username": "app", "password": "one"}, owning_service="rds")
    run = rotate(sm)
    assert (run.function, run.test, run.state, run.steps) == ("", False, "succeeded", [])
    assert [event.operation for event in sm.log] == ["RotateSecret", "RotationStarted", "RotationSucceeded"]
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1})


def test_managed_rotation_fails_when_the_kms_key_is_denied(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("db", {"password": "one"}, owning_service="rds", kms_key="alias/pay")
    sm.kms.deny(key)
    run = rotate(sm)
    assert (run.state, run.steps, run.error) == ("failed", [], None)
    assert (sm.log[-1].operation, sm.log[-1].error_message) == ("RotationFailed", "Access to KMS is not allowed")


def test_failed_managed_rotation_is_retried_a_minute_later(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("db", {"password": "one"}, owning_service="rds", kms_key="alias/pay")
    sm.kms.disable(key)
    first = rotate(sm)
    sm.kms.enable(key)
    sm.clock.advance(minutes=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "succeeded"]
    sm.assert_labels("db", {"AWSCURRENT": first.token, "AWSPREVIOUS": 1})
