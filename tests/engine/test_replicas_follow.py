"""Replicas: how they follow each change of their primary, what they keep, and what they refuse."""

import json

import pytest

from pytest_secretsmanager import Rotation
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.operations import OPERATIONS

V1, V2, V3, V4, V5 = (f"version-{number}".ljust(32, "-") for number in range(1, 6))
TOKEN = "token".ljust(32, "-")
EU, AP = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}
IN_SYNC = ("InSync", "Replication succeeded")
POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}}'
DENY = POLICY.replace("Allow", "Deny")
ON_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def shown(client):
    """The part of `db` that primary and replicas share, as a client sees it."""
    described = client.describe_secret(SecretId="db")
    versions = client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    return {
        "name": described["Name"],
        "description": described.get("Description"),
        "tags": described.get("Tags") or None,
        "policy": json.loads(client.get_resource_policy(SecretId="db").get("ResourcePolicy", "null")),
        "labels": {version["VersionId"]: version.get("VersionStages", []) for version in versions},
        "made": [version["CreatedDate"] for version in versions],
        "values": {version["VersionId"]: value_of(client, version["VersionId"]) for version in versions},
    }


def value_of(client, version_id):
    reply = client.get_secret_value(SecretId="db", VersionId=version_id)
    return reply.get("SecretString") or reply.get("SecretBinary")


def current(client):
    return client.get_secret_value(SecretId="db")["SecretString"]


def outcomes(client):
    entries = client.describe_secret(SecretId="db")["ReplicationStatus"]
    return {entry["Region"]: (entry["Status"], entry.get("StatusMessage")) for entry in entries}


@pytest.fixture
def db(client, secretsmanager):
    """`db` with every kind of metadata, three versions, the oldest without a label, and a replica."""
    secretsmanager.kms.create_key(alias="alias/us")
    client.create_secret(
        Name="db",
        SecretString="one",
        ClientRequestToken=V1,
        Description="main",
        Tags=tags(team="pay", stage="prod"),
        AddReplicaRegions=[EU],
    )
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    client.put_secret_value(SecretId="db", SecretString="three", ClientRequestToken=V3, VersionStages=["AWSCURRENT"])
    client.put_resource_policy(SecretId="db", ResourcePolicy=POLICY)


# --- each writing operation ------------------------------------------------------------------------------------------

LABELS = {V1: [], V2: ["AWSPREVIOUS"], V3: ["AWSCURRENT"]}
VALUES = {V1: "one", V2: "two", V3: "three"}

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


def without_dates(state):
    return {name: member for name, member in state.items() if name != "made"}


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
    before = secretsmanager.secret("db", region="eu-west-1").state
    call(client)
    assert secretsmanager.secret("db", region="eu-west-1").state == before
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


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def keys(secretsmanager):
    """The keys of `sealed`: the primary's, and the replica's."""
    us = secretsmanager.kms.create_key(alias="alias/us")
    return us, secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")


@pytest.fixture
def sealed(client, keys):
    """`db` and its replica under different customer keys, with one version from before the replication."""
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/us")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)


def failure(verb, key):
    return (
        f"Secrets Manager can't {verb} the secret value: {key.arn} is disabled. (Service: AWSKMS; Status Code: 400; "
        "Error Code: DisabledException; Request ID: 00000000-0000-4000-8000-000000000000; Proxy: null)"
    )


@pytest.mark.usefixtures("sealed")
def test_a_replica_encrypts_each_version_under_its_own_key(client, eu):
    keys = [
        [version["KmsKeyIds"] for version in one.list_secret_version_ids(SecretId="db")["Versions"]]
        for one in (client, eu)
    ]
    assert keys == [[["alias/us"], ["alias/us"]], [["alias/eu"], ["alias/eu"]]]


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    "version_id", [V1, V2], ids=["version before the replication", "version after the replication"]
)
def test_a_disabled_key_of_the_primary_does_not_stop_reads_of_the_replica(eu, keys, secretsmanager, version_id):
    secretsmanager.kms.disable(keys[0])
    assert value_of(eu, version_id) == VALUES[version_id]


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    "version_id", [V1, V2], ids=["version before the replication", "version after the replication"]
)
def test_a_disabled_key_of_the_replica_does_not_stop_reads_of_the_primary(client, keys, secretsmanager, version_id):
    secretsmanager.kms.disable(keys[1])
    assert value_of(client, version_id) == VALUES[version_id]


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    "version_id", [V1, V2], ids=["version before the replication", "version after the replication"]
)
def test_a_disabled_key_of_the_replica_stops_its_own_reads(eu, keys, secretsmanager, refused, version_id):
    secretsmanager.kms.disable(keys[1])
    assert refused(eu.get_secret_value, SecretId="db", VersionId=version_id) == (
        "DecryptionFailure",
        failure("decrypt", keys[1]),
    )


@pytest.mark.usefixtures("sealed")
def test_a_new_key_of_the_primary_keeps_the_key_of_the_replica(client, eu, keys, secretsmanager):
    client.update_secret(SecretId="db", KmsKeyId="")
    secretsmanager.kms.disable("")
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == "alias/eu"
    assert current(eu) == "two"


NEEDS_NO_KEY = {
    "TagResource": (
        lambda client: client.tag_resource(SecretId="db", Tags=tags(team="pay")),
        {"tags": tags(team="pay")},
    ),
    "UpdateSecretVersionStage": (
        lambda client: client.update_secret_version_stage(SecretId="db", VersionStage="blue", MoveToVersionId=V1),
        {"labels": {V1: ["AWSPREVIOUS", "blue"], V2: ["AWSCURRENT"]}},
    ),
    "UpdateSecret": (
        lambda client: client.update_secret(SecretId="db", Description="main"),
        {"description": "main"},
    ),
}
"""The changes that reach a replica without decryption or encryption."""


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize("which", [0, 1], ids=["key of the primary disabled", "key of the replica disabled"])
@pytest.mark.parametrize(("write", "difference"), NEEDS_NO_KEY.values(), ids=NEEDS_NO_KEY)
def test_a_change_without_a_value_reaches_a_replica_under_a_disabled_key(
    client, eu, keys, secretsmanager, which, write, difference
):
    before = shown(eu)
    secretsmanager.kms.disable(keys[which])
    write(client)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    secretsmanager.kms.enable(keys[which])
    assert without_dates(shown(eu)) == without_dates(before) | difference


@pytest.mark.usefixtures("sealed")
def test_a_new_value_does_not_reach_a_replica_whose_key_is_disabled(client, eu, keys, secretsmanager):
    secretsmanager.kms.disable(keys[1])
    client.put_secret_value(SecretId="db", SecretString="three")
    assert current(client) == "three"
    assert outcomes(client) == {"eu-west-1": ("Failed", f"Replication failed: {failure('encrypt', keys[1])}")}
    secretsmanager.kms.enable(keys[1])
    assert current(eu) == "two"


@pytest.mark.usefixtures("sealed")
def test_replicate_secret_to_regions_updates_a_replica_that_failed_to_follow(client, eu, keys, secretsmanager):
    secretsmanager.kms.disable(keys[1])
    client.put_secret_value(SecretId="db", SecretString="three")
    secretsmanager.kms.enable(keys[1])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert shown(eu) == shown(client)


# --- rotation --------------------------------------------------------------------------------------------------------


@pytest.fixture
def function(client, secretsmanager):
    """The ARN of a function that rotates `db` to `rotated`."""

    def rotate(event, context):
        secret, token = event["SecretId"], event["ClientRequestToken"]
        if event["Step"] == "createSecret":
            client.put_secret_value(
                SecretId=secret, SecretString="rotated", ClientRequestToken=token, VersionStages=["AWSPENDING"]
            )
        if event["Step"] == "finishSecret":
            client.update_secret_version_stage(
                SecretId=secret,
                VersionStage="AWSCURRENT",
                RemoveFromVersionId=secretsmanager.secret(secret).current.id,
                MoveToVersionId=token,
            )

    return secretsmanager.rotation.register(rotate)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("point", "labels", "values"),
    [
        pytest.param(
            {"before": "createSecret"},
            {"AWSPREVIOUS": V2, "AWSCURRENT": V3, "AWSPENDING": TOKEN},
            VALUES | {TOKEN: None},
            id="announced",
        ),
        pytest.param(
            {"after": "createSecret"},
            {"AWSPREVIOUS": V2, "AWSCURRENT": V3, "AWSPENDING": TOKEN},
            VALUES | {TOKEN: "rotated"},
            id="filled",
        ),
        pytest.param(
            {"before": "finishSecret"},
            {"AWSPREVIOUS": V2, "AWSCURRENT": V3, "AWSPENDING": TOKEN},
            VALUES | {TOKEN: "rotated"},
            id="tested",
        ),
        pytest.param(
            {"after": "finishSecret"},
            {"AWSPREVIOUS": V3, "AWSCURRENT": TOKEN, "AWSPENDING": TOKEN},
            VALUES | {TOKEN: "rotated"},
            id="promoted",
        ),
    ],
)
def test_a_replica_shows_labels_and_values_of_a_running_rotation(
    client, secretsmanager, function, point, labels, values
):
    secretsmanager.rotation.hold("db", **point)
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    replica = secretsmanager.secret("db", region="eu-west-1")
    assert replica.labels == labels
    assert {version.id: version.value for version in replica.versions} == values
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


@pytest.mark.usefixtures("db")
def test_a_replica_shows_labels_and_value_of_a_completed_rotation(client, eu, secretsmanager, function):
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    assert secretsmanager.secret("db", region="eu-west-1").labels == {"AWSPREVIOUS": V3, "AWSCURRENT": TOKEN}
    assert current(eu) == "rotated"
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


@pytest.mark.usefixtures("db")
def test_an_announced_version_has_no_value_in_the_replica(client, eu, secretsmanager, function, refused):
    secretsmanager.rotation.hold("db", before="createSecret")
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    assert refused(eu.get_secret_value, SecretId="db", VersionStage="AWSPENDING") == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    )


@pytest.mark.usefixtures("db")
def test_an_announced_version_of_a_replica_gets_the_value_later(client, eu, secretsmanager, function):
    hold = secretsmanager.rotation.hold("db", before="createSecret")
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    assert secretsmanager.secret("db", region="eu-west-1").version(TOKEN).value is None
    hold.resume()
    assert value_of(eu, TOKEN) == "rotated"


@pytest.mark.usefixtures("db")
def test_a_failed_rotation_leaves_its_version_in_the_replica(client, secretsmanager, function):
    secretsmanager.rotation.fail("testSecret", ValueError("no login"))
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    replica = secretsmanager.secret("db", region="eu-west-1")
    assert replica.labels == {"AWSPREVIOUS": V2, "AWSCURRENT": V3, "AWSPENDING": TOKEN}
    assert replica.pending.value == "rotated"


@pytest.mark.usefixtures("db")
def test_a_write_that_abandons_a_rotation_removes_awspending_from_the_replica(client, secretsmanager, function):
    secretsmanager.rotation.hold("db", after="createSecret")
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    client.put_secret_value(SecretId="db", SecretString="five", ClientRequestToken=V5)
    assert secretsmanager.secret("db", region="eu-west-1").labels == {"AWSPREVIOUS": V3, "AWSCURRENT": V5}


def test_a_scheduled_rotation_reaches_replicas(eu, secretsmanager, function):
    secretsmanager.seed("db", "one", rotation=Rotation(function, days=30), replicas=["eu-west-1"])
    secretsmanager.clock.advance(days=31)
    assert current(eu) == "rotated"


def test_a_managed_rotation_reaches_replicas(client, eu, secretsmanager):
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds", replicas=["eu-west-1"])
    client.rotate_secret(SecretId="db", ClientRequestToken=TOKEN)
    reply = eu.get_secret_value(SecretId="db")
    assert reply["VersionId"] == TOKEN
    assert reply["SecretString"] == client.get_secret_value(SecretId="db")["SecretString"]


@pytest.mark.usefixtures("db")
def test_a_promoted_replica_does_not_rotate_on_schedule(client, eu, secretsmanager, function):
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 30})
    eu.stop_replication_to_replica(SecretId="db")
    secretsmanager.clock.advance(days=31)
    assert [run.secret.split(":")[3] for run in secretsmanager.rotation.runs] == ["us-east-1", "us-east-1"]


# --- writing to a replica --------------------------------------------------------------------------------------------

ON_THE_REPLICA = {
    "CancelRotateSecret": [{}],
    "DeleteResourcePolicy": [{}],
    "DeleteSecret": [{}, {"ForceDeleteWithoutRecovery": True}, {"RecoveryWindowInDays": 7}],
    "PutResourcePolicy": [{"ResourcePolicy": POLICY}],
    "PutSecretValue": [{"SecretString": "four"}, {"SecretString": "four", "VersionStages": ["blue"]}],
    "RemoveRegionsFromReplication": [{"RemoveReplicaRegions": ["eu-west-1"]}],
    "ReplicateSecretToRegions": [{"AddReplicaRegions": [AP]}],
    "RestoreSecret": [{}],
    "RotateSecret": [{}, {"RotateImmediately": False}],
    "TagResource": [{"Tags": tags(a="b")}],
    "UntagResource": [{"TagKeys": ["team"]}],
    "UpdateSecret": [{"Description": "other"}, {"SecretString": "four"}, {"KmsKeyId": "alias/eu"}, {}],
    "UpdateSecretVersionStage": [{"VersionStage": "blue", "MoveToVersionId": V1}],
}
"""Each operation that writes a secret, with requests. StopReplicationToReplica is left out: it is for replicas."""

if "AssociateCrossAccountReplica" in OPERATIONS:
    elsewhere = {"CrossAccountReplicaARN": "arn:aws:secretsmanager:eu-west-1:210987654321:secret:copy-AbCdEf"}
    ON_THE_REPLICA |= {
        "AssociateCrossAccountReplica": [elsewhere],
        "DisassociateCrossAccountReplica": [elsewhere],
    }


def method_of(client, operation):
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return getattr(client, methods[operation])


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        pytest.param(operation, request, id=f"{operation} {', '.join(request)}".strip())
        for operation, requests in ON_THE_REPLICA.items()
        for request in requests
    ],
)
def test_a_replica_refuses_the_write(eu, refused, operation, request_):
    assert refused(method_of(eu, operation), SecretId="db", **request_) == ON_REPLICA


def test_the_requests_to_a_replica_cover_every_operation_that_writes_a_secret():
    writing = {
        name
        for name in OPERATIONS
        if "SecretId" in model.operation(name).input_shape.members and not model.operation(name).reads
    }
    assert ON_THE_REPLICA.keys() == writing - {"StopReplicationToReplica"}


@pytest.mark.usefixtures("db")
def test_a_refused_write_to_a_replica_is_logged(eu, secretsmanager, refused):
    refused(eu.put_secret_value, SecretId="db", SecretString="four")
    event = secretsmanager.log[-1]
    assert (event.operation, event.region, event.error) == (
        "PutSecretValue",
        "eu-west-1",
        "InvalidParameterException",
    )


# --- deleting a primary ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [{}, {"RecoveryWindowInDays": 7}, {"ForceDeleteWithoutRecovery": True}],
    ids=["default window", "window", "forced"],
)
def test_delete_secret_refuses_a_primary_with_replicas(client, refused, request_):
    regions = [{"Region": region} for region in ("us-west-2", "ap-northeast-2", "eu-west-1")]
    arn = client.create_secret(Name="db", SecretString="one", AddReplicaRegions=regions)["ARN"]
    assert refused(client.delete_secret, SecretId="db", **request_) == (
        "InvalidParameterException",
        f"You can't delete secret {arn} that still has replica regions [ap-northeast-2, eu-west-1, us-west-2].",
    )


def test_delete_secret_refuses_a_primary_whose_replication_failed(client, refused):
    regions = [EU | {"KmsKeyId": "alias/nope"}]
    arn = client.create_secret(Name="db", SecretString="one", AddReplicaRegions=regions)["ARN"]
    assert refused(client.delete_secret, SecretId="db") == (
        "InvalidParameterException",
        f"You can't delete secret {arn} that still has replica regions [eu-west-1].",
    )


# --- the history of a replica's labels -------------------------------------------------------------------------------


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
    (_, last) = secretsmanager.log.moves_of(arn)
    assert (last.label, last.source, last.target) == ("AWSCURRENT", V1, None)
    assert last.operation == "RemoveRegionsFromReplication"


# --- corner cases ----------------------------------------------------------------------------------------------------


def test_a_test_rotation_leaves_the_replica_in_sync(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    seen = []

    def handler(event, context):
        seen.append(eu.describe_secret(SecretId="db")["VersionIdsToStages"][event["ClientRequestToken"]])

    function = secretsmanager.rotation.register(handler)
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, RotateImmediately=False)
    assert seen == [["AWSPENDING"]]
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert shown(eu)["labels"] == shown(client)["labels"]


def test_a_replica_is_in_sync_at_the_first_step_of_a_rotation(client, secretsmanager):
    seen = []
    rotation = Rotation(lambda event, _: seen.append((event["Step"], outcomes(client))))
    secretsmanager.seed("db", "one", replicas=["eu-west-1"], rotation=rotation)
    client.rotate_secret(SecretId="db")
    assert seen[0] == ("createSecret", {"eu-west-1": IN_SYNC})


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


def test_a_new_key_of_a_replica_keeps_its_dates_of_access(client, eu, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/pay", region="eu-west-1")
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    current(eu)
    (before,) = eu.list_secret_version_ids(SecretId="db")["Versions"]
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{**EU, "KmsKeyId": "alias/pay"}])
    (after,) = eu.list_secret_version_ids(SecretId="db")["Versions"]
    assert after["LastAccessedDate"] == before["LastAccessedDate"]
    assert after["KmsKeyIds"] == ["alias/pay"]
