"""`log.clear()`: what is forgotten, what is not, and what the helpers then say."""

from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.managing.rollback import rolled_back

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32


def put(client: "SecretsManagerClient", token: str) -> None:
    client.put_secret_value(SecretId="db", SecretString=token, ClientRequestToken=token)


@pytest.fixture(autouse=True)
def _arranged(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """A secret that calls have made, which the log then forgets."""
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=ONE)
    put(client, TWO)
    secretsmanager.log.clear()


# --- what is forgotten -----------------------------------------------------------------------------------------------


def test_a_cleared_log_is_empty(secretsmanager: SecretsManager) -> None:
    log = secretsmanager.log
    assert (len(log), list(log), log[:], bool(log), repr(log)) == (0, [], [], False, "<log of 0 calls>")
    with pytest.raises(IndexError):
        log[0]
    with pytest.raises(IndexError):
        log[-1]


def test_later_calls_are_counted_from_there(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.describe_secret(SecretId="db")
    put(client, THREE)
    log = secretsmanager.log
    assert [event.operation for event in log] == ["DescribeSecret", "PutSecretValue"]
    assert [log[0].operation, log[1].operation] == [log[-2].operation, log[-1].operation]
    assert [event.operation for event in log[1:]] == ["PutSecretValue"]
    assert repr(log) == "<log of 2 calls>"


def test_every_helper_of_the_log_counts_from_there(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.assert_not_logged()
    put(client, THREE)
    secretsmanager.assert_logged("PutSecretValue", times=1)
    secretsmanager.assert_not_logged("CreateSecret")
    with pytest.raises(AssertionError, match="no PutSecretValue was logged after PutSecretValue"):
        secretsmanager.assert_log_order("PutSecretValue", "PutSecretValue")


def test_a_value_in_a_field_of_a_forgotten_call_is_no_leak(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("named", "correct horse")
    client.update_secret(SecretId="db", Description="correct horse")
    with pytest.raises(AssertionError, match="secret values leaked"):
        secretsmanager.assert_nothing_leaked()
    secretsmanager.log.clear()
    secretsmanager.assert_nothing_leaked()


def test_warnings_of_many_writes_count_from_there(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    for number in range(11):
        put(client, str(number).zfill(32))
    assert secretsmanager.log.put_rate_warnings
    secretsmanager.log.clear()
    assert secretsmanager.log.put_rate_warnings == []


def test_it_may_be_cleared_again(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    put(client, THREE)
    secretsmanager.log.clear()
    assert (len(secretsmanager.log), secretsmanager.log.cleared) == (0, 3)


def test_a_log_that_was_held_before_is_cleared_too(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    log = secretsmanager.log
    put(client, THREE)
    secretsmanager.log.clear()
    assert len(log) == 0


# --- what is not -----------------------------------------------------------------------------------------------------


def test_the_secrets_stay(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_history("db", ["one", TWO])


def test_a_history_keeps_every_move(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    put(client, THREE)
    moves = [(move.label, move.source, move.target) for move in secretsmanager.secret("db").history]
    assert [move for move in moves if move[0] == "AWSCURRENT"] == [
        ("AWSCURRENT", None, ONE),
        ("AWSCURRENT", ONE, TWO),
        ("AWSCURRENT", TWO, THREE),
    ]


def test_a_move_counts_from_there(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """Else a move that only arranged would pass for one that the code under test has made."""
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_moved("db", "AWSCURRENT", target=2)
    told = str(failure.value).split("\n\n")[0]
    assert told == (
        "AWSCURRENT of secret 'db' did not move from anywhere to version 2 since log.clear(); its moves:\n"
        "  (before log.clear() it did, from version 1 to version 2 by PutSecretValue at 03:04:05, which does not count)"
    )
    put(client, THREE)
    secretsmanager.assert_moved("db", "AWSCURRENT", source=2, target=3)


def test_an_end_of_a_move_may_be_a_version_of_a_forgotten_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    put(client, THREE)
    secretsmanager.assert_moved("db", "AWSPREVIOUS", source=ONE, target=TWO)


def test_a_move_that_was_never_made_is_told_as_before(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError, match=r"since log.clear\(\); its moves:\n  \(none; to be seeded is no move\)\n"):
        secretsmanager.assert_moved("db", "BLUE")


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("helper", ["assert_logged", "assert_log_order"])
def test_a_failure_says_that_the_log_was_cleared(secretsmanager: SecretsManager, helper: str) -> None:
    with pytest.raises(AssertionError, match=r"no calls at all since log\.clear\(\), which forgot 2\n"):
        getattr(secretsmanager, helper)("PutSecretValue")


# --- going back ------------------------------------------------------------------------------------------------------


def test_a_rollback_brings_back_what_was_cleared_inside(client: "SecretsManagerClient") -> None:
    with SecretsManager() as sm:
        sm.client().create_secret(Name="db")
        with sm.snapshot():
            sm.client().describe_secret(SecretId="db")
            sm.log.clear()
            sm.client().describe_secret(SecretId="db")
        assert [event.operation for event in sm.log] == ["CreateSecret"]
        assert sm.log.cleared == 0


def test_a_rollback_keeps_what_was_cleared_before(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.snapshot():
        put(client, THREE)
    assert len(secretsmanager.log) == 0
    assert secretsmanager.log.cleared == 2
    put(client, THREE)
    secretsmanager.assert_logged("PutSecretValue", times=1)


def test_a_log_of_its_own_begins_empty_and_was_not_cleared(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    put(client, THREE)
    with rolled_back(secretsmanager._parts, own_log=True):
        assert (len(secretsmanager.log), secretsmanager.log.cleared) == (0, 0)
        assert len(secretsmanager.secret("db").history) > 0
        with pytest.raises(AssertionError, match="never moved; its moves"):
            secretsmanager.assert_moved("db", "AWSCURRENT")
    assert (len(secretsmanager.log), secretsmanager.log.cleared) == (1, 2)


def test_rollbacks_that_end_in_the_order_in_which_they_began_leave_the_log_whole(
    client: "SecretsManagerClient", secretsmanager: SecretsManager
) -> None:
    outer, inner = secretsmanager.snapshot(), secretsmanager.snapshot()
    outer.__enter__()
    put(client, THREE)
    secretsmanager.log.clear()
    inner.__enter__()
    outer.__exit__(None, None, None)
    inner.__exit__(None, None, None)
    client.describe_secret(SecretId="db")
    secretsmanager.assert_logged("DescribeSecret", times=1)
