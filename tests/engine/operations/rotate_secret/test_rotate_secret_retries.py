"""Rotations that fail, and their retries."""

from datetime import UTC, datetime
from math import inf
from traceback import format_exception

import pytest
from rotation_calls import (
    EVERY_30_DAYS,
    FUNCTION,
    NOT_COMPLETE,
    STEPS,
    V1,
    V2,
    V3,
    date,
    described,
    events,
    fail,
    failed_in,
    hold,
    labels,
    rotate,
    states,
    try_out,
    value,
)


@pytest.mark.parametrize("step", STEPS)
def test_a_failed_step_fails_the_rotation_and_leaves_awspending(world, db, function, step):
    function.on[step] = fail(ConnectionError("refused"))
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert (function.steps, states(world)) == (STEPS[: STEPS.index(step) + 1], ["failed"])
    assert events(world) == ["RotationStarted", failed_in(step)]
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}
    assert described(world).keys() == {"RotationEnabled", "RotationLambdaARN", "RotationRules", "NextRotationDate"}


def test_rotate_secret_succeeds_when_its_rotation_fails(world, db, function):
    function.on["createSecret"] = fail(ConnectionError("refused"))
    assert rotate(world) == {"ARN": db, "Name": "db", "VersionId": V2}


def test_a_rotation_fails_when_its_function_never_moves_awscurrent(world, db):
    world.functions[FUNCTION] = lambda _: None
    rotate(world)
    assert events(world) == ["RotationStarted", ("RotationFailed", f"AWSCURRENT has not come to version {V2}")]
    assert {entry.request_id for entry in world.entries if entry.by_service} == {f"Rotation-{db}-{V2}"}
    assert (labels(world), states(world)) == ({"AWSCURRENT": V1, "AWSPENDING": V2}, ["failed"])


def test_a_failed_rotation_is_logged_under_the_request_id_of_its_start(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    started, failed = (entry for entry in world.entries if entry.by_service)
    assert failed.request_id == started.request_id == f"Rotation-{db}-{V2}"


def test_the_traceback_of_a_failed_step_is_that_of_python(world, db, function):
    function.on["setSecret"] = fail(ConnectionError("refused"))
    rotate(world)
    made, failed = world.service.runs[-1].steps
    assert (made.traceback, failed.traceback) == ("", "".join(format_exception(failed.error)))


def test_an_interrupt_in_a_rotation_function_reaches_the_caller(world, db, function):
    function.on["setSecret"] = fail(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        rotate(world)
    assert events(world) == ["RotationStarted", failed_in("setSecret")]


def test_an_interrupt_in_a_test_rotation_reaches_the_caller_after_its_cleanup(world, db, function):
    function.on["testSecret"] = fail(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        try_out(world)
    assert (labels(world), states(world)) == ({"AWSCURRENT": V1}, ["failed"])


def test_a_retry_runs_all_steps_under_the_same_token(world, db, function):
    function.on["testSecret"] = fail(ConnectionError())
    rotate(world)
    function.on.clear()
    world.now += 60
    assert value(world) == "two"
    assert function.steps == [*STEPS[:3], *STEPS]
    assert {event["ClientRequestToken"] for event in function.events} == {V2}
    assert events(world) == ["RotationStarted", failed_in("testSecret"), "RotationStarted", "RotationSucceeded"]


def test_a_failed_rotation_is_not_retried_within_a_minute(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    world.now += 59.999
    world.call("ListSecrets")
    assert states(world) == ["failed"]


def wait(world):
    """Advance to each due time until nothing is due."""
    while (due := world.service.next_due) < inf:
        world.now = due
        world.call("ListSecrets")


def test_a_rotation_is_attempted_six_times_at_growing_intervals(world, db, function):
    start, times = world.now, []
    function.on["createSecret"] = lambda: times.append(world.now - start)
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    wait(world)
    assert times == [0, 60, 180, 420, 900, 1_860]
    assert states(world) == ["failed"] * 6


def test_a_rotation_that_used_up_its_retries_blocks_the_next(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    wait(world)
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_COMPLETE


def test_a_rotation_that_used_up_its_retries_resumes_in_the_next_window(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world, RotationRules=EVERY_30_DAYS)
    for _ in range(5):
        world.now = world.service.next_due
        world.call("ListSecrets")
    assert date(world, "NextRotationDate") == "2026-04-02T23:59:59"
    function.on.clear()
    world.pass_days(30)
    assert (value(world), labels(world)) == ("two", {"AWSCURRENT": V2, "AWSPREVIOUS": V1})


def test_the_next_rotation_date_may_be_past_while_a_rotation_fails(world, db, function):
    try_out(world, RotationRules={"ScheduleExpression": "cron(0 16 * * ? *)", "Duration": "1h"})
    function.on["setSecret"] = fail(ConnectionError())
    world.now = datetime(2026, 3, 3, 16, 50, tzinfo=UTC).timestamp()
    for delay in (0, 60, 120, 240, 480):
        world.now += delay
        world.call("ListSecrets")
    assert described(world)["NextRotationDate"] < world.now
    assert date(world, "NextRotationDate") == "2026-03-03T16:59:59"


def test_a_successful_retry_sets_the_date_of_the_last_rotation(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    function.on.clear()
    world.now += 60
    assert described(world)["LastRotatedDate"] == world.now
    assert world.service.next_due == inf


def test_a_second_failed_rotation_is_retried_as_often_as_the_first(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    world.now += 60
    function.on.clear()
    world.call("ListSecrets")
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world, V3)
    wait(world)
    assert states(world) == ["failed", "succeeded", *["failed"] * 6]


def test_a_rotation_fails_when_its_function_is_unregistered_between_two_steps(world, db, function):
    held = hold(world, "setSecret")
    rotate(world)
    world.functions.clear()
    held.resume()
    assert (states(world), type(world.service.runs[-1].error)) == (["failed"], LookupError)
