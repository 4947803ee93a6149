"""`sm.rotation.fail`: a step fails on purpose."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from rotating import EACH_STEP, STEPS, Interruption, rotate
from rotation_function import Database, rotation_function

from pytest_secretsmanager import Rotation, SecretNotFound, SecretsManager, UsageError


def test_a_failure_that_can_not_be_made_is_refused(sm: SecretsManager) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.fail("setSecret", ClientError)
    assert str(caught.value) == (
        "a step fails with an exception, and ClientError can't be made without arguments: give one that is made already"
    )


def test_a_failure_that_is_empty_is_one(sm: SecretsManager, database: Database) -> None:
    class EmptyError(Exception):
        def __len__(self) -> int:
            return 0

    sm.rotation.fail("setSecret", EmptyError())
    assert rotate(sm).state == "failed"


def steps_called(sm: SecretsManager) -> list[str]:
    """Has `db` rotate by a function that notes each step which it is called for; gives the notes as they grow."""
    called: list[str] = []
    sm.seed("db", "one", rotation=Rotation(lambda event, _: called.append(event["Step"])))
    return called


@EACH_STEP
def test_a_step_fails_in_place_of_the_function(sm: SecretsManager, step: str) -> None:
    called = steps_called(sm)
    sm.rotation.fail(step, Interruption)
    rotate(sm)
    assert called == STEPS[: STEPS.index(step)]


@EACH_STEP
def test_a_step_fails_once_the_function_has_run(sm: SecretsManager, step: str) -> None:
    called = steps_called(sm)
    sm.rotation.fail(step, Interruption, after=True)
    rotate(sm)
    assert called == STEPS[: STEPS.index(step) + 1]


def test_a_step_fails_with_the_very_error_that_it_was_given(sm: SecretsManager, database: Database) -> None:
    error = ConnectionError("no answer")
    sm.rotation.fail("setSecret", error)
    assert rotate(sm).error is error


def test_a_step_fails_with_an_error_of_the_class_that_it_was_given(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    assert repr(rotate(sm).error) == "ConnectionError()"


def test_a_step_fails_once_unless_it_is_asked_for_more(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", Interruption)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "succeeded"]


def test_a_step_fails_as_often_as_it_was_asked_to(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", Interruption, times=3)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "failed", "failed", "succeeded"]


def test_failures_of_one_step_come_in_the_order_in_which_they_were_planned(
    sm: SecretsManager, database: Database
) -> None:
    sm.rotation.fail("setSecret", KeyError, times=2)
    sm.rotation.fail("setSecret", OSError)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [type(run.error) for run in sm.rotation.runs] == [KeyError, KeyError, OSError, type(None)]


def test_failures_of_several_steps_each_come_in_their_step(sm: SecretsManager, database: Database) -> None:
    for step in reversed(STEPS):
        sm.rotation.fail(step, Interruption)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.steps[-1].step for run in sm.rotation.runs if run.state == "failed"] == STEPS


@pytest.mark.parametrize("secret", [None, "db"], ids=["any", "one"])
def test_a_failure_strikes_the_secret_that_it_is_meant_for(
    sm: SecretsManager, database: Database, secret: str | None
) -> None:
    sm.seed("other", {"username": "app", "password": "one"}, rotation=Rotation(rotation_function({"app": "one"})))
    sm.rotation.fail("setSecret", Interruption, secret=secret)
    states = [rotate(sm, "other").state, rotate(sm).state]
    assert states == (["failed", "succeeded"] if secret is None else ["succeeded", "failed"])


def test_a_failure_is_looked_up_in_region_and_account(sm: SecretsManager, database: Database) -> None:
    there = Rotation(rotation_function({"app": "one"}))
    sm.seed("db", {"username": "app", "password": "one"}, region="eu-west-1", rotation=there)
    sm.rotation.fail("setSecret", Interruption, secret="db", region="eu-west-1")
    assert rotate(sm).state == "succeeded"
    sm.client("eu-west-1").rotate_secret(SecretId="db")
    assert sm.rotation.runs[-1].state == "failed"


@pytest.mark.parametrize(
    ("arguments", "options", "text"),
    [
        (
            ("setSecrets", ValueError),
            {},
            "a rotation has no step 'setSecrets'; did you mean 'setSecret' or 'testSecret' or 'createSecret'?",
        ),
        (("finish_secret", ValueError), {}, "a rotation has no step 'finish_secret'; did you mean 'finishSecret'?"),
        (
            ("x", ValueError),
            {},
            "a rotation has no step 'x'; there are 'createSecret', 'setSecret', 'testSecret', 'finishSecret'",
        ),
        ((None, ValueError), {}, "a step of a rotation is named by a str, not by NoneType"),
        (
            ("setSecret", "boom"),
            {},
            "a step fails with an exception or a class of exceptions, not with 'boom'",
        ),
        (
            ("setSecret", int),
            {},
            "a step fails with an exception or a class of exceptions, not with <class 'int'>",
        ),
        (("setSecret", None), {}, "a step fails with an exception or a class of exceptions, not with None"),
        (("setSecret", ValueError), {"times": 0}, "a step fails a number of times, at least 1, not 0"),
        (("setSecret", ValueError), {"times": True}, "a step fails a number of times, at least 1, not True"),
        (("setSecret", ValueError), {"times": "2"}, "a step fails a number of times, at least 1, not '2'"),
    ],
)
def test_a_failure_that_can_not_be_is_refused(
    sm: SecretsManager, database: Database, arguments: tuple[Any, ...], options: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.fail(*arguments, **options)
    assert str(caught.value) == text
    assert rotate(sm).state == "succeeded"


def test_a_failure_of_no_secret_is_refused(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' in us-east-1 of account 123456789012; there is 'db'$"):
        sm.rotation.fail("setSecret", ValueError, secret="bd")


def test_the_error_of_a_class_is_made_for_each_failure(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", ValueError, times=2)
    rotate(sm)
    sm.clock.advance(minutes=1)
    first, second = (run.error for run in sm.rotation.runs[:2])
    assert first is not second
