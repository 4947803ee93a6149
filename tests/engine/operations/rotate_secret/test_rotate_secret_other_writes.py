"""Other writes and deletions during a rotation: which of them abandon it."""

from math import inf

import pytest
from rotation_calls import (
    EVERY_30_DAYS,
    STEPS,
    V1,
    V2,
    V3,
    V4,
    date,
    described,
    events,
    fail,
    hold,
    labels,
    put,
    rotate,
    states,
    value,
)

# --- other writes during a rotation ----------------------------------------------------------------------------------


def update(world, token=V3):
    return world.call("UpdateSecret", SecretId="db", SecretString="by hand", ClientRequestToken=token)


def take_awspending_away(world):
    world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=V2)


CURRENT_BY_HAND = {"AWSCURRENT": V3, "AWSPREVIOUS": V1}
ABANDONING = [
    pytest.param(put, CURRENT_BY_HAND, id="PutSecretValue"),
    pytest.param(update, CURRENT_BY_HAND, id="UpdateSecret"),
    pytest.param(
        lambda world: put(world, VersionStages=["AWSPENDING"]),
        {"AWSCURRENT": V1, "AWSPENDING": V3},
        id="AWSPENDING put on another version",
    ),
    pytest.param(take_awspending_away, {"AWSCURRENT": V1}, id="AWSPENDING taken away"),
]


@pytest.mark.parametrize(("write", "left"), ABANDONING)
@pytest.mark.parametrize("step", ["createSecret", "setSecret", "finishSecret"])
def test_another_write_abandons_the_running_rotation(world, db, function, step, write, left):
    held = hold(world, step)
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(1)
    write(world)
    held.resume()
    assert (states(world), function.steps) == (["abandoned"], STEPS[: STEPS.index(step)])
    assert labels(world) == left
    assert events(world) == ["RotationStarted", "RotationAbandoned"]
    assert world.entries[-1].request_id == f"Rotation-{db}-{V2}"


@pytest.mark.parametrize(("write", "left"), ABANDONING)
def test_a_write_by_the_function_under_another_token_abandons_its_rotation(world, db, function, write, left):
    function.on["testSecret"] = lambda: write(world)
    rotate(world)
    assert (states(world), function.steps, labels(world)) == (["abandoned"], STEPS[:3], left)


@pytest.mark.parametrize("write", [put, update], ids=["PutSecretValue", "UpdateSecret"])
def test_another_write_after_the_last_step_abandons_the_rotation(world, db, write):
    held = hold(world, "finishSecret", "after")
    rotate(world)
    write(world)
    held.resume()
    assert (states(world), labels(world)) == (["abandoned"], {"AWSCURRENT": V3, "AWSPREVIOUS": V2})
    assert events(world) == ["RotationStarted", "RotationAbandoned"]
    assert "LastRotatedDate" not in described(world)


@pytest.mark.parametrize(("write", "left"), ABANDONING)
def test_another_write_ends_the_wait_for_a_retry(world, db, function, write, left):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    write(world)
    assert (world.service.next_due, labels(world)) == (inf, left)
    assert events(world)[-1] == "RotationAbandoned"


@pytest.mark.parametrize("write", [put, update], ids=["PutSecretValue", "UpdateSecret"])
def test_a_new_rotation_may_begin_after_another_write(world, db, function, write):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    write(world)
    function.on.clear()
    rotate(world, V4)
    assert labels(world) == {"AWSCURRENT": V4, "AWSPREVIOUS": V3}


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda world: put(world, VersionStages=["blue"]), id="a version under another label"),
        pytest.param(lambda world: world.call("UpdateSecret", SecretId="db", Description="new"), id="a description"),
        pytest.param(
            lambda world: world.call("TagResource", SecretId="db", Tags=[{"Key": "team", "Value": "pay"}]), id="a tag"
        ),
        pytest.param(
            lambda world: world.call(
                "UpdateSecretVersionStage", SecretId="db", VersionStage="blue", MoveToVersionId=V1
            ),
            id="a label",
        ),
        pytest.param(
            lambda world: world.call("PutSecretValue", SecretId="db", SecretString="one", ClientRequestToken=V1),
            id="a repeat of the current version",
        ),
    ],
)
def test_a_change_that_moves_no_aws_label_leaves_the_rotation_running(world, db, write):
    held = hold(world, "setSecret")
    rotate(world)
    write(world)
    held.resume()
    assert (events(world), labels(world)["AWSCURRENT"]) == (["RotationStarted", "RotationSucceeded"], V2)


@pytest.mark.parametrize("write", [put, update], ids=["PutSecretValue", "UpdateSecret"])
def test_a_new_current_value_restarts_the_count_of_days(world, db, write):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(10)
    write(world)
    assert date(world, "NextRotationDate") == "2026-04-12T23:59:59"
    world.pass_days(20)
    assert value(world) == "by hand"


def test_a_new_value_under_another_label_does_not_restart_the_count_of_days(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(10)
    put(world, VersionStages=["blue"])
    assert date(world, "NextRotationDate") == "2026-04-02T23:59:59"


def test_put_secret_value_leaves_the_date_of_the_last_rotation(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    rotated = world.now
    world.pass_days(10)
    put(world)
    assert described(world)["LastRotatedDate"] == rotated


def test_removing_awspending_keeps_the_next_rotation_date(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    expected = described(world)["NextRotationDate"]
    world.pass_days(10)
    hold(world, "createSecret")
    rotate(world, ClientRequestToken=V3)
    world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=V3)
    assert described(world)["NextRotationDate"] - expected == 10 * 86_400


# --- deletion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deletion", [{}, {"ForceDeleteWithoutRecovery": True}], ids=["scheduled", "forced"])
@pytest.mark.parametrize(
    ("when", "step", "done"),
    [("before", "setSecret", STEPS[:1]), ("after", "finishSecret", STEPS)],
    ids=["before setSecret", "after finishSecret"],
)
def test_a_deletion_abandons_the_running_rotation(world, db, function, deletion, when, step, done):
    held = hold(world, step, when)
    rotate(world)
    world.call("DeleteSecret", SecretId="db", **deletion)
    held.resume()
    assert (states(world), function.steps) == (["abandoned"], done)
    assert [event for event in events(world) if "VersionDelete" not in event] == ["RotationStarted"]


@pytest.mark.parametrize("deletion", [{}, {"ForceDeleteWithoutRecovery": True}], ids=["scheduled", "forced"])
def test_a_rotation_ends_when_its_function_deletes_the_secret(world, db, function, deletion):
    function.on["setSecret"] = lambda: world.call("DeleteSecret", SecretId="db", **deletion)
    rotate(world)
    assert (states(world), function.steps) == (["abandoned"], STEPS[:2])


def test_a_rotation_of_a_deleted_secret_leaves_a_new_secret_of_the_same_name(world, db, function):
    held = hold(world, "setSecret")
    rotate(world)
    world.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    world.call("CreateSecret", Name="db", SecretString="anew", ClientRequestToken=V3)
    before = world.state("db")
    held.resume()
    assert (states(world), world.state("db")) == (["abandoned"], before)


def test_a_restored_secret_rotates_only_after_rotate_secret(world, db, function):
    rotate(world, RotationRules={"AutomaticallyAfterDays": 5})
    world.call("DeleteSecret", SecretId="db")
    world.pass_days(6)
    world.call("RestoreSecret", SecretId="db")
    world.call("ListSecrets")
    assert function.steps == STEPS
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert function.steps == [*STEPS, *STEPS]


def test_a_rotation_abandoned_by_a_deletion_is_not_resumed_after_a_restore(world, db, function):
    held = hold(world, "setSecret")
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.call("DeleteSecret", SecretId="db")
    held.resume()
    world.call("RestoreSecret", SecretId="db")
    world.pass_days(30)
    world.call("ListSecrets")
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}
    assert (states(world), function.steps) == (["abandoned"], STEPS[:1])


def test_a_failed_rotation_is_not_retried_after_deletion_and_restore(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    world.call("DeleteSecret", SecretId="db")
    world.call("RestoreSecret", SecretId="db")
    world.now += 60
    world.call("ListSecrets")
    assert (states(world), function.steps) == (["failed"], STEPS[:2])
