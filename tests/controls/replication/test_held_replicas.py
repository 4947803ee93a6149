"""`sm.replication.hold`: which replicas a hold keeps in progress, and calls on them meanwhile."""

import pytest
from botocore.exceptions import ClientError
from replicating import AP, EU, V1, V2, V3, current, is_there, statuses

# --- what is held ----------------------------------------------------------------------------------------------------


def test_without_a_hold_a_replica_is_there_when_the_call_returns(client, eu):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "one"


def test_a_replica_that_is_held_stays_in_progress_without_a_message(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert client.describe_secret(SecretId="db")["ReplicationStatus"] == [
        {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"},
    ]


def test_a_replica_that_is_held_from_the_beginning_is_not_there(client, eu, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(ClientError, match="Secrets Manager can't find the specified secret"):
        eu.get_secret_value(SecretId="db")


def test_a_hold_of_all_regions_holds_all(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InProgress"}


def test_a_hold_of_one_region_holds_no_other(client, ap, secretsmanager):
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InSync"}
    assert current(ap) == "one"


def test_the_region_may_be_named(client, secretsmanager):
    secretsmanager.replication.hold(region="eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_a_hold_holds_the_replicas_of_all_secrets(client, ap, secretsmanager):
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
def test_whatever_sets_replication_in_motion_is_held(client, secretsmanager, change):
    secretsmanager.replication.hold()
    change(client)
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_a_replica_that_is_in_sync_stays_so_until_its_primary_changes(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.replication.hold()
    assert statuses(client) == {"eu-west-1": "InSync"}
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_nothing_is_logged_of_a_replication_that_is_held(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert [event.operation for event in secretsmanager.log] == ["CreateSecret"]


# --- calls on held replicas ------------------------------------------------------------------------------------------


def test_a_replica_that_is_held_shows_what_it_had(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        assert (current(client), current(eu)) == ("two", "one")
    assert current(eu) == "two"


def test_several_writes_are_followed_in_one(client, secretsmanager):
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


def test_a_write_and_its_undoing_are_followed_to_their_end(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        secretsmanager.clock.advance(minutes=1)
        client.update_secret(SecretId="db", Description="main")
        client.update_secret(SecretId="db", Description="")
        changed = client.describe_secret(SecretId="db")["LastChangedDate"]
        assert eu.describe_secret(SecretId="db")["LastChangedDate"] < changed
    assert eu.describe_secret(SecretId="db")["LastChangedDate"] == changed


def test_a_read_of_a_replica_that_is_held_keeps_its_date(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        eu.get_secret_value(SecretId="db")
        accessed = eu.describe_secret(SecretId="db")["LastAccessedDate"]
    assert eu.describe_secret(SecretId="db")["LastAccessedDate"] == accessed


def test_a_replica_that_is_held_refuses_writes_as_ever(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.replication.hold()
    client.put_secret_value(SecretId="db", SecretString="two")
    with pytest.raises(ClientError, match="Operation not permitted on a replica secret"):
        eu.put_secret_value(SecretId="db", SecretString="three")


def test_a_primary_whose_replica_is_held_can_not_be_deleted(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(ClientError, match=r"that still has replica regions \[eu-west-1\]\."):
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def test_a_region_that_is_removed_while_it_is_held_does_not_come_back(client, eu, secretsmanager):
    with secretsmanager.replication.hold():
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
        assert statuses(client) == {}
    assert not is_there(eu)


def test_a_replica_that_is_removed_while_it_is_held_does_not_come_back(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert not is_there(eu)
    assert current(client) == "two"


def test_a_primary_that_is_deleted_while_it_is_held_leaves_nothing(client, eu, secretsmanager):
    with secretsmanager.replication.hold():
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert not is_there(client)
    assert not is_there(eu)


def test_a_replica_that_is_promoted_while_it_is_held_keeps_what_it_had(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        eu.stop_replication_to_replica(SecretId="db")
    assert (current(client), current(eu)) == ("two", "one")


def test_a_region_that_is_added_while_another_is_held_follows_at_once(client, ap, secretsmanager):
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InSync"}
    assert current(ap) == "one"


def test_a_replica_of_a_held_primary_shows_a_rotation_when_it_is_resumed(client, eu, secretsmanager):
    def rotate(event, context):
        if event["Step"] == "finishSecret":
            token = event["ClientRequestToken"]
            client.put_secret_value(SecretId=event["SecretId"], ClientRequestToken=token, SecretString="two")

    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    with secretsmanager.replication.hold():
        client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(rotate))
        assert (current(client), current(eu)) == ("two", "one")
    assert current(eu) == "two"
