"""Rotations that start when their window opens."""

import re
from datetime import UTC, datetime

from rotation_calls import (
    EVERY_30_DAYS,
    FUNCTION,
    STEPS,
    V1,
    V2,
    V3,
    date,
    described,
    events,
    failed_in,
    labels,
    place_labels,
    put,
    rotate,
    try_out,
    value,
)


def test_a_scheduled_rotation_starts_when_its_window_opens(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.now = datetime(2026, 4, 2, tzinfo=UTC).timestamp() - 0.001
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    world.call("ListSecrets")
    assert function.steps == STEPS
    world.now += 0.001
    world.call("ListSecrets")
    assert function.steps == [*STEPS, *STEPS]


def test_a_call_runs_rotations_that_are_due_before_it(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(31)
    reply = world.call("GetSecretValue", SecretId="db", VersionStage="AWSPREVIOUS")
    assert reply["VersionId"] == V2


def test_a_scheduled_rotation_has_a_new_token(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(31)
    token = world.call("GetSecretValue", SecretId="db")["VersionId"]
    assert re.fullmatch("[0-9a-f-]{36}", token)
    assert [event["ClientRequestToken"] for event in function.events] == [*[V2] * 4, *[token] * 4]


def test_a_scheduled_rotation_sets_the_dates_of_the_last_and_the_next_rotation(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(30)
    assert described(world)["LastRotatedDate"] == world.now
    assert date(world, "NextRotationDate") == "2026-05-02T23:59:59"


def test_a_cron_schedule_rotates_a_secret_at_each_of_its_hours(world, db, function):
    rotate(world, RotationRules={"ScheduleExpression": "cron(0 8/8 ? * TUE-WED *)"})
    hours = []
    for _ in range(4):
        world.now = world.service.next_due
        world.call("ListSecrets")
        hours.append(date(world, "LastRotatedDate"))
    assert hours == ["2026-03-03T16:00:00", "2026-03-04T08:00:00", "2026-03-04T16:00:00", "2026-03-10T08:00:00"]


def test_a_scheduled_rotation_takes_a_version_that_a_call_put_under_awspending(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    put(world, VersionStages=["AWSPENDING"])
    world.pass_days(30)
    assert (value(world), labels(world)) == ("by hand", {"AWSCURRENT": V3, "AWSPREVIOUS": V2})


def test_a_scheduled_rotation_fails_when_its_function_is_no_longer_registered(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    del world.functions[FUNCTION]
    world.pass_days(30)
    world.call("ListSecrets")
    assert events(world)[-2:] == ["RotationStarted", failed_in("createSecret")]
    error = world.service.runs[-1].error
    assert (type(error), str(error)) == (LookupError, f"the function {FUNCTION} is no longer registered")


def test_rotate_secret_after_a_missed_window_counts_its_new_rules_from_then_on(world, db, function):
    try_out(world, RotationRules=EVERY_30_DAYS)
    place_labels(world, 19)  # as many as there may be without AWSPENDING
    world.pass_days(30)
    world.call("ListSecrets")
    try_out(world, RotationRules={"AutomaticallyAfterDays": 7})
    assert datetime.fromtimestamp(world.service.next_due, UTC).isoformat() == "2026-04-09T00:00:00+00:00"


def test_scheduled_rotations_run_in_the_order_of_their_due_times(world, function):
    for name, days in (("later", 20), ("sooner", 10), ("latest", 30)):
        world.call("CreateSecret", Name=name, SecretString="one", ClientRequestToken=V1)
        rotate(world, SecretId=name, RotationRules={"AutomaticallyAfterDays": days}, RotateImmediately=False)
    function.events.clear()
    world.pass_days(40)
    world.call("ListSecrets")
    names = [event["SecretId"].split(":")[6][:-7] for event in function.events if event["Step"] == "createSecret"]
    assert names == ["sooner", "later", "latest"]
