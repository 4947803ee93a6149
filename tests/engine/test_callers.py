"""Callers: principals, and the credentials that a manager has handed out to them."""

import pytest

from pytest_secretsmanager.engine.callers import Acting, Callers, assumed_role, service_in, user_of

ROLE_ARN = "arn:aws:iam::123456789012:role/team/app"
ROLE = assumed_role(ROLE_ARN, "tests", 0.0)
USER = user_of("123456789012", "us-east-1")


@pytest.fixture
def callers():
    """The callers of a manager of account 123456789012."""
    return Callers("123456789012")


def test_the_session_of_a_role_has_the_arn_that_sts_gives_it():
    assert ROLE.arn == "arn:aws:sts::123456789012:assumed-role/app/tests"
    assert (ROLE.account, ROLE.kind, ROLE.name) == ("123456789012", "AssumedRole", "tests")


@pytest.mark.parametrize(
    ("principal", "named", "expected"),
    [
        pytest.param(USER, USER.arn, True, id="a user by its own ARN"),
        pytest.param(USER, ROLE_ARN, False, id="a user by a role's ARN"),
        pytest.param(ROLE, ROLE.arn, True, id="a session by its own ARN"),
        pytest.param(ROLE, ROLE_ARN, True, id="a session by its role's ARN"),
        pytest.param(ROLE, assumed_role(ROLE_ARN, "others", 0.0).arn, False, id="a session by another session's ARN"),
        pytest.param(service_in("123456789012"), USER.arn, False, id="AWS by a user's ARN"),
    ],
)
def test_a_principal_is_named_by_its_own_arn_and_that_of_its_role(principal, named, expected):
    assert principal.is_named_by(frozenset({named})) is expected


def test_credentials_of_a_role_are_temporary_and_those_of_a_user_are_not(callers):
    role, user = callers.hand_out(ROLE), callers.hand_out(USER)
    assert (role.access_key_id[:4], user.access_key_id[:4]) == ("ASIA", "AKIA")
    assert role.session_token
    assert user.session_token is None


def test_credentials_show_neither_secret_key_nor_session_token(callers):
    pair = callers.hand_out(ROLE)
    shown = repr(callers.handed_out)
    assert pair.access_key_id in shown
    assert pair.secret_access_key not in shown
    assert pair.session_token not in shown


def test_a_principal_is_found_by_its_access_key_id_in_every_region(callers):
    key = callers.hand_out(ROLE).access_key_id
    assert callers.principal_of(key, "us-east-1") == callers.principal_of(key, "cn-north-1") == ROLE


def test_credentials_of_a_default_user_are_of_the_partition_that_the_call_goes_to(callers):
    key = callers.hand_out_to_user("210987654321").access_key_id
    assert callers.principal_of(key, "us-east-1") == user_of("210987654321", "us-east-1")
    assert callers.principal_of(key, "cn-north-1").arn == "arn:aws-cn:iam::210987654321:user/test"


@pytest.mark.parametrize("key", ["AKIAUNKNOWN", "", None])
def test_credentials_that_were_not_handed_out_have_no_principal(callers, key):
    callers.hand_out(ROLE)
    assert callers.principal_of(key, "us-east-1") is None


def test_credentials_that_were_taken_back_have_no_principal(callers):
    pair = callers.hand_out(ROLE)
    callers.take_back(pair)
    callers.take_back(pair)
    assert callers.principal_of(pair.access_key_id, "us-east-1") is None


def test_a_restored_checkpoint_takes_back_later_principals_and_brings_back_earlier_ones(callers):
    earlier = callers.hand_out(ROLE)
    restore = callers.checkpoint()
    later = callers.hand_out(ROLE)
    callers.take_back(earlier)
    restore()
    assert callers.handed_out.keys() == {earlier.access_key_id}
    assert callers.principal_of(later.access_key_id, "us-east-1") is None


def test_a_restored_checkpoint_leaves_programs_their_credentials(callers):
    ended = callers.hand_out_to_user("210987654321")
    restore = callers.checkpoint()
    started = callers.hand_out_to_user("210987654321")
    callers.take_back(ended)
    restore()
    assert callers.handed_out.keys() == {started.access_key_id}


def test_a_restored_checkpoint_keeps_the_dict_that_another_thread_may_be_changing(callers):
    handed_out, restore = callers.handed_out, callers.checkpoint()
    callers.hand_out(ROLE)
    restore()
    assert callers.handed_out is handed_out
    assert handed_out == {}


# --- blocks that act as a principal ----------------------------------------------------------------------------------

OTHER = assumed_role("arn:aws:iam::123456789012:role/other", "tests", 0.0)


def test_a_caller_without_known_credentials_is_the_principal_of_the_innermost_block(callers):
    outer, inner = Acting(ROLE), Acting(OTHER)
    assert callers.principal_without("us-east-1") == USER
    callers.begin(outer)
    callers.begin(inner)
    assert callers.principal_without("us-east-1") == OTHER
    callers.end(inner)
    assert callers.principal_without("us-east-1") == ROLE
    callers.end(outer)
    assert callers.principal_without("us-east-1") == USER


def test_the_accounts_own_default_user_acts_as_the_principal_and_those_of_other_accounts_do_not(callers):
    own, stranger = (callers.hand_out_to_user(account).access_key_id for account in ("123456789012", "210987654321"))
    callers.begin(Acting(ROLE))
    assert callers.principal_of(own, "us-east-1") == ROLE
    assert callers.principal_of(stranger, "us-east-1") == user_of("210987654321", "us-east-1")


def test_the_principal_of_a_block_has_its_condition_keys_with_its_own_credentials_too(callers):
    key, other = callers.hand_out(ROLE).access_key_id, callers.hand_out(OTHER).access_key_id
    acting = ROLE._replace(context={"aws:sourcevpce": "vpce-1"})
    callers.begin(Acting(acting))
    assert callers.principal_of(key, "us-east-1") == acting
    assert callers.principal_of(other, "us-east-1") == OTHER


def test_the_default_user_of_a_block_has_its_condition_keys(callers):
    callers.begin(Acting(None, {"aws:sourcevpce": "vpce-1"}))
    assert callers.principal_without("us-east-1") == USER._replace(context={"aws:sourcevpce": "vpce-1"})


def test_a_block_of_the_default_user_has_credentials_while_it_lasts(callers):
    block = Acting(None)
    callers.begin(block)
    assert callers.handed_out
    callers.end(block)
    callers.end(block)
    assert callers.handed_out == {}


def test_a_restored_checkpoint_ends_later_blocks_and_leaves_ended_ones_ended(callers):
    kept, ended, later = Acting(ROLE), Acting(OTHER), Acting(None)
    callers.begin(kept)
    callers.begin(ended)
    restore = callers.checkpoint()
    callers.end(ended)
    callers.begin(later)
    restore()
    assert (callers.blocks, callers.handed_out) == ((kept,), {})
