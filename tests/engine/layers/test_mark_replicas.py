"""The layer that marks replicas as in progress: its outcome, around a handler of the test."""

import pytest

from pytest_secretsmanager.engine.call import (
    Call,
    Outcome,
    Part,
    Principal,
    RunRotation,
    ServiceEvent,
    UpdateReplicas,
)
from pytest_secretsmanager.engine.errors import InvalidRequestException
from pytest_secretsmanager.engine.layers.mark_replicas import mark_replicas, with_replicas_in_progress
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
    """The store before the call."""
    store = Store()
    store.apply({PRIMARY.key: PRIMARY, ALONE.key: ALONE})
    return store


@pytest.fixture
def handle(store):
    """Send an outcome through the layer."""

    def handle(outcome):
        return mark_replicas(lambda _: outcome, store)(CALL)

    return handle


def test_the_mark_replicas_layer_passes_the_call_on(store):
    calls = []
    mark_replicas(lambda call: calls.append(call) or Outcome({}), store)(CALL)
    assert calls == [CALL]


def test_the_mark_replicas_layer_raises_a_refusal(store):
    def inner(_):
        raise InvalidRequestException("Not now.")

    with pytest.raises(InvalidRequestException, match="Not now"):
        mark_replicas(inner, store)(CALL)


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome({"read": True}), id="no change"),
        pytest.param(Outcome({}, {ALONE.key: ALONE._replace(description="main")}), id="a secret without replicas"),
        pytest.param(Outcome({}, {a_secret("new").key: a_secret("new")}), id="a new secret without replicas"),
        pytest.param(Outcome({}, {ALONE.key: None}), id="a deleted secret"),
        pytest.param(Outcome({}, {PRIMARY.key: None}), id="a deleted primary"),
        pytest.param(Outcome({}, {PRIMARY.key: PRIMARY._replace(replicas={})}), id="the last replica removed"),
    ],
)
def test_an_outcome_that_concerns_no_replica_is_returned_unchanged(handle, outcome):
    assert handle(outcome) is outcome


@pytest.mark.parametrize(
    "change", [{"changed": 9.0}, {"accessed": 9.0}, {"kms_key_id": "alias/pay"}], ids=lambda change: next(iter(change))
)
def test_a_change_that_replicas_do_not_share_starts_no_replication(handle, change):
    after = PRIMARY._replace(**change)
    assert handle(Outcome({}, {PRIMARY.key: after})) == Outcome({}, {PRIMARY.key: after})


def test_a_change_that_replicas_share_starts_their_replication(handle):
    after = PRIMARY._replace(description="main")
    assert handle(Outcome({"told": True}, {PRIMARY.key: after})) == Outcome(
        {"told": True},
        {PRIMARY.key: after._replace(replicas={"eu-west-1": IN_PROGRESS, "ap-south-1": IN_PROGRESS})},
        then=(UpdateReplicas(PRIMARY.key),),
    )


def test_a_new_secret_with_replicas_starts_their_replication(handle):
    new = a_primary("new", eu_west_1=IN_PROGRESS)
    assert handle(Outcome({}, {new.key: new})) == Outcome({}, {new.key: new}, then=(UpdateReplicas(new.key),))


def test_a_new_region_starts_replication_to_it_only(handle):
    after = PRIMARY._replace(replicas={**PRIMARY.replicas, "sa-east-1": IN_PROGRESS})
    outcome = handle(Outcome({}, {PRIMARY.key: after}))
    assert outcome.changes[PRIMARY.key].replicas == {
        "eu-west-1": IN_SYNC,
        "ap-south-1": IN_SYNC,
        "sa-east-1": IN_PROGRESS,
    }
    assert outcome.then == (UpdateReplicas(PRIMARY.key),)


def test_a_change_does_not_retry_failed_replicas(store, handle):
    before = a_primary(eu_west_1=FAILED)
    store.apply({before.key: before})
    after = before._replace(description="main")
    assert handle(Outcome({}, {before.key: after})) == Outcome({}, {before.key: after})


def test_any_change_starts_a_replication_that_is_in_progress(store, handle):
    before = a_primary(eu_west_1=IN_PROGRESS)
    store.apply({before.key: before})
    outcome = handle(Outcome({}, {before.key: before._replace(accessed=9.0)}))
    assert outcome.then == (UpdateReplicas(before.key),)


def test_the_mark_replicas_layer_puts_the_update_before_other_effects(handle):
    rotation = RunRotation(PRIMARY.key, PRIMARY.arn, "token", "function")
    after = PRIMARY._replace(labels={"AWSPENDING": "token"})
    outcome = handle(Outcome({}, {PRIMARY.key: after}, then=(rotation,)))
    assert outcome.then == (UpdateReplicas(PRIMARY.key), rotation)


def test_the_mark_replicas_layer_keeps_reply_parts_events_and_other_changes(handle):
    part = Part("GetSecretValue", {"SecretId": "db"})
    event = ServiceEvent("RotationSucceeded", PRIMARY.key, PRIMARY.arn, "request")
    other = ALONE._replace(description="main")
    after = PRIMARY._replace(description="main")
    outcome = handle(Outcome({"told": True}, {ALONE.key: other, PRIMARY.key: after}, (part,), (event,)))
    assert (outcome.reply, outcome.parts, outcome.events) == ({"told": True}, (part,), (event,))
    assert outcome.changes[ALONE.key] is other


def test_each_changed_primary_starts_its_replication(store, handle):
    second = a_primary("second", eu_west_1=IN_SYNC)
    store.apply({second.key: second})
    changes = {secret.key: secret._replace(description="main") for secret in (PRIMARY, second)}
    outcome = handle(Outcome({}, {**changes, ALONE.key: None}))
    assert outcome.then == (UpdateReplicas(PRIMARY.key), UpdateReplicas(second.key))
    assert outcome.changes[second.key].replicas == {"eu-west-1": IN_PROGRESS}
    assert outcome.changes[ALONE.key] is None


def test_a_change_by_aws_starts_replication(store):
    after = PRIMARY._replace(labels={"AWSCURRENT": "v2"})
    outcome = with_replicas_in_progress(Outcome({}, {PRIMARY.key: after}), store)
    assert outcome.then == (UpdateReplicas(PRIMARY.key),)
    assert {replica.status for replica in outcome.changes[PRIMARY.key].replicas.values()} == {"InProgress"}


def test_the_end_of_one_replication_restarts_no_other(store):
    """The new status of a region changes the primary, but the other replicas don't share it."""
    before = a_primary(eu_west_1=IN_PROGRESS, ap_south_1=IN_SYNC)
    store.apply({before.key: before})
    after = before._replace(replicas={**before.replicas, "eu-west-1": IN_SYNC})
    assert with_replicas_in_progress(Outcome({}, {before.key: after}), store) == Outcome({}, {before.key: after})
