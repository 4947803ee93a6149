"""`sm.rotation.hold`: a rotation waits before or after a step."""

from datetime import timedelta
from typing import Any

import pytest
from rotating import INCOMPLETE, NOON, STEPS, V1, Interruption, idle, refusal, rotate
from rotation_function import Database, rotation_function

from pytest_secretsmanager import Rotation, SecretNotFound, SecretsManager

POINTS = pytest.mark.parametrize(
    "point",
    [pytest.param({when: step}, id=f"{when} {step}") for step in STEPS for when in ("before", "after")],
)
Point = dict[str, str]


def steps_done(point: Point) -> list[str]:
    """Return the steps that have run when a rotation is held at `point`."""
    ((when, step),) = point.items()
    return STEPS[: STEPS.index(step) + (when == "after")]


@POINTS
def test_rotation_hold_stops_the_run_at_its_point(sm: SecretsManager, database: Database, point: Point) -> None:
    hold = sm.rotation.hold("db", **point)
    run = rotate(sm)
    assert hold.run == run
    assert (run.state, run.ended, [step.step for step in run.steps]) == ("held", None, steps_done(point))


@POINTS
def test_hold_resume_finishes_the_held_rotation(sm: SecretsManager, database: Database, point: Point) -> None:
    hold = sm.rotation.hold("db", **point)
    run = rotate(sm)
    assert hold.resume() == run
    assert (run.state, run.ended, [step.step for step in run.steps]) == ("succeeded", NOON, STEPS)
    sm.assert_rotated("db")


@POINTS
def test_held_rotation_shows_the_labels_that_its_steps_moved(
    sm: SecretsManager, database: Database, point: Point
) -> None:
    done = steps_done(point)
    with sm.rotation.hold("db", **point):
        run = rotate(sm)
        if "finishSecret" in done:
            sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPENDING": run.token, "AWSPREVIOUS": V1})
        else:
            sm.assert_labels("db", {"AWSCURRENT": V1, "AWSPENDING": run.token})


@POINTS
def test_held_rotation_has_a_pending_value_only_after_create_secret(
    sm: SecretsManager, database: Database, point: Point
) -> None:
    with sm.rotation.hold("db", **point):
        run = rotate(sm)
        assert (sm.secret("db").version(run.token).value is not None) == ("createSecret" in steps_done(point))


@POINTS
def test_held_rotation_has_changed_the_database_only_after_set_secret(
    sm: SecretsManager, database: Database, point: Point
) -> None:
    with sm.rotation.hold("db", **point):
        rotate(sm)
        assert (database["app"] != "one") == ("setSecret" in steps_done(point))


def test_get_secret_value_reads_the_current_and_the_pending_value_of_a_held_rotation(
    sm: SecretsManager, database: Database
) -> None:
    client = sm.client()
    with sm.rotation.hold("db", after="createSecret"):
        rotate(sm)
        assert "one" in client.get_secret_value(SecretId="db")["SecretString"]
        assert "one" not in client.get_secret_value(SecretId="db", VersionStage="AWSPENDING")["SecretString"]


def test_get_secret_value_finds_no_awspending_value_before_create_secret(
    sm: SecretsManager, database: Database
) -> None:
    with sm.rotation.hold("db", before="createSecret"):
        rotate(sm)
        found = refusal(sm.client().get_secret_value, SecretId="db", VersionStage="AWSPENDING")
    assert found == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    )


def test_rotate_secret_is_refused_while_a_rotation_of_the_secret_is_held(
    sm: SecretsManager, database: Database
) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
        assert refusal(sm.client().rotate_secret, SecretId="db") == ("InvalidRequestException", INCOMPLETE)


def test_held_rotation_ends_at_the_time_of_its_resume(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret") as hold:
        rotate(sm)
        sm.clock.advance(hours=3)
    assert hold.run is not None
    assert (hold.run.started, hold.run.ended) == (NOON, NOON + timedelta(hours=3))


def test_two_holds_stop_one_rotation_at_two_points(sm: SecretsManager, database: Database) -> None:
    first, second = sm.rotation.hold("db", after="createSecret"), sm.rotation.hold("db", before="finishSecret")
    run = rotate(sm)
    assert (first.run, second.run) == (run, None)
    assert first.resume().state == "held"
    assert second.run == run
    assert second.resume().state == "succeeded"


def test_rotation_hold_stops_only_one_rotation(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
    assert rotate(sm).state == "succeeded"


def test_rotation_hold_does_not_stop_another_secret(sm: SecretsManager, database: Database) -> None:
    sm.seed("other", {"username": "app", "password": "one"}, rotation=Rotation(rotation_function({"app": "one"})))
    with sm.rotation.hold("db", before="setSecret"):
        assert rotate(sm, "other").state == "succeeded"
        rotate(sm)


@pytest.mark.parametrize("place", [{"region": "eu-west-1"}, {"account": "999999999999"}], ids=["region", "account"])
def test_rotation_hold_finds_its_secret_by_region_and_account(sm: SecretsManager, place: dict[str, Any]) -> None:
    sm.seed("there", "one", rotation=Rotation(idle), **place)
    hold = sm.rotation.hold("there", before="setSecret", **place)
    assert repr(hold) == "<hold of 'there' before setSecret>"
    sm.client(place.get("region"), aws_account_id=place.get("account", sm.account)).rotate_secret(SecretId="there")
    assert hold.run is not None
    with pytest.raises(SecretNotFound, match=r"^no secret 'there' in us-east-1 of account 123456789012; it is in "):
        sm.rotation.hold("there", before="setSecret")


def test_held_rotation_of_another_region_finishes_when_resumed(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    view = sm.seed("db", value, region="eu-west-1", rotation=Rotation(rotation_function(database)))
    with sm.rotation.hold(view, before="finishSecret"):
        sm.client("eu-west-1").rotate_secret(SecretId="db")
        sm.assert_label("db", "AWSCURRENT", 1, region="eu-west-1")
    sm.assert_rotated("db", region="eu-west-1")


def test_held_rotation_that_fails_after_its_resume_is_retried(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", Interruption)
    with sm.rotation.hold("db", before="setSecret") as hold:
        rotate(sm)
        sm.clock.advance(minutes=10)
    assert hold.run is not None
    assert hold.run.state == "failed"
    sm.clock.advance(minutes=1)
    sm.assert_rotated("db")


def test_rotate_secret_is_refused_while_a_promoted_rotation_is_held(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", after="finishSecret") as hold:
        run = rotate(sm)
        assert refusal(sm.client().rotate_secret, SecretId="db") == (
            "InvalidRequestException",
            "A previous rotation isn't complete. That rotation will be reattempted.",
        )
    assert (hold.run, run.state) == (run, "succeeded")
