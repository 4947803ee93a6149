"""StopReplicationToReplica: a replica becomes a secret of its own."""

import json

import pytest

V1, V2, V3 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3))
EU, AP, US = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}, {"Region": "us-east-1"}
MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
NO_REPLICA = ("InvalidRequestException", "You can't stop replication of a secret that isn't a replica.")
POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}}'


@pytest.fixture
def arn(client):
    """The ARN of `db`, which has one replica."""
    return client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])["ARN"]


@pytest.fixture
def promoted(eu, arn):
    """The reply to the promotion of that replica."""
    reply = eu.stop_replication_to_replica(SecretId="db")
    del reply["ResponseMetadata"]
    return reply


def statuses(client):
    entries = client.describe_secret(SecretId="db").get("ReplicationStatus", [])
    return [(entry["Region"], entry["Status"]) for entry in entries]


def test_stop_replication_to_replica_returns_the_arn_of_the_promoted_secret_only(arn, promoted):
    assert promoted == {"ARN": arn.replace("us-east-1", "eu-west-1")}


@pytest.mark.parametrize("cut", [0, 7], ids=["full ARN", "partial ARN"])
def test_stop_replication_to_replica_takes_an_arn(eu, arn, cut):
    own = arn.replace("us-east-1", "eu-west-1")
    assert eu.stop_replication_to_replica(SecretId=own[: len(own) - cut])["ARN"] == own


@pytest.mark.usefixtures("promoted")
def test_describe_secret_shows_no_replication_of_a_promoted_secret(eu):
    assert not eu.describe_secret(SecretId="db").keys() & {"PrimaryRegion", "ReplicationStatus"}


@pytest.mark.usefixtures("promoted")
def test_describe_secret_shows_no_replication_of_a_primary_whose_last_replica_was_promoted(client):
    assert not client.describe_secret(SecretId="db").keys() & {"PrimaryRegion", "ReplicationStatus"}


def test_the_primary_of_a_promoted_replica_keeps_its_other_replicas(client, eu, ap):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    eu.stop_replication_to_replica(SecretId="db")
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == [("ap-south-1", "InSync")]
    assert client.describe_secret(SecretId="db")["PrimaryRegion"] == "us-east-1"
    assert [one.get_secret_value(SecretId="db")["SecretString"] for one in (eu, ap)] == ["one", "two"]


@pytest.mark.usefixtures("promoted")
def test_writes_to_the_former_primary_do_not_reach_a_promoted_secret(client, eu):
    client.put_secret_value(SecretId="db", SecretString="two")
    client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert "Tags" not in eu.describe_secret(SecretId="db")


@pytest.mark.usefixtures("promoted")
def test_writes_to_a_promoted_secret_do_not_reach_its_former_primary(client, eu):
    eu.put_secret_value(SecretId="db", SecretString="two")
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "two"
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_promoted_secret_keeps_its_values_labels_metadata_and_policy(client, eu, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")
    client.create_secret(Name="db", Description="main", Tags=[{"Key": "team", "Value": "pay"}])
    for version_id, value in ((V1, "one"), (V2, "two"), (V3, "three")):
        client.put_secret_value(SecretId="db", SecretString=value, ClientRequestToken=version_id)
    client.put_resource_policy(SecretId="db", ResourcePolicy=POLICY)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    eu.stop_replication_to_replica(SecretId="db")
    described = eu.describe_secret(SecretId="db")
    assert (described["Description"], described["KmsKeyId"]) == ("main", "alias/eu")
    assert described["Tags"] == [{"Key": "team", "Value": "pay"}]
    assert described["VersionIdsToStages"] == {V2: ["AWSPREVIOUS"], V3: ["AWSCURRENT"]}
    assert eu.get_secret_value(SecretId="db", VersionId=V1)["SecretString"] == "one"
    assert json.loads(eu.get_resource_policy(SecretId="db")["ResourcePolicy"]) == json.loads(POLICY)


@pytest.mark.usefixtures("promoted")
def test_a_promoted_secret_continues_the_numbers_of_its_versions(eu, secretsmanager):
    eu.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    promoted = secretsmanager.secret("db", region="eu-west-1")
    assert [version.number for version in promoted.versions] == [1, 2]
    assert promoted.labels == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}


@pytest.mark.usefixtures("promoted")
def test_a_promoted_secret_and_its_former_primary_can_be_deleted(client, eu, secretsmanager):
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"
    eu.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert eu.list_secrets()["SecretList"] == []


@pytest.mark.usefixtures("promoted")
def test_a_promoted_secret_can_be_replicated(eu, ap):
    eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    assert statuses(eu) == [("ap-south-1", "InSync")]
    assert ap.describe_secret(SecretId="db")["PrimaryRegion"] == "eu-west-1"


@pytest.mark.usefixtures("promoted")
def test_a_promoted_secret_blocks_replication_of_its_former_primary_to_its_region(client):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    (entry,) = client.describe_secret(SecretId="db")["ReplicationStatus"]
    assert (entry["Status"], entry["StatusMessage"]) == (
        "Failed",
        "Replication failed: Secret name db already exists in region eu-west-1.",
    )


@pytest.mark.usefixtures("promoted")
def test_a_former_primary_blocks_replication_of_a_promoted_secret_to_its_region(eu):
    eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[US])
    (entry,) = eu.describe_secret(SecretId="db")["ReplicationStatus"]
    assert (entry["Status"], entry["StatusMessage"]) == (
        "Failed",
        "Replication failed: Secret name db already exists in region us-east-1.",
    )


@pytest.mark.usefixtures("promoted")
def test_replication_by_force_makes_a_promoted_secret_a_replica_again(client, eu):
    eu.put_secret_value(SecretId="db", SecretString="two")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert eu.describe_secret(SecretId="db")["PrimaryRegion"] == "us-east-1"


@pytest.mark.usefixtures("promoted")
def test_replication_by_force_makes_the_former_primary_a_replica_of_the_promoted_secret(client, eu):
    eu.put_secret_value(SecretId="db", SecretString="two")
    eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[US], ForceOverwriteReplicaSecret=True)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "two"
    assert client.describe_secret(SecretId="db")["PrimaryRegion"] == "eu-west-1"


def test_a_former_primary_can_become_a_replica_when_all_its_replicas_are_promoted(client, eu, ap):
    client.create_secret(Name="two", SecretString="one", AddReplicaRegions=[EU, AP])
    eu.stop_replication_to_replica(SecretId="two")
    ap.stop_replication_to_replica(SecretId="two")
    eu.replicate_secret_to_regions(SecretId="two", AddReplicaRegions=[US], ForceOverwriteReplicaSecret=True)
    assert client.describe_secret(SecretId="two")["PrimaryRegion"] == "eu-west-1"
    eu.put_secret_value(SecretId="two", SecretString="two")
    assert client.get_secret_value(SecretId="two")["SecretString"] == "two"
    assert ap.get_secret_value(SecretId="two")["SecretString"] == "one"


def test_stop_replication_to_replica_sets_the_change_date_of_the_promoted_secret(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1, AddReplicaRegions=[EU])
    created = world.now
    world.pass_days(1)
    world.call("StopReplicationToReplica", SecretId="db", region="eu-west-1")
    described = world.call("DescribeSecret", SecretId="db", region="eu-west-1")
    assert (described["CreatedDate"], described["LastChangedDate"]) == (created, world.now)


@pytest.mark.secret("primary", "one", replicas=["eu-west-1"])
@pytest.mark.secret("alone", "one")
@pytest.mark.parametrize(
    ("secret_id", "code", "message"),
    [
        pytest.param("primary", *NO_REPLICA, id="a primary"),
        pytest.param("alone", *NO_REPLICA, id="neither primary nor replica"),
    ],
)
def test_stop_replication_to_replica_refuses_a_secret_that_is_not_a_replica(client, refused, secret_id, code, message):
    assert refused(client.stop_replication_to_replica, SecretId=secret_id) == (code, message)


def test_stop_replication_to_replica_finds_no_replica_in_the_region_of_its_primary(client, refused, arn):
    own = arn.replace("us-east-1", "eu-west-1")
    assert refused(client.stop_replication_to_replica, SecretId=own) == MISSING


def test_stop_replication_to_replica_finds_no_primary_in_the_region_of_its_replica(eu, refused, arn):
    assert refused(eu.stop_replication_to_replica, SecretId=arn) == MISSING


@pytest.mark.usefixtures("promoted")
def test_stop_replication_to_replica_refuses_a_promoted_secret(eu, refused):
    assert refused(eu.stop_replication_to_replica, SecretId="db") == NO_REPLICA
