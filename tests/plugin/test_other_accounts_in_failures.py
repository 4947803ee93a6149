"""The section of a failing test says how to get at a secret of another account that AWS refused its clients."""

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


A_KEY = "access from another account needs a secret under a customer managed key, such as a seed with kms_key='alias/…'"


def test_a_failing_test_names_the_marker_and_the_key_that_give_access_to_a_secret_of_another_account(
    sections: Callable[..., list[str]],
) -> None:
    (text,) = sections(FILE.format(marker=""))
    assert text == (
        "GetSecretValue: secret 'db' is in account 111122223333, and the client is in 123456789012; "
        f"{MARKER} moves the clients there; {A_KEY}"
    )


def test_the_marker_that_the_section_names_lets_the_client_read_the_secret(run: Run) -> None:
    run(FILE.format(marker=f"{MARKER}\n")).assert_outcomes(passed=1)


def test_the_key_that_the_section_names_lets_a_client_of_another_account_read_the_secret(run: Run) -> None:
    run(FILE.format(marker="").replace('"to-hide")', '"to-hide", kms_key="alias/app")')).assert_outcomes(passed=1)
