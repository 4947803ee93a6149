"""The section of a failing test says how to put its clients in the account of a secret that AWS refused them."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

FILE = """
import boto3
import pytest

ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf"

{marker}@pytest.mark.secret(ARN, "to-hide")
def test_it(secretsmanager):
    for _ in range(2):
        boto3.client("secretsmanager").get_secret_value(SecretId=ARN)
"""
MARKER = "@pytest.mark.secretsmanager(account='111122223333')"


def test_a_failing_test_names_the_marker_that_puts_clients_in_the_account_of_the_secret(
    sections: Callable[..., list[str]],
) -> None:
    (text,) = sections(FILE.format(marker=""))
    assert text == (
        "GetSecretValue: secret 'db' is in account 111122223333, and the client is in 123456789012; "
        f"{MARKER} moves the clients there"
    )


def test_the_marker_that_the_section_names_lets_the_client_read_the_secret(run: Run) -> None:
    run(FILE.format(marker=f"{MARKER}\n")).assert_outcomes(passed=1)
