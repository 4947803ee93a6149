"""A planned fault that no call met fails the test, once, and hides no other error."""

# ruff: noqa: PT012 - the end of a block raises

from collections.abc import Callable

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.controls.unmet_plans import UnmetPlanError

THROTTLED = "ThrottlingException"


def never(_: object) -> bool:
    return False


def made_calls(sm: SecretsManager) -> None:
    sm.client().describe_secret(SecretId="other")
    sm.client().describe_secret(SecretId="other")
    sm.client().list_secrets()


UNMET: dict[str, tuple[Callable[[SecretsManager], object], Callable[[SecretsManager], object], str]] = {
    "no call": (
        lambda sm: sm.faults.fail("GetSecretValue", THROTTLED),
        lambda _: None,
        "faults.fail('GetSecretValue', 'ThrottlingException') was planned, and no call met it\n  no call was made",
    ),
    "other operations": (
        lambda sm: sm.faults.fail("GetSecretValue", "read timeout", after=True, secret="db"),
        made_calls,
        "faults.fail('GetSecretValue', 'read timeout', after=True) for secret 'db' in us-east-1 was planned, and no "
        "call met it\n"
        "  no GetSecretValue was made; the calls made were\n"
        "    DescribeSecret of 'other' in us-east-1 ×2\n"
        "    ListSecrets in us-east-1",
    ),
    "the operation on another secret": (
        lambda sm: sm.faults.delay("DescribeSecret", 5, secret="db", region="us-east-1"),
        made_calls,
        "faults.delay('DescribeSecret', 5) for secret 'db' in us-east-1 and calls in us-east-1 was planned, and no "
        "call met it\n"
        "  the calls made were\n"
        "    DescribeSecret of 'other' in us-east-1 ×2",
    ),
    "a condition that never held": (
        lambda sm: sm.faults.fail("DescribeSecret", TimeoutError, when=never),
        made_calls,
        "faults.fail('DescribeSecret', TimeoutError), when=never was planned, and no call met it\n"
        "  the calls made were\n"
        "    DescribeSecret of 'other' in us-east-1 ×2",
    ),
    "another caller": (
        lambda sm: sm.faults.fail("DescribeSecret", THROTTLED, principal="arn:aws:iam::123456789012:role/app"),
        made_calls,
        "faults.fail('DescribeSecret', 'ThrottlingException') for calls by arn:aws:iam::123456789012:role/app was "
        "planned, and no call met it\n"
        "  the calls made were\n"
        "    DescribeSecret of 'other' in us-east-1 by arn:aws:iam::123456789012:user/test ×2",
    ),
    "a batch of other secrets": (
        lambda sm: sm.faults.fail("BatchGetSecretValue", THROTTLED, times=None, secret="db"),
        lambda sm: sm.client().batch_get_secret_value(SecretIdList=["other"]),
        "faults.fail('BatchGetSecretValue', 'ThrottlingException', times=None) for secret 'db' in us-east-1 was "
        "planned, and no call met it\n"
        "  the calls made were\n"
        "    BatchGetSecretValue of ['other'] in us-east-1",
    ),
    "a failure that comes late": (
        lambda sm: sm.faults.fail("*", "InternalFailure", latency=5),
        lambda _: None,
        "faults.fail('*', 'InternalFailure', latency=5) was planned, and no call met it\n  no call was made",
    ),
    "too few attempts": (
        lambda sm: sm.faults.fail("ListSecrets", THROTTLED, every=2),
        made_calls,
        "faults.fail('ListSecrets', 'ThrottlingException', every=2) was planned, and no call met it\n"
        "  the calls made were\n"
        "    ListSecrets in us-east-1",
    ),
}


@pytest.fixture
def sm() -> SecretsManager:
    """A manager with two secrets. Tests enter and leave it."""
    manager = SecretsManager("us-east-1")
    manager.seed("db", "one")
    manager.seed("other", "one")
    return manager


@pytest.mark.parametrize(("plan", "calls", "text"), UNMET.values(), ids=UNMET)
def test_an_unmet_plan_is_reported_when_the_manager_is_left(
    sm: SecretsManager, plan: Callable[[SecretsManager], object], calls: Callable[[SecretsManager], object], text: str
) -> None:
    with pytest.raises(UnmetPlanError) as raised, sm:
        plan(sm)
        calls(sm)
    assert str(raised.value) == text


def test_many_different_calls_are_shown_in_part(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError) as raised, sm:
        sm.faults.fail("GetSecretValue", THROTTLED)
        for number in range(9):
            sm.seed(f"db{number}", "one")
            sm.client().describe_secret(SecretId=f"db{number}")
    assert str(raised.value).endswith("\n    and 4 others")


def test_an_unmet_plan_is_reported_at_the_end_of_its_own_block(sm: SecretsManager) -> None:
    with sm, pytest.raises(UnmetPlanError, match="no call met it"), sm.faults.fail("GetSecretValue", THROTTLED):
        pass


def test_an_unmet_plan_is_reported_at_the_end_of_a_snapshot(sm: SecretsManager) -> None:
    with sm, pytest.raises(UnmetPlanError, match="no call met it"), sm.snapshot():
        sm.faults.fail("GetSecretValue", THROTTLED)


def test_an_error_of_the_block_comes_before_an_unmet_plan(sm: SecretsManager) -> None:
    with pytest.raises(LookupError), sm, sm.faults.fail("GetSecretValue", THROTTLED):
        raise LookupError


def test_an_optional_plan_needs_no_call(sm: SecretsManager) -> None:
    with sm:
        sm.faults.fail("GetSecretValue", THROTTLED, optional=True)
        with sm.faults.delay("GetSecretValue", 1, optional=True):
            pass


def test_a_cancelled_plan_needs_no_call(sm: SecretsManager) -> None:
    with sm:
        sm.faults.fail("GetSecretValue", THROTTLED).cancel()
        with sm.faults.fail("GetSecretValue", THROTTLED) as plan:
            plan.cancel()


def test_a_plan_that_was_met_in_a_snapshot_counts_as_met(sm: SecretsManager) -> None:
    with sm:
        sm.faults.fail("GetSecretValue", THROTTLED)
        with sm.snapshot():
            sm.client().get_secret_value(SecretId="db")


def test_leaving_a_manager_ends_its_plans(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError), sm:
        sm.faults.fail("GetSecretValue", THROTTLED)
    with sm:
        assert sm.client().get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"] == 0


def test_unmet_plans_of_faults_and_of_rotations_are_reported_together(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError) as raised, sm:
        sm.faults.fail("GetSecretValue", THROTTLED)
        sm.rotation.fail("setSecret", ConnectionError)
    text = str(raised.value)
    assert "no call met it" in text
    assert "no rotation came to that step" in text


@pytest.mark.parametrize("plan", ["fail", "hold"])
def test_an_optional_plan_of_a_rotation_needs_no_rotation(sm: SecretsManager, plan: str) -> None:
    with sm:
        if plan == "fail":
            sm.rotation.fail("setSecret", ConnectionError, optional=True)
        else:
            sm.rotation.hold("db", before="setSecret", optional=True)
            with sm.rotation.hold("db", before="setSecret", optional=True):
                pass
