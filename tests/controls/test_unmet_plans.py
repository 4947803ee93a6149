"""What a test has planned for rotations and never came to pass: a failure, told once, and never over another error."""

# ruff: noqa: PT012 - it is the end of a block that raises

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_secretsmanager import Rotation, SecretsManager, UsageError
from pytest_secretsmanager.controls.steps import UnmetPlanError


def idle(_event: dict[str, str], _context: object) -> None:
    """A function that does nothing."""


ADVICE = (
    "A secret rotates when rotate_secret is called, or when clock.advance comes to the time of its schedule; what is "
    "planned for one secret meets no rotation of another."
)


@pytest.fixture
def sm() -> Iterator[SecretsManager]:
    """A manager with one secret that can be rotated. It is not left by `with`, so that tests do that themselves."""
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
EACH_PLAN = pytest.mark.parametrize(("plan", "told"), PLANS, ids=["fail", "fail after", "fail one", "hold"])


def rotate(sm: SecretsManager) -> None:
    sm.client().rotate_secret(SecretId="db")


# --- a manager that is left ------------------------------------------------------------------------------------------


@EACH_PLAN
def test_a_plan_that_never_came_to_pass_fails_where_the_manager_is_left(
    sm: SecretsManager, plan: Callable[[SecretsManager], object], told: str
) -> None:
    with pytest.raises(AssertionError) as failure, sm:
        plan(sm)
    assert str(failure.value) == f"{told}\n{ADVICE}"


def test_several_plans_are_told_together(sm: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure, sm:
        for plan, _ in PLANS:
            plan(sm)
    assert str(failure.value).splitlines() == [*(told for _, told in PLANS), ADVICE]


def test_a_plan_that_came_to_pass_fails_nothing(sm: SecretsManager) -> None:
    with sm:
        hold = sm.rotation.hold("db", before="createSecret")
        sm.rotation.fail("setSecret", ValueError)
        rotate(sm)
        hold.resume()


def test_a_plan_for_several_times_need_only_come_to_pass_once(sm: SecretsManager) -> None:
    """How often AWS tries again is not the test's to say: `times` says how many steps fail at most."""
    with sm:
        sm.rotation.fail("setSecret", ValueError, times=1000)
        rotate(sm)


def test_a_plan_for_a_trial_came_to_pass_in_it(sm: SecretsManager) -> None:
    with sm:
        sm.rotation.fail("testSecret", ValueError)
        sm.client().rotate_secret(SecretId="db", RotateImmediately=False)


def test_a_plan_for_another_secret_did_not(sm: SecretsManager) -> None:
    sm.seed("other", "one")
    with pytest.raises(AssertionError, match="for secret 'other'"), sm:
        sm.rotation.fail("setSecret", ValueError, secret="other")
        rotate(sm)


def test_a_plan_for_a_step_that_was_not_reached_did_not(sm: SecretsManager) -> None:
    with pytest.raises(AssertionError, match="'testSecret'"), sm:
        sm.rotation.fail("setSecret", ValueError)
        sm.rotation.fail("testSecret", ValueError)
        rotate(sm)


def test_an_error_of_the_block_comes_first(sm: SecretsManager) -> None:
    with pytest.raises(ZeroDivisionError), sm:
        sm.rotation.fail("setSecret", ValueError)
        raise ZeroDivisionError


def test_the_manager_has_been_left_nonetheless(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError), sm:
        sm.rotation.fail("setSecret", ValueError)
    with pytest.raises(UsageError, match="answers no calls now"):
        sm.client()


def test_a_plan_is_told_once(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError), sm:
        sm.rotation.fail("setSecret", ValueError)
        sm.rotation.hold("db", before="setSecret")
    with sm:
        pass


def test_the_inner_of_two_blocks_waits_for_the_outer_one(sm: SecretsManager) -> None:
    with sm:
        with sm:
            sm.rotation.fail("setSecret", ValueError)
        rotate(sm)


def test_a_plan_that_was_made_before_the_block_counts(sm: SecretsManager) -> None:
    sm.rotation.fail("setSecret", ValueError)
    with pytest.raises(UnmetPlanError), sm:
        pass


# --- holds -----------------------------------------------------------------------------------------------------------


def test_a_hold_that_has_told_so_itself_is_not_told_of_again(sm: SecretsManager) -> None:
    with sm:
        with pytest.raises(UsageError, match="no rotation has come to"):
            sm.rotation.hold("db", before="setSecret").resume()
        with pytest.raises(UsageError, match="no rotation has come to"), sm.rotation.hold("db", before="setSecret"):
            pass


def test_a_hold_whose_block_ended_by_an_error_is_not_told_of(sm: SecretsManager) -> None:
    with sm, pytest.raises(ZeroDivisionError), sm.rotation.hold("db", before="setSecret"):
        raise ZeroDivisionError


def test_a_hold_that_was_asked_too_early_still_catches_a_rotation(sm: SecretsManager) -> None:
    with sm:
        hold = sm.rotation.hold("db", before="setSecret")
        with pytest.raises(UsageError):
            hold.resume()
        rotate(sm)
        assert hold.run is not None


def test_a_rotation_that_is_still_held_fails_nothing(sm: SecretsManager) -> None:
    with sm:
        sm.rotation.hold("db", before="setSecret")
        rotate(sm)


# --- decorated functions, and rollbacks ------------------------------------------------------------------------------


@EACH_PLAN
def test_a_decorated_function_fails(sm: SecretsManager, plan: Callable[[SecretsManager], object], told: str) -> None:
    @sm
    def planning() -> None:
        plan(sm)

    for _ in range(2):
        with pytest.raises(UnmetPlanError) as failure:
            planning()
        assert str(failure.value) == f"{told}\n{ADVICE}"


def test_a_decorated_coroutine_function_fails(sm: SecretsManager) -> None:
    @sm
    async def planning() -> None:
        sm.rotation.fail("setSecret", ValueError)

    coroutine: Any = planning()
    with pytest.raises(UnmetPlanError):
        asyncio.run(coroutine)


def test_an_error_of_a_decorated_function_comes_first(sm: SecretsManager) -> None:
    @sm
    def planning() -> None:
        sm.rotation.fail("setSecret", ValueError)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        planning()


def test_a_plan_that_is_rolled_back_counts_at_the_end_of_the_rollback(sm: SecretsManager) -> None:
    with sm:
        with pytest.raises(UnmetPlanError), sm.snapshot():
            sm.rotation.fail("setSecret", ValueError)
        with sm.snapshot():
            sm.rotation.fail("setSecret", ValueError)
            rotate(sm)


def test_a_rollback_takes_all_back_though_a_plan_was_not_met(sm: SecretsManager) -> None:
    with sm:
        with pytest.raises(UnmetPlanError), sm.snapshot():
            sm.rotation.fail("setSecret", ValueError)
            sm.seed("other", "one")
        assert list(sm.secrets) == ["db"]


def test_an_error_inside_a_rollback_comes_first(sm: SecretsManager) -> None:
    with sm, pytest.raises(ZeroDivisionError), sm.snapshot():
        sm.rotation.fail("setSecret", ValueError)
        raise ZeroDivisionError


def test_a_plan_of_before_may_come_to_pass_inside_a_rollback_or_after_it(sm: SecretsManager) -> None:
    with sm:
        sm.rotation.fail("setSecret", ValueError)
        with sm.snapshot():
            pass
        with sm.snapshot():
            rotate(sm)


def test_a_plan_of_before_that_never_does_is_told_at_its_own_end(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError) as failure, sm:
        sm.rotation.fail("setSecret", ValueError)
        sm.rotation.hold("db", before="setSecret")
        with sm.snapshot():
            pass
        with pytest.raises(UnmetPlanError, match="'testSecret'") as inner, sm.snapshot():
            sm.rotation.fail("testSecret", ValueError)
    assert "'setSecret'" not in str(inner.value)
    assert len(str(failure.value).splitlines()) == 3
