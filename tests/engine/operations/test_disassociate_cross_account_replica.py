"""DisassociateCrossAccountReplica: a primary releases its replica in another account."""

import pytest

from pytest_secretsmanager.inspection.views import state_of


@pytest.fixture
def released(pair):
    """The reply to DisassociateCrossAccountReplica, for a replica that was in sync."""
    pair.associate()
    reply = pair.client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=pair.replica)
    del reply["ResponseMetadata"]
    return reply


def test_disassociate_cross_account_replica_returns_both_arns(pair, released):
    assert released == {"ARN": pair.arn, "CrossAccountReplicaARN": pair.replica}


def test_disassociate_cross_account_replica_sets_the_change_date_of_primary_and_replica(pair, secretsmanager):
    pair.associate()
    secretsmanager.clock.advance(days=2)
    pair.client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=pair.replica)
    for client, name in ((pair.client, "db"), (pair.stranger, "copy")):
        described = client.describe_secret(SecretId=name)
        assert (described["LastChangedDate"] - described["CreatedDate"]).days == 2


@pytest.mark.usefixtures("released")
def test_a_disassociated_replica_is_detached_and_leaves_its_primary(pair):
    assert pair.statuses == (None, "Detached")


@pytest.mark.usefixtures("released")
def test_a_disassociated_replica_keeps_its_value(pair):
    pair.put("two")
    assert pair.copied == "one"


@pytest.mark.usefixtures("released")
def test_disassociate_cross_account_replica_refuses_a_released_replica(pair, refused):
    again = {"SecretId": "db", "CrossAccountReplicaARN": pair.replica}
    assert refused(pair.client.disassociate_cross_account_replica, **again) == (
        "InvalidParameterException",
        f"The secret {pair.replica} isn't a cross-account replica of this secret.",
    )


@pytest.mark.usefixtures("released")
def test_stop_replication_of_a_released_replica_leaves_the_primary_unchanged(pair, secretsmanager):
    before = state_of(secretsmanager.secret("db"))
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    assert state_of(secretsmanager.secret("db")) is before
    assert pair.statuses == (None, None)


def test_disassociating_a_promoted_replica_changes_the_primary_only(pair, secretsmanager):
    pair.associate()
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    before = state_of(secretsmanager.secret(pair.replica))
    pair.client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=pair.replica)
    assert pair.statuses == (None, None)
    assert state_of(secretsmanager.secret(pair.replica)) is before


def test_disassociating_a_promoted_and_deleted_replica_removes_it_from_the_primary(pair):
    pair.associate()
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    pair.stranger.delete_secret(SecretId="copy", ForceDeleteWithoutRecovery=True)
    pair.client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=pair.replica)
    assert "CrossAccountReplicas" not in pair.client.describe_secret(SecretId="db")


def test_stop_replication_promotes_a_cross_account_replica_whose_primary_is_deleted(pair):
    pair.client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    assert "CrossAccountPrimary" not in pair.stranger.describe_secret(SecretId="copy")


def test_stop_replication_changes_the_date_of_a_cross_account_replica(pair, secretsmanager):
    pair.associate()
    before = pair.stranger.describe_secret(SecretId="copy")["LastChangedDate"]
    secretsmanager.clock.advance(days=2)
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    after = pair.stranger.describe_secret(SecretId="copy")["LastChangedDate"]
    assert (after - before).days in (1, 2)  # the real time goes on meanwhile
