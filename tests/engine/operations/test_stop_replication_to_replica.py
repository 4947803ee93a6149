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
    """What answered the promotion of that replica."""
    reply = eu.stop_replication_to_replica(SecretId="db")
    del reply["ResponseMetadata"]
    return reply


def statuses(client):
    entries = client.describe_secret(SecretId="db").get("ReplicationStatus", [])
    return [(entry["Region"], entry["Status"]) for entry in entries]


def test_it_answers_with_the_arn_of_the_promoted_secret_only(arn, promoted):
    assert promoted == {"ARN": arn.replace("us-east-1", "eu-west-1")}


@pytest.mark.parametrize("cut", [0, 7], ids=["full ARN", "partial ARN"])
def test_the_replica_may_be_named_by(eu, arn, cut):
    own = arn.replace("us-east-1", "eu-west-1")
    assert eu.stop_replication_to_replica(SecretId=own[: len(own) - cut])["ARN"] == own


@pytest.mark.usefixtures("promoted")
def test_a_promoted_secret_shows_nothing_of_replication(eu):
    assert not eu.describe_secret(SecretId="db").keys() & {"PrimaryRegion", "ReplicationStatus"}


@pytest.mark.usefixtures("promoted")
def test_its_primary_shows_nothing_of_replication_when_it_was_the_last(client):
    assert not client.describe_secret(SecretId="db").keys() & {"PrimaryRegion", "ReplicationStatus"}


def test_its_primary_keeps_the_other_replicas(client, eu, ap):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    eu.stop_replication_to_replica(SecretId="db")
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == [("ap-south-1", "InSync")]
    assert client.describe_secret(SecretId="db")["PrimaryRegion"] == "us-east-1"
    assert [one.get_secret_value(SecretId="db")["SecretString"] for one in (eu, ap)] == ["one", "two"]


@pytest.mark.usefixtures("promoted")
def test_what_is_written_to_the_former_primary_does_not_reach_it(client, eu):
    client.put_secret_value(SecretId="db", SecretString="two")
    client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert "Tags" not in eu.describe_secret(SecretId="db")


@pytest.mark.usefixtures("promoted")
def test_what_is_written_to_it_does_not_reach_the_former_primary(client, eu):
    eu.put_secret_value(SecretId="db", SecretString="two")
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "two"
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_it_keeps_all_that_it_had(client, eu, secretsmanager):
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
def test_its_versions_count_on(eu, secretsmanager):
    eu.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    promoted = secretsmanager.secret("db", region="eu-west-1")
    assert [version.number for version in promoted.versions] == [1, 2]
    assert promoted.labels == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}


@pytest.mark.usefixtures("promoted")
def test_both_can_be_deleted(client, eu, secretsmanager):
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"
    eu.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert eu.list_secrets()["SecretList"] == []


@pytest.mark.usefixtures("promoted")
def test_it_can_be_replicated_itself(eu, ap):
    eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    assert statuses(eu) == [("ap-south-1", "InSync")]
    assert ap.describe_secret(SecretId="db")["PrimaryRegion"] == "eu-west-1"


@pytest.mark.usefixtures("promoted")
def test_it_is_in_the_way_of_its_former_primary(client):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    (entry,) = client.describe_secret(SecretId="db")["ReplicationStatus"]
    assert (entry["Status"], entry["StatusMessage"]) == (
        "Failed",
        "Replication failed: Secret name db already exists in region eu-west-1.",
    )


@pytest.mark.usefixtures("promoted")
def test_its_former_primary_is_in_its_way(eu):
    eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[US])
    (entry,) = eu.describe_secret(SecretId="db")["ReplicationStatus"]
    assert (entry["Status"], entry["StatusMessage"]) == (
        "Failed",
        "Replication failed: Secret name db already exists in region us-east-1.",
    )


@pytest.mark.usefixtures("promoted")
def test_by_force_it_becomes_a_replica_again(client, eu):
    eu.put_secret_value(SecretId="db", SecretString="two")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert eu.describe_secret(SecretId="db")["PrimaryRegion"] == "us-east-1"


@pytest.mark.usefixtures("promoted")
def test_the_two_can_change_places(client, eu):
    eu.put_secret_value(SecretId="db", SecretString="two")
    eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[US], ForceOverwriteReplicaSecret=True)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "two"
    assert client.describe_secret(SecretId="db")["PrimaryRegion"] == "eu-west-1"


def test_after_a_failover_the_former_primary_follows_once_the_others_follow_it_no_more(client, eu, ap):
    client.create_secret(Name="two", SecretString="one", AddReplicaRegions=[EU, AP])
    eu.stop_replication_to_replica(SecretId="two")
    ap.stop_replication_to_replica(SecretId="two")
    eu.replicate_secret_to_regions(SecretId="two", AddReplicaRegions=[US], ForceOverwriteReplicaSecret=True)
    assert client.describe_secret(SecretId="two")["PrimaryRegion"] == "eu-west-1"
    eu.put_secret_value(SecretId="two", SecretString="two")
    assert client.get_secret_value(SecretId="two")["SecretString"] == "two"
    assert ap.get_secret_value(SecretId="two")["SecretString"] == "one"


def test_it_dates_the_change_of_the_promoted_secret(world):
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
def test_it_refuses(client, refused, secret_id, code, message):
    assert refused(client.stop_replication_to_replica, SecretId=secret_id) == (code, message)


def test_the_arn_of_a_replica_is_not_found_in_the_primarys_region(client, refused, arn):
    own = arn.replace("us-east-1", "eu-west-1")
    assert refused(client.stop_replication_to_replica, SecretId=own) == MISSING


def test_the_arn_of_the_primary_is_not_found_in_the_replicas_region(eu, refused, arn):
    assert refused(eu.stop_replication_to_replica, SecretId=arn) == MISSING


@pytest.mark.usefixtures("promoted")
def test_a_promoted_secret_is_not_promoted_again(eu, refused):
    assert refused(eu.stop_replication_to_replica, SecretId="db") == NO_REPLICA
