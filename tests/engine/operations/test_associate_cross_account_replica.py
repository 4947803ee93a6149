"""AssociateCrossAccountReplica: a replica in another account begins to follow its primary."""

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager.inspection.views import state_of

NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)


def stored(secretsmanager, arn):
    return state_of(secretsmanager.secret(arn))


def test_associate_cross_account_replica_returns_that_replication_is_in_progress(pair):
    reply = pair.associate()
    del reply["ResponseMetadata"]
    assert reply == {"ARN": pair.arn, "CrossAccountReplicaARN": pair.replica, "ReplicationStatus": "InProgress"}


def test_associate_cross_account_replica_takes_the_arn_of_the_primary(pair):
    pair.client.associate_cross_account_replica(SecretId=pair.arn, CrossAccountReplicaARN=pair.replica)
    assert pair.statuses == ("InSync", "InSync")


def test_associate_cross_account_replica_sets_the_change_date_of_primary_and_replica(pair, secretsmanager):
    secretsmanager.clock.advance(days=2)
    pair.associate()
    for client, name in ((pair.client, "db"), (pair.stranger, "copy")):
        described = client.describe_secret(SecretId=name)
        assert (described["LastChangedDate"] - described["CreatedDate"]).days == 2


def test_a_cross_account_replica_of_an_empty_primary_gets_the_first_value_later(secretsmanager, pair):
    pair.client.create_secret(Name="empty")
    made = {
        "Name": "of-empty",
        "KmsKeyId": "alias/theirs",
        "CrossAccountPrimaryARN": secretsmanager.secret("empty").arn,
    }
    replica = pair.stranger.create_secret(**made)["ARN"]
    pair.client.associate_cross_account_replica(SecretId="empty", CrossAccountReplicaARN=replica)
    assert stored(secretsmanager, replica).versions == {}
    pair.client.put_secret_value(SecretId="empty", SecretString="first")
    assert pair.stranger.get_secret_value(SecretId="of-empty")["SecretString"] == "first"


def test_a_cross_account_replica_gets_all_versions_encrypted_under_its_own_key(secretsmanager, pair):
    pair.put("two")
    pair.put("three")
    pair.associate()
    primary, copy = (stored(secretsmanager, arn) for arn in (pair.arn, pair.replica))
    assert copy.labels == primary.labels
    assert copy.versions.keys() == primary.versions.keys()
    assert {version.sealed.kms_key_id for version in copy.versions.values()} == {"alias/theirs"}


def test_a_cross_account_replica_gets_each_version_once(secretsmanager, pair):
    pair.associate()
    (before,) = stored(secretsmanager, pair.replica).versions.values()
    pair.put("two")
    assert before in stored(secretsmanager, pair.replica).versions.values()


def test_a_new_value_of_the_primary_sets_the_change_date_of_a_cross_account_replica(pair, secretsmanager):
    pair.associate()
    secretsmanager.clock.advance(days=2)
    pair.put("two")
    described = pair.stranger.describe_secret(SecretId="copy")
    assert (described["LastChangedDate"] - described["CreatedDate"]).days == 2


def test_a_promoted_cross_account_replica_counts_its_versions_on(pair, secretsmanager):
    pair.put("two")
    pair.associate()
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    pair.stranger.put_secret_value(SecretId="copy", SecretString="three")
    assert [version.number for version in secretsmanager.secret(pair.replica).versions] == [1, 2, 3]


def test_associate_cross_account_replica_again_replaces_the_role(pair):
    pair.associate(ReplicationRoleARN="arn:aws:iam::123456789012:role/one")
    pair.associate(ReplicationRoleARN="arn:aws:iam::123456789012:role/two")
    (entry,) = pair.client.describe_secret(SecretId="db")["CrossAccountReplicas"]
    assert entry["ReplicationRoleARN"] == "arn:aws:iam::123456789012:role/two"


def test_associate_cross_account_replica_is_logged_before_the_replication(pair, secretsmanager):
    secretsmanager.log.clear()
    pair.associate()
    call, event = secretsmanager.log
    assert event.request_id == f"Replication-{pair.arn}-{pair.replica}"
    assert (call.operation, call.account, event.operation, event.account) == (
        "AssociateCrossAccountReplica",
        "123456789012",
        "ReplicationSucceeded",
        "123456789012",
    )
    assert call.record["responseElements"] == {
        "arn": pair.arn,
        "crossAccountReplicaARN": pair.replica,
        "replicationStatus": "InProgress",
    }


def test_the_history_of_a_cross_account_replica_shows_how_its_labels_moved(pair, secretsmanager):
    pair.associate()
    secretsmanager.log.clear()
    pair.put("two")
    moved = [move.label for move in secretsmanager.secret(pair.replica).history]
    assert "AWSCURRENT" in moved


def test_a_refused_associate_cross_account_replica_is_logged_and_changes_nothing(pair, secretsmanager):
    secretsmanager.kms.disable(secretsmanager.kms.key("alias/theirs", account="210987654321"))
    with secretsmanager.assert_unchanged(), pytest.raises(ClientError):
        pair.associate()
    assert secretsmanager.log[-1].error == "InvalidRequestException"


def test_a_cross_account_replica_encrypts_later_versions_under_its_new_key(pair, secretsmanager):
    pair.associate()
    secretsmanager.kms.create_key(alias="alias/other", account="210987654321")
    pair.stranger.update_secret(SecretId="copy", KmsKeyId="alias/other")
    pair.put("two")
    sealed = [version.sealed.kms_key_id for version in stored(secretsmanager, pair.replica).versions.values()]
    assert sealed[-1] == "alias/other"
    assert pair.copied == "two"


def test_associate_cross_account_replica_refuses_a_primary_scheduled_for_deletion(pair, refused):
    pair.client.delete_secret(SecretId="db")
    assert refused(pair.associate) == MARKED


def test_associate_cross_account_replica_refuses_a_recreated_replica_by_its_old_arn(pair, refused):
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    pair.stranger.delete_secret(SecretId="copy", ForceDeleteWithoutRecovery=True)
    made = {"Name": "copy", "KmsKeyId": "alias/theirs", "CrossAccountPrimaryARN": pair.arn}
    pair.stranger.create_secret(**made)
    assert refused(pair.associate) == NOT_FOUND


def test_associate_cross_account_replica_refuses_a_deleted_replica(pair, refused, secretsmanager):
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    pair.stranger.delete_secret(SecretId="copy", RecoveryWindowInDays=7)
    secretsmanager.clock.advance(days=8)
    assert refused(pair.associate) == NOT_FOUND


def test_a_rolled_back_association_leaves_primary_and_replica_unchanged(pair, secretsmanager):
    with secretsmanager.snapshot():
        pair.associate()
    assert pair.statuses == (None, "Pending")
