"""`log_limit`: the log keeps the last calls, and no helper draws a conclusion from calls that it has forgotten."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager import SecretsManager, UsageError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = [pytest.mark.secretsmanager(log_limit=3), pytest.mark.secret("db", "long enough to leak")]

POLICY = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


@pytest.fixture
def client(secretsmanager: SecretsManager) -> "SecretsManagerClient":
    return secretsmanager.client()


def read(client: "SecretsManagerClient", times: int) -> None:
    for _ in range(times):
        client.get_secret_value(SecretId="db")


def test_the_log_keeps_the_last_calls_and_counts_the_others(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.describe_secret(SecretId="db")
    read(client, 3)
    client.list_secrets()
    log = secretsmanager.log
    assert [event.operation for event in log] == ["GetSecretValue", "GetSecretValue", "ListSecrets"]
    assert (log[0], log[-1], len(log), log.forgotten) == (log[:1][0], log[2], 3, 2)
    assert repr(log) == "<log of 3 calls, 2 earlier forgotten>"
    with pytest.raises(IndexError):
        _ = log[3]


def test_clear_forgets_what_was_forgotten(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    read(client, 5)
    secretsmanager.log.clear()
    assert (len(secretsmanager.log), secretsmanager.log.forgotten, secretsmanager.log.cleared) == (0, 0, 5)
    read(client, 2)
    secretsmanager.assert_logged("GetSecretValue", times=2)
    secretsmanager.assert_not_logged("PutSecretValue")


def test_a_rollback_brings_back_what_its_block_made_the_log_forget(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.describe_secret(SecretId="db")
    before = list(secretsmanager.log)
    with secretsmanager.snapshot():
        read(client, 3_000)
        assert secretsmanager.log.forgotten == 2_998
    assert list(secretsmanager.log) == before
    assert secretsmanager.log.forgotten == 0


def test_a_handler_gets_the_events_of_calls_that_the_log_has_forgotten(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    seen: list[Any] = []
    secretsmanager.events.subscribe(seen.append, pattern={"detail-type": ["AWS API Call via CloudTrail"]})
    for number in range(30):
        client.put_secret_value(SecretId="db", SecretString=f"value number {number}")
    assert len({event["id"] for event in seen}) == len(seen) == 30


CONCLUSIONS: dict[str, Callable[[SecretsManager], object]] = {
    "assert_logged with times": lambda sm: sm.assert_logged("GetSecretValue", times=3),
    "assert_logged of another call": lambda sm: sm.assert_logged("PutSecretValue"),
    "assert_not_logged": lambda sm: sm.assert_not_logged("PutSecretValue"),
    "assert_log_order": lambda sm: sm.assert_log_order("DescribeSecret", "GetSecretValue"),
    "assert_moved": lambda sm: sm.assert_moved("db", "AWSCURRENT"),
    "assert_nothing_leaked": lambda sm: sm.assert_nothing_leaked(),
    "assert_allowed": lambda sm: sm.assert_allowed(POLICY),
    "required_policy": lambda sm: sm.iam.required_policy(),
    "unused": lambda sm: sm.iam.unused(POLICY),
    "put_rate_warnings": lambda sm: sm.log.put_rate_warnings,
}


@pytest.mark.parametrize("conclude", CONCLUSIONS.values(), ids=CONCLUSIONS)
def test_a_helper_that_needs_forgotten_calls_is_refused(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", conclude: Callable[[SecretsManager], object]
) -> None:
    read(client, 4)
    with pytest.raises(UsageError) as refused:
        conclude(secretsmanager)
    assert str(refused.value) == (
        "the log has forgotten 1 of 4 calls and events (log_limit=3), so it can't tell: give it a larger log_limit, "
        "call sm.log.clear() before the calls that count, or count them by assert_calls"
    )


KNOWN: dict[str, Callable[[SecretsManager], object]] = {
    "assert_logged": lambda sm: sm.assert_logged("GetSecretValue", SecretId="db"),
    "assert_log_order": lambda sm: sm.assert_log_order("GetSecretValue", "PutSecretValue"),
    "assert_moved": lambda sm: sm.assert_moved("db", "AWSCURRENT", source=1, target=2),
    "assert_value": lambda sm: sm.assert_value("db", "another long value"),
}


@pytest.mark.parametrize("conclude", KNOWN.values(), ids=KNOWN)
def test_a_helper_that_finds_its_calls_passes_though_others_are_forgotten(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", conclude: Callable[[SecretsManager], object]
) -> None:
    read(client, 4)
    client.put_secret_value(SecretId="db", SecretString="another long value")
    conclude(secretsmanager)


def test_assert_calls_counts_calls_that_the_log_forgets(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.assert_calls("GetSecretValue", exactly=5):
        read(client, 5)


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "many"])
def test_a_log_limit_that_is_no_number_of_calls_is_refused(limit: Any) -> None:
    with pytest.raises(UsageError) as refused:
        SecretsManager(log_limit=limit)
    assert str(refused.value) == f"log_limit is a number of calls, at least 1, not {limit!r}"


def test_assert_logged_fails_if_the_log_has_too_many_calls_already(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    read(client, 5)
    with pytest.raises(AssertionError, match="to be logged 2 times, found it 3 times"):
        secretsmanager.assert_logged("GetSecretValue", times=2)


@pytest.mark.parametrize("clears", [False, True])
def test_the_history_of_a_secret_is_refused_when_the_log_has_forgotten_a_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", clears: bool
) -> None:
    client.put_secret_value(SecretId="db", SecretString="another long value")
    assert len(secretsmanager.secret("db").history) == 2
    read(client, 3)
    if clears:
        secretsmanager.log.clear()
    with pytest.raises(UsageError) as refused:
        _ = secretsmanager.secret("db").history
    assert str(refused.value) == (
        "the log has forgotten calls (log_limit=3), and with them moves of labels: give it a larger log_limit"
    )
    secretsmanager.assert_label("db", "AWSCURRENT", 2)


def test_assert_unchanged_says_that_the_log_may_have_forgotten_the_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    unchanged = secretsmanager.assert_unchanged()
    unchanged.__enter__()
    client.put_secret_value(SecretId="db", SecretString="another long value")
    read(client, 3)
    with pytest.raises(AssertionError) as failure:
        unchanged.__exit__(None, None, None)
    assert str(failure.value).splitlines()[1] == (
        "  'db' in us-east-1: versions, labels changed (log_limit made the log forget calls of this block)"
    )
