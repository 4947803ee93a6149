"""AssociateCrossAccountReplica: a secret that another account made for it follows a primary."""

import pytest
from botocore.exceptions import ClientError

NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)


def state_of(secretsmanager, arn):
    return secretsmanager.secret(arn).state


def test_it_answers_that_replication_is_in_progress(pair):
    reply = pair.associate()
    del reply["ResponseMetadata"]
    assert reply == {"ARN": pair.arn, "CrossAccountReplicaARN": pair.replica, "ReplicationStatus": "InProgress"}


def test_the_primary_may_be_named_by_its_arn(pair):
    pair.client.associate_cross_account_replica(SecretId=pair.arn, CrossAccountReplicaARN=pair.replica)
    assert pair.statuses == ("InSync", "InSync")


def test_it_moves_the_date_of_the_last_change_of_both(pair, secretsmanager):
    secretsmanager.clock.advance(days=2)
    pair.associate()
    for client, name in ((pair.client, "db"), (pair.stranger, "copy")):
        described = client.describe_secret(SecretId=name)
        assert (described["LastChangedDate"] - described["CreatedDate"]).days == 2


def test_a_primary_without_a_value_has_nothing_to_copy(secretsmanager, pair):
    pair.client.create_secret(Name="empty")
    made = {
        "Name": "of-empty",
        "KmsKeyId": "alias/theirs",
        "CrossAccountPrimaryARN": secretsmanager.secret("empty").arn,
    }
    replica = pair.stranger.create_secret(**made)["ARN"]
    pair.client.associate_cross_account_replica(SecretId="empty", CrossAccountReplicaARN=replica)
    assert state_of(secretsmanager, replica).versions == {}
    pair.client.put_secret_value(SecretId="empty", SecretString="first")
    assert pair.stranger.get_secret_value(SecretId="of-empty")["SecretString"] == "first"


def test_all_versions_come_over_each_sealed_under_the_replicas_key(secretsmanager, pair):
    pair.put("two")
    pair.put("three")
    pair.associate()
    primary, copy = (state_of(secretsmanager, arn) for arn in (pair.arn, pair.replica))
    assert copy.labels == primary.labels
    assert copy.versions.keys() == primary.versions.keys()
    assert {version.sealed.kms_key_id for version in copy.versions.values()} == {"alias/theirs"}


def test_a_version_that_the_replica_has_is_not_copied_once_more(secretsmanager, pair):
    pair.associate()
    (before,) = state_of(secretsmanager, pair.replica).versions.values()
    pair.put("two")
    assert before in state_of(secretsmanager, pair.replica).versions.values()


def test_to_associate_once_more_names_another_role(pair):
    pair.associate(ReplicationRoleARN="arn:aws:iam::123456789012:role/one")
    pair.associate(ReplicationRoleARN="arn:aws:iam::123456789012:role/two")
    (entry,) = pair.client.describe_secret(SecretId="db")["CrossAccountReplicas"]
    assert entry["ReplicationRoleARN"] == "arn:aws:iam::123456789012:role/two"


def test_it_is_logged_with_its_answer_and_then_the_copy(pair, secretsmanager):
    secretsmanager.log.clear()
    pair.associate()
    call, event = secretsmanager.log
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


def test_the_log_tells_where_the_labels_of_the_replica_went(pair, secretsmanager):
    pair.associate()
    secretsmanager.log.clear()
    pair.put("two")
    moved = [move.label for move in secretsmanager.secret(pair.replica).history]
    assert "AWSCURRENT" in moved


def test_an_association_that_is_refused_is_logged_and_changes_nothing(pair, secretsmanager):
    secretsmanager.kms.disable(secretsmanager.kms.key("alias/theirs", account="210987654321"))
    with secretsmanager.assert_unchanged(), pytest.raises(ClientError):
        pair.associate()
    assert secretsmanager.log[-1].error == "InvalidRequestException"


def test_a_replica_whose_key_moves_is_copied_anew_under_the_other_key(pair, secretsmanager):
    pair.associate()
    secretsmanager.kms.create_key(alias="alias/other", account="210987654321")
    pair.stranger.update_secret(SecretId="copy", KmsKeyId="alias/other")
    pair.put("two")
    sealed = [version.sealed.kms_key_id for version in state_of(secretsmanager, pair.replica).versions.values()]
    assert sealed[-1] == "alias/other"
    assert pair.copied == "two"


def test_a_primary_that_is_to_be_deleted_is_associated_with_nothing(pair, refused):
    pair.client.delete_secret(SecretId="db")
    assert refused(pair.associate) == MARKED


def test_a_replica_that_was_deleted_and_made_anew_is_another_secret(pair, refused):
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    pair.stranger.delete_secret(SecretId="copy", ForceDeleteWithoutRecovery=True)
    made = {"Name": "copy", "KmsKeyId": "alias/theirs", "CrossAccountPrimaryARN": pair.arn}
    pair.stranger.create_secret(**made)
    assert refused(pair.associate) == NOT_FOUND


def test_a_replica_that_was_set_free_and_has_gone_is_not_there(pair, refused, secretsmanager):
    pair.stranger.stop_replication_to_replica(SecretId="copy")
    pair.stranger.delete_secret(SecretId="copy", RecoveryWindowInDays=7)
    secretsmanager.clock.advance(days=8)
    assert refused(pair.associate) == NOT_FOUND


def test_a_rolled_back_association_leaves_both_as_they_were(pair, secretsmanager):
    with secretsmanager.snapshot():
        pair.associate()
    assert pair.statuses == (None, "Pending")
