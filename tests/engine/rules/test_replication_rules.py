"""The rules of primaries and replicas, as pure functions on hand-made secrets."""

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
PENDING = V2._replace(sealed=None)

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
PRIMARY = ALONE._replace(primary_region="us-east-1", replicas={"eu-west-1": IN_SYNC})
REPLICA = ALONE._replace(
    key=SecretKey("eu-west-1", ACCOUNT, "db"),
    arn=ARN.replace("us-east-1", "eu-west-1"),
    primary_region="us-east-1",
)


# --- with_replicas ---------------------------------------------------------------------------------------------------


def test_with_replicas_sets_the_primary_region_to_that_of_the_secret():
    secret = replication.with_replicas(ALONE, {"eu-west-1": IN_PROGRESS})
    assert secret == ALONE._replace(replicas={"eu-west-1": IN_PROGRESS}, primary_region="us-east-1")


def test_with_replicas_without_replicas_removes_the_primary_region():
    assert replication.with_replicas(PRIMARY, {}) == ALONE


# --- with_replicas_in_progress ---------------------------------------------------------------------------------------

SHARED = {
    "a new version": {"versions": {"v1": V1, "v2": V2}},
    "a version announced": {"versions": {"v1": V1, "v2": PENDING}},
    "a version deleted": {"versions": {}},
    "a label placed": {"labels": {"AWSCURRENT": "v1", "blue": "v1"}},
    "a label removed": {"labels": {}},
    "a tag added": {"tags": {"team": "pay", "stage": "prod"}},
    "a tag changed": {"tags": {"team": "shop"}},
    "the last tag removed": {"tags": {}},
    "a policy attached": {"policy": "{}"},
    "a description": {"description": "main"},
    "a type": {"type": "DatadogApiKey"},
}
"""The changes that replicas share."""

OWN = {
    "the date of the change": {"changed": 9.0},
    "the date of the access": {"accessed": 9.0},
    "a version read": {"versions": {"v1": V1._replace(accessed=9.0)}},
    "a version encrypted again": {"versions": {"v1": V1._replace(sealed=SEALED._replace(key_arn="other"))}},
    "the key": {"kms_key_id": "alias/pay"},
    "how it rotates": {"rotation": RotationConfiguration(function="function")},
    "a running rotation": {"rotation": RotationConfiguration(attempt=RotationAttempt(token="v2"))},
    "no change": {},
}
"""The changes that replicas don't share."""


@pytest.mark.parametrize("change", SHARED.values(), ids=SHARED)
def test_with_replicas_in_progress_marks_replicas_after(change):
    after = PRIMARY._replace(**change)
    assert replication.with_replicas_in_progress(PRIMARY, after) == after._replace(replicas={"eu-west-1": IN_PROGRESS})


@pytest.mark.parametrize("change", OWN.values(), ids=OWN)
def test_with_replicas_in_progress_keeps_a_replica_in_sync_after(change):
    after = PRIMARY._replace(**change)
    assert replication.with_replicas_in_progress(PRIMARY, after) is after


def test_with_replicas_in_progress_marks_replicas_after_an_announced_version_is_filled():
    before = PRIMARY._replace(versions={"v1": V1, "v2": PENDING})
    after = PRIMARY._replace(versions={"v1": V1, "v2": V2})
    assert replication.with_replicas_in_progress(before, after).replicas == {"eu-west-1": IN_PROGRESS}


def test_with_replicas_in_progress_marks_replicas_in_sync_only():
    replicas = {"eu-west-1": IN_SYNC, "ap-south-1": FAILED, "sa-east-1": IN_PROGRESS}
    before = PRIMARY._replace(replicas=replicas)
    assert replication.with_replicas_in_progress(before, before._replace(description="main")).replicas == {
        "eu-west-1": IN_PROGRESS,
        "ap-south-1": FAILED,
        "sa-east-1": IN_PROGRESS,
    }


def test_with_replicas_in_progress_keeps_the_key_of_a_replica():
    before = PRIMARY._replace(replicas={"eu-west-1": IN_SYNC._replace(kms_key_id="alias/eu")})
    after = replication.with_replicas_in_progress(before, before._replace(description="main"))
    assert after.replicas == {"eu-west-1": Replica(kms_key_id="alias/eu")}


def test_with_replicas_in_progress_returns_a_new_secret_unchanged():
    assert replication.with_replicas_in_progress(None, PRIMARY) is PRIMARY


@pytest.mark.parametrize("change", SHARED.values(), ids=SHARED)
def test_with_replicas_in_progress_returns_a_secret_without_replicas_unchanged_after(change):
    after = ALONE._replace(**change)
    assert replication.with_replicas_in_progress(ALONE, after) is after


# --- regions_in_progress, with_status --------------------------------------------------------------------------------


def test_regions_in_progress_keeps_the_order_of_the_requests():
    replicas = {"sa-east-1": IN_PROGRESS, "eu-west-1": IN_SYNC, "ap-south-1": IN_PROGRESS, "us-west-2": FAILED}
    assert replication.regions_in_progress(PRIMARY._replace(replicas=replicas)) == ["sa-east-1", "ap-south-1"]


def test_regions_in_progress_of_a_secret_without_replicas_is_empty():
    assert replication.regions_in_progress(ALONE) == []


@pytest.mark.parametrize(
    ("status", "message"), [("InSync", "Replication succeeded"), ("Failed", "Replication failed: for a reason.")]
)
def test_with_status_sets_status_and_message_and_clears_force(status, message):
    asked = Replica(kms_key_id="alias/eu", overwrite=True)
    primary = PRIMARY._replace(replicas={"eu-west-1": asked, "ap-south-1": IN_PROGRESS})
    assert replication.with_status(primary, "eu-west-1", status, message).replicas == {
        "eu-west-1": Replica(kms_key_id="alias/eu", status=status, message=message),
        "ap-south-1": IN_PROGRESS,
    }


# --- is_replica_of ---------------------------------------------------------------------------------------------------


def test_is_replica_of_finds_a_replica_by_its_name_and_suffix():
    assert replication.is_replica_of(REPLICA, PRIMARY)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(None, id="no secret"),
        pytest.param(PRIMARY, id="the primary itself"),
        pytest.param(REPLICA._replace(primary_region=None), id="a promoted replica"),
        pytest.param(REPLICA._replace(primary_region="ap-south-1"), id="the replica of a primary in another region"),
        pytest.param(REPLICA._replace(primary_region="eu-west-1"), id="another primary"),
        pytest.param(REPLICA._replace(arn=REPLICA.arn.replace("Ab12Cd", "Xy34Zw")), id="another suffix"),
    ],
)
def test_is_replica_of_is_false_for(other):
    assert not replication.is_replica_of(other, PRIMARY)


# --- require_no_replicas ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [IN_SYNC, IN_PROGRESS, FAILED], ids=lambda replica: replica.status)
def test_require_no_replicas_refuses_a_primary_with_a_replica(status):
    with pytest.raises(InvalidParameterException) as caught:
        replication.require_no_replicas(PRIMARY._replace(replicas={"eu-west-1": status}))
    assert caught.value.message == f"You can't delete secret {ARN} that still has replica regions [eu-west-1]."


def test_require_no_replicas_names_the_regions_in_alphabetical_order():
    replicas = dict.fromkeys(["us-west-2", "ap-northeast-2", "eu-west-1"], IN_SYNC)
    with pytest.raises(InvalidParameterException) as caught:
        replication.require_no_replicas(PRIMARY._replace(replicas=replicas))
    assert caught.value.message == (
        f"You can't delete secret {ARN} that still has replica regions [ap-northeast-2, eu-west-1, us-west-2]."
    )


def test_require_no_replicas_passes_a_secret_without_replicas():
    replication.require_no_replicas(ALONE)
