"""CancelRotateSecret: its reply, what it stops and keeps, and how rotation is turned on again."""

from datetime import UTC, datetime
from math import inf

import pytest

from pytest_secretsmanager.controls.holds import Hold
from pytest_secretsmanager.controls.step_plans import PlannedStop
from pytest_secretsmanager.engine.state import SecretKey

V1, V2, V3, V4 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3, 4))
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
EVERY_30_DAYS = {"AutomaticallyAfterDays": 30}
MEMBERS = {"RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate", "NextRotationDate"}
CANCELLED = {"RotationEnabled": False, "RotationLambdaARN": FUNCTION, "RotationRules": EVERY_30_DAYS}
NOT_COMPLETE = (
    "InvalidRequestException",
    "A previous rotation isn't complete. That rotation will be reattempted.",
)


class RotationFunction:
    """A function that makes a new value current. A callable of `on` runs at the beginning of its step."""

    def __init__(self, world):
        self.world = world
        self.steps = []
        self.on = {}

    def __call__(self, event):
        step, token = event["Step"], event["ClientRequestToken"]
        self.steps.append(step)
        if step in self.on:
            self.on[step]()
        if step == "createSecret":
            value = {"SecretString": "two", "VersionStages": ["AWSPENDING"]}
            self.world.call("PutSecretValue", SecretId=event["SecretId"], ClientRequestToken=token, **value)
        if step == "finishSecret":
            ends = {"RemoveFromVersionId": labels(self.world)["AWSCURRENT"], "MoveToVersionId": token}
            self.world.call("UpdateSecretVersionStage", SecretId=event["SecretId"], VersionStage="AWSCURRENT", **ends)


@pytest.fixture
def function(world):
    """A rotation function that Secrets Manager may invoke."""
    world.functions[FUNCTION] = RotationFunction(world)
    return world.functions[FUNCTION]


@pytest.fixture
def db(world, function):
    """The ARN of a secret with one version."""
    return world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)["ARN"]


def rotate(world, token=V2, **parameters):
    given = {"RotationLambdaARN": FUNCTION, "RotationRules": EVERY_30_DAYS, **parameters}
    return world.call("RotateSecret", **{"SecretId": "db", "ClientRequestToken": token, **given})


def cancel(world, secret_id="db", **parameters):
    return world.call("CancelRotateSecret", SecretId=secret_id, **parameters)


def hold(world, step, when="before"):
    """Hold the next rotation of `db` there; the returned hold resumes it."""
    place = SecretKey(world.region, world.account, "db")
    stop = PlannedStop(place, step, when)
    world.steps.planned_stops.append(stop)
    return Hold(stop, world.service.effects.rotations.resume)


def take_awspending_away(world, holder=V2):
    request = {"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": holder}
    world.call("UpdateSecretVersionStage", **request)


def fail():
    raise ConnectionError


def described(world, name="db"):
    """The members of DescribeSecret about rotation."""
    reply = world.call("DescribeSecret", SecretId=name)
    return {member: shown for member, shown in reply.items() if member in MEMBERS}


def labels(world, name="db"):
    return dict(world.state(name).labels)


def states(world):
    return [run.state for run in world.service.runs]


def events(world):
    return [entry.operation for entry in world.entries if entry.by_service]


# --- replies ---------------------------------------------------------------------------------------------------------


def test_cancel_rotate_secret_without_a_running_rotation_returns_no_version(world, db):
    rotate(world)
    assert cancel(world) == {"ARN": db, "Name": "db"}


@pytest.mark.parametrize("step", ["createSecret", "setSecret", "testSecret", "finishSecret"])
def test_cancel_rotate_secret_returns_the_version_of_the_running_rotation(world, db, step):
    hold(world, step)
    rotate(world)
    assert cancel(world) == {"ARN": db, "Name": "db", "VersionId": V2}


def test_cancel_rotate_secret_returns_the_version_of_a_rotation_that_waits_for_a_retry(world, db, function):
    function.on["setSecret"] = fail
    rotate(world)
    assert cancel(world) == {"ARN": db, "Name": "db", "VersionId": V2}


@pytest.mark.parametrize("secret_id", [lambda arn: arn, lambda arn: arn[:-7]], ids=["ARN", "partial ARN"])
def test_cancel_rotate_secret_takes_an_arn(world, db, secret_id):
    rotate(world)
    assert cancel(world, secret_id(db))["Name"] == "db"


def test_cancel_rotate_secret_changes_nothing_of_a_secret_without_rotation(world, db):
    before = world.state("db")
    assert cancel(world) == {"ARN": db, "Name": "db"}
    assert world.state("db") is before


def test_cancel_rotate_secret_through_a_client_returns_the_version(client, secretsmanager):
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(lambda *_: None)
    version = client.rotate_secret(SecretId="db", RotationLambdaARN=arn)["VersionId"]
    reply = client.cancel_rotate_secret(SecretId="db")
    assert (reply["Name"], reply["VersionId"]) == ("db", version)


# --- managed secrets, and repeats ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["rds", None], ids=["the service", "a user"])
def test_a_service_or_a_user_may_cancel_the_rotation_of_a_managed_secret(world, by):
    world.call("CreateSecret", Name="rds!db", SecretString="one", ClientRequestToken=V1, by="rds")
    world.call("RotateSecret", SecretId="rds!db", ClientRequestToken=V2, RotationRules=EVERY_30_DAYS)
    assert cancel(world, "rds!db", by=by)["Name"] == "rds!db"
    assert described(world, "rds!db") == {"RotationEnabled": False, "RotationRules": EVERY_30_DAYS}


def test_cancel_rotate_secret_twice_succeeds(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    cancel(world)
    assert cancel(world) == {"ARN": db, "Name": "db"}
    assert described(world) == CANCELLED


# --- effects on the secret -------------------------------------------------------------------------------------------


def test_cancel_rotate_secret_keeps_function_and_rules_and_removes_the_dates(world, db):
    rotate(world)
    assert described(world).keys() == MEMBERS
    cancel(world)
    assert described(world) == CANCELLED


def test_list_secrets_shows_the_last_rotation_after_cancel_rotate_secret(world, db):
    rotate(world)
    last = described(world)["LastRotatedDate"]
    cancel(world)
    (entry,) = world.call("ListSecrets")["SecretList"]
    shown = {member: value for member, value in entry.items() if member in MEMBERS}
    assert shown == CANCELLED | {"LastRotatedDate": last}


def test_cancel_rotate_secret_keeps_versions_and_labels(world, db):
    rotate(world)
    before = world.state("db")
    cancel(world)
    after = world.state("db")
    assert (after.versions, after.labels) == (before.versions, before.labels)


def test_cancel_rotate_secret_sets_the_date_of_the_last_change(world, db):
    rotate(world)
    world.pass_days(1)
    cancel(world)
    assert world.call("DescribeSecret", SecretId="db")["LastChangedDate"] == world.now


def test_a_cancelled_rotation_no_longer_runs_on_schedule(world, db, function):
    rotate(world)
    cancel(world)
    assert world.service.next_due == inf
    world.pass_days(100)
    world.call("ListSecrets")
    assert (function.steps.count("createSecret"), labels(world)["AWSCURRENT"]) == (1, V2)


def test_a_new_value_does_not_schedule_a_cancelled_rotation(world, db):
    rotate(world)
    cancel(world)
    world.call("PutSecretValue", SecretId="db", SecretString="by hand", ClientRequestToken=V3)
    assert world.service.next_due == inf


def test_cancel_rotate_secret_logs_no_service_event(world, db):
    rotate(world)
    logged = events(world)
    cancel(world)
    assert events(world) == logged


# --- a running rotation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "done"),
    [
        ("createSecret", []),
        ("setSecret", ["createSecret"]),
        ("finishSecret", ["createSecret", "setSecret", "testSecret"]),
    ],
    ids=["before createSecret", "before setSecret", "before finishSecret"],
)
def test_cancel_rotate_secret_abandons_the_running_rotation(world, db, function, step, done):
    held = hold(world, step)
    rotate(world)
    cancel(world)
    assert held.resume().state == "abandoned"
    assert function.steps == done


def test_cancel_rotate_secret_after_the_last_step_abandons_the_rotation(world, db):
    held = hold(world, "finishSecret", "after")
    rotate(world)
    cancel(world)
    assert held.resume().state == "abandoned"
    assert (events(world), described(world)) == (["RotationStarted"], CANCELLED)


@pytest.mark.parametrize("step", ["createSecret", "setSecret"])
def test_cancel_rotate_secret_leaves_awspending_on_its_version(world, db, step):
    held = hold(world, step)
    rotate(world)
    cancel(world)
    held.resume()
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}


def test_a_rotation_function_may_cancel_its_own_rotation(world, db, function):
    function.on["setSecret"] = lambda: cancel(world)
    rotate(world)
    assert (function.steps, states(world)) == (["createSecret", "setSecret"], ["abandoned"])
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}


def test_a_rotation_is_not_retried_after_its_function_cancels_it_and_fails(world, db, function):
    def cancel_and_fail():
        cancel(world)
        fail()

    function.on["setSecret"] = cancel_and_fail
    rotate(world)
    assert (world.service.next_due, events(world)) == (inf, ["RotationStarted"])


def test_cancel_rotate_secret_ends_the_wait_for_a_retry(world, db, function):
    function.on["setSecret"] = fail
    rotate(world)
    cancel(world)
    world.now += 3_600
    world.call("ListSecrets")
    assert (states(world), world.service.next_due) == (["failed"], inf)


def test_a_test_rotation_that_cancels_itself_leaves_no_version(world, db, function):
    function.on["testSecret"] = lambda: cancel(world)
    rotate(world, RotateImmediately=False)
    assert (labels(world), described(world)) == ({"AWSCURRENT": V1}, CANCELLED)


# --- turning rotation on again ---------------------------------------------------------------------------------------


@pytest.fixture
def cancelled(world, db):
    """A rotation cancelled before setSecret, with AWSPENDING left on its version."""
    held = hold(world, "setSecret")
    rotate(world)
    cancel(world)
    held.resume()


def put(world):
    world.call("PutSecretValue", SecretId="db", SecretString="by hand", ClientRequestToken=V4)


@pytest.mark.parametrize("between", [labels, put, cancel], ids=["nothing", "a put", "a second cancel"])
def test_awspending_left_by_a_cancelled_rotation_does_not_block_the_next_one(world, cancelled, between):
    between(world)
    current = labels(world)["AWSCURRENT"]
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": current}
    assert events(world) == ["RotationStarted", "RotationStarted", "RotationSucceeded"]


def test_awspending_left_by_a_cancelled_rotation_does_not_block_a_test_rotation(world, cancelled):
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3, RotateImmediately=False)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V4)
    assert events(world)[1:] == [
        *("TestRotationStarted", "TestRotationSucceeded"),
        *("RotationStarted", "RotationSucceeded"),
    ]


def test_cancel_rotate_secret_unblocks_a_secret_whose_rotation_was_given_up(world, db, function):
    function.on["setSecret"] = fail
    rotate(world)
    world.pass_days(1)
    world.call("ListSecrets")
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_COMPLETE
    function.on.clear()
    cancel(world)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V1}


def test_awspending_on_another_version_blocks_rotation_after_cancel_rotate_secret(world, cancelled):
    request = {"SecretString": "staged", "ClientRequestToken": V4, "VersionStages": ["AWSPENDING"]}
    world.call("PutSecretValue", SecretId="db", **request)
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_COMPLETE


def test_awspending_left_by_a_deletion_does_not_block_a_restored_secret(world, db):
    held = hold(world, "setSecret")
    rotate(world)
    world.call("DeleteSecret", SecretId="db")
    held.resume()
    world.call("RestoreSecret", SecretId="db")
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V1}


def test_a_cancelled_secret_rotates_after_awspending_is_removed(world, cancelled):
    take_awspending_away(world)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V1}
    assert events(world) == ["RotationStarted", "RotationStarted", "RotationSucceeded"]


def test_a_write_after_cancel_rotate_secret_abandons_no_rotation(world, cancelled):
    world.call("PutSecretValue", SecretId="db", SecretString="by hand", ClientRequestToken=V3)
    assert events(world) == ["RotationStarted"]
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V1, "AWSPENDING": V2}


def test_rotation_turned_on_again_uses_the_stored_function_and_rules(world, db):
    rotate(world, RotateImmediately=False)
    cancel(world)
    world.pass_days(10)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3, RotateImmediately=False)
    assert described(world) == {
        **CANCELLED,
        "RotationEnabled": True,
        "NextRotationDate": datetime(2026, 4, 12, 23, 59, 59, tzinfo=UTC).timestamp(),
    }


def test_rotation_turned_on_again_shows_the_date_of_the_last_rotation(world, db):
    rotate(world)
    rotated = world.now
    cancel(world)
    world.pass_days(10)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3, RotateImmediately=False)
    assert described(world)["LastRotatedDate"] == rotated
