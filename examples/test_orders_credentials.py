"""Reading and replacing the login: the calls, the stored values, and refusals of AWS."""

import traceback

import pytest

from orders.credentials import Credentials, MalformedSecretError, MissingSecretError, RefusedCallError
from orders.database import Login
from pytest_secretsmanager import SecretsManager

FIRST = {"user": "app", "password": "first password"}
SECOND = {"user": "app", "password": "second password"}

pytestmark = pytest.mark.secret("orders/db", FIRST)
"""The secret of every test in this file. A marker on a test replaces it."""


def test_login_calls_get_secret_value_once(credentials: Credentials, secretsmanager: SecretsManager) -> None:
    assert credentials.login() == Login(**FIRST)
    assert credentials.login() == Login(**FIRST)

    secretsmanager.assert_logged("GetSecretValue", times=1, SecretId="orders/db")


def test_replace_makes_the_new_login_current_and_the_old_one_previous(
    credentials: Credentials, secretsmanager: SecretsManager
) -> None:
    credentials.replace(Login(**SECOND))

    secretsmanager.assert_value("orders/db", SECOND)
    secretsmanager.assert_value("orders/db", FIRST, version="AWSPREVIOUS")
    secretsmanager.assert_labels("orders/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    assert credentials.login() == Login(**SECOND)


@pytest.mark.secret("orders/db", SECOND, versions=[FIRST])
def test_login_does_not_use_the_previous_version(credentials: Credentials) -> None:
    assert credentials.login() == Login(**SECOND)


def test_login_names_a_missing_secret(secretsmanager: SecretsManager) -> None:
    credentials = Credentials(secretsmanager.client(), "orders/typo")

    with pytest.raises(MissingSecretError, match="no secret 'orders/typo'"):
        credentials.login()

    secretsmanager.assert_logged("DescribeSecret", error="ResourceNotFoundException", SecretId="orders/typo")
    secretsmanager.assert_not_logged("GetSecretValue")


@pytest.mark.secret("orders/db")
def test_login_reports_a_secret_without_a_value_as_missing(credentials: Credentials) -> None:
    with pytest.raises(MissingSecretError, match="AWSCURRENT"):
        credentials.login()


@pytest.mark.secret("orders/db", FIRST, deleted=True)
def test_login_of_a_deleted_secret_is_refused(credentials: Credentials) -> None:
    with pytest.raises(RefusedCallError, match="marked for deletion"):
        credentials.login()


@pytest.mark.secret("orders/db", FIRST, owning_service="rds")
def test_refused_replace_changes_nothing(credentials: Credentials, secretsmanager: SecretsManager) -> None:
    with secretsmanager.assert_unchanged("orders/db"), pytest.raises(RefusedCallError, match="managed by an AWS"):
        credentials.replace(Login(**SECOND))


@pytest.mark.secret("orders/db", "user=app password=hunter2")
def test_error_of_a_malformed_secret_does_not_quote_it(
    credentials: Credentials, secretsmanager: SecretsManager
) -> None:
    with pytest.raises(MalformedSecretError) as caught:
        credentials.login()

    secretsmanager.assert_nothing_leaked(*traceback.format_exception(caught.value))
