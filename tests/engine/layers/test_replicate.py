"""The layer that lets replicas follow: what it makes of an outcome, around a handler of the test's own."""

from dataclasses import replace

import pytest

from pytest_secretsmanager.engine.call import (
    Call,
    Outcome,
    Part,
    Principal,
    Replicate,
    RunRotation,
    ServiceEvent,
)
from pytest_secretsmanager.engine.errors import InvalidRequestException
from pytest_secretsmanager.engine.layers.replicate import followed, replicate
from pytest_secretsmanager.engine.state import Replica, Secret, SecretKey
from pytest_secretsmanager.engine.store import Store

CALL = Call("AnyOperation", {}, "us-east-1", Principal("123456789012", "arn"), 0.0, "request")
IN_PROGRESS = Replica()
IN_SYNC = Replica(status="InSync", message="Replication succeeded")
FAILED = Replica(status="Failed", message="Replication failed: for a reason.")


def a_secret(name="db", **members):
    key = SecretKey("us-east-1", "123456789012", name)
    arn = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-Ab12Cd"
    return Secret(key=key, arn=arn, created=0.0, changed=0.0, **members)


def a_primary(name="db", **replicas):
    return a_secret(
        name,
        primary_region="us-east-1",
        replicas={region.replace("_", "-"): replica for region, replica in replicas.items()},
    )


PRIMARY = a_primary(eu_west_1=IN_SYNC, ap_south_1=IN_SYNC)
ALONE = a_secret("alone")


@pytest.fixture
def store():
    """What is there before the call."""
    store = Store()
    store.apply({PRIMARY.key: PRIMARY, ALONE.key: ALONE})
    return store


@pytest.fixture
def handle(store):
    """Puts an outcome through the layer."""

    def handle(outcome):
        return replicate(lambda _: outcome, store)(CALL)

    return handle


def test_the_call_is_handed_on(store):
    calls = []
    replicate(lambda call: calls.append(call) or Outcome({}), store)(CALL)
    assert calls == [CALL]


def test_a_refusal_is_handed_on(store):
    def inner(_):
        raise InvalidRequestException("Not now.")

    with pytest.raises(InvalidRequestException, match="Not now"):
        replicate(inner, store)(CALL)


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome({"read": True}), id="no change"),
        pytest.param(Outcome({}, {ALONE.key: replace(ALONE, description="main")}), id="a secret without replicas"),
        pytest.param(Outcome({}, {a_secret("new").key: a_secret("new")}), id="a new secret without replicas"),
        pytest.param(Outcome({}, {ALONE.key: None}), id="a secret that is gone"),
        pytest.param(Outcome({}, {PRIMARY.key: None}), id="a primary that is gone"),
        pytest.param(Outcome({}, {PRIMARY.key: replace(PRIMARY, replicas={})}), id="the last replica removed"),
    ],
)
def test_what_concerns_no_replica_passes_as_it_is(handle, outcome):
    assert handle(outcome) is outcome


@pytest.mark.parametrize(
    "change", [{"changed": 9.0}, {"accessed": 9.0}, {"kms_key_id": "alias/pay"}], ids=lambda change: next(iter(change))
)
def test_what_replicas_do_not_share_sets_nothing_in_motion(handle, change):
    after = replace(PRIMARY, **change)
    assert handle(Outcome({}, {PRIMARY.key: after})) == Outcome({}, {PRIMARY.key: after})


def test_what_replicas_share_brings_them_in_progress_and_lets_them_follow(handle):
    after = replace(PRIMARY, description="main")
    assert handle(Outcome({"told": True}, {PRIMARY.key: after})) == Outcome(
        {"told": True},
        {PRIMARY.key: replace(after, replicas={"eu-west-1": IN_PROGRESS, "ap-south-1": IN_PROGRESS})},
        then=(Replicate(PRIMARY.key),),
    )


def test_replicas_of_a_new_secret_follow(handle):
    new = a_primary("new", eu_west_1=IN_PROGRESS)
    assert handle(Outcome({}, {new.key: new})) == Outcome({}, {new.key: new}, then=(Replicate(new.key),))


def test_a_region_that_was_just_asked_for_is_replicated_to_and_no_other(handle):
    after = replace(PRIMARY, replicas={**PRIMARY.replicas, "sa-east-1": IN_PROGRESS})
    outcome = handle(Outcome({}, {PRIMARY.key: after}))
    assert outcome.changes[PRIMARY.key].replicas == {
        "eu-west-1": IN_SYNC,
        "ap-south-1": IN_SYNC,
        "sa-east-1": IN_PROGRESS,
    }
    assert outcome.then == (Replicate(PRIMARY.key),)


def test_replicas_that_failed_are_not_tried_again_with_a_change(store, handle):
    before = a_primary(eu_west_1=FAILED)
    store.apply({before.key: before})
    after = replace(before, description="main")
    assert handle(Outcome({}, {before.key: after})) == Outcome({}, {before.key: after})


def test_a_replica_that_has_not_followed_yet_is_let_follow_with_any_change(store, handle):
    before = a_primary(eu_west_1=IN_PROGRESS)
    store.apply({before.key: before})
    outcome = handle(Outcome({}, {before.key: replace(before, accessed=9.0)}))
    assert outcome.then == (Replicate(before.key),)


def test_what_is_to_follow_already_follows_as_well(handle):
    rotation = RunRotation(PRIMARY.key, PRIMARY.arn, "token", "function")
    after = replace(PRIMARY, labels={"AWSPENDING": "token"})
    outcome = handle(Outcome({}, {PRIMARY.key: after}, then=(rotation,)))
    assert sorted(outcome.then, key=repr) == [Replicate(PRIMARY.key), rotation]


def test_all_else_of_the_outcome_stays(handle):
    part = Part("GetSecretValue", {"SecretId": "db"})
    event = ServiceEvent("RotationSucceeded", PRIMARY.key, PRIMARY.arn, "request")
    other = replace(ALONE, description="main")
    after = replace(PRIMARY, description="main")
    outcome = handle(Outcome({"told": True}, {ALONE.key: other, PRIMARY.key: after}, (part,), (event,)))
    assert (outcome.reply, outcome.parts, outcome.events) == ({"told": True}, (part,), (event,))
    assert outcome.changes[ALONE.key] is other


def test_each_primary_among_the_changes_is_followed(store, handle):
    second = a_primary("second", eu_west_1=IN_SYNC)
    store.apply({second.key: second})
    changes = {secret.key: replace(secret, description="main") for secret in (PRIMARY, second)}
    outcome = handle(Outcome({}, {**changes, ALONE.key: None}))
    assert outcome.then == (Replicate(PRIMARY.key), Replicate(second.key))
    assert outcome.changes[second.key].replicas == {"eu-west-1": IN_PROGRESS}
    assert outcome.changes[ALONE.key] is None


def test_what_aws_does_by_itself_is_followed_too(store):
    after = replace(PRIMARY, labels={"AWSCURRENT": "v2"})
    outcome = followed(Outcome({}, {PRIMARY.key: after}), store)
    assert outcome.then == (Replicate(PRIMARY.key),)
    assert {replica.status for replica in outcome.changes[PRIMARY.key].replicas.values()} == {"InProgress"}


def test_the_end_of_one_replication_does_not_start_the_others_anew(store):
    """A region that has caught up is a change of its primary, but none that the others have to follow."""
    before = a_primary(eu_west_1=IN_PROGRESS, ap_south_1=IN_SYNC)
    store.apply({before.key: before})
    after = replace(before, replicas={**before.replicas, "eu-west-1": IN_SYNC})
    assert followed(Outcome({}, {before.key: after}), store) == Outcome({}, {before.key: after})
