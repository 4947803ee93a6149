"""Reading and replacing the login: what is called, what is stored, and what happens when AWS says no."""

import traceback

import pytest

from orders.credentials import Credentials, MalformedSecretError, MissingSecretError, RefusedCallError
from orders.database import Login
from pytest_secretsmanager import SecretsManager

FIRST = {"user": "app", "password": "first password"}
SECOND = {"user": "app", "password": "second password"}

pytestmark = pytest.mark.secret("orders/db", FIRST)
"""The secret of every test in this file; a marker on a test takes its place."""


def test_asks_aws_once(credentials: Credentials, secretsmanager: SecretsManager) -> None:
    assert credentials.login() == Login(**FIRST)
    assert credentials.login() == Login(**FIRST)

    secretsmanager.assert_logged("GetSecretValue", times=1, SecretId="orders/db")


def test_a_replaced_login_is_current_and_the_old_one_previous(
    credentials: Credentials, secretsmanager: SecretsManager
) -> None:
    credentials.replace(Login(**SECOND))

    secretsmanager.assert_value("orders/db", SECOND)
    secretsmanager.assert_value("orders/db", FIRST, version="AWSPREVIOUS")
    secretsmanager.assert_labels("orders/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    assert credentials.login() == Login(**SECOND)


@pytest.mark.secret("orders/db", SECOND, versions=[FIRST])
def test_the_previous_login_is_not_used(credentials: Credentials) -> None:
    assert credentials.login() == Login(**SECOND)


def test_a_missing_secret_is_named(secretsmanager: SecretsManager) -> None:
    credentials = Credentials(secretsmanager.client(), "orders/typo")

    with pytest.raises(MissingSecretError, match="no secret 'orders/typo'"):
        credentials.login()

    secretsmanager.assert_logged("DescribeSecret", error="ResourceNotFoundException", SecretId="orders/typo")
    secretsmanager.assert_not_logged("GetSecretValue")


@pytest.mark.secret("orders/db")
def test_a_secret_without_a_value_is_missing_too(credentials: Credentials) -> None:
    with pytest.raises(MissingSecretError, match="AWSCURRENT"):
        credentials.login()


@pytest.mark.secret("orders/db", FIRST, deleted=True)
def test_a_deleted_secret_is_refused(credentials: Credentials) -> None:
    with pytest.raises(RefusedCallError, match="marked for deletion"):
        credentials.login()


@pytest.mark.secret("orders/db", FIRST, owning_service="rds")
def test_a_refused_replacement_changes_nothing(credentials: Credentials, secretsmanager: SecretsManager) -> None:
    with secretsmanager.assert_unchanged("orders/db"), pytest.raises(RefusedCallError, match="managed by an AWS"):
        credentials.replace(Login(**SECOND))


@pytest.mark.secret("orders/db", "user=app password=hunter2")
def test_a_malformed_secret_is_not_quoted(credentials: Credentials, secretsmanager: SecretsManager) -> None:
    with pytest.raises(MalformedSecretError) as caught:
        credentials.login()

    secretsmanager.assert_nothing_leaked(*traceback.format_exception(caught.value))
