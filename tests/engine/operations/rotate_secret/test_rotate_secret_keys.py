"""Rotation under a KMS key that is disabled, denied or new."""

import pytest
from rotation_calls import KMS_DISABLED, V1, V2, events, failed_in, hold, labels, rotate, rotate_managed, states, value


@pytest.fixture
def key(world):
    """A customer key."""
    return world.create_key("alias/pay")


def test_a_disabled_key_fails_the_createsecret_step(world, function, key):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    world.keys.put(key, state="Disabled")
    rotate(world)
    assert events(world) == ["RotationStarted", failed_in("createSecret")]
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}


def test_a_rotation_succeeds_at_its_next_retry_after_the_key_is_enabled(world, function, key):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    world.keys.put(key, state="Disabled")
    rotate(world)
    world.keys.put(key, state="Enabled")
    world.now += 60
    assert value(world) == "two"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"state": "Disabled"}, "Secrets Manager can't decrypt the secret value: {arn} " + KMS_DISABLED),
        ({"denied": True}, "Access to KMS is not allowed"),
    ],
    ids=["disabled", "denied"],
)
def test_an_unusable_key_fails_the_rotation_of_a_managed_secret(world, managed, key, state, text):
    managed(SecretString="one", KmsKeyId="alias/pay")
    world.keys.put(key, **state)
    rotate_managed(world)
    assert events(world) == ["RotationStarted", ("RotationFailed", text.format(arn=key.arn))]
    assert (labels(world, "rds!db"), states(world)) == ({"AWSCURRENT": V1, "AWSPENDING": V2}, ["failed"])


def test_a_failed_rotation_of_a_managed_secret_is_retried(world, managed, key):
    managed(SecretString="one", KmsKeyId="alias/pay")
    world.keys.put(key, state="Disabled")
    rotate_managed(world)
    world.keys.put(key, state="Enabled")
    world.now += 60
    assert world.call("GetSecretValue", SecretId="rds!db")["VersionId"] == V2


def test_a_running_rotation_encrypts_its_value_under_a_new_key(world, db, key):
    held = hold(world, "createSecret")
    rotate(world)
    world.call("UpdateSecret", SecretId="db", KmsKeyId="alias/pay")
    held.resume()
    assert world.state("db").versions[V2].sealed.kms_key_id == "alias/pay"
