"""Identities: when IAM is in force, the policies of a caller, and the way back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_secretsmanager.engine.callers import assumed_role, user_of
from pytest_secretsmanager.engine.identities import EVERYTHING, Identities, access_denied
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.rules.iam.decision import Decision, Policies

ROLE_ARN = "arn:aws:iam::123456789012:role/app"
NOTHING = Policies(identity=())


class Switch(list):
    """Notes what decides calls."""

    def __call__(self, identities):
        self.append(identities is not None)


@pytest.fixture
def switch():
    return Switch()


@pytest.fixture
def identities(switch):
    return Identities(switch, Lock())


def test_iam_is_off_until_a_role_exists(identities, switch):
    assert not identities.is_in_force
    identities.add(ROLE_ARN, NOTHING)
    assert (identities.is_in_force, switch) == (True, [True])


def test_iam_can_be_enforced_without_a_role(identities, switch):
    identities.enforce()
    assert (identities.is_in_force, switch, identities.roles) == (True, [True], {})


def test_a_session_has_the_policies_of_its_role_and_any_other_caller_may_do_everything(identities):
    identities.add(ROLE_ARN, NOTHING)
    assert identities.policies_of(assumed_role(ROLE_ARN, "tests", 0.0)) is NOTHING
    assert identities.policies_of(assumed_role(f"{ROLE_ARN}-other", "tests", 0.0)) is EVERYTHING
    assert identities.policies_of(user_of("123456789012", "us-east-1")) is EVERYTHING


def test_a_restored_checkpoint_removes_later_roles_and_switches_iam_off(identities, switch):
    restore = identities.checkpoint()
    identities.add(ROLE_ARN, NOTHING)
    identities.enforce()
    restore()
    assert (identities.is_in_force, identities.roles, switch[-1]) == (False, {}, False)


@pytest.mark.parametrize(
    ("arn", "is_added"),
    [
        (ROLE_ARN, False),
        ("arn:aws:iam::123456789012:role/team/APP", False),
        ("arn:aws:iam::210987654321:role/app", True),
        (f"{ROLE_ARN}2", True),
    ],
)
def test_a_role_is_added_unless_its_account_has_one_of_its_name(identities, arn, is_added):
    assert identities.add(ROLE_ARN, NOTHING)
    assert identities.namesake(arn) == (None if is_added else ROLE_ARN)
    assert identities.add(arn, Policies()) is is_added
    assert identities.roles[ROLE_ARN] is NOTHING


def test_a_role_that_could_not_be_switched_on_is_not_added():
    def broken(identities):
        if identities is not None:
            raise KeyboardInterrupt

    identities = Identities(broken, Lock())
    with pytest.raises(KeyboardInterrupt):
        identities.add(ROLE_ARN, NOTHING)
    assert not identities.is_in_force


def test_a_refusal_has_the_text_of_its_decision_or_the_services_own():
    decision = Decision(allowed=False, message="User: …")
    assert (access_denied(decision).message, access_denied(decision, "No.").message) == ("User: …", "No.")
    assert access_denied(decision, "No.").decision is decision


def test_threads_may_add_roles_at_the_same_time(identities):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: identities.add(f"{ROLE_ARN}-{number}", NOTHING), range(200)))
    assert len(identities.roles) == 200
