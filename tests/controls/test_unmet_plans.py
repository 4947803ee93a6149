"""Planned failures and holds that no rotation reached fail the test, once, and hide no other error."""

# ruff: noqa: PT012 - the end of a block raises

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_secretsmanager import Rotation, SecretsManager, UsageError
from pytest_secretsmanager.controls.unmet_plans import UnmetPlanError


def idle(_event: dict[str, str], _context: object) -> None:
    """A function that does nothing."""


ADVICE = (
    "A secret rotates when rotate_secret is called, or when clock.advance reaches the time of its schedule. A "
    "plan for one secret does not apply to the rotations of another."
)


@pytest.fixture
def sm() -> Iterator[SecretsManager]:
    """A manager with one secret that can rotate. Tests enter and leave it."""
    manager = SecretsManager()
    manager.seed("db", "one", rotation=Rotation(idle, days=30))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", manager.region)
        yield manager


PLANS: list[tuple[Callable[[SecretsManager], object], str]] = [
    (
        lambda sm: sm.rotation.fail("finishSecret", ConnectionError("to hide")),
        "rotation.fail('finishSecret', ConnectionError) was planned, and no rotation came to that step",
    ),
    (
        lambda sm: sm.rotation.fail("setSecret", ValueError, after=True, times=3),
        "rotation.fail('setSecret', ValueError, after=True) was planned, and no rotation came to that step",
    ),
    (
        lambda sm: sm.rotation.fail("setSecret", ValueError, secret="db"),
        "rotation.fail('setSecret', ValueError) for secret 'db' in us-east-1 was planned, and no rotation came to that "
        "step",
    ),
    (
        lambda sm: sm.rotation.hold("db", before="setSecret"),
        "the <hold of 'db' before setSecret> was planned, and no rotation came to it",
    ),
]
EACH_PLAN = pytest.mark.parametrize(("plan", "told"), PLANS, ids=["fail", "fail after", "fail of one secret", "hold"])


def rotate(sm: SecretsManager) -> None:
    sm.client().rotate_secret(SecretId="db")


# --- a manager that is left ------------------------------------------------------------------------------------------


@EACH_PLAN
def test_unmet_plan_fails_when_the_manager_is_left(
    sm: SecretsManager, plan: Callable[[SecretsManager], object], told: str
) -> None:
    with pytest.raises(AssertionError) as failure, sm:
        plan(sm)
    assert str(failure.value) == f"{told}\n{ADVICE}"


def test_unmet_plans_are_reported_together(sm: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure, sm:
        for plan, _ in PLANS:
            plan(sm)
    assert str(failure.value).splitlines() == [*(told for _, told in PLANS), ADVICE]


def test_met_plans_do_not_fail(sm: SecretsManager) -> None:
    with sm:
        hold = sm.rotation.hold("db", before="createSecret")
        sm.rotation.fail("setSecret", ValueError)
        rotate(sm)
        hold.resume()


def test_plan_for_several_times_is_met_when_it_happens_once(sm: SecretsManager) -> None:
    """AWS decides how often it retries: `times` limits the number of failed steps."""
    with sm:
        sm.rotation.fail("setSecret", ValueError, times=1000)
        rotate(sm)


def test_planned_failure_of_a_rotation_trial_is_met_by_it(sm: SecretsManager) -> None:
    with sm:
        sm.rotation.fail("testSecret", ValueError)
        sm.client().rotate_secret(SecretId="db", RotateImmediately=False)


def test_planned_failure_of_another_secret_stays_unmet(sm: SecretsManager) -> None:
    sm.seed("other", "one")
    with pytest.raises(AssertionError, match="for secret 'other'"), sm:
        sm.rotation.fail("setSecret", ValueError, secret="other")
        rotate(sm)


def test_planned_failure_of_a_step_that_was_not_reached_stays_unmet(sm: SecretsManager) -> None:
    with pytest.raises(AssertionError, match="'testSecret'"), sm:
        sm.rotation.fail("setSecret", ValueError)
        sm.rotation.fail("testSecret", ValueError)
        rotate(sm)


def test_error_of_the_block_is_raised_before_an_unmet_plan(sm: SecretsManager) -> None:
    with pytest.raises(ZeroDivisionError), sm:
        sm.rotation.fail("setSecret", ValueError)
        raise ZeroDivisionError


def test_manager_is_left_when_an_unmet_plan_fails(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError), sm:
        sm.rotation.fail("setSecret", ValueError)
    with pytest.raises(UsageError, match="answers no calls now"):
        sm.client()


def test_unmet_plan_is_reported_once(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError), sm:
        sm.rotation.fail("setSecret", ValueError)
        sm.rotation.hold("db", before="setSecret")
    with sm:
        pass


def test_unmet_plan_does_not_fail_at_the_end_of_an_inner_block(sm: SecretsManager) -> None:
    with sm:
        with sm:
            sm.rotation.fail("setSecret", ValueError)
        rotate(sm)


def test_unmet_plan_from_before_the_block_fails_at_its_end(sm: SecretsManager) -> None:
    sm.rotation.fail("setSecret", ValueError)
    with pytest.raises(UnmetPlanError), sm:
        pass


# --- holds -----------------------------------------------------------------------------------------------------------


def test_unmet_hold_that_raised_itself_is_not_reported_again(sm: SecretsManager) -> None:
    with sm:
        with pytest.raises(UsageError, match="no rotation has come to"):
            sm.rotation.hold("db", before="setSecret").resume()
        with pytest.raises(UsageError, match="no rotation has come to"), sm.rotation.hold("db", before="setSecret"):
            pass


def test_unmet_hold_whose_block_raised_is_not_reported(sm: SecretsManager) -> None:
    with sm, pytest.raises(ZeroDivisionError), sm.rotation.hold("db", before="setSecret"):
        raise ZeroDivisionError


def test_hold_resumed_too_early_still_meets_a_rotation(sm: SecretsManager) -> None:
    with sm:
        hold = sm.rotation.hold("db", before="setSecret")
        with pytest.raises(UsageError):
            hold.resume()
        rotate(sm)
        assert hold.run is not None


def test_held_rotation_that_is_never_resumed_does_not_fail(sm: SecretsManager) -> None:
    with sm:
        sm.rotation.hold("db", before="setSecret")
        rotate(sm)


# --- decorated functions, and rollbacks ------------------------------------------------------------------------------


@EACH_PLAN
def test_decorated_function_with_an_unmet_plan_fails_at_each_call(
    sm: SecretsManager, plan: Callable[[SecretsManager], object], told: str
) -> None:
    @sm
    def planning() -> None:
        plan(sm)

    for _ in range(2):
        with pytest.raises(UnmetPlanError) as failure:
            planning()
        assert str(failure.value) == f"{told}\n{ADVICE}"


def test_decorated_coroutine_function_with_an_unmet_plan_fails(sm: SecretsManager) -> None:
    @sm
    async def planning() -> None:
        sm.rotation.fail("setSecret", ValueError)

    coroutine: Any = planning()
    with pytest.raises(UnmetPlanError):
        asyncio.run(coroutine)


def test_error_of_a_decorated_function_is_raised_before_an_unmet_plan(sm: SecretsManager) -> None:
    @sm
    def planning() -> None:
        sm.rotation.fail("setSecret", ValueError)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        planning()


def test_unmet_plan_inside_a_rollback_fails_at_its_end(sm: SecretsManager) -> None:
    with sm:
        with pytest.raises(UnmetPlanError), sm.snapshot():
            sm.rotation.fail("setSecret", ValueError)
        with sm.snapshot():
            sm.rotation.fail("setSecret", ValueError)
            rotate(sm)


def test_rollback_restores_everything_when_an_unmet_plan_fails(sm: SecretsManager) -> None:
    with sm:
        with pytest.raises(UnmetPlanError), sm.snapshot():
            sm.rotation.fail("setSecret", ValueError)
            sm.seed("other", "one")
        assert list(sm.secrets) == ["db"]


def test_error_inside_a_rollback_is_raised_before_an_unmet_plan(sm: SecretsManager) -> None:
    with sm, pytest.raises(ZeroDivisionError), sm.snapshot():
        sm.rotation.fail("setSecret", ValueError)
        raise ZeroDivisionError


def test_plan_from_before_a_rollback_may_be_met_inside_it(sm: SecretsManager) -> None:
    with sm:
        sm.rotation.fail("setSecret", ValueError)
        with sm.snapshot():
            pass
        with sm.snapshot():
            rotate(sm)


def test_unmet_plan_from_before_a_rollback_is_reported_when_the_manager_is_left(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError) as failure, sm:
        sm.rotation.fail("setSecret", ValueError)
        sm.rotation.hold("db", before="setSecret")
        with sm.snapshot():
            pass
        with pytest.raises(UnmetPlanError, match="'testSecret'") as inner, sm.snapshot():
            sm.rotation.fail("testSecret", ValueError)
    assert "'setSecret'" not in str(inner.value)
    assert len(str(failure.value).splitlines()) == 3
