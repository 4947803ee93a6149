"""CreateSecret with AddReplicaRegions and ForceOverwriteReplicaSecret."""

import pytest

V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")
EU, AP = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}
IN_SYNC = ("InSync", "Replication succeeded")
INVALID_REGION = ("InvalidParameterException", "Invalid replica region.")


def outcomes(client):
    entries = client.describe_secret(SecretId="db")["ReplicationStatus"]
    return {entry["Region"]: (entry["Status"], entry.get("StatusMessage")) for entry in entries}


def body(reply):
    return {name: member for name, member in reply.items() if name != "ResponseMetadata"}


def test_create_secret_with_replicas_returns_the_version_and_the_replication_status(client):
    reply = body(client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU]))
    assert reply.pop("ARN").startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-")
    assert reply == {
        "Name": "db",
        "VersionId": V1,
        "ReplicationStatus": [
            {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"},
        ],
    }


def test_create_secret_with_replicas_and_no_value_returns_no_version(client):
    reply = client.create_secret(Name="db", AddReplicaRegions=[EU])
    assert reply.keys() - {"ResponseMetadata"} == {"ARN", "Name", "ReplicationStatus"}


def test_create_secret_without_replicas_returns_no_replication_status(client):
    assert "ReplicationStatus" not in client.create_secret(Name="db", SecretString="one")


def test_the_replica_of_create_secret_is_in_sync_with_the_next_call(client, eu):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    reply = eu.get_secret_value(SecretId="db")
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert (reply["SecretString"], reply["VersionId"], reply["VersionStages"]) == ("one", V1, ["AWSCURRENT"])


def test_create_secret_replicates_a_binary_value(client, eu):
    client.create_secret(Name="db", SecretBinary=b"\x00\xff", AddReplicaRegions=[EU])
    assert eu.get_secret_value(SecretId="db")["SecretBinary"] == b"\x00\xff"


def test_a_replica_without_a_value_gets_the_first_value_of_its_primary(client, eu):
    client.create_secret(Name="db", AddReplicaRegions=[EU])
    assert eu.list_secret_version_ids(SecretId="db")["Versions"] == []
    client.put_secret_value(SecretId="db", SecretString="one")
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_describe_secret_names_the_primary_region_of_primary_and_replica(client, eu):
    arn = client.create_secret(Name="db", AddReplicaRegions=[EU])["ARN"]
    primary, replica = client.describe_secret(SecretId="db"), eu.describe_secret(SecretId="db")
    assert (primary["PrimaryRegion"], replica["PrimaryRegion"]) == ("us-east-1", "us-east-1")
    assert replica["ARN"] == arn.replace("us-east-1", "eu-west-1")


def test_create_secret_replicates_description_and_tags(client, eu):
    client.create_secret(Name="db", Description="main", Tags=[{"Key": "team", "Value": "pay"}], AddReplicaRegions=[EU])
    replica = eu.describe_secret(SecretId="db")
    assert (replica["Description"], replica["Tags"]) == ("main", [{"Key": "team", "Value": "pay"}])


def test_create_secret_encrypts_each_replica_under_the_key_of_its_region(client, eu, ap, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/us")
    secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")
    reply = client.create_secret(
        Name="db", SecretString="one", KmsKeyId="alias/us", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}, AP]
    )
    shown = [(entry["Region"], entry["KmsKeyId"]) for entry in reply["ReplicationStatus"]]
    assert shown == [("eu-west-1", "alias/eu"), ("ap-south-1", "alias/aws/secretsmanager")]
    keys = [one.describe_secret(SecretId="db").get("KmsKeyId") for one in (client, eu, ap)]
    assert keys == ["alias/us", "alias/eu", "alias/aws/secretsmanager"]


def test_create_secret_succeeds_when_the_name_is_taken_in_the_region_of_a_replica(client, eu):
    eu.create_secret(Name="db", SecretString="other")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    failed = ("Failed", "Replication failed: Secret name db already exists in region eu-west-1.")
    assert outcomes(client) == {"eu-west-1": failed}
    assert [one.get_secret_value(SecretId="db")["SecretString"] for one in (client, eu)] == ["one", "other"]


def test_create_secret_by_force_overwrites_a_secret_in_the_region_of_a_replica(client, eu):
    eu.create_secret(Name="db", SecretString="other")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_create_secret_by_force_overwrites_no_secret_in_its_own_region(client, refused):
    client.create_secret(Name="db", SecretString="one")
    request = {"Name": "db", "SecretString": "two", "AddReplicaRegions": [EU], "ForceOverwriteReplicaSecret": True}
    assert refused(client.create_secret, **request) == (
        "ResourceExistsException",
        "The operation failed because the secret db already exists.",
    )


def test_create_secret_by_force_overwrites_no_replica_of_another_secret(client, eu, ap):
    ap.create_secret(Name="db", SecretString="theirs", AddReplicaRegions=[EU])
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    assert outcomes(client) == {
        "eu-west-1": (
            "Failed",
            "Replication failed: Secret name db is currently replicated to eu-west-1 with a different arn",
        ),
    }
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "theirs"


def test_create_secret_by_force_without_regions_replicates_nothing(client):
    reply = client.create_secret(Name="db", SecretString="one", ForceOverwriteReplicaSecret=True)
    assert "ReplicationStatus" not in reply
    assert "PrimaryRegion" not in client.describe_secret(SecretId="db")


def test_create_secret_succeeds_when_the_key_of_a_replica_does_not_exist(client, eu):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU | {"KmsKeyId": "no key"}])
    message = "Replication failed: The operation failed because of an invalid KMS key: Invalid keyId"
    assert outcomes(client) == {"eu-west-1": ("Failed", message)}
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert eu.list_secrets()["SecretList"] == []


# --- repeats ---------------------------------------------------------------------------------------------------------


def test_create_secret_with_replicas_again_succeeds_and_changes_nothing(client, secretsmanager):
    request = {"Name": "db", "SecretString": "one", "ClientRequestToken": V1, "AddReplicaRegions": [EU]}
    first = client.create_secret(**request)
    with secretsmanager.assert_unchanged():
        second = client.create_secret(**request)
    assert [second[name] for name in ("ARN", "Name", "VersionId")] == [first["ARN"], "db", V1]


def test_create_secret_with_replicas_again_replicates_nothing(client, eu, secretsmanager):
    request = {"Name": "db", "SecretString": "one", "ClientRequestToken": V1, "AddReplicaRegions": [EU]}
    client.create_secret(**request)
    eu.stop_replication_to_replica(SecretId="db")
    with secretsmanager.assert_unchanged():
        client.create_secret(**request)
    assert secretsmanager.log[-1].operation == "CreateSecret"


def test_create_secret_with_replicas_refuses_another_value_under_the_same_token(client, refused):
    arn = client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])["ARN"]
    request = {"Name": "db", "SecretString": "two", "ClientRequestToken": V1, "AddReplicaRegions": [EU]}
    assert refused(client.create_secret, **request) == (
        "ResourceExistsException",
        f"You can't use ClientRequestToken {V1} because that value is already in use for a version of secret {arn}.",
    )


def test_create_secret_refuses_the_name_of_a_replica(client, eu, refused):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    assert refused(eu.create_secret, Name="db", SecretString="two", ClientRequestToken=V2) == (
        "ResourceExistsException",
        "The operation failed because the secret db already exists.",
    )


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [{}, {"SecretString": "one"}], ids=["without a value", "with a value"])
@pytest.mark.parametrize(
    ("regions", "code", "message"),
    [
        pytest.param([{"Region": "us-east-1"}], *INVALID_REGION, id="its own region"),
        pytest.param([{"Region": "eu-west-99"}], *INVALID_REGION, id="unknown region"),
        pytest.param([{"Region": "cn-north-1"}], *INVALID_REGION, id="region of another partition"),
        pytest.param([EU, {"Region": "us-east-1"}], *INVALID_REGION, id="one of two regions"),
        pytest.param([{"KmsKeyId": "alias/eu"}], *INVALID_REGION, id="region left out"),
        pytest.param(
            [EU, {"Region": "mars"}],
            "ValidationException",
            "1 validation error detected: Value 'mars' at 'addReplicaRegions.2.member.region' failed to satisfy "
            r"constraint: Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$",
            id="malformed region",
        ),
        pytest.param(
            [],
            "ValidationException",
            "1 validation error detected: Value '[]' at 'addReplicaRegions' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1",
            id="empty list",
        ),
    ],
)
def test_create_secret_refuses_replica_regions(unchecked, refused, value, regions, code, message):
    assert refused(unchecked.create_secret, Name="db", AddReplicaRegions=regions, **value) == (code, message)


def test_create_secret_with_an_unknown_key_creates_no_replica(client, eu, refused):
    request = {"Name": "db", "SecretString": "one", "KmsKeyId": "alias/nope", "AddReplicaRegions": [EU]}
    assert refused(client.create_secret, **request) == (
        "InvalidParameterException",
        "The operation failed because of an invalid KMS key: Alias arn:aws:kms:us-east-1:123456789012:alias/nope is "
        "not found.",
    )
    assert eu.list_secrets()["SecretList"] == []
