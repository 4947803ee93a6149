"""CancelRotateSecret: what it answers and refuses, what stays and what goes, and how rotation is turned on again."""

from datetime import UTC, datetime
from math import inf

import pytest

from pytest_secretsmanager.controls.steps import Hold
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
    """A function that makes a new value current. `on` is what a step does first."""

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
    """Stops the next rotation of `db` there; what comes back lets it go on."""
    place = SecretKey(world.region, world.account, "db")
    held = Hold(place, step, when, world.service.effects.rotations.resume)
    world.steps.holds.append(held)
    return held


def take_awspending_away(world, holder=V2):
    request = {"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": holder}
    world.call("UpdateSecretVersionStage", **request)


def fail():
    raise ConnectionError


def described(world, name="db"):
    """What DescribeSecret shows of a secret's rotation."""
    reply = world.call("DescribeSecret", SecretId=name)
    return {member: shown for member, shown in reply.items() if member in MEMBERS}


def labels(world, name="db"):
    return dict(world.state(name).labels)


def states(world):
    return [run.state for run in world.service.runs]


def events(world):
    return [entry.operation for entry in world.entries if entry.by_service]


# --- what it answers -------------------------------------------------------------------------------------------------


def test_it_answers_with_the_secret_alone_when_no_rotation_is_under_way(world, db):
    rotate(world)
    assert cancel(world) == {"ARN": db, "Name": "db"}


@pytest.mark.parametrize("step", ["createSecret", "setSecret", "testSecret", "finishSecret"])
def test_it_answers_with_the_version_of_the_rotation_under_way(world, db, step):
    hold(world, step)
    rotate(world)
    assert cancel(world) == {"ARN": db, "Name": "db", "VersionId": V2}


def test_it_answers_with_the_version_of_a_rotation_that_waits_for_another_try(world, db, function):
    function.on["setSecret"] = fail
    rotate(world)
    assert cancel(world) == {"ARN": db, "Name": "db", "VersionId": V2}


@pytest.mark.parametrize("secret_id", [lambda arn: arn, lambda arn: arn[:-7]], ids=["ARN", "partial ARN"])
def test_the_secret_may_be_named_by_its_arn(world, db, secret_id):
    rotate(world)
    assert cancel(world, secret_id(db))["Name"] == "db"


def test_a_secret_that_was_never_to_rotate_stays_as_it_is(world, db):
    before = world.state("db")
    assert cancel(world) == {"ARN": db, "Name": "db"}
    assert world.state("db") is before


def test_a_client_gets_the_same(client, secretsmanager):
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(lambda *_: None)
    version = client.rotate_secret(SecretId="db", RotationLambdaARN=arn)["VersionId"]
    reply = client.cancel_rotate_secret(SecretId="db")
    assert (reply["Name"], reply["VersionId"]) == ("db", version)


# --- what it refuses -------------------------------------------------------------------------------------------------


@pytest.fixture
def secrets(world):
    """Secrets whose rotation can't be cancelled."""
    world.call("CreateSecret", Name="gone", SecretString="one", ClientRequestToken=V1)
    world.make_replica("copy")
    world.call("DeleteSecret", SecretId="gone")


@pytest.mark.parametrize(
    ("secret_id", "code", "message"),
    [
        ("nowhere", "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        (
            "a b",
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ),
        (
            "gone",
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        ),
        (
            "copy",
            "InvalidParameterException",
            "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
        ),
        (
            "x" * 2_049,
            "ValidationException",
            f"1 validation error detected: Value '{'x' * 64} ...' at 'secretId' failed to satisfy constraint: "
            "Member must have length less than or equal to 2048",
        ),
    ],
    ids=["no such secret", "bad name", "scheduled for deletion", "a replica", "id too long"],
)
def test_it_refuses_and_nothing_changes(world, secrets, secret_id, code, message):
    assert world.refused("CancelRotateSecret", SecretId=secret_id) == (code, message)


@pytest.mark.parametrize("by", ["rds", None], ids=["the service", "a user"])
def test_whoever_asks_may_cancel_the_rotation_of_a_managed_secret(world, by):
    world.call("CreateSecret", Name="rds!db", SecretString="one", ClientRequestToken=V1, by="rds")
    world.call("RotateSecret", SecretId="rds!db", ClientRequestToken=V2, RotationRules=EVERY_30_DAYS)
    assert cancel(world, "rds!db", by=by)["Name"] == "rds!db"
    assert described(world, "rds!db") == {"RotationEnabled": False, "RotationRules": EVERY_30_DAYS}


def test_a_second_cancel_succeeds(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    cancel(world)
    assert cancel(world) == {"ARN": db, "Name": "db"}
    assert described(world) == CANCELLED


# --- what stays and what goes ----------------------------------------------------------------------------------------


def test_function_and_rules_stay_and_dates_go(world, db):
    rotate(world)
    assert described(world).keys() == MEMBERS
    cancel(world)
    assert described(world) == CANCELLED


def test_a_list_of_secrets_shows_when_it_was_rotated_last_too(world, db):
    rotate(world)
    last = described(world)["LastRotatedDate"]
    cancel(world)
    (entry,) = world.call("ListSecrets")["SecretList"]
    shown = {member: value for member, value in entry.items() if member in MEMBERS}
    assert shown == CANCELLED | {"LastRotatedDate": last}


def test_versions_and_labels_stay(world, db):
    rotate(world)
    before = world.state("db")
    cancel(world)
    after = world.state("db")
    assert (after.versions, after.labels) == (before.versions, before.labels)


def test_it_dates_the_change(world, db):
    rotate(world)
    world.pass_days(1)
    cancel(world)
    assert world.call("DescribeSecret", SecretId="db")["LastChangedDate"] == world.now


def test_the_secret_rotates_no_more_by_itself(world, db, function):
    rotate(world)
    cancel(world)
    assert world.service.next_due == inf
    world.pass_days(100)
    world.call("ListSecrets")
    assert (function.steps.count("createSecret"), labels(world)["AWSCURRENT"]) == (1, V2)


def test_a_new_value_does_not_make_it_rotate_by_itself(world, db):
    rotate(world)
    cancel(world)
    world.call("PutSecretValue", SecretId="db", SecretString="by hand", ClientRequestToken=V3)
    assert world.service.next_due == inf


def test_it_logs_nothing_of_its_own(world, db):
    rotate(world)
    logged = events(world)
    cancel(world)
    assert events(world) == logged


def test_a_second_time_nothing_more_goes(world, db):
    rotate(world)
    cancel(world)
    assert cancel(world) == {"ARN": db, "Name": "db"}
    assert described(world) == CANCELLED


# --- a rotation under way --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "done"),
    [
        ("createSecret", []),
        ("setSecret", ["createSecret"]),
        ("finishSecret", ["createSecret", "setSecret", "testSecret"]),
    ],
)
def test_the_rotation_under_way_goes_no_further(world, db, function, step, done):
    held = hold(world, step)
    rotate(world)
    cancel(world)
    assert held.resume().state == "abandoned"
    assert function.steps == done


def test_a_rotation_that_only_waits_for_its_end_is_not_completed(world, db):
    held = hold(world, "finishSecret", "after")
    rotate(world)
    cancel(world)
    assert held.resume().state == "abandoned"
    assert (events(world), described(world)) == (["RotationStarted"], CANCELLED)


@pytest.mark.parametrize("step", ["createSecret", "setSecret"])
def test_awspending_stays_where_it_is(world, db, step):
    held = hold(world, step)
    rotate(world)
    cancel(world)
    held.resume()
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}


def test_a_function_may_cancel_its_own_rotation(world, db, function):
    function.on["setSecret"] = lambda: cancel(world)
    rotate(world)
    assert (function.steps, states(world)) == (["createSecret", "setSecret"], ["abandoned"])
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}


def test_a_function_that_cancels_its_rotation_and_fails_is_not_tried_again(world, db, function):
    def cancel_and_fail():
        cancel(world)
        fail()

    function.on["setSecret"] = cancel_and_fail
    rotate(world)
    assert (world.service.next_due, events(world)) == (inf, ["RotationStarted"])


def test_a_rotation_that_waits_for_another_try_is_not_tried_again(world, db, function):
    function.on["setSecret"] = fail
    rotate(world)
    cancel(world)
    world.now += 3_600
    world.call("ListSecrets")
    assert (states(world), world.service.next_due) == (["failed"], inf)


def test_a_trial_that_cancels_leaves_no_version_behind(world, db, function):
    function.on["testSecret"] = lambda: cancel(world)
    rotate(world, RotateImmediately=False)
    assert (labels(world), described(world)) == ({"AWSCURRENT": V1}, CANCELLED)


# --- turning it on again ---------------------------------------------------------------------------------------------


@pytest.fixture
def cancelled(world, db):
    """A rotation that was cancelled half-way, with AWSPENDING left on its version."""
    held = hold(world, "setSecret")
    rotate(world)
    cancel(world)
    held.resume()


def put(world):
    world.call("PutSecretValue", SecretId="db", SecretString="by hand", ClientRequestToken=V4)


@pytest.mark.parametrize("between", [labels, put, cancel], ids=["nothing", "a put", "a second cancel"])
def test_awspending_that_is_left_blocks_no_later_rotation(world, cancelled, between):
    between(world)
    current = labels(world)["AWSCURRENT"]
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": current}
    assert events(world) == ["RotationStarted", "RotationStarted", "RotationSucceeded"]


def test_awspending_that_is_left_blocks_no_trial_and_no_rotation_after_it(world, cancelled):
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3, RotateImmediately=False)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V4)
    assert events(world)[1:] == [
        *("TestRotationStarted", "TestRotationSucceeded"),
        *("RotationStarted", "RotationSucceeded"),
    ]


def test_a_rotation_that_was_given_up_blocks_none_once_it_is_cancelled(world, db, function):
    function.on["setSecret"] = fail
    rotate(world)
    world.pass_days(1)
    world.call("ListSecrets")
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_COMPLETE
    function.on.clear()
    cancel(world)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V1}


def test_awspending_on_another_version_still_blocks_after_it(world, cancelled):
    request = {"SecretString": "staged", "ClientRequestToken": V4, "VersionStages": ["AWSPENDING"]}
    world.call("PutSecretValue", SecretId="db", **request)
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_COMPLETE


def test_a_deletion_that_was_taken_back_leaves_nothing_that_blocks_either(world, db):
    held = hold(world, "setSecret")
    rotate(world)
    world.call("DeleteSecret", SecretId="db")
    held.resume()
    world.call("RestoreSecret", SecretId="db")
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V1}


def test_once_awspending_is_taken_away_the_next_rotation_may_begin(world, cancelled):
    take_awspending_away(world)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V1}
    assert events(world) == ["RotationStarted", "RotationStarted", "RotationSucceeded"]


def test_a_write_after_it_abandons_nothing(world, cancelled):
    world.call("PutSecretValue", SecretId="db", SecretString="by hand", ClientRequestToken=V3)
    assert events(world) == ["RotationStarted"]
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V1, "AWSPENDING": V2}


def test_turned_on_again_it_goes_by_what_was_stored(world, db):
    rotate(world, RotateImmediately=False)
    cancel(world)
    world.pass_days(10)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3, RotateImmediately=False)
    assert described(world) == {
        **CANCELLED,
        "RotationEnabled": True,
        "NextRotationDate": datetime(2026, 4, 12, 23, 59, 59, tzinfo=UTC).timestamp(),
    }


def test_turned_on_again_it_shows_when_it_last_rotated(world, db):
    rotate(world)
    rotated = world.now
    cancel(world)
    world.pass_days(10)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3, RotateImmediately=False)
    assert described(world)["LastRotatedDate"] == rotated
