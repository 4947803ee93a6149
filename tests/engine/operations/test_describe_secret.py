"""DescribeSecret: which fields its reply has."""

from datetime import timedelta

import pytest

from pytest_secretsmanager.inspection.views import state_of

V1, V2, V3 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3))
EU = {"Region": "eu-west-1"}
ALWAYS = {"ARN", "Name", "CreatedDate", "LastChangedDate"}


def described(client, name="db"):
    reply = client.describe_secret(SecretId=name)
    del reply["ResponseMetadata"]
    return reply


@pytest.mark.secret("db")
def test_describe_secret_shows_four_fields_of_a_bare_secret(client):
    assert described(client).keys() == ALWAYS


@pytest.mark.parametrize(
    ("seed", "member", "shown"),
    [
        ({"description": "main"}, "Description", "main"),
        ({"kms_key": "alias/pay"}, "KmsKeyId", "alias/pay"),
        ({"tags": {"b": "1", "a": "2"}}, "Tags", [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}]),
        ({"owning_service": "rds"}, "OwningService", "rds"),
    ],
    ids=["Description", "KmsKeyId", "Tags", "OwningService"],
)
def test_describe_secret_shows_a_member_that_the_secret_has(client, secretsmanager, seed, member, shown):
    secretsmanager.seed("db", **seed)
    reply = described(client)
    assert reply.keys() == {*ALWAYS, member}
    assert reply[member] == shown


def test_describe_secret_shows_labelled_versions_only(client):
    for version_id, value in ((V1, "one"), (V2, "two"), (V3, "three")):
        if version_id == V1:
            client.create_secret(Name="db", SecretString=value, ClientRequestToken=version_id)
        else:
            client.put_secret_value(SecretId="db", SecretString=value, ClientRequestToken=version_id)
    client.update_secret_version_stage(SecretId="db", VersionStage="blue", MoveToVersionId=V3)
    stages = described(client)["VersionIdsToStages"]
    assert {version_id: sorted(labels) for version_id, labels in stages.items()} == {
        V3: ["AWSCURRENT", "blue"],
        V2: ["AWSPREVIOUS"],
    }


@pytest.mark.secret("db", "one")
def test_describe_secret_shows_the_day_of_the_last_access_after_a_read(client):
    assert "LastAccessedDate" not in described(client)
    client.get_secret_value(SecretId="db")
    accessed = described(client)["LastAccessedDate"]
    assert accessed.timestamp() % 86_400 == 0


@pytest.mark.secret("db", "one", versions=["zero"], tags={"team": "pay"}, description="main")
def test_describe_secret_shows_all_fields_of_a_secret_scheduled_for_deletion(client):
    before = described(client)
    date = client.delete_secret(SecretId="db", RecoveryWindowInDays=7)["DeletionDate"]
    after = described(client)
    assert after.pop("DeletedDate") == date - timedelta(days=7)
    assert after.keys() == before.keys()
    assert after["VersionIdsToStages"] == before["VersionIdsToStages"]


def test_describe_secret_shows_the_primary_region_of_a_replica(world):
    world.make_replica("copy")
    assert world.call("DescribeSecret", SecretId="copy")["PrimaryRegion"] == "eu-west-1"


def test_describe_secret_shows_dates_with_milliseconds(world):
    world.now += 0.123
    world.call("CreateSecret", Name="db", ClientRequestToken=V1)
    reply = world.call("DescribeSecret", SecretId="db")
    assert (reply["CreatedDate"], reply["LastChangedDate"]) == (world.now, world.now)


def test_describe_secret_shows_dates_of_the_first_moment_of_1970(world):
    """As number, this date is 0."""
    world.now = 0.0
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    for region in ("us-east-1", "eu-west-1"):
        world.call("GetSecretValue", SecretId="db", region=region)
    reply = world.call("DescribeSecret", SecretId="db")
    dates = [reply[member] for member in ("CreatedDate", "LastChangedDate", "LastAccessedDate")]
    assert [*dates, reply["ReplicationStatus"][0]["LastAccessedDate"]] == [0.0] * 4


def test_describe_secret_changes_nothing(client, secretsmanager):
    secretsmanager.seed("db", "one")
    before = state_of(secretsmanager.secret("db"))
    described(client)
    assert state_of(secretsmanager.secret("db")) is before


def test_describe_secret_finds_a_secret_up_to_the_end_of_its_recovery_window(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1)
    world.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    world.pass_days(timedelta(days=7) / timedelta(days=1) - 0.001)
    assert world.call("DescribeSecret", SecretId="db")["Name"] == "db"
    world.pass_days(0.001)
    assert world.refused("DescribeSecret", SecretId="db")[0] == "ResourceNotFoundException"
