"""What a primary and its replicas have in common, as pure functions on hand-made secrets."""

from dataclasses import replace

import pytest

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules import replication
from pytest_secretsmanager.engine.state import (
    Replica,
    RotationAttempt,
    RotationConfiguration,
    Sealed,
    Secret,
    SecretKey,
    Version,
)

ACCOUNT = "123456789012"
ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-Ab12Cd"
SEALED = Sealed(kms_key_id="", key_arn="key", data_key=b"wrapped", ciphertext=b"encrypted")
V1 = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=SEALED)
V2 = Version(id="v2", number=2, created=5.0, member="SecretString", sealed=SEALED)
PENDING = replace(V2, sealed=None)

IN_PROGRESS = Replica()
IN_SYNC = Replica(status="InSync", message="Replication succeeded")
FAILED = Replica(status="Failed", message="Replication failed: for a reason.")

ALONE = Secret(
    key=SecretKey("us-east-1", ACCOUNT, "db"),
    arn=ARN,
    created=0.0,
    changed=0.0,
    tags={"team": "pay"},
    versions={"v1": V1},
    labels={"AWSCURRENT": "v1"},
    versions_made=1,
)
PRIMARY = replace(ALONE, primary_region="us-east-1", replicas={"eu-west-1": IN_SYNC})
REPLICA = replace(
    ALONE,
    key=SecretKey("eu-west-1", ACCOUNT, "db"),
    arn=ARN.replace("us-east-1", "eu-west-1"),
    primary_region="us-east-1",
)


# --- with_replicas ---------------------------------------------------------------------------------------------------


def test_with_replicas_a_secret_belongs_to_its_own_region_as_the_primary_one():
    secret = replication.with_replicas(ALONE, {"eu-west-1": IN_PROGRESS})
    assert secret == replace(ALONE, replicas={"eu-west-1": IN_PROGRESS}, primary_region="us-east-1")


def test_without_replicas_a_secret_belongs_to_no_primary_region():
    assert replication.with_replicas(PRIMARY, {}) == ALONE


# --- following -------------------------------------------------------------------------------------------------------

SHARED = {
    "a new version": {"versions": {"v1": V1, "v2": V2}},
    "a version announced": {"versions": {"v1": V1, "v2": PENDING}},
    "a version gone": {"versions": {}},
    "a label placed": {"labels": {"AWSCURRENT": "v1", "blue": "v1"}},
    "a label gone": {"labels": {}},
    "a tag added": {"tags": {"team": "pay", "stage": "prod"}},
    "a tag changed": {"tags": {"team": "shop"}},
    "the last tag gone": {"tags": {}},
    "a policy attached": {"policy": "{}"},
    "a description": {"description": "main"},
    "a type": {"type": "DatadogApiKey"},
}
"""What replicas have to follow."""

OWN = {
    "the date of the change": {"changed": 9.0},
    "the date of the access": {"accessed": 9.0},
    "a version read": {"versions": {"v1": replace(V1, accessed=9.0)}},
    "a version encrypted anew": {"versions": {"v1": replace(V1, sealed=replace(SEALED, key_arn="other"))}},
    "the key": {"kms_key_id": "alias/pay"},
    "how it rotates": {"rotation": RotationConfiguration(function="function")},
    "a rotation under way": {"rotation": RotationConfiguration(attempt=RotationAttempt(token="v2"))},
    "nothing": {},
}
"""What replicas have no part in."""


@pytest.mark.parametrize("change", SHARED.values(), ids=SHARED)
def test_a_replica_in_sync_is_in_progress_again_after(change):
    after = replace(PRIMARY, **change)
    assert replication.following(PRIMARY, after) == replace(after, replicas={"eu-west-1": IN_PROGRESS})


@pytest.mark.parametrize("change", OWN.values(), ids=OWN)
def test_a_replica_stays_in_sync_after(change):
    after = replace(PRIMARY, **change)
    assert replication.following(PRIMARY, after) is after


def test_a_replica_follows_once_an_announced_version_is_filled():
    before = replace(PRIMARY, versions={"v1": V1, "v2": PENDING})
    after = replace(PRIMARY, versions={"v1": V1, "v2": V2})
    assert replication.following(before, after).replicas == {"eu-west-1": IN_PROGRESS}


def test_only_replicas_in_sync_are_in_progress_again():
    replicas = {"eu-west-1": IN_SYNC, "ap-south-1": FAILED, "sa-east-1": IN_PROGRESS}
    before = replace(PRIMARY, replicas=replicas)
    assert replication.following(before, replace(before, description="main")).replicas == {
        "eu-west-1": IN_PROGRESS,
        "ap-south-1": FAILED,
        "sa-east-1": IN_PROGRESS,
    }


def test_a_replica_in_progress_again_keeps_its_key():
    before = replace(PRIMARY, replicas={"eu-west-1": replace(IN_SYNC, kms_key_id="alias/eu")})
    after = replication.following(before, replace(before, description="main"))
    assert after.replicas == {"eu-west-1": Replica(kms_key_id="alias/eu")}


def test_a_new_secret_has_its_replicas_as_they_were_asked_for():
    assert replication.following(None, PRIMARY) is PRIMARY


@pytest.mark.parametrize("change", SHARED.values(), ids=SHARED)
def test_a_secret_without_replicas_is_left_as_it_is_after(change):
    after = replace(ALONE, **change)
    assert replication.following(ALONE, after) is after


# --- regions_in_progress, with_status --------------------------------------------------------------------------------


def test_regions_in_progress_are_told_in_the_order_in_which_they_were_asked_for():
    replicas = {"sa-east-1": IN_PROGRESS, "eu-west-1": IN_SYNC, "ap-south-1": IN_PROGRESS, "us-west-2": FAILED}
    assert replication.regions_in_progress(replace(PRIMARY, replicas=replicas)) == ["sa-east-1", "ap-south-1"]


def test_a_secret_without_replicas_has_no_region_in_progress():
    assert replication.regions_in_progress(ALONE) == []


@pytest.mark.parametrize(
    ("status", "message"), [("InSync", "Replication succeeded"), ("Failed", "Replication failed: for a reason.")]
)
def test_at_its_end_a_replication_has_its_status_and_message_and_no_more_force(status, message):
    asked = Replica(kms_key_id="alias/eu", overwrite=True)
    primary = replace(PRIMARY, replicas={"eu-west-1": asked, "ap-south-1": IN_PROGRESS})
    assert replication.with_status(primary, "eu-west-1", status, message).replicas == {
        "eu-west-1": Replica(kms_key_id="alias/eu", status=status, message=message),
        "ap-south-1": IN_PROGRESS,
    }


# --- is_replica_of ---------------------------------------------------------------------------------------------------


def test_a_secret_of_another_region_with_name_and_suffix_is_the_replica():
    assert replication.is_replica_of(REPLICA, PRIMARY)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(None, id="nothing"),
        pytest.param(PRIMARY, id="the primary itself"),
        pytest.param(replace(REPLICA, primary_region=None), id="a promoted replica"),
        pytest.param(replace(REPLICA, primary_region="ap-south-1"), id="the replica of a primary elsewhere"),
        pytest.param(replace(REPLICA, primary_region="eu-west-1"), id="a primary of its own"),
        pytest.param(replace(REPLICA, arn=REPLICA.arn.replace("Ab12Cd", "Xy34Zw")), id="another suffix"),
    ],
)
def test_no_replica_of_a_primary_is(other):
    assert not replication.is_replica_of(other, PRIMARY)


# --- require_no_replicas ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [IN_SYNC, IN_PROGRESS, FAILED], ids=lambda replica: replica.status)
def test_a_primary_can_not_go_while_it_has_a_replica(status):
    with pytest.raises(InvalidParameterException) as caught:
        replication.require_no_replicas(replace(PRIMARY, replicas={"eu-west-1": status}))
    assert caught.value.message == f"You can't delete secret {ARN} that still has replica regions [eu-west-1]."


def test_the_regions_of_replicas_are_told_in_the_order_of_the_alphabet():
    replicas = dict.fromkeys(["us-west-2", "ap-northeast-2", "eu-west-1"], IN_SYNC)
    with pytest.raises(InvalidParameterException) as caught:
        replication.require_no_replicas(replace(PRIMARY, replicas=replicas))
    assert caught.value.message == (
        f"You can't delete secret {ARN} that still has replica regions [ap-northeast-2, eu-west-1, us-west-2]."
    )


def test_a_secret_without_replicas_can_go():
    replication.require_no_replicas(ALONE)
