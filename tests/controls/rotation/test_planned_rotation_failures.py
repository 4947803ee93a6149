"""`sm.rotation.fail`: a step fails on purpose."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from rotating import EACH_STEP, STEPS, Interruption, rotate
from rotation_function import Database, rotation_function

from pytest_secretsmanager import Rotation, SecretNotFound, SecretsManager, UsageError
from pytest_secretsmanager.controls import step_plans, steps


def test_rotation_fail_refuses_a_class_that_needs_arguments(sm: SecretsManager) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.fail("setSecret", ClientError)
    assert str(caught.value) == ("a step fails with an exception, and ClientError needs arguments: give an instance")


def test_rotation_fail_accepts_an_exception_that_is_falsy(sm: SecretsManager, database: Database) -> None:
    class EmptyError(Exception):
        def __len__(self) -> int:
            return 0

    sm.rotation.fail("setSecret", EmptyError())
    assert rotate(sm).state == "failed"


def steps_called(sm: SecretsManager) -> list[str]:
    """Seed `db` with a function that records its steps, and return the growing record."""
    called: list[str] = []
    sm.seed("db", "one", rotation=Rotation(lambda event, _: called.append(event["Step"])))
    return called


@EACH_STEP
def test_rotation_fail_raises_instead_of_calling_the_function(sm: SecretsManager, step: str) -> None:
    called = steps_called(sm)
    sm.rotation.fail(step, Interruption)
    rotate(sm)
    assert called == STEPS[: STEPS.index(step)]


@EACH_STEP
def test_rotation_fail_with_after_raises_once_the_function_has_run(sm: SecretsManager, step: str) -> None:
    called = steps_called(sm)
    sm.rotation.fail(step, Interruption, after=True)
    rotate(sm)
    assert called == STEPS[: STEPS.index(step) + 1]


def test_rotation_fail_raises_the_given_exception_object(sm: SecretsManager, database: Database) -> None:
    error = ConnectionError("no answer")
    sm.rotation.fail("setSecret", error)
    assert rotate(sm).error is error


def test_rotation_fail_raises_an_instance_of_the_given_class(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", ConnectionError)
    assert repr(rotate(sm).error) == "ConnectionError()"


def test_rotation_fail_fails_one_step_by_default(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", Interruption)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "succeeded"]


def test_rotation_fail_with_times_fails_that_many_steps(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", Interruption, times=3)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.state for run in sm.rotation.runs] == ["failed", "failed", "failed", "succeeded"]


def test_failures_planned_for_one_rotation_step_happen_in_the_order_of_planning(
    sm: SecretsManager, database: Database
) -> None:
    sm.rotation.fail("setSecret", KeyError, times=2)
    sm.rotation.fail("setSecret", OSError)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [type(run.error) for run in sm.rotation.runs] == [KeyError, KeyError, OSError, type(None)]


def test_failures_planned_for_several_rotation_steps_each_happen_in_their_step(
    sm: SecretsManager, database: Database
) -> None:
    for step in reversed(STEPS):
        sm.rotation.fail(step, Interruption)
    rotate(sm)
    sm.clock.advance(hours=1)
    assert [run.steps[-1].step for run in sm.rotation.runs if run.state == "failed"] == STEPS


@pytest.mark.parametrize("secret", [None, "db"], ids=["any secret", "one secret"])
def test_rotation_fail_with_secret_fails_only_that_secret(
    sm: SecretsManager, database: Database, secret: str | None
) -> None:
    sm.seed("other", {"username": "app", "password": "one"}, rotation=Rotation(rotation_function({"app": "one"})))
    sm.rotation.fail("setSecret", Interruption, secret=secret)
    states = [rotate(sm, "other").state, rotate(sm).state]
    assert states == (["failed", "succeeded"] if secret is None else ["succeeded", "failed"])


def test_rotation_fail_finds_its_secret_by_region(sm: SecretsManager, database: Database) -> None:
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
    ids=str,
)
def test_rotation_fail_refuses_invalid_arguments(
    sm: SecretsManager, database: Database, arguments: tuple[Any, ...], options: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.fail(*arguments, **options)
    assert str(caught.value) == text
    assert rotate(sm).state == "succeeded"


def test_rotation_fail_for_an_unknown_secret_raises_secret_not_found(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' in us-east-1 of account 123456789012; there is 'db'$"):
        sm.rotation.fail("setSecret", ValueError, secret="bd")


def test_rotation_fail_makes_a_new_exception_for_each_failure(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("setSecret", ValueError, times=2)
    rotate(sm)
    sm.clock.advance(minutes=1)
    first, second = (run.error for run in sm.rotation.runs[:2])
    assert first is not second


def test_rotations_of_several_threads_take_a_planned_failure_or_a_hold_under_a_lock(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch, is_free: Any
) -> None:
    """Otherwise two rotations could both take the last one."""
    free: list[bool] = []
    for owner, name in ((step_plans.PlannedFailure, "fits"), (step_plans.PlannedStop, "catches")):
        asked = getattr(owner, name)

        def ask(*arguments: Any, asked: Any = asked) -> Any:
            free.append(is_free(steps.lock))
            return asked(*arguments)

        monkeypatch.setattr(owner, name, ask)
    steps_called(sm)
    sm.rotation.fail("setSecret", Interruption)
    sm.rotation.hold("db", before="testSecret", optional=True)
    rotate(sm)
    assert free
    assert not any(free)


def test_a_hold_that_another_thread_resumes_meanwhile_is_resumed_once(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = steps_called(sm)
    hold = sm.rotation.hold("db", before="setSecret")
    rotate(sm)
    spend = step_plans.PlannedStop.spend

    def after_the_other(stop: Any) -> bool:
        monkeypatch.setattr(step_plans.PlannedStop, "spend", spend)
        hold.resume()
        return spend(stop)

    monkeypatch.setattr(step_plans.PlannedStop, "spend", after_the_other)
    with pytest.raises(UsageError, match="is no longer held"):
        hold.resume()
    assert called == STEPS
