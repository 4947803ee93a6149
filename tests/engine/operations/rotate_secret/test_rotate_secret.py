"""RotateSecret: its replies, and the rotation it starts.

`rules/schedule/` tests when a window opens, `rules/test_rotation_rules.py` each transition of a rotation.
"""

import re

import pytest
from rotation_calls import EVERY_30_DAYS, STEPS, V1, V2, V3, date, events, hold, labels, rotate, value

# --- replies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [{}, {"RotateImmediately": True}, {"RotateImmediately": False}], ids=str)
def test_rotate_secret_returns_the_token_as_the_version_id(world, db, now):
    assert rotate(world, **now) == {"ARN": db, "Name": "db", "VersionId": V2}


def test_the_client_fills_in_the_token_of_rotate_secret(client, secretsmanager):
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(lambda *_: None)
    reply = client.rotate_secret(SecretId="db", RotationLambdaARN=arn)
    assert re.fullmatch(r"[0-9a-f-]{36}", reply["VersionId"])
    assert secretsmanager.rotation.runs[-1].token == reply["VersionId"]


@pytest.mark.parametrize("secret_id", [lambda arn: arn, lambda arn: arn[:-7]], ids=["ARN", "partial ARN"])
def test_rotate_secret_takes_an_arn(world, db, secret_id):
    assert rotate(world, SecretId=secret_id(db))["Name"] == "db"
    assert value(world) == "two"


# --- a rotation ------------------------------------------------------------------------------------------------------


def test_a_rotation_invokes_its_function_once_for_each_step(world, db, function):
    rotate(world)
    assert function.steps == STEPS


def test_the_event_of_each_step_has_the_full_arn_and_the_token(world, db, function):
    rotate(world)
    tokens = [event["RotationToken"] for event in function.events]
    assert all(re.fullmatch(r"[a-zA-Z0-9-]{36,256}", token) for token in tokens)
    assert function.events == [
        {"Step": step, "SecretId": db, "ClientRequestToken": V2, "RotationToken": token}
        for step, token in zip(STEPS, tokens, strict=True)
    ]


def test_a_rotation_places_awspending_on_its_version_before_the_first_step(world, db, function):
    seen = []
    function.on["createSecret"] = lambda: seen.append(world.call("DescribeSecret", SecretId="db")["VersionIdsToStages"])
    rotate(world)
    assert seen == [{V1: ["AWSCURRENT"], V2: ["AWSPENDING"]}]


@pytest.mark.parametrize(
    "by",
    [{"VersionStage": "AWSPENDING"}, {"VersionId": V2, "VersionStage": "AWSPENDING"}],
    ids=["label", "id and label"],
)
def test_the_version_of_a_rotation_has_no_value_before_the_function_puts_one(world, db, by):
    hold(world, "createSecret")
    rotate(world)
    assert world.refused("GetSecretValue", SecretId="db", **by) == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    )


def test_describe_secret_shows_a_version_without_a_value_and_list_secret_version_ids_omits_it(world, db):
    hold(world, "createSecret")
    rotate(world)
    versions = world.call("ListSecretVersionIds", SecretId="db")["Versions"]
    assert [entry["VersionId"] for entry in versions] == [V1]
    described = world.call("DescribeSecret", SecretId="db")
    assert described["VersionIdsToStages"] == {V1: ["AWSCURRENT"], V2: ["AWSPENDING"]}


def test_a_rotation_function_reads_the_value_that_it_has_put(world, db, function):
    seen = []
    function.on["testSecret"] = lambda: seen.append((value(world), value(world, "AWSPENDING")))
    rotate(world)
    assert seen == [("one", "two")]


def test_a_rotation_makes_its_version_current_and_removes_awspending(world, db):
    rotate(world)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert (value(world), value(world, "AWSPREVIOUS")) == ("two", "one")


def test_a_rotation_succeeds_when_its_function_removes_awspending(world, db, function):
    remove = {"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": V2}

    def finish():
        function.finish("db", V2)
        world.call("UpdateSecretVersionStage", **remove)

    function.on["finishSecret"] = finish
    rotate(world)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert events(world) == ["RotationStarted", "RotationSucceeded"]


def test_a_rotation_succeeds_when_createsecret_makes_the_version_current(world, db, function):
    function.on["createSecret"] = lambda: world.call(
        "PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2
    )
    rotate(world)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert events(world) == ["RotationStarted", "RotationSucceeded"]


def test_a_rotation_gives_an_empty_secret_its_first_value(world, function):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1)
    rotate(world)
    assert (labels(world), value(world)) == ({"AWSCURRENT": V2}, "two")


def test_a_second_rotation_moves_awsprevious_to_the_version_of_the_first(world, db):
    rotate(world)
    rotate(world, V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V2}


def test_awspending_on_the_current_version_does_not_block_a_rotation(world, db):
    world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="AWSPENDING", MoveToVersionId=V1)
    rotate(world)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}


def test_a_rotation_sets_the_dates_of_change_last_rotation_and_next_rotation(world, db, function):
    world.pass_days(1)

    def take_an_hour():
        world.now += 3_600

    function.on["finishSecret"] = take_an_hour
    rotate(world, RotationRules=EVERY_30_DAYS)
    secret = world.call("DescribeSecret", SecretId="db")
    assert (secret["LastChangedDate"], secret["LastRotatedDate"]) == (world.now, world.now)
    assert date(world, "NextRotationDate") == "2026-04-03T23:59:59"


def test_a_step_is_the_present_one_only_while_its_function_runs(world, db, function):
    seen = []
    function.on["setSecret"] = lambda: seen.append(world.service.runs[-1].at)
    rotate(world)
    assert (seen, world.service.runs[-1].at) == (["setSecret"], None)


def test_the_events_of_a_rotation_name_the_secret_and_the_token(world, db):
    rotate(world)
    logged = [entry for entry in world.entries if entry.by_service]
    assert [entry.operation for entry in logged] == ["RotationStarted", "RotationSucceeded"]
    assert {entry.request_id for entry in logged} == {f"Rotation-{db}-{V2}"}


def test_calls_of_a_rotation_function_are_logged_between_start_and_success(world, db):
    rotate(world)
    assert [entry.operation for entry in world.entries] == [
        *["CreateSecret", "RotateSecret", "RotationStarted"],
        *["PutSecretValue", "UpdateSecretVersionStage", "RotationSucceeded"],
    ]
