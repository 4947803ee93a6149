"""RemoveRegionsFromReplication."""

import pytest
from botocore.exceptions import ClientError

EU, AP = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}
MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
INVALID_REGION = ("InvalidParameterException", "Invalid replica region.")
REGION_LIMITS = (
    "Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length "
    r"greater than or equal to 1, Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$]"
)


@pytest.fixture
def arn(client):
    """The ARN of `db`, which has two replicas."""
    return client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])["ARN"]


def test_remove_regions_from_replication_returns_the_remaining_replicas(client, arn):
    reply = client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    del reply["ResponseMetadata"]
    assert reply == {
        "ARN": arn,
        "ReplicationStatus": [
            {
                "Region": "ap-south-1",
                "KmsKeyId": "alias/aws/secretsmanager",
                "Status": "InSync",
                "StatusMessage": "Replication succeeded",
            },
        ],
    }


def test_remove_regions_from_replication_returns_an_empty_list_after_the_last_replica(client, arn):
    reply = client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1", "ap-south-1"])
    assert (reply["ARN"], reply["ReplicationStatus"]) == (arn, [])


@pytest.mark.usefixtures("arn")
def test_remove_regions_from_replication_returns_the_last_access_of_remaining_replicas(client, ap):
    ap.get_secret_value(SecretId="db")
    accessed = ap.describe_secret(SecretId="db")["LastAccessedDate"]
    reply = client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert [entry["LastAccessedDate"] for entry in reply["ReplicationStatus"]] == [accessed]


@pytest.mark.usefixtures("arn")
def test_remove_regions_from_replication_deletes_the_replica(client, eu, refused):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert refused(eu.describe_secret, SecretId="db") == MISSING
    assert eu.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []


@pytest.mark.usefixtures("arn")
def test_remove_regions_from_replication_takes_a_region_twice(client):
    reply = client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1", "eu-west-1"])
    assert [entry["Region"] for entry in reply["ReplicationStatus"]] == ["ap-south-1"]


@pytest.mark.usefixtures("arn")
def test_the_remaining_replica_follows_later_writes(client, ap):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    client.put_secret_value(SecretId="db", SecretString="two")
    assert ap.get_secret_value(SecretId="db")["SecretString"] == "two"


@pytest.mark.usefixtures("arn")
def test_a_removed_replica_is_not_recreated_by_the_next_write(client, eu):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    client.put_secret_value(SecretId="db", SecretString="two")
    assert eu.list_secrets()["SecretList"] == []


@pytest.mark.usefixtures("arn")
def test_describe_secret_shows_no_replication_after_the_last_replica_is_removed(client):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1", "ap-south-1"])
    assert not client.describe_secret(SecretId="db").keys() & {"PrimaryRegion", "ReplicationStatus"}


@pytest.mark.usefixtures("arn")
def test_describe_secret_shows_the_primary_region_while_a_replica_remains(client):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert client.describe_secret(SecretId="db")["PrimaryRegion"] == "us-east-1"


@pytest.mark.usefixtures("arn")
def test_a_secret_can_be_deleted_after_its_replicas_are_removed(client, secretsmanager):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1", "ap-south-1"])
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert not secretsmanager.secrets


def test_a_secret_can_be_replicated_again_to_a_removed_region(client, eu, arn):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    reply = eu.get_secret_value(SecretId="db")
    assert (reply["SecretString"], reply["ARN"]) == ("one", arn.replace("us-east-1", "eu-west-1"))


@pytest.mark.usefixtures("arn")
def test_a_recreated_replica_has_no_date_of_access(client, eu):
    eu.get_secret_value(SecretId="db")
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert "LastAccessedDate" not in eu.describe_secret(SecretId="db")


def test_remove_regions_from_replication_keeps_a_secret_that_blocked_the_replication(client, eu):
    theirs = eu.create_secret(Name="db", SecretString="other")["ARN"]
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    reply = client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert reply["ReplicationStatus"] == []
    value = eu.get_secret_value(SecretId="db")
    assert (value["SecretString"], value["ARN"]) == ("other", theirs)


def test_remove_regions_from_replication_keeps_the_replica_of_another_secret(client, eu, ap):
    ap.create_secret(Name="db", SecretString="theirs", AddReplicaRegions=[EU])
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "theirs"
    assert [entry["Status"] for entry in ap.describe_secret(SecretId="db")["ReplicationStatus"]] == ["InSync"]


def test_remove_regions_from_replication_removes_a_region_whose_replication_failed(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU | {"KmsKeyId": "alias/nope"}])
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert "ReplicationStatus" not in client.describe_secret(SecretId="db")


def test_remove_regions_from_replication_sets_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"), AddReplicaRegions=[EU])
    world.pass_days(1)
    world.call("RemoveRegionsFromReplication", SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert world.call("DescribeSecret", SecretId="db")["LastChangedDate"] == world.now


def test_remove_regions_from_replication_keeps_value_and_labels_of_the_primary(client, arn, secretsmanager):
    labels = secretsmanager.secret("db").labels
    client.remove_regions_from_replication(SecretId=arn, RemoveReplicaRegions=["eu-west-1", "ap-south-1"])
    assert secretsmanager.secret("db").labels == labels
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.secret("db", "one", replicas=["eu-west-1"])
@pytest.mark.secret("alone", "one")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"SecretId": "alone", "RemoveReplicaRegions": ["eu-west-1"]}, *INVALID_REGION, id="secret without replicas"
        ),
        pytest.param(
            {"SecretId": "db", "RemoveReplicaRegions": ["ap-south-1"]}, *INVALID_REGION, id="no replica in the region"
        ),
        pytest.param(
            {"SecretId": "db", "RemoveReplicaRegions": ["eu-west-1", "ap-south-1"]},
            *INVALID_REGION,
            id="no replica in one of two regions",
        ),
        pytest.param({"SecretId": "db", "RemoveReplicaRegions": ["us-east-1"]}, *INVALID_REGION, id="its own region"),
        pytest.param(
            {"SecretId": "db", "RemoveReplicaRegions": ["mars"]},
            "ValidationException",
            "1 validation error detected: Value '[mars]' at 'removeReplicaRegions' failed to satisfy constraint: "
            + REGION_LIMITS,
            id="malformed region",
        ),
        pytest.param(
            {"SecretId": "db", "RemoveReplicaRegions": []},
            "ValidationException",
            "1 validation error detected: Value '[]' at 'removeReplicaRegions' failed to satisfy constraint: Member "
            "must have length greater than or equal to 1",
            id="empty list",
        ),
        pytest.param(
            {"SecretId": "db"},
            "ValidationException",
            "1 validation error detected: Value null at 'removeReplicaRegions' failed to satisfy constraint: Member "
            "must not be null",
            id="regions left out",
        ),
    ],
)
def test_remove_regions_from_replication_refuses_regions(unchecked, refused, request_, code, message):
    assert refused(unchecked.remove_regions_from_replication, **request_) == (code, message)


@pytest.mark.usefixtures("arn")
@pytest.mark.parametrize("region", ["eu-west-1", "ap-south-1", "us-east-1"])
def test_remove_regions_from_replication_refuses_a_replica(eu, refused, region):
    assert refused(eu.remove_regions_from_replication, SecretId="db", RemoveReplicaRegions=[region]) == (
        "InvalidParameterException",
        "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    )


@pytest.mark.usefixtures("arn")
def test_a_refused_remove_regions_from_replication_keeps_the_replica(client, eu):
    with pytest.raises(ClientError, match="Invalid replica region"):
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1", "sa-east-1"])
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"
