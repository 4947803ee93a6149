"""The section of a failing test says how its clients come into the account of a secret that AWS refused them."""

from collections.abc import Callable
from typing import Any

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


def test_a_client_of_another_account_is_told_of(run: Run) -> None:
    recorded: Any = run(FILE.format(marker="")).reprec  # type: ignore[attr-defined]
    reports = recorded.getreports("pytest_runtest_logreport")
    (text,) = [text for report in reports for name, text in report.sections if name == "secretsmanager"]
    assert text.replace("\n  ", " ") == (
        "GetSecretValue: secret 'db' is in account 111122223333, and the client is in 123456789012; "
        f"{MARKER} moves the clients there"
    )


def test_the_marker_that_is_told_of_helps(run: Run) -> None:
    run(FILE.format(marker=f"{MARKER}\n")).assert_outcomes(passed=1)
