"""RotateSecret with the token of an existing version."""

import pytest
from rotation_calls import (
    EVERY_30_DAYS,
    FUNCTION,
    NOT_COMPLETE,
    PLACE,
    STEPS,
    V1,
    V2,
    date,
    described,
    events,
    fail,
    hold,
    place_labels,
    rotate,
    states,
    try_out,
    value,
)


def test_a_repeated_rotate_secret_returns_the_same_reply_and_starts_nothing(world, db, function):
    first = rotate(world, RotationRules=EVERY_30_DAYS)
    before, logged = world.state("db"), events(world)
    assert rotate(world, RotationRules=EVERY_30_DAYS) == first
    assert (world.state("db"), events(world), function.steps) == (before, logged, STEPS)


def test_a_repeated_rotate_secret_with_new_rules_stores_them_and_starts_nothing(world, db, function):
    rotate(world)
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert (described(world)["RotationRules"], function.steps) == (EVERY_30_DAYS, STEPS)
    assert date(world, "NextRotationDate") == "2026-04-02T23:59:59"


def test_a_repeated_rotate_secret_runs_no_test_rotation(world, db, function):
    rotate(world)
    rotate(world, RotateImmediately=False, RotationRules=EVERY_30_DAYS)
    assert (function.steps, value(world)) == (STEPS, "two")


def test_a_repeated_rotate_secret_turns_rotation_on_again(world, db, function):
    rotate(world)
    world.call("CancelRotateSecret", SecretId="db")
    rotate(world)
    assert (described(world)["RotationEnabled"], function.steps) == (True, STEPS)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        pytest.param({"RotationLambdaARN": f"{PLACE}nowhere"}, "AccessDeniedException", id="unregistered function"),
        pytest.param(
            {"RotationRules": {"ScheduleExpression": "rate(1 hour)"}}, "InvalidParameterException", id="bad rules"
        ),
    ],
)
def test_a_repeated_rotate_secret_refuses_bad_new_settings(world, db, function, given, refusal):
    rotate(world)
    code, _ = world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, **given)
    assert code == refusal


def test_a_repeated_rotate_secret_refuses_new_rules_during_the_rotation(world, db):
    hold(world, "setSecret")
    rotate(world)
    refusal = world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, RotationRules=EVERY_30_DAYS)
    assert refusal == NOT_COMPLETE


def test_a_repeated_rotate_secret_during_the_rotation_starts_no_second_one(world, db):
    hold(world, "setSecret")
    rotate(world)
    assert rotate(world) == {"ARN": db, "Name": "db", "VersionId": V2}
    assert states(world) == ["held"]


def test_a_repeated_rotate_secret_does_not_retry_a_failed_rotation(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    assert rotate(world)["VersionId"] == V2
    assert function.steps == STEPS[:2]


def test_rotate_secret_with_the_id_of_an_existing_version_starts_nothing(world, db, function):
    assert rotate(world, V1) == {"ARN": db, "Name": "db", "VersionId": V1}
    assert (function.steps, described(world)) == ([], {"RotationEnabled": True, "RotationLambdaARN": FUNCTION})


def test_rotate_secret_with_the_id_of_an_existing_version_needs_a_function(world, db):
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V1) == (
        "InvalidRequestException",
        "No Lambda rotation function ARN is associated with this secret.",
    )


def test_a_later_repeat_of_rotate_secret_leaves_the_next_window_where_it_is(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    before = world.state("db")
    world.pass_days(3)
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert world.state("db") == before


def test_a_repeat_of_rotate_secret_after_a_missed_window_leaves_the_next_window_where_it_is(world, db, function):
    try_out(world, RotationRules=EVERY_30_DAYS)
    place_labels(world, 19)  # as many as there may be without AWSPENDING
    world.pass_days(30)
    world.call("ListSecrets")
    before = world.state("db")
    rotate(world, V1, RotationRules=EVERY_30_DAYS)
    assert world.state("db") == before
