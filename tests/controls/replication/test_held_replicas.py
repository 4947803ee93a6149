"""`sm.replication.hold`: which replicas a hold keeps in progress, and calls on them meanwhile."""

import pytest
from botocore.exceptions import ClientError
from replicating import AP, EU, V1, V2, V3, current, is_there, statuses

# --- what is held ----------------------------------------------------------------------------------------------------


def test_create_secret_without_a_hold_returns_with_its_replica_in_sync(client, eu):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "one"


def test_held_replica_is_in_progress_without_a_message(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert client.describe_secret(SecretId="db")["ReplicationStatus"] == [
        {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"},
    ]


def test_replica_held_from_the_beginning_does_not_exist(client, eu, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(ClientError, match="Secrets Manager can't find the specified secret"):
        eu.get_secret_value(SecretId="db")


def test_replication_hold_without_a_region_holds_all_regions(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InProgress"}


def test_replication_hold_of_one_region_holds_no_other_region(client, ap, secretsmanager):
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InSync"}
    assert current(ap) == "one"


def test_replication_hold_accepts_region_as_a_keyword(client, secretsmanager):
    secretsmanager.replication.hold(region="eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_replication_hold_holds_the_replicas_of_all_secrets(client, ap, secretsmanager):
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    ap.create_secret(Name="mail", SecretString="one", AddReplicaRegions=[EU])
    assert (statuses(client), statuses(ap, "mail")) == ({"eu-west-1": "InProgress"}, {"eu-west-1": "InProgress"})


CHANGES = {
    "ReplicateSecretToRegions": lambda client: client.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[EU]
    ),
    "PutSecretValue": lambda client: client.put_secret_value(SecretId="db", SecretString="two"),
    "UpdateSecret": lambda client: client.update_secret(SecretId="db", Description="main"),
    "TagResource": lambda client: client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "pay"}]),
}


@pytest.mark.secret("db", "one", replicas=["eu-west-1"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_replication_hold_holds_every_call_that_starts_a_replication(client, secretsmanager, change):
    secretsmanager.replication.hold()
    change(client)
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_replica_stays_in_sync_under_a_hold_until_its_primary_changes(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.replication.hold()
    assert statuses(client) == {"eu-west-1": "InSync"}
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_held_replication_logs_no_event(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert [event.operation for event in secretsmanager.log] == ["CreateSecret"]


# --- calls on held replicas ------------------------------------------------------------------------------------------


def test_held_replica_shows_its_old_value_until_it_is_resumed(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        assert (current(client), current(eu)) == ("two", "one")
    assert current(eu) == "two"


def test_held_replica_follows_several_writes_in_one_replication(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
        client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "pay"}])
        client.put_secret_value(SecretId="db", SecretString="three", ClientRequestToken=V3)
        logged = len(secretsmanager.log)
    replica = secretsmanager.secret("db", region="eu-west-1")
    assert [version.value for version in replica.versions] == ["one", "two", "three"]
    assert (replica.labels, replica.tags) == ({"AWSPREVIOUS": V2, "AWSCURRENT": V3}, {"team": "pay"})
    assert [event.operation for event in secretsmanager.log[logged:]] == ["ReplicationSucceeded"]


def test_held_replica_takes_last_changed_date_of_a_change_that_was_undone(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        secretsmanager.clock.advance(minutes=1)
        client.update_secret(SecretId="db", Description="main")
        client.update_secret(SecretId="db", Description="")
        changed = client.describe_secret(SecretId="db")["LastChangedDate"]
        assert eu.describe_secret(SecretId="db")["LastChangedDate"] < changed
    assert eu.describe_secret(SecretId="db")["LastChangedDate"] == changed


def test_replica_keeps_its_last_accessed_date_from_a_read_under_a_hold(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        eu.get_secret_value(SecretId="db")
        accessed = eu.describe_secret(SecretId="db")["LastAccessedDate"]
    assert eu.describe_secret(SecretId="db")["LastAccessedDate"] == accessed


def test_held_replica_refuses_writes(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.replication.hold()
    client.put_secret_value(SecretId="db", SecretString="two")
    with pytest.raises(ClientError, match="Operation not permitted on a replica secret"):
        eu.put_secret_value(SecretId="db", SecretString="three")


def test_delete_secret_refuses_a_primary_whose_replica_is_held(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(ClientError, match=r"that still has replica regions \[eu-west-1\]\."):
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def test_replication_hold_resume_creates_no_replica_in_a_region_removed_meanwhile(client, eu, secretsmanager):
    with secretsmanager.replication.hold():
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
        assert statuses(client) == {}
    assert not is_there(eu)


def test_replication_hold_resume_does_not_restore_a_replica_removed_meanwhile(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert not is_there(eu)
    assert current(client) == "two"


def test_replication_hold_resume_creates_no_replica_of_a_primary_deleted_meanwhile(client, eu, secretsmanager):
    with secretsmanager.replication.hold():
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert not is_there(client)
    assert not is_there(eu)


def test_replica_promoted_under_a_hold_keeps_its_old_value(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        eu.stop_replication_to_replica(SecretId="db")
    assert (current(client), current(eu)) == ("two", "one")


def test_region_added_while_another_is_held_is_in_sync_at_once(client, ap, secretsmanager):
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InSync"}
    assert current(ap) == "one"


def test_held_replica_shows_a_rotation_when_it_is_resumed(client, eu, secretsmanager):
    def rotate(event, context):
        if event["Step"] == "finishSecret":
            token = event["ClientRequestToken"]
            client.put_secret_value(SecretId=event["SecretId"], ClientRequestToken=token, SecretString="two")

    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    with secretsmanager.replication.hold():
        client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(rotate))
        assert (current(client), current(eu)) == ("two", "one")
    assert current(eu) == "two"
