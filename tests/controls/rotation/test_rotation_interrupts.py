"""Functions that raise a BaseException that is no Exception."""

import sys
from collections.abc import Callable

import pytest
from rotating import FUNCTION, NOON, Look, rotate
from rotation_function import Database

from pytest_secretsmanager import RotationRun, SecretsManager

INTERRUPTS = pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), pytest.fail.Exception("by the handler"), pytest.skip.Exception("by it")],
    ids=["KeyboardInterrupt", "pytest.fail", "pytest.skip"],
)


@INTERRUPTS
def test_what_is_no_exception_comes_through_to_whoever_called(
    look_at_steps: Callable[[Look], RotationRun], error: BaseException
) -> None:
    def interrupt(*_: object) -> None:
        raise error

    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any of them
        look_at_steps(interrupt)
    assert caught.value is error


@INTERRUPTS
def test_what_is_no_exception_is_recorded_as_any_failure(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun], error: BaseException
) -> None:
    def interrupt(event: dict[str, str], _: object) -> None:
        if event["Step"] == "setSecret":
            raise error

    with pytest.raises(type(error)):
        look_at_steps(interrupt)
    (run,) = sm.rotation.runs
    assert (run.state, run.ended) == ("failed", NOON)
    assert [(step.step, step.error) for step in run.steps] == [("createSecret", None), ("setSecret", error)]
    assert sm.log[-1].error_message == f"Error when executing lambda {FUNCTION}handler during setSecret step"


def test_a_function_that_exits_has_failed_its_step(look_at_steps: Callable[[Look], RotationRun]) -> None:
    """As Lambda has it: nobody else's program ends by that."""
    run = look_at_steps(lambda *_: sys.exit("no database"))
    assert (run.state, type(run.error)) == ("failed", SystemExit)


def test_a_rotation_that_was_interrupted_so_is_tried_again(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        rotate(sm)
    sm.clock.advance(minutes=1)
    sm.assert_rotated("db")


def test_what_is_no_exception_comes_through_a_resume(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", KeyboardInterrupt)
    hold = sm.rotation.hold("db", before="setSecret")
    rotate(sm)
    with pytest.raises(KeyboardInterrupt):
        hold.resume()
    assert hold.run is not None
    assert hold.run.state == "failed"
