"""`log.clear()`: the calls that it forgets, the state that it keeps, the texts of later failures."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.inspection.entries import Entries
from pytest_secretsmanager.managing.rollback import rolled_back

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32


def put(client: "SecretsManagerClient", token: str) -> None:
    client.put_secret_value(SecretId="db", SecretString=token, ClientRequestToken=token)


@pytest.fixture(autouse=True)
def _arranged(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """A secret that calls created, and a log that forgot these calls."""
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=ONE)
    put(client, TWO)
    secretsmanager.log.clear()


# --- forgotten -------------------------------------------------------------------------------------------------------


def test_log_clear_leaves_an_empty_log(secretsmanager: SecretsManager) -> None:
    log = secretsmanager.log
    assert (len(log), list(log), log[:], bool(log), repr(log)) == (0, [], [], False, "<log of 0 calls>")
    with pytest.raises(IndexError):
        log[0]
    with pytest.raises(IndexError):
        log[-1]


def test_log_clear_restarts_the_indexes_of_the_log(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.describe_secret(SecretId="db")
    put(client, THREE)
    log = secretsmanager.log
    assert [event.operation for event in log] == ["DescribeSecret", "PutSecretValue"]
    assert [log[0].operation, log[1].operation] == [log[-2].operation, log[-1].operation]
    assert [event.operation for event in log[1:]] == ["PutSecretValue"]
    assert repr(log) == "<log of 2 calls>"


def test_log_assertions_count_only_calls_since_log_clear(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.assert_not_logged()
    put(client, THREE)
    secretsmanager.assert_logged("PutSecretValue", times=1)
    secretsmanager.assert_not_logged("CreateSecret")
    with pytest.raises(AssertionError, match="no PutSecretValue was logged after PutSecretValue"):
        secretsmanager.assert_log_order("PutSecretValue", "PutSecretValue")


def test_assert_nothing_leaked_ignores_calls_from_before_log_clear(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("named", "correct horse")
    client.update_secret(SecretId="db", Description="correct horse")
    with pytest.raises(AssertionError, match="secret values leaked"):
        secretsmanager.assert_nothing_leaked()
    secretsmanager.log.clear()
    secretsmanager.assert_nothing_leaked()


def test_put_rate_warnings_count_only_writes_since_log_clear(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    for number in range(11):
        put(client, str(number).zfill(32))
    assert secretsmanager.log.put_rate_warnings
    secretsmanager.log.clear()
    assert secretsmanager.log.put_rate_warnings == []


def test_log_clear_may_be_called_again(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    put(client, THREE)
    secretsmanager.log.clear()
    assert (len(secretsmanager.log), secretsmanager.log.cleared) == (0, 3)


def test_log_clear_clears_a_log_object_that_was_read_before(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    log = secretsmanager.log
    put(client, THREE)
    secretsmanager.log.clear()
    assert len(log) == 0


# --- kept ------------------------------------------------------------------------------------------------------------


def test_log_clear_keeps_the_secrets(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_history("db", ["one", TWO])


def test_log_clear_keeps_the_history_of_labels(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    put(client, THREE)
    moves = [(move.label, move.source, move.target) for move in secretsmanager.secret("db").history]
    assert [move for move in moves if move[0] == "AWSCURRENT"] == [
        ("AWSCURRENT", None, ONE),
        ("AWSCURRENT", ONE, TWO),
        ("AWSCURRENT", TWO, THREE),
    ]


def test_assert_moved_counts_only_moves_since_log_clear(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    """Otherwise a move of the arrangement would count as one of the code under test."""
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_moved("db", "AWSCURRENT", target=2)
    told = str(failure.value).split("\n\n")[0]
    assert told == (
        "AWSCURRENT of secret 'db' did not move from anywhere to version 2 since log.clear(); its moves:\n"
        "  (the move from version 1 to version 2 by PutSecretValue at 03:04:05 does not count: "
        "it came before log.clear())"
    )
    put(client, THREE)
    secretsmanager.assert_moved("db", "AWSCURRENT", source=2, target=3)


def test_assert_moved_accepts_a_version_from_before_log_clear(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    put(client, THREE)
    secretsmanager.assert_moved("db", "AWSPREVIOUS", source=ONE, target=TWO)


def test_assert_moved_fails_with_no_moves_for_a_label_that_never_moved(secretsmanager: SecretsManager) -> None:
    with pytest.raises(
        AssertionError, match=r"since log.clear\(\); its moves:\n  \(none; seeding does not count as a move\)\n"
    ):
        secretsmanager.assert_moved("db", "BLUE")


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("helper", ["assert_logged", "assert_log_order"])
def test_failure_of_a_log_assertion_says_that_the_log_was_cleared(secretsmanager: SecretsManager, helper: str) -> None:
    with pytest.raises(AssertionError, match=r"no calls since log\.clear\(\), which hid 2\n"):
        getattr(secretsmanager, helper)("PutSecretValue")


# --- going back ------------------------------------------------------------------------------------------------------


def test_rollback_restores_the_log_that_was_cleared_inside(client: "SecretsManagerClient") -> None:
    with SecretsManager() as sm:
        sm.client().create_secret(Name="db")
        with sm.snapshot():
            sm.client().describe_secret(SecretId="db")
            sm.log.clear()
            sm.client().describe_secret(SecretId="db")
        assert [event.operation for event in sm.log] == ["CreateSecret"]
        assert sm.log.cleared == 0


def test_rollback_keeps_a_log_that_was_cleared_before(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.snapshot():
        put(client, THREE)
    assert len(secretsmanager.log) == 0
    assert secretsmanager.log.cleared == 2
    put(client, THREE)
    secretsmanager.assert_logged("PutSecretValue", times=1)


def test_rolled_back_with_own_log_begins_with_an_empty_log_that_was_not_cleared(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    put(client, THREE)
    with rolled_back(secretsmanager._parts, own_log=True):
        assert (len(secretsmanager.log), secretsmanager.log.cleared) == (0, 0)
        assert len(secretsmanager.secret("db").history) > 0
        with pytest.raises(AssertionError, match="never moved; its moves"):
            secretsmanager.assert_moved("db", "AWSCURRENT")
    assert (len(secretsmanager.log), secretsmanager.log.cleared) == (1, 2)


def test_rollbacks_that_end_in_the_order_of_their_start_keep_the_log_complete(
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


class Growing(CallLog):
    """A log to which another thread appends after each look at its end."""

    @property
    def position(self) -> int:
        position = super().position
        self.append(cast("Any", "a call"))
        return position


def test_a_call_that_is_logged_while_clear_runs_stays_visible_and_is_not_counted_as_hidden() -> None:
    log = Growing()
    log.append(cast("Any", "an earlier call"))
    entries = Entries(log)
    entries.clear()
    assert (entries.cleared, entries.begin) == (1, 0)
    assert entries.visible == ["a call"]
