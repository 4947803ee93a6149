"""Rotation functions that raise a BaseException: an interrupt, an exit, pytest's own outcomes."""

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
def test_rotation_raises_the_base_exception_of_its_function_in_the_caller(
    look_at_steps: Callable[[Look], RotationRun], error: BaseException
) -> None:
    def interrupt(*_: object) -> None:
        raise error

    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any of them
        look_at_steps(interrupt)
    assert caught.value is error


@INTERRUPTS
def test_rotation_records_the_base_exception_of_its_function_as_a_failure(
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


def test_rotation_function_that_exits_fails_its_step(look_at_steps: Callable[[Look], RotationRun]) -> None:
    """As in Lambda: an exit ends only the function."""
    run = look_at_steps(lambda *_: sys.exit("no database"))
    assert (run.state, type(run.error)) == ("failed", SystemExit)


def test_rotation_that_an_interrupt_ended_is_retried(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        rotate(sm)
    sm.clock.advance(minutes=1)
    sm.assert_rotated("db")


def test_hold_resume_raises_the_interrupt_of_the_rotation(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", KeyboardInterrupt)
    hold = sm.rotation.hold("db", before="setSecret")
    rotate(sm)
    with pytest.raises(KeyboardInterrupt):
        hold.resume()
    assert hold.run is not None
    assert hold.run.state == "failed"
