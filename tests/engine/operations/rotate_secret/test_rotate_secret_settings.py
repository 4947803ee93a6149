"""RotateSecret: the settings it stores, and what DescribeSecret and ListSecrets show of them."""

from math import inf

import pytest
from rotation_calls import (
    EVERY_30_DAYS,
    FUNCTION,
    OTHER_FUNCTION,
    STEPS,
    V3,
    RotationFunction,
    date,
    described,
    hold,
    listed,
    put,
    rotate,
)


def test_describe_secret_shows_no_rotation_of_a_secret_without_one(world, db):
    assert described(world) == {}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"AutomaticallyAfterDays": 30}, {"AutomaticallyAfterDays": 30}),
        ({"AutomaticallyAfterDays": 30, "Duration": "3h"}, {"AutomaticallyAfterDays": 30, "Duration": "3h"}),
        (
            {"ScheduleExpression": "rate(10 days)"},
            {"AutomaticallyAfterDays": 10, "ScheduleExpression": "rate(10 days)"},
        ),
        (
            {"ScheduleExpression": "rate(4 hours)", "Duration": "4h"},
            {"AutomaticallyAfterDays": 1, "Duration": "4h", "ScheduleExpression": "rate(4 hours)"},
        ),
        (
            {"ScheduleExpression": "cron(0 16 ? * SUN *)", "Duration": "2h"},
            {"AutomaticallyAfterDays": 7, "Duration": "2h", "ScheduleExpression": "cron(0 16 ? * SUN *)"},
        ),
    ],
    ids=["days", "days and duration", "rate in days", "rate in hours", "cron"],
)
def test_describe_secret_shows_rotation_rules_with_the_days_that_they_amount_to(world, db, given, shown):
    rotate(world, RotationRules=given)
    assert described(world)["RotationRules"] == shown


@pytest.mark.parametrize(
    ("rules", "next_date"),
    [
        ({"AutomaticallyAfterDays": 30}, "2026-04-02T23:59:59"),
        ({"AutomaticallyAfterDays": 30, "Duration": "3h"}, "2026-04-02T02:59:59"),
        ({"ScheduleExpression": "rate(4 hours)"}, "2026-03-03T16:59:59"),
        ({"ScheduleExpression": "cron(0 16 1,15 * ? *)", "Duration": "2h"}, "2026-03-15T17:59:59"),
    ],
    ids=["days", "days and duration", "rate in hours", "cron"],
)
def test_the_next_rotation_date_is_the_end_of_the_next_window(world, db, rules, next_date):
    rotate(world, RotationRules=rules)
    assert date(world, "NextRotationDate") == next_date


def test_a_secret_without_rotation_rules_rotates_on_request_only(world, db):
    rotate(world)
    assert described(world) == {
        "RotationEnabled": True,
        "RotationLambdaARN": FUNCTION,
        "LastRotatedDate": world.now,
    }
    assert world.service.next_due == inf


def test_describe_secret_shows_no_last_rotated_date_before_the_first_rotation(world, db):
    hold(world, "createSecret")
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert described(world).keys() == {"RotationEnabled", "RotationLambdaARN", "RotationRules", "NextRotationDate"}


def test_list_secrets_shows_the_same_rotation_as_describe_secret(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert listed(world) == described(world)
    assert listed(world).keys() == {
        *["RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate", "NextRotationDate"]
    }


@pytest.mark.parametrize("shown", [described, listed], ids=["DescribeSecret", "ListSecrets"])
def test_the_date_of_a_rotation_in_the_first_moment_of_1970_is_shown(world, db, shown):
    """As number, this date is 0."""
    world.now = 0.0
    rotate(world)
    assert shown(world)["LastRotatedDate"] == 0.0


def test_delete_secret_turns_rotation_off_and_keeps_function_and_rules(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.call("DeleteSecret", SecretId="db")
    off = {"RotationEnabled": False, "RotationLambdaARN": FUNCTION, "RotationRules": EVERY_30_DAYS}
    assert described(world) == off
    world.call("RestoreSecret", SecretId="db")
    assert described(world) == off


def test_delete_secret_adds_no_rotation_to_a_secret_without_one(world, db):
    world.call("DeleteSecret", SecretId="db")
    assert described(world) == {}


def test_rotate_secret_without_parameters_uses_the_stored_function_and_rules(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    before = described(world)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert function.steps == [*STEPS, *STEPS]
    assert described(world) == before


def test_rotate_secret_with_new_rules_keeps_the_stored_function(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    rules = {"ScheduleExpression": "rate(10 days)"}
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3, RotationRules=rules)
    assert described(world)["RotationLambdaARN"] == FUNCTION
    assert date(world, "NextRotationDate") == "2026-03-13T23:59:59"


def test_rotate_secret_with_new_rules_replaces_all_stored_rules(world, db):
    rotate(world, RotationRules={"AutomaticallyAfterDays": 30, "Duration": "3h"})
    rotate(world, V3, RotationRules={"AutomaticallyAfterDays": 10})
    assert described(world)["RotationRules"] == {"AutomaticallyAfterDays": 10}


def test_rotate_secret_with_a_new_function_keeps_the_stored_rules(world, db, function):
    world.functions[OTHER_FUNCTION] = RotationFunction(world)
    rotate(world, RotationRules=EVERY_30_DAYS)
    rotate(world, V3, RotationLambdaARN=OTHER_FUNCTION)
    assert world.functions[OTHER_FUNCTION].steps == function.steps == STEPS
    assert described(world)["RotationLambdaARN"] == OTHER_FUNCTION
    assert described(world)["RotationRules"] == EVERY_30_DAYS


def test_rotate_secret_with_an_empty_function_keeps_the_stored_one(world, db, function):
    rotate(world)
    rotate(world, V3, RotationLambdaARN="")
    assert (function.steps, described(world)["RotationLambdaARN"]) == ([*STEPS, *STEPS], FUNCTION)


@pytest.mark.parametrize(
    ("registered", "named"),
    [
        (FUNCTION, f"{FUNCTION}:live"),
        (FUNCTION, f"{FUNCTION}:$LATEST"),
        (FUNCTION, f"{FUNCTION}:12"),
        ("arn:aws:lambda:us-east-1:210987654321:function:x_1", "arn:aws:lambda:us-east-1:210987654321:function:x_1"),
    ],
    ids=["alias", "latest version", "version", "another account"],
)
def test_rotate_secret_takes_a_function_by_version_alias_or_account(world, db, registered, named):
    world.functions[registered] = RotationFunction(world)
    rotate(world, RotationLambdaARN=named)
    assert world.functions[registered].steps == STEPS
    assert described(world)["RotationLambdaARN"] == named


def test_a_write_after_cancel_rotate_secret_adds_no_next_rotation_date(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.call("CancelRotateSecret", SecretId="db")
    put(world)
    assert "NextRotationDate" not in described(world)
