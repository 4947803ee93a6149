"""Links between secrets of two accounts: each rule alone, on hand-made secrets."""

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import InvalidParameterException, InvalidRequestException
from pytest_secretsmanager.engine.rules import cross_account, guards
from pytest_secretsmanager.engine.state import (
    CrossAccountPrimary,
    CrossAccountReplica,
    Links,
    Secret,
    SecretKey,
    Version,
)
from pytest_secretsmanager.engine.store import Store

REGION, ACCOUNT, OTHER_ACCOUNT = "us-east-1", "123456789012", "210987654321"
ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-Ab12Cd"
COPY_ARN = f"arn:aws:secretsmanager:{REGION}:{OTHER_ACCOUNT}:secret:copy-Ef34Gh"
SECOND_ARN = f"arn:aws:secretsmanager:{REGION}:{OTHER_ACCOUNT}:secret:second-Ij56Kl"
ALONE = Secret(key=SecretKey(REGION, ACCOUNT, "db"), arn=ARN, created=0.0, changed=0.0)
COPY = Secret(
    key=SecretKey(REGION, OTHER_ACCOUNT, "copy"),
    arn=COPY_ARN,
    created=0.0,
    changed=0.0,
    links=Links(primary=CrossAccountPrimary(arn=ARN, status="InSync")),
)


def primary(**statuses):
    """The primary with replicas of these statuses: `copy` and `second`."""
    arns = {"copy": COPY_ARN, "second": SECOND_ARN}
    replicas = {arns[name]: CrossAccountReplica(status=status) for name, status in statuses.items()}
    return ALONE._replace(links=Links(replicas=replicas))


def statuses_of(secret):
    return [replica.status for replica in cross_account.replicas_of(secret).values()]


def with_version(secret, *, sealed, number=1, label="AWSCURRENT"):
    version = Version(id="v1", number=number, created=0.0, member="SecretString", sealed=sealed)
    return secret._replace(versions={"v1": version}, labels={label: "v1"})


# --- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "replica", "linked"),
    [
        pytest.param(primary(copy="InSync"), COPY, True, id="to each other"),
        pytest.param(None, COPY, False, id="to a secret that is gone"),
        pytest.param(primary(second="InSync"), COPY, False, id="only from the replica"),
        pytest.param(ALONE, COPY, False, id="from the replica to a secret without links"),
        pytest.param(primary(copy="InSync"), COPY._replace(links=None), False, id="only from the primary"),
        pytest.param(primary(copy="InSync")._replace(arn=ARN[:-6] + "Zz99Zz"), COPY, False, id="to a former secret"),
    ],
)
def test_two_secrets_are_linked(secret, replica, linked):
    assert cross_account.linked(secret, replica) is linked


def test_a_secret_that_loses_its_last_link_has_no_links():
    assert cross_account.with_primary(COPY, None).links is None
    assert cross_account.with_replica(primary(copy="InSync"), COPY_ARN, None).links is None


def test_a_primary_that_loses_one_of_two_replicas_keeps_the_other():
    left = cross_account.with_replica(primary(copy="InSync", second="Failed"), COPY_ARN, None)
    assert left == primary(second="Failed")


def test_a_new_status_of_a_replica_replaces_its_message():
    failed = cross_account.with_status(primary(copy="InSync"), COPY_ARN, "Failed", "no key")
    assert cross_account.replicas_of(failed)[COPY_ARN] == CrossAccountReplica(status="Failed", message="no key")
    assert cross_account.with_status(failed, COPY_ARN, "InSync") == primary(copy="InSync")


def test_a_detached_replica_is_not_associated():
    assert cross_account.associated(primary(copy="Detached", second="Failed")) == [SECOND_ARN]


def test_at_finds_a_secret_by_its_full_arn_only():
    store = Store()
    store.apply({COPY.key: COPY})
    assert cross_account.at(COPY_ARN, store) is COPY
    for arn in (COPY_ARN[:-7], COPY_ARN[:-6] + "Zz99Zz", SECOND_ARN, "copy"):
        assert cross_account.at(arn, store) is None


# --- replicas that are copied to -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "after",
    [
        pytest.param({"sealed": b"two"}, id="a value of a version that had none"),
        pytest.param({"sealed": None, "number": 2}, id="another version of the same id"),
        pytest.param({"sealed": None, "label": "blue"}, id="a label"),
    ],
)
def test_a_change_of_values_or_labels_puts_replicas_in_sync_in_progress(after):
    linked = primary(copy="InSync", second="Failed")
    before, changed = with_version(linked, sealed=None), with_version(linked, **after)
    assert statuses_of(cross_account.with_replicas_in_progress(before, changed)) == ["InProgress", "Failed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, primary(copy="InSync"), id="a new secret"),
        pytest.param(primary(copy="InSync"), primary(copy="InSync")._replace(description="new"), id="other metadata"),
        pytest.param(ALONE, with_version(ALONE, sealed=b"one"), id="a secret without links"),
    ],
)
def test_no_other_change_puts_replicas_in_progress(before, after):
    assert cross_account.with_replicas_in_progress(before, after) is after


def test_the_replicas_of_entries_in_progress_get_that_status():
    store = Store()
    store.apply({COPY.key: COPY})
    found = cross_account.newly_in_progress(primary(copy="InProgress", second="InProgress"), store)
    following = COPY._replace(links=Links(primary=CrossAccountPrimary(arn=ARN, status="InProgress")))
    assert found == {COPY.key: following}
    store.apply(found)
    assert cross_account.newly_in_progress(primary(copy="InProgress"), store) == {}
    assert cross_account.newly_in_progress(primary(copy="InSync"), store) == {}


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        ("copy", "The ARN of the replica secret isn't the full ARN of a secret: copy"),
        (COPY_ARN[:-7], f"The ARN of the replica secret isn't the full ARN of a secret: {COPY_ARN[:-7]}"),
        *(
            (arn, f"The replica secret must be in the same AWS Region and partition: {arn}")
            for arn in (COPY_ARN.replace(REGION, "eu-west-1"), COPY_ARN.replace("arn:aws:", "arn:aws-cn:"))
        ),
        (ARN, f"The replica secret must be in a different AWS account: {ARN}"),
    ],
)
def test_the_other_secret_has_to_be_in_another_account_of_the_same_region(arn, text):
    with pytest.raises(InvalidParameterException) as caught:
        cross_account.require_another_account(arn, REGION, ACCOUNT, "replica")
    assert caught.value.message == text
    cross_account.require_another_account(COPY_ARN, REGION, ACCOUNT, "replica")


def test_the_caller_has_to_be_of_the_account_of_the_secret():
    call = Call("AnyOperation", {}, REGION, Principal(ACCOUNT, "arn"), 0.0, "request")
    cross_account.require_same_account(ALONE, call, "primary")
    with pytest.raises(InvalidRequestException) as caught:
        cross_account.require_same_account(COPY, call, "replica")
    assert caught.value.message == "You must call this operation from the account that owns the replica secret."


def test_the_values_of_a_replica_are_refused():
    for secret in (ALONE, primary(copy="InSync")):
        cross_account.require_own_values(secret)
    store = Store()
    store.apply({COPY.key: COPY})
    call = Call("AnyOperation", {"SecretId": "copy"}, REGION, Principal(OTHER_ACCOUNT, "arn"), 0.0, "request")
    for refuse in (lambda: cross_account.require_own_values(COPY), lambda: guards.require_writable(store, call)):
        with pytest.raises(InvalidParameterException) as caught:
            refuse()
        assert caught.value.message == (
            "Operation not permitted on a cross-account replica secret. Call must be made in primary secret's account."
        )


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        (ALONE, None),
        (primary(copy="Detached"), None),
        (
            primary(copy="InSync", second="Failed"),
            f"You can't delete secret {ARN} that still has cross-account replicas [{COPY_ARN}, {SECOND_ARN}].",
        ),
        (
            COPY,
            f"You can't delete secret {COPY_ARN} that is a cross-account replica. Stop its replication first.",
        ),
    ],
    ids=["without links", "with a detached replica", "with replicas", "a replica"],
)
def test_a_secret_with_links_can_not_be_deleted(secret, reason):
    assert cross_account.reason_to_stay(secret) == reason
