"""The former states of secrets on the entries of the log: those that a policy's conditions read."""

import pytest

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.state import SecretKey

TOKEN, SECOND = ("a" * 32, "b" * 32)
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
KEY = SecretKey("us-east-1", "123456789012", "db")
THERE = KEY._replace(region="eu-west-1")


@pytest.fixture
def secret(world):
    """A tagged secret with a value."""
    tags = [{"Key": "team", "Value": "pay"}]
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN, Tags=tags)
    return world.state("db")


def before(world, operation):
    """The former states on the entry of that call."""
    return next(entry.before for entry in world.entries if entry.operation == operation)


def test_a_new_secret_did_not_exist(world, secret):
    assert before(world, "CreateSecret") == {KEY: None}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("TagResource", {"Tags": [{"Key": "team", "Value": "ops"}]}),
        ("UntagResource", {"TagKeys": ["team"]}),
        ("DeleteSecret", {"ForceDeleteWithoutRecovery": True}),
        pytest.param(
            *("UpdateSecret", {"Type": "BigIDClientSecret"}),
            marks=pytest.mark.skipif(
                "Type" not in model.operation("UpdateSecret").input_shape.members, reason="this botocore lacks Type"
            ),
        ),
        ("RotateSecret", {"RotationLambdaARN": FUNCTION, "ClientRequestToken": SECOND, "RotateImmediately": False}),
        ("ReplicateSecretToRegions", {"AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    ],
)
def test_the_entry_has_the_secret_as_it_was_before(world, secret, operation, parameters):
    world.functions[FUNCTION] = lambda _: None
    world.call(operation, SecretId="db", **parameters)
    former = before(world, operation)[KEY]
    assert (former.arn, former.tags, former.type, former.rotation) == (secret.arn, {"team": "pay"}, "", None)
    assert former.versions == {}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("PutSecretValue", {"SecretString": "two", "ClientRequestToken": SECOND}),
        ("UpdateSecret", {"SecretString": "two", "ClientRequestToken": SECOND}),
        ("UpdateSecret", {"Description": "new"}),
        ("UntagResource", {"TagKeys": ["missing"]}),
        ("DeleteSecret", {"RecoveryWindowInDays": 7}),
        ("GetSecretValue", {}),
    ],
)
def test_the_entry_of_any_other_change_has_no_former_state(world, secret, operation, parameters):
    world.call(operation, SecretId="db", **parameters)
    assert before(world, operation) == {}


def test_the_event_of_a_replication_says_that_the_replica_did_not_exist(world, secret):
    world.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}])
    assert before(world, "ReplicationSucceeded") == {THERE: None}
