"""ReplicateSecretToRegions, and the outcome of the replication.

`replicas/test_replicas_follow.py` tests how replicas follow later changes.
"""

import json
from datetime import timedelta

import pytest

from pytest_secretsmanager.engine.errors import UsageError

V1 = "version-1".ljust(32, "-")
TOKEN = "token".ljust(32, "-")
EU, AP = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}
ACCOUNT = "123456789012"
IN_SYNC = ("InSync", "Replication succeeded")
INVALID_REGION = ("InvalidParameterException", "Invalid replica region.")
TAKEN = ("Failed", "Replication failed: Secret name db already exists in region eu-west-1.")
ELSEWHERE = ("Failed", "Replication failed: Secret name db is currently replicated to eu-west-1 with a different arn")
POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}}'


def body(reply):
    return {name: member for name, member in reply.items() if name != "ResponseMetadata"}


def outcomes(client, secret_id="db"):
    """The status and message of each region."""
    entries = client.describe_secret(SecretId=secret_id)["ReplicationStatus"]
    return {entry["Region"]: (entry["Status"], entry.get("StatusMessage")) for entry in entries}


# --- replies ---------------------------------------------------------------------------------------------------------


def test_replicate_secret_to_regions_returns_that_replication_is_in_progress(client):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    assert body(client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])) == {
        "ARN": arn,
        "ReplicationStatus": [
            {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"},
        ],
    }


def test_a_replica_is_in_sync_with_the_next_call(client):
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert client.describe_secret(SecretId="db")["ReplicationStatus"] == [
        {
            "Region": "eu-west-1",
            "KmsKeyId": "alias/aws/secretsmanager",
            "Status": "InSync",
            "StatusMessage": "Replication succeeded",
        },
    ]


def test_get_secret_value_reads_a_replica_in_its_region(client, eu):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    reply = eu.get_secret_value(SecretId="db")
    assert (reply["SecretString"], reply["VersionId"], reply["VersionStages"]) == ("one", V1, ["AWSCURRENT"])


def test_replicate_secret_to_regions_replicates_a_binary_value(client, eu):
    client.create_secret(Name="db", SecretBinary=b"\x00\xff")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert eu.get_secret_value(SecretId="db")["SecretBinary"] == b"\x00\xff"


def test_a_replica_has_the_name_and_the_arn_suffix_of_its_primary(client, eu):
    arn = client.create_secret(Name="app/db", SecretString="one")["ARN"]
    client.replicate_secret_to_regions(SecretId="app/db", AddReplicaRegions=[EU])
    replica = eu.describe_secret(SecretId="app/db")
    assert (replica["Name"], replica["ARN"]) == ("app/db", arn.replace(":us-east-1:", ":eu-west-1:"))


def test_a_replica_has_the_values_labels_metadata_and_policy_of_its_primary(client, eu):
    client.create_secret(Name="db", Description="main", Tags=[{"Key": "team", "Value": "pay"}], SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="two", VersionStages=["blue"])
    client.put_resource_policy(SecretId="db", ResourcePolicy=POLICY)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    primary, replica = client.describe_secret(SecretId="db"), eu.describe_secret(SecretId="db")
    assert (replica["Description"], replica["Tags"]) == ("main", [{"Key": "team", "Value": "pay"}])
    assert replica["VersionIdsToStages"] == primary["VersionIdsToStages"]
    assert eu.get_secret_value(SecretId="db", VersionStage="blue")["SecretString"] == "two"
    assert json.loads(eu.get_resource_policy(SecretId="db")["ResourcePolicy"]) == json.loads(POLICY)


def test_the_replica_of_a_managed_secret_has_the_same_owning_service(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", owning_service="rds")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert eu.describe_secret(SecretId="db")["OwningService"] == "rds"


def test_replicate_secret_to_regions_replicates_a_secret_without_a_value(client, eu):
    client.create_secret(Name="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert "VersionIdsToStages" not in eu.describe_secret(SecretId="db")


def test_primary_and_replica_show_the_primary_region(client, eu):
    client.create_secret(Name="db", SecretString="one")
    assert "PrimaryRegion" not in client.describe_secret(SecretId="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert [one.describe_secret(SecretId="db")["PrimaryRegion"] for one in (client, eu)] == ["us-east-1", "us-east-1"]


def test_only_the_primary_shows_the_replication_status(client, eu):
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert "ReplicationStatus" in client.describe_secret(SecretId="db")
    assert "ReplicationStatus" not in eu.describe_secret(SecretId="db")


def test_list_secrets_shows_the_primary_region_and_no_replication_status(client, eu):
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    for one in (client, eu):
        (listed,) = one.list_secrets()["SecretList"]
        assert listed["PrimaryRegion"] == "us-east-1"
        assert "ReplicationStatus" not in listed


def test_replicate_secret_to_regions_returns_regions_in_the_order_of_the_request(client, eu, ap):
    client.create_secret(Name="db", SecretString="one")
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU, AP])
    assert [entry["Region"] for entry in reply["ReplicationStatus"]] == ["eu-west-1", "ap-south-1"]
    assert outcomes(client) == {"eu-west-1": IN_SYNC, "ap-south-1": IN_SYNC}
    assert [one.get_secret_value(SecretId="db")["SecretString"] for one in (eu, ap)] == ["one", "one"]


def test_replicate_secret_to_regions_appends_a_further_region(client):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    statuses = [(entry["Region"], entry["Status"]) for entry in reply["ReplicationStatus"]]
    assert statuses == [("eu-west-1", "InSync"), ("ap-south-1", "InProgress")]


@pytest.mark.parametrize("cut", [0, 7], ids=["full ARN", "partial ARN"])
def test_replicate_secret_to_regions_takes_an_arn(client, cut):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    client.replicate_secret_to_regions(SecretId=arn[: len(arn) - cut], AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


def test_replicate_secret_to_regions_sets_the_dates_of_primary_and_replica(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    created = world.now
    world.pass_days(1)
    world.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[EU])
    primary = world.call("DescribeSecret", SecretId="db")
    replica = world.call("DescribeSecret", SecretId="db", region="eu-west-1")
    assert (primary["CreatedDate"], primary["LastChangedDate"]) == (created, world.now)
    assert (replica["CreatedDate"], replica["LastChangedDate"]) == (world.now, world.now)


def test_a_replicated_version_has_the_created_date_of_the_primary_version(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    created = world.now
    world.pass_days(1)
    world.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[EU])
    assert world.call("GetSecretValue", SecretId="db", region="eu-west-1")["CreatedDate"] == created


def test_replication_succeeded_is_logged_in_the_primary_region(client, secretsmanager):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU, AP])
    events = secretsmanager.log[-2:]
    assert [(event.operation, event.region, event.request) for event in events] == [
        ("ReplicationSucceeded", "us-east-1", {"SecretId": arn}),
        ("ReplicationSucceeded", "us-east-1", {"SecretId": arn}),
    ]
    assert all(event.by_service and event.error_message is None for event in events)


def test_replication_is_logged_under_a_request_id_of_secret_and_region(client, secretsmanager):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert secretsmanager.log[-1].request_id == f"Replication-{arn}-eu-west-1"


def test_replication_failed_is_logged_with_its_reason(client, eu, secretsmanager):
    eu.create_secret(Name="db", SecretString="other")
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    event = secretsmanager.log[-1]
    assert (event.operation, event.by_service, event.error_message) == ("ReplicationFailed", True, TAKEN[1])
    assert event.request_id == f"Replication-{secretsmanager.secret('db').arn}-eu-west-1"


# --- the same region again -------------------------------------------------------------------------------------------


def test_replicate_secret_to_regions_again_restarts_the_replication_of_a_region(client, eu):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert [entry["Status"] for entry in reply["ReplicationStatus"]] == ["InProgress"]
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_replicate_secret_to_regions_again_changes_the_key_of_a_replica(client, eu, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    secretsmanager.kms.disable(secretsmanager.kms.key("", region="eu-west-1"))
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == "alias/eu"
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_replicate_secret_to_regions_again_keeps_the_dates_of_a_replica(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN, AddReplicaRegions=[EU])
    created = world.now
    world.call("GetSecretValue", SecretId="db", region="eu-west-1")
    accessed = world.call("DescribeSecret", SecretId="db", region="eu-west-1")["LastAccessedDate"]
    world.pass_days(2)
    (entry,) = world.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[EU])["ReplicationStatus"]
    replica = world.call("DescribeSecret", SecretId="db", region="eu-west-1")
    assert entry["LastAccessedDate"] == accessed
    assert (replica["CreatedDate"], replica["LastAccessedDate"]) == (created, accessed)


# --- a name that is taken --------------------------------------------------------------------------------------------


@pytest.fixture
def taken(client, eu):
    """`db` here, and another `db` in the region of the replica."""
    client.create_secret(Name="db", SecretString="one")
    eu.create_secret(Name="db", SecretString="other")


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("force", [{}, {"ForceOverwriteReplicaSecret": False}], ids=["force omitted", "force false"])
def test_replication_overwrites_no_secret_of_the_same_name(client, eu, secretsmanager, force):
    with secretsmanager.assert_unchanged("db", region="eu-west-1"):
        client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], **force)
    assert outcomes(client) == {"eu-west-1": TAKEN}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "other"


@pytest.mark.usefixtures("taken")
def test_a_secret_that_blocks_replication_stays_independent(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    client.put_secret_value(SecretId="db", SecretString="two")
    eu.put_secret_value(SecretId="db", SecretString="theirs")
    assert "PrimaryRegion" not in eu.describe_secret(SecretId="db")
    assert [one.get_secret_value(SecretId="db")["SecretString"] for one in (client, eu)] == ["two", "theirs"]


@pytest.mark.usefixtures("taken")
def test_the_replication_status_omits_the_access_of_a_secret_that_blocks_replication(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    eu.get_secret_value(SecretId="db")
    (entry,) = client.describe_secret(SecretId="db")["ReplicationStatus"]
    assert "LastAccessedDate" not in entry


@pytest.mark.usefixtures("taken")
def test_replication_by_force_overwrites_a_secret_of_the_same_name(client, eu):
    arn = client.describe_secret(SecretId="db")["ARN"]
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    reply = eu.get_secret_value(SecretId="db")
    assert (reply["SecretString"], reply["ARN"]) == ("one", arn.replace("us-east-1", "eu-west-1"))


@pytest.mark.usefixtures("taken")
def test_replication_by_force_leaves_nothing_of_the_overwritten_secret(client, eu):
    theirs = eu.get_secret_value(SecretId="db")["VersionId"]
    eu.update_secret(SecretId="db", Description="theirs")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    replica = eu.describe_secret(SecretId="db")
    assert "LastAccessedDate" not in replica
    assert "Description" not in replica
    versions = eu.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    assert theirs not in [version["VersionId"] for version in versions]


@pytest.mark.usefixtures("taken")
def test_force_applies_to_its_own_request_only(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    eu.stop_replication_to_replica(SecretId="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": TAKEN}


@pytest.mark.usefixtures("taken")
def test_a_secret_scheduled_for_deletion_blocks_replication(client, eu):
    eu.delete_secret(SecretId="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": TAKEN}


@pytest.mark.usefixtures("taken")
def test_a_secret_whose_recovery_window_has_passed_does_not_block_replication(client, eu, secretsmanager):
    eu.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    secretsmanager.clock.advance(days=7)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.usefixtures("taken")
def test_a_name_taken_in_one_region_does_not_stop_replication_to_another(client, ap):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU, AP])
    assert outcomes(client) == {"eu-west-1": TAKEN, "ap-south-1": IN_SYNC}
    assert ap.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.usefixtures("taken")
def test_a_secret_of_the_same_name_in_another_account_does_not_block_replication(client, eu, secretsmanager):
    eu.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    secretsmanager.seed("db", "theirs", region="eu-west-1", account="210987654321")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


@pytest.mark.parametrize("force", [False, True], ids=["not forced", "forced"])
def test_replication_by_force_overwrites_no_replica_of_another_secret(client, eu, ap, secretsmanager, force):
    ap.create_secret(Name="db", SecretString="theirs", AddReplicaRegions=[EU])
    client.create_secret(Name="db", SecretString="one")
    with secretsmanager.assert_unchanged("db", region="eu-west-1"):
        client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=force)
    assert outcomes(client) == {"eu-west-1": ELSEWHERE}
    assert outcomes(ap) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "theirs"


@pytest.fixture
def primary_in_eu(eu):
    """The ARN of a primary in Ireland, with a replica in a third region."""
    return eu.create_secret(Name="db", SecretString="theirs", AddReplicaRegions=[AP])["ARN"]


def still_has_replicas(arn):
    message = f"Replication failed: You can't delete secret {arn} that still has replica regions [ap-south-1]."
    return {"eu-west-1": ("Failed", message)}


OVERWRITE = {"AddReplicaRegions": [EU], "ForceOverwriteReplicaSecret": True}
WAYS_TO_OVERWRITE = {
    "ReplicateSecretToRegions": lambda client: (
        client.create_secret(Name="db", SecretString="one"),
        client.replicate_secret_to_regions(SecretId="db", **OVERWRITE),
    ),
    "CreateSecret": lambda client: client.create_secret(Name="db", SecretString="one", **OVERWRITE),
}


@pytest.mark.parametrize("overwrite", WAYS_TO_OVERWRITE.values(), ids=WAYS_TO_OVERWRITE)
def test_replication_by_force_overwrites_no_primary_that_has_replicas(
    client, eu, ap, secretsmanager, primary_in_eu, overwrite
):
    with (
        secretsmanager.assert_unchanged("db", region="eu-west-1"),
        secretsmanager.assert_unchanged("db", region="ap-south-1"),
    ):
        overwrite(client)
    assert outcomes(client) == still_has_replicas(primary_in_eu)
    eu.put_secret_value(SecretId="db", SecretString="still theirs")
    assert ap.get_secret_value(SecretId="db")["SecretString"] == "still theirs"


def test_held_replication_overwrites_no_primary_that_got_replicas_meanwhile(client, eu, secretsmanager):
    arn = eu.create_secret(Name="db", SecretString="theirs")["ARN"]
    with secretsmanager.replication.hold("eu-west-1"):
        client.create_secret(Name="db", SecretString="one", **OVERWRITE)
        eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    assert outcomes(client) == still_has_replicas(arn)


LOSES_ITS_REPLICA = {
    "RemoveRegionsFromReplication": lambda eu, _: eu.remove_regions_from_replication(
        SecretId="db", RemoveReplicaRegions=["ap-south-1"]
    ),
    "StopReplicationToReplica": lambda _, ap: ap.stop_replication_to_replica(SecretId="db"),
}


@pytest.mark.usefixtures("primary_in_eu")
@pytest.mark.parametrize("lose", LOSES_ITS_REPLICA.values(), ids=LOSES_ITS_REPLICA)
def test_replication_by_force_overwrites_a_primary_that_lost_its_replicas(client, eu, ap, lose):
    client.create_secret(Name="db", SecretString="one", **OVERWRITE)
    lose(eu, ap)
    client.replicate_secret_to_regions(SecretId="db", **OVERWRITE)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.usefixtures("primary_in_eu")
def test_a_seed_that_replaces_a_primary_removes_its_replicas(eu, secretsmanager):
    secretsmanager.seed("db", "seeded", region="eu-west-1")
    assert [secret.key.region for secret in secretsmanager._parts.service.secrets()] == ["eu-west-1"]
    assert "PrimaryRegion" not in eu.describe_secret(SecretId="db")


@pytest.mark.usefixtures("primary_in_eu")
def test_seed_refuses_a_replica_that_would_overwrite_a_primary(secretsmanager):
    with secretsmanager.assert_unchanged(), pytest.raises(UsageError, match="no replica in eu-west-1"):
        secretsmanager.seed("db", "seeded", replicas=["eu-west-1"])


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["id", "arn", "alias"])
def test_the_key_of_a_replica_is_shown_as_named(client, eu, secretsmanager, form):
    name = getattr(secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1"), form)
    client.create_secret(Name="db", SecretString="one")
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": name}])
    (described,) = client.describe_secret(SecretId="db")["ReplicationStatus"]
    (version,) = eu.list_secret_version_ids(SecretId="db")["Versions"]
    assert [entry["KmsKeyId"] for entry in reply["ReplicationStatus"]] == [name]
    assert described["KmsKeyId"] == name
    assert (eu.describe_secret(SecretId="db")["KmsKeyId"], version["KmsKeyIds"]) == (name, [name])


@pytest.mark.parametrize(
    "key", [{}, {"KmsKeyId": ""}, {"KmsKeyId": "alias/aws/secretsmanager"}], ids=["key omitted", "empty key", "alias"]
)
def test_the_default_key_of_a_replica_is_shown_by_its_alias(unchecked, eu, key):
    unchecked.create_secret(Name="db", SecretString="one")
    unchecked.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | key])
    (version,) = eu.list_secret_version_ids(SecretId="db")["Versions"]
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == "alias/aws/secretsmanager"
    assert version["KmsKeyIds"] == ["alias/aws/secretsmanager"]


def test_a_replica_has_its_own_created_date_and_the_change_date_of_its_primary(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one")
    secretsmanager.clock.advance(hours=1)
    with secretsmanager.replication.hold("eu-west-1"):
        client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
        secretsmanager.clock.advance(hours=1)
    primary, replica = client.describe_secret(SecretId="db"), eu.describe_secret(SecretId="db")
    assert replica["LastChangedDate"] == primary["LastChangedDate"]
    assert replica["CreatedDate"] - primary["LastChangedDate"] >= timedelta(hours=1)


def test_a_replica_shows_no_tags_when_its_primary_shows_an_empty_list(client, eu):
    client.create_secret(Name="db", SecretString="one", Tags=[], AddReplicaRegions=[EU])
    assert client.describe_secret(SecretId="db")["Tags"] == []
    assert "Tags" not in eu.describe_secret(SecretId="db")


def test_a_replica_does_not_take_the_key_of_its_primary(client, eu, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/us")
    client.create_secret(Name="db", SecretString="one", KmsKeyId="alias/us")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == "alias/aws/secretsmanager"
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


INVALID_KEY = "Replication failed: The operation failed because of an invalid KMS key: "


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "alias/nope",
            f"{INVALID_KEY}Alias arn:aws:kms:eu-west-1:{ACCOUNT}:alias/nope is not found.",
            id="unknown alias",
        ),
        pytest.param(
            "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
            f"{INVALID_KEY}Key 'arn:aws:kms:eu-west-1:{ACCOUNT}:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0' "
            "does not exist",
            id="unknown id",
        ),
        pytest.param("no key", f"{INVALID_KEY}Invalid keyId", id="malformed"),
        pytest.param(
            f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/us",
            f"{INVALID_KEY}Invalid arn us-east-1",
            id="key of the primary region",
        ),
    ],
)
def test_an_unknown_key_fails_the_replication_and_not_the_call(client, eu, secretsmanager, name, message):
    secretsmanager.kms.create_key(alias="alias/us")
    client.create_secret(Name="db", SecretString="one")
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": name}])
    assert [entry["Status"] for entry in reply["ReplicationStatus"]] == ["InProgress"]
    assert outcomes(client) == {"eu-west-1": ("Failed", message)}
    assert eu.list_secrets()["SecretList"] == []


def kms_failure(verb, state, code):
    return (
        f"Replication failed: Secrets Manager can't {verb} the secret value: {{arn}} is {state}. (Service: AWSKMS; "
        f"Status Code: 400; Error Code: {code}; Request ID: 00000000-0000-4000-8000-000000000000; Proxy: null)"
    )


@pytest.mark.parametrize(
    ("turn", "message"),
    [
        ("disable", kms_failure("encrypt", "disabled", "DisabledException")),
        ("schedule_deletion", kms_failure("encrypt", "pending deletion", "KMSInvalidStateException")),
        ("deny", "Replication failed: Access to KMS is not allowed"),
    ],
    ids=["disabled", "pending deletion", "denied"],
)
def test_an_unusable_key_of_the_replica_fails_the_replication(client, eu, secretsmanager, turn, message):
    key = secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")
    client.create_secret(Name="db", SecretString="one")
    getattr(secretsmanager.kms, turn)(key)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    assert outcomes(client) == {"eu-west-1": ("Failed", message.format(arn=key.arn))}
    assert eu.list_secrets()["SecretList"] == []


@pytest.mark.parametrize(
    ("turn", "message"),
    [
        ("disable", kms_failure("decrypt", "disabled", "DisabledException")),
        ("schedule_deletion", kms_failure("decrypt", "pending deletion", "KMSInvalidStateException")),
        ("deny", "Replication failed: Access to KMS is not allowed"),
    ],
    ids=["disabled", "pending deletion", "denied"],
)
def test_an_unusable_key_of_the_primary_fails_the_replication(client, eu, secretsmanager, turn, message):
    key = secretsmanager.kms.create_key(alias="alias/us")
    client.create_secret(Name="db", SecretString="one", KmsKeyId="alias/us")
    getattr(secretsmanager.kms, turn)(key)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": ("Failed", message.format(arn=key.arn))}
    assert eu.list_secrets()["SecretList"] == []


def test_a_failed_replication_by_force_keeps_the_secret_of_the_same_name(client, eu):
    eu.create_secret(Name="db", SecretString="other")
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/nope"}], ForceOverwriteReplicaSecret=True
    )
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "other"


def test_an_unknown_key_of_one_region_does_not_stop_replication_to_another(client, ap):
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "no key"}, AP])
    assert outcomes(client)["ap-south-1"] == IN_SYNC
    assert ap.get_secret_value(SecretId="db")["SecretString"] == "one"


# --- after a failure -------------------------------------------------------------------------------------------------


def test_replicate_secret_to_regions_again_retries_a_failed_region(client, eu, secretsmanager):
    key = secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")
    secretsmanager.kms.disable(key)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    assert outcomes(client)["eu-west-1"][0] == "Failed"
    secretsmanager.kms.enable(key)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_retried_region_shows_no_message_while_it_is_in_progress(client, eu):
    eu.create_secret(Name="db", SecretString="other")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    (entry,) = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])["ReplicationStatus"]
    assert entry == {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"}


@pytest.mark.usefixtures("taken")
def test_replication_by_force_succeeds_in_a_region_that_failed(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.usefixtures("taken")
def test_replication_succeeds_after_the_blocking_secret_is_deleted(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    eu.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


def test_a_replica_keeps_its_value_when_replication_to_it_fails(client, eu):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/nope"}])
    assert outcomes(client)["eu-west-1"][0] == "Failed"
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


# --- partitions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partition", "home", "away"),
    [
        pytest.param("aws-cn", "cn-north-1", "cn-northwest-1", id="China"),
        pytest.param("aws-us-gov", "us-gov-west-1", "us-gov-east-1", id="GovCloud"),
    ],
)
def test_secrets_are_replicated_within_another_partition(secretsmanager, partition, home, away):
    here, there = secretsmanager.client(home), secretsmanager.client(away)
    arn = here.create_secret(Name="db", SecretString="one")["ARN"]
    here.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": away}])
    reply = there.get_secret_value(SecretId="db")
    assert outcomes(here) == {away: IN_SYNC}
    assert reply["SecretString"] == "one"
    assert reply["ARN"] == f"arn:{partition}:secretsmanager:{away}:{ACCOUNT}:secret:{arn.rpartition(':')[2]}"


@pytest.mark.parametrize(
    ("home", "away"),
    [
        ("us-east-1", "cn-north-1"),
        ("us-east-1", "us-gov-west-1"),
        ("cn-north-1", "us-east-1"),
        ("us-gov-west-1", "us-east-1"),
        ("us-gov-west-1", "cn-north-1"),
    ],
)
def test_replicate_secret_to_regions_refuses_a_region_of_another_partition(secretsmanager, refused, home, away):
    here = secretsmanager.client(home)
    here.create_secret(Name="db", SecretString="one")
    request = {"SecretId": "db", "AddReplicaRegions": [{"Region": away}]}
    assert refused(here.replicate_secret_to_regions, **request) == INVALID_REGION


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.secret("db", "one")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"SecretId": "db", "AddReplicaRegions": [{"Region": "us-east-1"}]}, *INVALID_REGION, id="its own region"
        ),
        pytest.param(
            {"SecretId": "db", "AddReplicaRegions": [{"Region": "eu-west-99"}]}, *INVALID_REGION, id="unknown region"
        ),
        pytest.param(
            {"SecretId": "db", "AddReplicaRegions": [EU, {"Region": "us-east-1"}, AP]},
            *INVALID_REGION,
            id="one of three regions",
        ),
        pytest.param({"SecretId": "db", "AddReplicaRegions": [{}]}, *INVALID_REGION, id="region member left out"),
        pytest.param(
            {"SecretId": "db", "AddReplicaRegions": [{"Region": "mars"}]},
            "ValidationException",
            "1 validation error detected: Value 'mars' at 'addReplicaRegions.1.member.region' failed to satisfy "
            r"constraint: Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$",
            id="malformed region",
        ),
        pytest.param(
            {"SecretId": "db", "AddReplicaRegions": []},
            "ValidationException",
            "1 validation error detected: Value '[]' at 'addReplicaRegions' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1",
            id="empty list",
        ),
        pytest.param(
            {"SecretId": "db"},
            "ValidationException",
            "1 validation error detected: Value null at 'addReplicaRegions' failed to satisfy constraint: Member must "
            "not be null",
            id="regions left out",
        ),
    ],
)
def test_replicate_secret_to_regions_refuses_regions(unchecked, refused, request_, code, message):
    assert refused(unchecked.replicate_secret_to_regions, **request_) == (code, message)
