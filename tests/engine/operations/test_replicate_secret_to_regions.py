"""ReplicateSecretToRegions, and how the replication that it asks for ends.

What replicas show of later changes is told in `test_replicas_follow.py`.
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
    """How replication to each region ended."""
    entries = client.describe_secret(SecretId=secret_id)["ReplicationStatus"]
    return {entry["Region"]: (entry["Status"], entry.get("StatusMessage")) for entry in entries}


# --- answers ---------------------------------------------------------------------------------------------------------


def test_it_answers_that_replication_is_in_progress(client):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    assert body(client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])) == {
        "ARN": arn,
        "ReplicationStatus": [
            {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"},
        ],
    }


def test_the_replica_is_in_sync_soon_after(client):
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


def test_the_value_is_read_in_the_replicas_region(client, eu):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    reply = eu.get_secret_value(SecretId="db")
    assert (reply["SecretString"], reply["VersionId"], reply["VersionStages"]) == ("one", V1, ["AWSCURRENT"])


def test_a_binary_value_is_replicated_as_one(client, eu):
    client.create_secret(Name="db", SecretBinary=b"\x00\xff")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert eu.get_secret_value(SecretId="db")["SecretBinary"] == b"\x00\xff"


def test_a_replica_has_the_name_and_the_suffix_of_its_primary(client, eu):
    arn = client.create_secret(Name="app/db", SecretString="one")["ARN"]
    client.replicate_secret_to_regions(SecretId="app/db", AddReplicaRegions=[EU])
    replica = eu.describe_secret(SecretId="app/db")
    assert (replica["Name"], replica["ARN"]) == ("app/db", arn.replace(":us-east-1:", ":eu-west-1:"))


def test_a_replica_has_all_that_its_primary_has(client, eu):
    client.create_secret(Name="db", Description="main", Tags=[{"Key": "team", "Value": "pay"}], SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="two", VersionStages=["blue"])
    client.put_resource_policy(SecretId="db", ResourcePolicy=POLICY)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    primary, replica = client.describe_secret(SecretId="db"), eu.describe_secret(SecretId="db")
    assert (replica["Description"], replica["Tags"]) == ("main", [{"Key": "team", "Value": "pay"}])
    assert replica["VersionIdsToStages"] == primary["VersionIdsToStages"]
    assert eu.get_secret_value(SecretId="db", VersionStage="blue")["SecretString"] == "two"
    assert json.loads(eu.get_resource_policy(SecretId="db")["ResourcePolicy"]) == json.loads(POLICY)


def test_the_replica_of_a_managed_secret_is_managed_by_the_same_service(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", owning_service="rds")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert eu.describe_secret(SecretId="db")["OwningService"] == "rds"


def test_a_secret_without_a_value_is_replicated_too(client, eu):
    client.create_secret(Name="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert "VersionIdsToStages" not in eu.describe_secret(SecretId="db")


def test_primary_and_replica_both_name_the_primary_region(client, eu):
    client.create_secret(Name="db", SecretString="one")
    assert "PrimaryRegion" not in client.describe_secret(SecretId="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert [one.describe_secret(SecretId="db")["PrimaryRegion"] for one in (client, eu)] == ["us-east-1", "us-east-1"]


def test_only_the_primary_shows_the_status_of_replication(client, eu):
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert "ReplicationStatus" in client.describe_secret(SecretId="db")
    assert "ReplicationStatus" not in eu.describe_secret(SecretId="db")


def test_listings_show_the_primary_region_and_no_status(client, eu):
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    for one in (client, eu):
        (listed,) = one.list_secrets()["SecretList"]
        assert listed["PrimaryRegion"] == "us-east-1"
        assert "ReplicationStatus" not in listed


def test_several_regions_are_answered_in_the_order_of_the_request(client, eu, ap):
    client.create_secret(Name="db", SecretString="one")
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU, AP])
    assert [entry["Region"] for entry in reply["ReplicationStatus"]] == ["eu-west-1", "ap-south-1"]
    assert outcomes(client) == {"eu-west-1": IN_SYNC, "ap-south-1": IN_SYNC}
    assert [one.get_secret_value(SecretId="db")["SecretString"] for one in (eu, ap)] == ["one", "one"]


def test_a_further_region_comes_behind_those_that_are_in_sync(client):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    statuses = [(entry["Region"], entry["Status"]) for entry in reply["ReplicationStatus"]]
    assert statuses == [("eu-west-1", "InSync"), ("ap-south-1", "InProgress")]


@pytest.mark.parametrize("cut", [0, 7], ids=["full ARN", "partial ARN"])
def test_the_secret_may_be_named_by(client, cut):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    client.replicate_secret_to_regions(SecretId=arn[: len(arn) - cut], AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


def test_it_dates_the_change_and_the_replica(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    created = world.now
    world.pass_days(1)
    world.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[EU])
    primary = world.call("DescribeSecret", SecretId="db")
    replica = world.call("DescribeSecret", SecretId="db", region="eu-west-1")
    assert (primary["CreatedDate"], primary["LastChangedDate"]) == (created, world.now)
    assert (replica["CreatedDate"], replica["LastChangedDate"]) == (world.now, world.now)


def test_a_replicated_version_has_the_date_of_the_primarys(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    created = world.now
    world.pass_days(1)
    world.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[EU])
    assert world.call("GetSecretValue", SecretId="db", region="eu-west-1")["CreatedDate"] == created


def test_success_is_logged_in_the_primarys_region(client, secretsmanager):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU, AP])
    events = secretsmanager.log[-2:]
    assert [(event.operation, event.region, event.request) for event in events] == [
        ("ReplicationSucceeded", "us-east-1", {"SecretId": arn}),
        ("ReplicationSucceeded", "us-east-1", {"SecretId": arn}),
    ]
    assert all(event.by_service and event.error_message is None for event in events)


def test_failure_is_logged_with_its_reason(client, eu, secretsmanager):
    eu.create_secret(Name="db", SecretString="other")
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    event = secretsmanager.log[-1]
    assert (event.operation, event.by_service, event.error_message) == ("ReplicationFailed", True, TAKEN[1])


# --- a region once more ----------------------------------------------------------------------------------------------


def test_a_region_that_has_a_replica_is_in_progress_again(client, eu):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert [entry["Status"] for entry in reply["ReplicationStatus"]] == ["InProgress"]
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_region_named_once_more_gets_the_key_that_is_named_now(client, eu, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    secretsmanager.kms.disable(secretsmanager.kms.key("", region="eu-west-1"))
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == "alias/eu"
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_region_named_once_more_keeps_the_dates_of_its_replica(world):
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
    """`db` here, and another `db` where the replica is to go."""
    client.create_secret(Name="db", SecretString="one")
    eu.create_secret(Name="db", SecretString="other")


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("force", [{}, {"ForceOverwriteReplicaSecret": False}], ids=["not asked to", "asked not to"])
def test_a_secret_of_that_name_is_not_overwritten(client, eu, secretsmanager, force):
    with secretsmanager.assert_unchanged("db", region="eu-west-1"):
        client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], **force)
    assert outcomes(client) == {"eu-west-1": TAKEN}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "other"


@pytest.mark.usefixtures("taken")
def test_a_secret_that_is_in_the_way_is_no_replica(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    client.put_secret_value(SecretId="db", SecretString="two")
    eu.put_secret_value(SecretId="db", SecretString="theirs")
    assert "PrimaryRegion" not in eu.describe_secret(SecretId="db")
    assert [one.get_secret_value(SecretId="db")["SecretString"] for one in (client, eu)] == ["two", "theirs"]


@pytest.mark.usefixtures("taken")
def test_the_access_of_a_secret_that_is_in_the_way_is_not_shown(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    eu.get_secret_value(SecretId="db")
    (entry,) = client.describe_secret(SecretId="db")["ReplicationStatus"]
    assert "LastAccessedDate" not in entry


@pytest.mark.usefixtures("taken")
def test_by_force_a_secret_of_that_name_is_overwritten(client, eu):
    arn = client.describe_secret(SecretId="db")["ARN"]
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    reply = eu.get_secret_value(SecretId="db")
    assert (reply["SecretString"], reply["ARN"]) == ("one", arn.replace("us-east-1", "eu-west-1"))


@pytest.mark.usefixtures("taken")
def test_nothing_of_an_overwritten_secret_is_left(client, eu):
    theirs = eu.get_secret_value(SecretId="db")["VersionId"]
    eu.update_secret(SecretId="db", Description="theirs")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    replica = eu.describe_secret(SecretId="db")
    assert "LastAccessedDate" not in replica
    assert "Description" not in replica
    versions = eu.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    assert theirs not in [version["VersionId"] for version in versions]


@pytest.mark.usefixtures("taken")
def test_force_counts_for_the_request_it_came_with_only(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    eu.stop_replication_to_replica(SecretId="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": TAKEN}


@pytest.mark.usefixtures("taken")
def test_a_secret_that_waits_for_its_deletion_is_in_the_way(client, eu):
    eu.delete_secret(SecretId="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": TAKEN}


@pytest.mark.usefixtures("taken")
def test_a_secret_whose_recovery_window_has_passed_is_not_in_the_way(client, eu, secretsmanager):
    eu.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    secretsmanager.clock.advance(days=7)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.usefixtures("taken")
def test_a_name_that_is_taken_in_one_region_stops_no_other(client, ap):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU, AP])
    assert outcomes(client) == {"eu-west-1": TAKEN, "ap-south-1": IN_SYNC}
    assert ap.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.usefixtures("taken")
def test_a_secret_of_that_name_in_another_account_is_not_in_the_way(client, eu, secretsmanager):
    eu.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    secretsmanager.seed("db", "theirs", region="eu-west-1", account="210987654321")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


@pytest.mark.parametrize("force", [False, True], ids=["not forced", "forced"])
def test_the_replica_of_another_secret_stays_even_under_force(client, eu, ap, secretsmanager, force):
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
def test_a_primary_that_has_replicas_stays_even_under_force(client, eu, ap, secretsmanager, primary_in_eu, overwrite):
    with (
        secretsmanager.assert_unchanged("db", region="eu-west-1"),
        secretsmanager.assert_unchanged("db", region="ap-south-1"),
    ):
        overwrite(client)
    assert outcomes(client) == still_has_replicas(primary_in_eu)
    eu.put_secret_value(SecretId="db", SecretString="still theirs")
    assert ap.get_secret_value(SecretId="db")["SecretString"] == "still theirs"


def test_a_primary_that_got_replicas_while_replication_was_held_stays(client, eu, secretsmanager):
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
def test_by_force_a_primary_that_has_lost_its_replicas_is_overwritten(client, eu, ap, lose):
    client.create_secret(Name="db", SecretString="one", **OVERWRITE)
    lose(eu, ap)
    client.replicate_secret_to_regions(SecretId="db", **OVERWRITE)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.usefixtures("primary_in_eu")
def test_a_seed_in_place_of_a_primary_takes_its_replicas_with_it(eu, secretsmanager):
    secretsmanager.seed("db", "seeded", region="eu-west-1")
    assert [view.key.region for view in secretsmanager._views.all()] == ["eu-west-1"]
    assert "PrimaryRegion" not in eu.describe_secret(SecretId="db")


@pytest.mark.usefixtures("primary_in_eu")
def test_a_seed_whose_replica_would_overwrite_a_primary_is_refused(secretsmanager):
    with secretsmanager.assert_unchanged(), pytest.raises(UsageError, match="no replica in eu-west-1"):
        secretsmanager.seed("db", "seeded", replicas=["eu-west-1"])


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["id", "arn", "alias"])
def test_the_replicas_key_is_shown_as_it_was_named(client, eu, secretsmanager, form):
    name = getattr(secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1"), form)
    client.create_secret(Name="db", SecretString="one")
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": name}])
    (described,) = client.describe_secret(SecretId="db")["ReplicationStatus"]
    (version,) = eu.list_secret_version_ids(SecretId="db")["Versions"]
    assert [entry["KmsKeyId"] for entry in reply["ReplicationStatus"]] == [name]
    assert described["KmsKeyId"] == name
    assert (eu.describe_secret(SecretId="db")["KmsKeyId"], version["KmsKeyIds"]) == (name, [name])


@pytest.mark.parametrize("key", [{}, {"KmsKeyId": ""}, {"KmsKeyId": "alias/aws/secretsmanager"}])
def test_a_replica_under_the_default_key_names_it_by_its_alias(unchecked, eu, key):
    unchecked.create_secret(Name="db", SecretString="one")
    unchecked.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | key])
    (version,) = eu.list_secret_version_ids(SecretId="db")["Versions"]
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == "alias/aws/secretsmanager"
    assert version["KmsKeyIds"] == ["alias/aws/secretsmanager"]


def test_a_replica_has_a_date_of_its_own_and_its_primarys_last_change(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one")
    secretsmanager.clock.advance(hours=1)
    with secretsmanager.replication.hold("eu-west-1"):
        client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
        secretsmanager.clock.advance(hours=1)
    primary, replica = client.describe_secret(SecretId="db"), eu.describe_secret(SecretId="db")
    assert replica["LastChangedDate"] == primary["LastChangedDate"]
    assert replica["CreatedDate"] - primary["LastChangedDate"] >= timedelta(hours=1)


def test_a_replica_has_no_tags_where_its_primary_has_an_empty_list(client, eu):
    client.create_secret(Name="db", SecretString="one", Tags=[], AddReplicaRegions=[EU])
    assert client.describe_secret(SecretId="db")["Tags"] == []
    assert "Tags" not in eu.describe_secret(SecretId="db")


def test_the_primarys_key_is_not_the_replicas(client, eu, secretsmanager):
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
            f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/us", f"{INVALID_KEY}Invalid arn us-east-1", id="of the primary"
        ),
    ],
)
def test_a_key_that_is_not_there_fails_the_replication_and_not_the_call(client, eu, secretsmanager, name, message):
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
)
def test_a_key_of_the_replica_that_does_not_work_fails_the_replication(client, eu, secretsmanager, turn, message):
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
)
def test_a_key_of_the_primary_that_does_not_work_fails_the_replication(client, eu, secretsmanager, turn, message):
    key = secretsmanager.kms.create_key(alias="alias/us")
    client.create_secret(Name="db", SecretString="one", KmsKeyId="alias/us")
    getattr(secretsmanager.kms, turn)(key)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": ("Failed", message.format(arn=key.arn))}
    assert eu.list_secrets()["SecretList"] == []


def test_a_secret_that_stands_in_the_way_survives_a_forced_replication_that_fails(client, eu):
    eu.create_secret(Name="db", SecretString="other")
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/nope"}], ForceOverwriteReplicaSecret=True
    )
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "other"


def test_a_key_that_fails_one_region_stops_no_other(client, ap):
    client.create_secret(Name="db", SecretString="one")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "no key"}, AP])
    assert outcomes(client)["ap-south-1"] == IN_SYNC
    assert ap.get_secret_value(SecretId="db")["SecretString"] == "one"


# --- once it has failed ----------------------------------------------------------------------------------------------


def test_a_failed_region_is_replicated_to_again_on_request(client, eu, secretsmanager):
    key = secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")
    secretsmanager.kms.disable(key)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    assert outcomes(client)["eu-west-1"][0] == "Failed"
    secretsmanager.kms.enable(key)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_failed_region_has_no_message_while_it_is_in_progress_again(client, eu):
    eu.create_secret(Name="db", SecretString="other")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    (entry,) = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])["ReplicationStatus"]
    assert entry == {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"}


@pytest.mark.usefixtures("taken")
def test_a_failed_region_succeeds_by_force(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.usefixtures("taken")
def test_a_failed_region_succeeds_once_nothing_is_in_the_way(client, eu):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    eu.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


def test_a_replica_that_fails_to_be_replaced_stays_as_it_was(client, eu):
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
def test_within_another_partition_secrets_are_replicated_as_well(secretsmanager, partition, home, away):
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
def test_no_secret_is_replicated_into_another_partition(secretsmanager, refused, home, away):
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
        pytest.param({"SecretId": "db", "AddReplicaRegions": [{}]}, *INVALID_REGION, id="no region at all"),
        pytest.param(
            {"SecretId": "db", "AddReplicaRegions": [{"Region": "mars"}]},
            "ValidationException",
            "1 validation error detected: Value 'mars' at 'addReplicaRegions.1.member.region' failed to satisfy "
            r"constraint: Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$",
            id="no name of a region",
        ),
        pytest.param(
            {"SecretId": "db", "AddReplicaRegions": []},
            "ValidationException",
            "1 validation error detected: Value '[]' at 'addReplicaRegions' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1",
            id="no regions",
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
def test_it_refuses(unchecked, refused, request_, code, message):
    assert refused(unchecked.replicate_secret_to_regions, **request_) == (code, message)
