"""The history of a replica's labels."""

from replica_views import EU, V1, V2, tags

from pytest_secretsmanager.inspection.label_moves import moves_of
from pytest_secretsmanager.inspection.log import entries_of


def moves(secretsmanager):
    history = secretsmanager.secret("db", region="eu-west-1").history
    return [(move.label, move.source, move.target, move.operation) for move in history]


def test_the_history_of_a_replica_begins_with_its_first_replication(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    assert moves(secretsmanager) == [("AWSCURRENT", None, V1, "ReplicationSucceeded")]


def test_the_history_of_a_replica_shows_a_move_of_the_primary(client, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    seeded = secretsmanager.secret("db").current.id
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    assert moves(secretsmanager) == [
        ("AWSCURRENT", seeded, V2, "ReplicationSucceeded"),
        ("AWSPREVIOUS", None, seeded, "ReplicationSucceeded"),
    ]


def test_the_history_of_a_replica_omits_changes_without_a_move(client, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    client.tag_resource(SecretId="db", Tags=tags(team="pay"))
    assert moves(secretsmanager) == []


def test_the_history_of_a_primary_shows_each_move_once(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    history = secretsmanager.secret("db").history
    assert [(move.label, move.target, move.operation) for move in history] == [("AWSCURRENT", V1, "CreateSecret")]


def test_the_history_of_a_promoted_replica_continues(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    eu.stop_replication_to_replica(SecretId="db")
    eu.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    assert moves(secretsmanager) == [
        ("AWSCURRENT", None, V1, "ReplicationSucceeded"),
        ("AWSCURRENT", V1, V2, "PutSecretValue"),
        ("AWSPREVIOUS", None, V1, "PutSecretValue"),
    ]


def test_the_labels_of_a_removed_replica_move_to_no_version(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    arn = eu.describe_secret(SecretId="db")["ARN"]
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    (_, last) = moves_of(arn, entries_of(secretsmanager.log).since())
    assert (last.label, last.source, last.target) == ("AWSCURRENT", V1, None)
    assert last.operation == "RemoveRegionsFromReplication"
