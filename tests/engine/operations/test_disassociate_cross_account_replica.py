"""DisassociateCrossAccountReplica: a primary lets its replica in another account go."""

import pytest


@pytest.fixture
def released(pair):
    """What answered the release of a replica that followed."""
    pair.associate()
    reply = pair.client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=pair.replica)
    del reply["ResponseMetadata"]
    return reply


def test_it_answers_with_both_arns(pair, released):
    assert released == {"ARN": pair.arn, "CrossAccountReplicaARN": pair.replica}


@pytest.mark.usefixtures("released")
def test_the_replica_is_detached_and_its_primary_shows_it_no_more(pair):
    assert pair.statuses == (None, "Detached")


@pytest.mark.usefixtures("released")
def test_the_replica_keeps_the_value_that_it_had(pair):
    pair.put("two")
    assert pair.copied == "one"


@pytest.mark.usefixtures("released")
def test_nothing_is_released_twice(pair, refused):
    again = {"SecretId": "db", "CrossAccountReplicaARN": pair.replica}
    assert refused(pair.client.disassociate_cross_account_replica, **again) == (
        "InvalidParameterException",
        f"The secret {pair.replica} isn't a cross-account replica of this secret.",
    )


@pytest.mark.usefixtures("released")
def test_the_released_replica_is_set_free_without_a_word_to_the_primary(pair, secretsmanager):
    before = secretsmanager.secret("db").state
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    assert secretsmanager.secret("db").state is before
    assert pair.statuses == (None, None)


def test_a_replica_that_was_set_free_leaves_the_list_and_stays_as_it_is(pair, secretsmanager):
    pair.associate()
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    before = secretsmanager.secret(pair.replica).state
    pair.client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=pair.replica)
    assert pair.statuses == (None, None)
    assert secretsmanager.secret(pair.replica).state is before


def test_a_replica_that_was_set_free_and_deleted_leaves_the_list(pair):
    pair.associate()
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    pair.stranger.delete_secret(SecretId="copy", ForceDeleteWithoutRecovery=True)
    pair.client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=pair.replica)
    assert "CrossAccountReplicas" not in pair.client.describe_secret(SecretId="db")


def test_a_replica_is_set_free_though_its_primary_is_gone(pair):
    pair.client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    assert "CrossAccountPrimary" not in pair.stranger.describe_secret(SecretId="copy")
