"""`sm.snapshot()` around rotations: holds, and rotations that are held, are as they were before the block."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import boto3
import pytest
from put_and_promote import put_and_promote

from pytest_secretsmanager import Rotation, SecretsManager


def promote(event: dict[str, str], _: object) -> None:
    put_and_promote(boto3.client("secretsmanager", region_name="us-east-1"), event, "two")


def rotate(sm: SecretsManager) -> str:
    """Rotate `db`, and return the state of that rotation."""
    sm.client().rotate_secret(SecretId="db")
    return sm.rotation.runs[-1].state


@pytest.fixture
def sm() -> Iterator[SecretsManager]:
    with SecretsManager() as manager:
        yield manager


@pytest.fixture
def rotating(sm: SecretsManager) -> SecretsManager:
    sm.seed("db", "one", rotation=Rotation(promote, days=30))
    return sm


def test_a_hold_from_before_that_a_rotation_of_the_block_met_catches_the_next_rotation(
    rotating: SecretsManager,
) -> None:
    hold = rotating.rotation.hold("db", before="setSecret")
    with rotating.snapshot():
        assert rotate(rotating) == "held"
    assert hold.run is None
    assert rotate(rotating) == "held"
    assert hold.resume().state == "succeeded"


def test_a_hold_that_only_a_rotation_of_the_block_met_is_no_unmet_plan() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(promote, days=30))
        sm.rotation.hold("db", before="setSecret")
        with sm.snapshot():
            rotate(sm)


def test_the_block_of_a_hold_that_only_a_snapshot_met_ends_without_an_error(rotating: SecretsManager) -> None:
    with rotating.rotation.hold("db", before="setSecret"), rotating.snapshot():
        rotate(rotating)
    assert rotate(rotating) == "succeeded"


def test_a_hold_whose_own_block_ended_in_a_snapshot_catches_no_rotation_after_it(rotating: SecretsManager) -> None:
    with ExitStack() as block:
        block.enter_context(rotating.rotation.hold("db", before="setSecret"))
        with rotating.snapshot():
            rotate(rotating)
            block.close()
        assert rotate(rotating) == "succeeded"


def test_a_held_rotation_that_was_resumed_in_the_block_is_held_again_after_it(rotating: SecretsManager) -> None:
    hold = rotating.rotation.hold("db", before="finishSecret")
    rotate(rotating)
    before = [step.step for step in rotating.rotation.runs[-1].steps]
    with rotating.snapshot():
        assert hold.resume().state == "succeeded"
    run = rotating.rotation.runs[-1]
    assert (run.state, [step.step for step in run.steps]) == ("held", before)
    assert hold.resume().state == "succeeded"
    assert rotating.secret("db").current.value == "two"


def test_a_rotation_that_still_runs_at_the_end_of_the_block_is_not_held_again(sm: SecretsManager) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def function(event: dict[str, str], _: object) -> None:
        if event["Step"] == "setSecret":
            has_begun.set()
            may_end.wait(30)

    sm.seed("db", "one", rotation=Rotation(function, days=30))
    hold = sm.rotation.hold("db", before="setSecret")
    rotate(sm)
    thread = threading.Thread(target=hold.resume)

    def resume_inside() -> None:
        with sm.snapshot():
            thread.start()
            assert has_begun.wait(30)

    with pytest.warns(RuntimeWarning, match="still running"):
        resume_inside()
    may_end.set()
    thread.join(30)
    assert sm.rotation.runs[-1].state == "failed"
