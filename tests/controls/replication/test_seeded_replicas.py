"""Seeds with replicas."""

import botocore
import pytest
from replicating import current, is_there, statuses

from pytest_secretsmanager import Rotation, UsageError, Version
from pytest_secretsmanager.inspection.views import state_of

# --- what is seeded --------------------------------------------------------------------------------------------------


@pytest.mark.secret("db", "one", replicas=["eu-west-1", "ap-south-1"])
def test_secret_marker_with_replicas_creates_replicas(client, eu, ap):
    assert statuses(client) == {"eu-west-1": "InSync", "ap-south-1": "InSync"}
    assert [current(one) for one in (client, eu, ap)] == ["one", "one", "one"]


@pytest.mark.parametrize("regions", [["eu-west-1"], ("eu-west-1",)], ids=["list", "tuple"])
def test_seed_accepts_replicas_as_a_list_or_a_tuple(client, eu, secretsmanager, regions):
    secretsmanager.seed("db", "one", replicas=regions)
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "one"


def test_seed_with_replicas_returns_the_view_of_the_primary(secretsmanager):
    view = secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    assert view.arn.split(":")[3] == "us-east-1"


def test_seeded_replicas_have_all_properties_of_the_seed(secretsmanager):
    policy = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}}
    primary = secretsmanager.seed(
        "db",
        "three",
        versions=[Version("one", labels=[]), Version("two", labels=["AWSPREVIOUS", "blue"])],
        tags={"team": "pay"},
        description="main",
        policy=policy,
        replicas=["eu-west-1"],
    )
    replica = secretsmanager.secret("db", region="eu-west-1")
    assert [(version.value, version.id) for version in replica.versions] == [
        (version.value, version.id) for version in primary.versions
    ]
    assert [version.value for version in replica.versions] == ["one", "two", "three"]
    assert (replica.labels, replica.tags) == (primary.labels, {"team": "pay"})
    assert (state_of(replica).description, state_of(replica).policy) == ("main", state_of(primary).policy)


def test_seed_without_a_value_has_replicas_without_a_value(secretsmanager):
    secretsmanager.seed("db", replicas=["eu-west-1"])
    assert secretsmanager.secret("db", region="eu-west-1").versions == []


def test_seed_with_empty_replicas_is_not_a_multi_region_secret(client, secretsmanager):
    secretsmanager.seed("db", "one", replicas=[])
    assert "PrimaryRegion" not in client.describe_secret(SecretId="db")


def test_seed_in_another_region_and_account_has_its_replicas_in_that_account(secretsmanager):
    secretsmanager.seed("db", "one", region="eu-west-1", account="210987654321", replicas=["us-east-1"])
    replica = secretsmanager.secret("db", account="210987654321")
    assert state_of(replica).primary_region == "eu-west-1"
    assert "db" not in secretsmanager.secrets


def test_seed_with_replicas_leaves_the_log_empty(secretsmanager):
    for value in ("one", "two"):
        secretsmanager.seed("db", value, replicas=["eu-west-1"])
    assert len(secretsmanager.log) == 0
    assert secretsmanager.secret("db", region="eu-west-1").history == []


def test_seeded_replicas_follow_put_secret_value(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    client.put_secret_value(SecretId="db", SecretString="two")
    assert current(eu) == "two"


def test_seed_with_rotation_may_have_replicas(client, secretsmanager):
    events = []

    def rotate(event, context):
        events.append(event)

    secretsmanager.seed("db", "one", rotation=Rotation(rotate, days=30), replicas=["eu-west-1"])
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert secretsmanager.secret("db", region="eu-west-1").value == "one"
    assert events == []


def test_replication_hold_holds_seeded_replicas(client, eu, secretsmanager):
    with secretsmanager.replication.hold("eu-west-1"):
        secretsmanager.seed("db", "one", replicas=["eu-west-1"])
        assert statuses(client) == {"eu-west-1": "InProgress"}
        assert not is_there(eu)
    assert current(eu) == "one"


# --- seeds in place of others ----------------------------------------------------------------------------------------


def test_seed_replaces_a_primary_and_its_replicas(client, eu, ap, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1", "ap-south-1"])
    arn = secretsmanager.seed("db", "two", replicas=["eu-west-1"]).arn
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert eu.get_secret_value(SecretId="db")["ARN"] == arn.replace("us-east-1", "eu-west-1")
    assert current(eu) == "two"
    assert not is_there(ap)


def test_seed_without_replicas_replaces_a_primary_and_removes_its_replicas(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    secretsmanager.seed("db", "two")
    assert current(client) == "two"
    assert statuses(client) == {}
    assert not is_there(eu)


def test_seed_replaces_a_primary_whose_replica_is_held(client, eu, secretsmanager):
    with secretsmanager.replication.hold():
        secretsmanager.seed("db", "one", replicas=["eu-west-1"])
        secretsmanager.seed("db", "two")
    assert current(client) == "two"
    assert not is_there(eu)


def test_seed_replaces_a_managed_primary_and_its_replica(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", owning_service="rds", replicas=["eu-west-1"])
    secretsmanager.seed("db", "two")
    assert "OwningService" not in client.describe_secret(SecretId="db")
    assert not is_there(eu)


def test_seed_keeps_a_secret_that_blocked_a_replica_of_the_replaced_one(client, eu, secretsmanager):
    secretsmanager.seed("db", "other", region="eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": "eu-west-1"}])
    secretsmanager.seed("db", "two")
    assert current(eu) == "other"


def test_seed_refuses_a_replica_whose_name_is_taken(eu, secretsmanager):
    secretsmanager.seed("db", "other", region="eu-west-1")
    with pytest.raises(UsageError, match=r"no replica in eu-west-1: .*already exists in region eu-west-1"):
        secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    assert list(secretsmanager.secrets) == []
    assert current(eu) == "other"


def test_seed_replaces_a_replica(client, eu, ap, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1", "ap-south-1"])
    secretsmanager.seed("db", "own", region="eu-west-1")
    client.put_secret_value(SecretId="db", SecretString="two")
    assert [current(one) for one in (client, eu, ap)] == ["two", "own", "two"]
    assert statuses(client) == {"ap-south-1": "InSync"}
    assert "PrimaryRegion" not in eu.describe_secret(SecretId="db")


def test_seed_with_replicas_replaces_a_replica(client, eu, ap, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    secretsmanager.seed("db", "own", region="eu-west-1", replicas=["ap-south-1"])
    assert [current(one) for one in (client, eu, ap)] == ["one", "own", "own"]
    assert (statuses(client), statuses(eu)) == ({}, {"ap-south-1": "InSync"})


# --- refusals --------------------------------------------------------------------------------------------------------


BOTOCORE = f"botocore {botocore.__version__}"
NOT_SO = "secret 'db' can't be seeded: AWS would refuse it with"


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        pytest.param(
            ["us-east-1"], f"{NOT_SO} InvalidParameterException: Invalid replica region.", id="the primary's region"
        ),
        pytest.param(
            ["eu-west-1", "cn-north-1"],
            f"{NOT_SO} InvalidParameterException: Invalid replica region.",
            id="region of another partition",
        ),
        pytest.param(
            ["Ireland"],
            f"the region of a replica of secret 'db' is 'Ireland', which {BOTOCORE} does not know (a newer region "
            "needs a newer botocore, or the option extra_regions)",
            id="unknown region",
        ),
        pytest.param(
            "eu-west-1",
            "the option 'replicas' of a seed is a list or tuple such as [\"eu-west-1\"], not str",
            id="text",
        ),
        pytest.param([1], "the replicas of a seed are regions, but int is among them", id="a number in the list"),
        pytest.param(
            ["eu-west-1", {"Region": "ap-south-1"}],
            "the replicas of a seed are regions, but dict is among them",
            id="dicts as in a request",
        ),
    ],
)
def test_seed_refuses_invalid_replicas(secretsmanager, regions, message):
    with pytest.raises(UsageError) as caught:
        secretsmanager.seed("db", "one", replicas=regions)
    assert str(caught.value) == message
    assert not secretsmanager.secrets


def test_seed_refuses_replicas_of_a_deleted_secret(secretsmanager):
    with pytest.raises(UsageError) as caught:
        secretsmanager.seed("db", "one", replicas=["eu-west-1"], deleted=True)
    text = str(caught.value)
    assert text.startswith(f"{NOT_SO} InvalidParameterException: You can't delete secret arn:aws:secretsmanager:")
    assert text.endswith("that still has replica regions [eu-west-1].")


@pytest.mark.parametrize("deleted", [False, True], ids=["bad region", "deleted"])
def test_refused_seed_with_replicas_leaves_the_old_secret_and_its_replica(client, eu, secretsmanager, deleted):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    with secretsmanager.assert_unchanged(), pytest.raises(UsageError):
        secretsmanager.seed("db", "two", replicas=["eu-west-1" if deleted else "eu-west-99"], deleted=deleted)
    client.put_secret_value(SecretId="db", SecretString="three")
    assert current(eu) == "three"
