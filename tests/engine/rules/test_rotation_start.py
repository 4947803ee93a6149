"""The start of a rotation: what it announces, and what runs then."""

import pytest

from pytest_secretsmanager.engine.call import RunRotation, rotation_event
from pytest_secretsmanager.engine.errors import InvalidRequestException
from pytest_secretsmanager.engine.rules import rotation_start
from pytest_secretsmanager.engine.state import RotationAttempt, RotationConfiguration, Secret, SecretKey, Version

KEY = SecretKey("us-east-1", "123456789012", "db")
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1B2c3"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
NOW = 1_000_000.0


def a_secret(**members):
    return Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, **members)


def test_a_rotation_announces_its_version_and_runs_its_function():
    outcome = rotation_start.begin(a_secret(rotation=RotationConfiguration(function=FUNCTION)), "v1", NOW, 100)
    begun = outcome.changes[KEY]
    announced = Version(id="v1", number=1, created=NOW, member="SecretString", sealed=None)
    assert (begun.versions, begun.labels, begun.changed) == ({"v1": announced}, {"AWSPENDING": "v1"}, NOW)
    assert begun.rotation.attempt == RotationAttempt(token="v1")
    assert (outcome.reply, outcome.events) == ({}, (rotation_event("RotationStarted", begun, "v1"),))
    assert outcome.then == (RunRotation(KEY, ARN, "v1", FUNCTION),)


def test_a_rotation_without_a_function_is_run_by_aws():
    assert rotation_start.function_of(a_secret()) == ""
    assert rotation_start.start(a_secret(), "v1").then == (RunRotation(KEY, ARN, "v1", ""),)


def test_a_rotation_that_exceeds_the_quota_of_versions_is_an_invalid_request():
    full = a_secret(
        versions={"v1": Version(id="v1", number=1, created=NOW, member="SecretString", sealed=None)},
        labels={"AWSCURRENT": "v1"},
    )
    with pytest.raises(InvalidRequestException) as caught:
        rotation_start.begin(full, "v2", NOW, 1)
    assert caught.value.message == "You can't have more than 1 versions of a secret."
