"""Replicas: how they follow each change of their primary, and what they keep."""

import json

import pytest
from replica_views import (
    AP,
    DENY,
    EU,
    IN_SYNC,
    LABELS,
    POLICY,
    TOKEN,
    V1,
    V2,
    V3,
    V4,
    VALUES,
    current,
    outcomes,
    shown,
    tags,
    without_dates,
)

from pytest_secretsmanager.engine.call import UpdateReplicas
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.views import state_of

# --- each writing operation ------------------------------------------------------------------------------------------


WRITES = {
    "PutSecretValue": (
        lambda client: client.put_secret_value(SecretId="db", SecretString="four", ClientRequestToken=V4),
        {
            "labels": {V1: [], V2: [], V3: ["AWSPREVIOUS"], V4: ["AWSCURRENT"]},
            "values": VALUES | {V4: "four"},
        },
    ),
    "PutSecretValue of bytes": (
        lambda client: client.put_secret_value(SecretId="db", SecretBinary=b"\x00\xff", ClientRequestToken=V4),
        {
            "labels": {V1: [], V2: [], V3: ["AWSPREVIOUS"], V4: ["AWSCURRENT"]},
            "values": VALUES | {V4: b"\x00\xff"},
        },
    ),
    "PutSecretValue with labels": (
        lambda client: client.put_secret_value(
            SecretId="db", SecretString="four", ClientRequestToken=V4, VersionStages=["AWSPENDING", "blue"]
        ),
        {"labels": LABELS | {V4: ["AWSPENDING", "blue"]}, "values": VALUES | {V4: "four"}},
    ),
    "UpdateSecret of the value": (
        lambda client: client.update_secret(SecretId="db", SecretString="four", ClientRequestToken=V4),
        {
            "labels": {V1: [], V2: [], V3: ["AWSPREVIOUS"], V4: ["AWSCURRENT"]},
            "values": VALUES | {V4: "four"},
        },
    ),
    "UpdateSecret of the description": (
        lambda client: client.update_secret(SecretId="db", Description="other"),
        {"description": "other"},
    ),
    "UpdateSecret that takes the description away": (
        lambda client: client.update_secret(SecretId="db", Description=""),
        {"description": None},
    ),
    "UpdateSecret of all at once": (
        lambda client: client.update_secret(
            SecretId="db", Description="other", KmsKeyId="alias/us", SecretString="four", ClientRequestToken=V4
        ),
        {
            "description": "other",
            "labels": {V1: [], V2: [], V3: ["AWSPREVIOUS"], V4: ["AWSCURRENT"]},
            "values": VALUES | {V4: "four"},
        },
    ),
    "UpdateSecretVersionStage that goes back": (
        lambda client: client.update_secret_version_stage(
            SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=V3, MoveToVersionId=V2
        ),
        {"labels": {V1: [], V2: ["AWSCURRENT"], V3: ["AWSPREVIOUS"]}},
    ),
    "UpdateSecretVersionStage that places a label": (
        lambda client: client.update_secret_version_stage(SecretId="db", VersionStage="blue", MoveToVersionId=V1),
        {"labels": LABELS | {V1: ["blue"]}},
    ),
    "UpdateSecretVersionStage that removes a label": (
        lambda client: client.update_secret_version_stage(
            SecretId="db", VersionStage="AWSPREVIOUS", RemoveFromVersionId=V2
        ),
        {"labels": LABELS | {V2: []}},
    ),
    "TagResource of a new tag": (
        lambda client: client.tag_resource(SecretId="db", Tags=tags(owner="me")),
        {"tags": tags(team="pay", stage="prod", owner="me")},
    ),
    "TagResource of a present tag": (
        lambda client: client.tag_resource(SecretId="db", Tags=tags(team="shop")),
        {"tags": tags(team="shop", stage="prod")},
    ),
    "UntagResource": (
        lambda client: client.untag_resource(SecretId="db", TagKeys=["team"]),
        {"tags": tags(stage="prod")},
    ),
    "UntagResource of the last tags": (
        lambda client: client.untag_resource(SecretId="db", TagKeys=["team", "stage"]),
        {"tags": None},
    ),
    "PutResourcePolicy": (
        lambda client: client.put_resource_policy(SecretId="db", ResourcePolicy=DENY),
        {"policy": json.loads(DENY)},
    ),
    "DeleteResourcePolicy": (
        lambda client: client.delete_resource_policy(SecretId="db"),
        {"policy": None},
    ),
}
"""Changes of a primary, and the difference that its replica shows."""


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(("write", "difference"), WRITES.values(), ids=WRITES)
def test_a_replica_shows_the_change_of_its_primary_after(client, eu, write, difference):
    before = shown(eu)
    write(client)
    assert without_dates(shown(eu)) == without_dates(before) | difference
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("write", [write for write, _ in WRITES.values()], ids=WRITES)
def test_a_replica_shows_the_same_as_its_primary_after(client, eu, write):
    write(client)
    assert shown(eu) == shown(client)


@pytest.mark.usefixtures("db")
def test_all_replicas_follow_their_primary(client, eu, ap):
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    client.put_secret_value(SecretId="db", SecretString="four")
    assert [current(one) for one in (eu, ap)] == ["four", "four"]


@pytest.mark.usefixtures("db")
def test_a_replica_follows_a_write_by_arn(client, eu):
    client.put_secret_value(SecretId=client.describe_secret(SecretId="db")["ARN"], SecretString="four")
    assert current(eu) == "four"


def test_a_replica_follows_a_change_of_type(world):
    """Without a client: the oldest botocore does not know the member."""
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN, AddReplicaRegions=[EU])
    world.call("UpdateSecret", SecretId="db", Type="DatadogApiKey")
    assert world.call("DescribeSecret", SecretId="db", region="eu-west-1")["Type"] == "DatadogApiKey"


def test_a_replica_follows_a_restored_secret(client, eu):
    client.create_secret(Name="db", SecretString="one")
    client.delete_secret(SecretId="db")
    client.restore_secret(SecretId="db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    client.put_secret_value(SecretId="db", SecretString="two")
    assert current(eu) == "two"


NO_WRITES = {
    "GetSecretValue": lambda client: client.get_secret_value(SecretId="db"),
    "BatchGetSecretValue": lambda client: client.batch_get_secret_value(SecretIdList=["db"]),
    "UpdateSecret without members": lambda client: client.update_secret(SecretId="db"),
    "UpdateSecret of the key": lambda client: client.update_secret(SecretId="db", KmsKeyId="alias/us"),
    "PutSecretValue repeated": lambda client: client.put_secret_value(
        SecretId="db", SecretString="three", ClientRequestToken=V3
    ),
    "TagResource of an equal tag": lambda client: client.tag_resource(SecretId="db", Tags=tags(team="pay")),
    "UntagResource of an unknown tag": lambda client: client.untag_resource(SecretId="db", TagKeys=["owner"]),
    "PutResourcePolicy of an equal policy": lambda client: client.put_resource_policy(
        SecretId="db", ResourcePolicy=POLICY
    ),
    "RestoreSecret": lambda client: client.restore_secret(SecretId="db"),
    "CancelRotateSecret": lambda client: client.cancel_rotate_secret(SecretId="db"),
    "ReplicateSecretToRegions": lambda client: client.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[AP]
    ),
}
"""The calls that change no replica."""


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("call", NO_WRITES.values(), ids=NO_WRITES)
def test_a_replica_is_unchanged_after(client, eu, secretsmanager, call):
    before = state_of(secretsmanager.secret("db", region="eu-west-1"))
    call(client)
    assert state_of(secretsmanager.secret("db", region="eu-west-1")) == before
    assert outcomes(client)["eu-west-1"] == IN_SYNC


@pytest.mark.usefixtures("db")
def test_a_refused_write_reaches_no_replica(client, refused):
    request = {"SecretId": "db", "SecretString": "four", "ClientRequestToken": V3}
    assert refused(client.put_secret_value, **request)[0] == "ResourceExistsException"
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


@pytest.mark.usefixtures("db")
def test_a_replica_keeps_a_version_that_lost_its_label(client, eu):
    client.put_secret_value(SecretId="db", SecretString="four", ClientRequestToken=V4)
    reply = eu.get_secret_value(SecretId="db", VersionId=V2)
    assert reply["SecretString"] == "two"
    assert "VersionStages" not in reply


@pytest.mark.secretsmanager(version_quota=3)
def test_a_version_that_the_quota_deletes_is_deleted_from_replicas(client, eu, secretsmanager, refused):
    secretsmanager.seed("db")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU])
    for version_id in (V1, V2, V3):
        client.put_secret_value(SecretId="db", SecretString=version_id, ClientRequestToken=version_id)
    secretsmanager.clock.advance(days=2)
    client.put_secret_value(SecretId="db", SecretString=V4, ClientRequestToken=V4)
    assert list(shown(eu)["labels"]) == [V2, V3, V4]
    assert refused(eu.get_secret_value, SecretId="db", VersionId=V1) == (
        "InvalidRequestException",
        f"You can't perform this operation on secret version {V1} because it was deleted.",
    )


def test_the_last_changed_date_of_a_replica_is_that_of_its_primary(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    created = world.now
    world.pass_days(1)
    world.call("TagResource", SecretId="db", Tags=tags(team="pay"))
    replica = world.call("DescribeSecret", SecretId="db", region="eu-west-1")
    assert (replica["CreatedDate"], replica["LastChangedDate"]) == (created, world.now)


@pytest.mark.secretsmanager(version_quota=2)
def test_a_replica_gets_the_new_value_of_a_reused_version_id(client, eu, secretsmanager):
    client.create_secret(Name="db", AddReplicaRegions=[EU])
    for version_id, value in ((V1, "one"), (V2, "two")):
        client.put_secret_value(SecretId="db", ClientRequestToken=version_id, SecretString=value)
    with secretsmanager.replication.hold():
        for version_id, value in ((V3, "three"), (V1, "one again")):
            secretsmanager.clock.advance(days=2)
            client.put_secret_value(SecretId="db", ClientRequestToken=version_id, SecretString=value)
    assert current(client) == current(eu) == "one again"


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_replicas_of_one_time_are_listed_in_the_order_of_their_primaries(world, names):
    for name in names:
        world.call("CreateSecret", Name=name, ClientRequestToken=TOKEN, AddReplicaRegions=[EU])
    assert [entry["Name"] for entry in world.call("ListSecrets", region="eu-west-1")["SecretList"]] == [*names]


def test_a_primary_deleted_before_its_replication_leaves_no_replica(world):
    """As when another thread deletes it between a call's commit and its effects."""
    key = SecretKey(world.region, world.account, "db")
    world.service.effects.run([UpdateReplicas(key)])
    assert (world.service.secrets(), world.entries) == ([], [])


# --- dates of access -------------------------------------------------------------------------------------------------


@pytest.fixture
def read_there(world):
    """The day, three days ago, on which the replica of `db` was read."""
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    world.call("GetSecretValue", SecretId="db", region="eu-west-1")
    day = world.now - world.now % 86_400
    world.pass_days(3)
    return day


def test_reading_a_replica_sets_no_date_of_access_on_its_primary(world, read_there):
    primary = world.call("DescribeSecret", SecretId="db")
    assert "LastAccessedDate" not in primary
    assert [entry["LastAccessedDate"] for entry in primary["ReplicationStatus"]] == [read_there]


def test_reading_a_primary_sets_no_date_of_access_on_its_replica(world, read_there):
    world.call("GetSecretValue", SecretId="db")
    assert world.call("DescribeSecret", SecretId="db", region="eu-west-1")["LastAccessedDate"] == read_there


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("PutSecretValue", {"SecretString": "two", "ClientRequestToken": V2}),
        ("UpdateSecret", {"Description": "main"}),
        ("TagResource", {"Tags": tags(team="pay")}),
    ],
    ids=["PutSecretValue", "UpdateSecret", "TagResource"],
)
def test_a_replica_keeps_its_date_of_access_when_it_follows(world, read_there, operation, members):
    world.call(operation, SecretId="db", **members)
    assert world.call("DescribeSecret", SecretId="db", region="eu-west-1")["LastAccessedDate"] == read_there


def test_the_versions_of_a_replica_keep_their_dates_of_access_when_it_follows(world, read_there):
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2)
    versions = world.call("ListSecretVersionIds", SecretId="db", region="eu-west-1")["Versions"]
    assert [version.get("LastAccessedDate") for version in versions] == [read_there, None]


def test_a_version_read_at_the_primary_has_no_date_of_access_in_its_replica(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.call("GetSecretValue", SecretId="db")
    world.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[EU])
    (version,) = world.call("ListSecretVersionIds", SecretId="db", region="eu-west-1")["Versions"]
    assert "LastAccessedDate" not in version
    assert "LastAccessedDate" not in world.call("DescribeSecret", SecretId="db", region="eu-west-1")


def test_a_new_key_of_a_replica_keeps_its_dates_of_access(client, eu, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/pay", region="eu-west-1")
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    current(eu)
    (before,) = eu.list_secret_version_ids(SecretId="db")["Versions"]
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{**EU, "KmsKeyId": "alias/pay"}])
    (after,) = eu.list_secret_version_ids(SecretId="db")["Versions"]
    assert after["LastAccessedDate"] == before["LastAccessedDate"]
    assert after["KmsKeyIds"] == ["alias/pay"]
