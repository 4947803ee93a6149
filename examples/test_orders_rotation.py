"""Rotating the password: the final labels, the password of the database, and the state after a failure half-way."""

import logging
from pathlib import Path

import pytest

from orders.credentials import Credentials, RefusedCallError
from orders.database import Database, Login, LoginRefusedError
from orders.rotation import rotate
from orders.service import OrderService
from pytest_secretsmanager import SecretsManager, Version

FIRST = {"user": "app", "password": "first password"}
STAGED = {"user": "app", "password": "staged password"}

pytestmark = pytest.mark.secret("orders/db", FIRST)

STAGED_ALREADY = pytest.mark.secret(
    "orders/db", versions=[Version(FIRST, labels=["AWSCURRENT"]), Version(STAGED, labels=["AWSPENDING"])]
)


def test_rotation_stages_then_promotes(
    database: Path, credentials: Credentials, secretsmanager: SecretsManager
) -> None:
    rotate(database, credentials)

    secretsmanager.assert_log_order("GetRandomPassword", "PutSecretValue", "UpdateSecretVersionStage")
    secretsmanager.assert_labels("orders/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    secretsmanager.assert_moved("orders/db", "AWSPENDING", source=None, target=2)
    secretsmanager.assert_moved("orders/db", "AWSCURRENT", source=1, target=2)


def test_rotation_changes_the_password_of_the_database(
    database: Path, credentials: Credentials, secretsmanager: SecretsManager
) -> None:
    rotate(database, credentials)

    Database(database, Login(**secretsmanager.secret("orders/db").json)).close()
    with pytest.raises(LoginRefusedError):
        Database(database, Login(**FIRST))


def test_rotation_logs_and_shows_no_password(
    database: Path, credentials: Credentials, secretsmanager: SecretsManager, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="orders")

    rotate(database, credentials)

    assert "is current" in caplog.text
    secretsmanager.assert_nothing_leaked(caplog.text, credentials.login())


def test_running_service_survives_a_rotation(
    database: Path, credentials: Credentials, secretsmanager: SecretsManager
) -> None:
    service = OrderService(database, credentials)
    service.place("tea", 3)

    rotate(database, Credentials(secretsmanager.client(), "orders/db"))
    service.place("milk", 1)

    assert [order.item for order in service.orders()] == ["tea", "milk"]


def test_failed_rotation_continues_where_it_stopped(
    database: Path, credentials: Credentials, secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Database, password: str) -> None:
        raise ConnectionError(f"no answer within 5 s, {len(password)} characters sent")

    monkeypatch.setattr(Database, "change_password", fail)
    with pytest.raises(ConnectionError):
        rotate(database, credentials)
    secretsmanager.assert_labels("orders/db", {"AWSCURRENT": 1, "AWSPENDING": 2})

    monkeypatch.undo()
    rotate(database, credentials)
    secretsmanager.assert_labels("orders/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    secretsmanager.assert_logged("PutSecretValue", times=1)


@STAGED_ALREADY
def test_rotation_promotes_a_staged_password_that_the_database_already_has(
    tmp_path: Path, credentials: Credentials, secretsmanager: SecretsManager
) -> None:
    Database.create(tmp_path / "orders.db", Login(**STAGED))

    rotate(tmp_path / "orders.db", credentials)

    secretsmanager.assert_value("orders/db", STAGED)
    secretsmanager.assert_not_logged("PutSecretValue")


@STAGED_ALREADY
def test_promote_keeps_a_login_that_was_set_after_staging(
    credentials: Credentials, secretsmanager: SecretsManager
) -> None:
    staged = credentials.stage()
    credentials.replace(Login("app", "set by hand"))

    with secretsmanager.assert_unchanged("orders/db"), pytest.raises(RefusedCallError, match="RemoveFromVersionId"):
        credentials.promote(staged)

    secretsmanager.assert_logged("UpdateSecretVersionStage", times=1, error="InvalidParameterException")
