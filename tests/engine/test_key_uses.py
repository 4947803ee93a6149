"""The uses of customer managed KMS keys by a call: they stand on its entry of the log."""

import pytest

from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.rules.key_uses import LINKING, OPENING, REPLICATING, RESEALING, SEALING

TOKEN, SECOND = ("a" * 32, "b" * 32)
OTHER_ACCOUNT = "210987654321"
TRIAL = "RequestToValidateKeyAccess"


@pytest.fixture
def key(world):
    """A customer managed key."""
    return world.create_key("alias/pay")


@pytest.fixture
def secret(world, key):
    """A secret under that key, with a value."""
    world.call("CreateSecret", Name="db", SecretString="one", KmsKeyId="alias/pay", ClientRequestToken=TOKEN)
    return world.state("db")


def uses(world):
    """The uses of the last call: actions, key and version."""
    return [(use.actions, use.key_arn, use.version_id) for use in world.entries[-1].key_uses]


def test_a_new_secret_with_a_value_uses_its_key(world, secret, key):
    assert uses(world) == [(SEALING, key.arn, TOKEN)]
    assert world.entries[-1].key_uses[0].secret_arn == secret.arn


def test_a_new_secret_without_a_value_tries_its_key(world, key):
    world.call("CreateSecret", Name="db", KmsKeyId="alias/pay", ClientRequestToken=TOKEN)
    assert uses(world) == [(SEALING, key.arn, TRIAL)]


def test_getsecretvalue_decrypts(world, secret, key):
    world.call("GetSecretValue", SecretId="db")
    assert uses(world) == [(OPENING, key.arn, TOKEN)]


def test_putsecretvalue_encrypts(world, secret, key):
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=SECOND)
    assert uses(world) == [(SEALING, key.arn, SECOND)]


def test_a_repeated_putsecretvalue_decrypts_to_compare(world, secret, key):
    world.call("PutSecretValue", SecretId="db", SecretString="one", ClientRequestToken=TOKEN)
    assert uses(world) == [(OPENING, key.arn, TOKEN)]


def test_a_change_of_the_key_uses_both_keys(world, secret, key):
    new = world.create_key("alias/new")
    world.call("UpdateSecret", SecretId="db", KmsKeyId="alias/new")
    assert uses(world) == [(RESEALING, new.arn, TRIAL), (OPENING, key.arn, TOKEN), (SEALING, new.arn, TOKEN)]


def test_a_batch_has_the_uses_of_its_reads(world, secret, key):
    world.call("BatchGetSecretValue", SecretIdList=["db"])
    batch = next(entry for entry in world.entries if entry.operation == "BatchGetSecretValue")
    assert [use.actions for use in batch.key_uses] == [OPENING]


def test_replication_uses_the_keys_of_the_primary_and_of_each_replica(world, secret, key):
    there = world.create_key("alias/there", region="eu-west-1")
    world.call(
        "ReplicateSecretToRegions",
        SecretId="db",
        AddReplicaRegions=[{"Region": "eu-west-1", "KmsKeyId": "alias/there"}, {"Region": "eu-central-1"}],
    )
    entry = next(entry for entry in world.entries if entry.operation == "ReplicateSecretToRegions")
    assert [(use.actions, use.key_arn) for use in entry.key_uses] == [(OPENING, key.arn), (REPLICATING, there.arn)]
    assert entry.key_uses[1].secret_arn == secret.arn.replace("us-east-1", "eu-west-1")


@pytest.mark.parametrize("name", ["alias/missing", "no key"])
def test_replication_under_a_missing_key_uses_none(world, name):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    world.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1", "KmsKeyId": name}])
    assert [entry.key_uses for entry in world.entries] == [()] * len(world.entries)


def test_a_refused_call_has_its_uses(world, secret, key):
    world.keys.put(key, denied=True)
    world.refused("GetSecretValue", SecretId="db")
    assert uses(world) == [(OPENING, key.arn, TOKEN)]


def test_a_call_that_uses_no_key_after_one_that_does_has_none(world, secret):
    world.call("DescribeSecret", SecretId="db")
    assert uses(world) == []


@pytest.mark.parametrize("name", [None, "alias/aws/secretsmanager"])
def test_the_default_key_counts_as_no_use(world, name):
    named = {} if name is None else {"KmsKeyId": name}
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN, **named)
    world.call("GetSecretValue", SecretId="db")
    assert [entry.key_uses for entry in world.entries] == [(), ()]


def test_the_keys_that_a_seed_uses_are_not_those_of_the_next_call(world, key):
    create = {"Name": "db", "SecretString": "one", "KmsKeyId": "alias/pay", "ClientRequestToken": TOKEN}
    world.service.seed(world.request("CreateSecret", **create))
    world.call("ListSecrets")
    assert uses(world) == []


def test_the_keys_of_an_interrupted_call_are_not_those_of_the_next_call(world, secret, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(world.keys, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        world.call("GetSecretValue", SecretId="db")
    world.call("ListSecrets")
    assert uses(world) == []


def test_the_work_of_aws_uses_no_key_for_a_caller(world, key):
    there = world.create_key("alias/there", region="eu-west-1")
    create = {"Name": "db", "SecretString": "one", "ClientRequestToken": TOKEN}
    world.call("CreateSecret", **create, AddReplicaRegions=[{"Region": "eu-west-1", "KmsKeyId": there.arn}])
    events = [entry for entry in world.entries if entry.by_service]
    assert events
    assert {entry.key_uses for entry in events} == {()}
    assert world.service.ports.key_uses == []


@pytest.mark.skipif("AssociateCrossAccountReplica" not in OPERATIONS, reason="this botocore lacks the operation")
def test_an_association_tries_the_keys_of_both_accounts(world, secret, key):
    other = world.create_key("alias/theirs", account=OTHER_ACCOUNT)
    replica = world.service.call(
        world.request(
            "CreateSecret",
            account=OTHER_ACCOUNT,
            Name="db",
            KmsKeyId=other.arn,
            CrossAccountPrimaryARN=secret.arn,
            ClientRequestToken=SECOND,
        )
    ).reply["ARN"]
    world.call("AssociateCrossAccountReplica", SecretId="db", CrossAccountReplicaARN=replica)
    entry = next(entry for entry in world.entries if entry.operation == "AssociateCrossAccountReplica")
    assert [(use.actions, use.key_arn) for use in entry.key_uses] == [(OPENING, key.arn), (LINKING, other.arn)]
