"""Rotating a password with a Lambda function: each step, the state after a failure, and reads during a rotation."""

import logging
from pathlib import Path
from unittest.mock import ANY

import pytest

from pytest_secretsmanager import Rotation, SecretsManager, Version
from stock.database import Database, Login, LoginRefusedError
from stock.rotation import NoRotationError, handler
from stock.service import StockService

FIRST = {"username": "app", "password": "first password"}
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]

pytestmark = pytest.mark.secret("stock/db", FIRST, rotation=Rotation(handler, days=30))
"""The secret of every test in this file. A marker on a test replaces it."""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database file that accepts user `app` with the first password. STOCK_DATABASE is its path."""
    path = tmp_path / "stock.db"
    Database.create(path, Login(**FIRST), {"tea": 3})
    monkeypatch.setenv("STOCK_DATABASE", str(path))
    return path


@pytest.fixture
def service(database: Path) -> StockService:
    """A running service that has the first password in memory."""
    service = StockService(database, "stock/db")
    assert service.available("tea") == 3
    return service


def current_login(secretsmanager: SecretsManager) -> Login:
    return Login(**secretsmanager.secret("stock/db").json)


def pending_login(secretsmanager: SecretsManager) -> Login:
    return Login(**secretsmanager.secret("stock/db").version("AWSPENDING").json)


def accepts(database: Path, login: Login) -> bool:
    try:
        Database(database, login).close()
    except LoginRefusedError:
        return False
    return True


def test_rotation_replaces_the_password(database: Path, secretsmanager: SecretsManager) -> None:
    secretsmanager.client().rotate_secret(SecretId="stock/db")

    secretsmanager.assert_rotated("stock/db")
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    assert accepts(database, current_login(secretsmanager))
    assert not accepts(database, Login(**FIRST))


@pytest.mark.secret("stock/db", {**FIRST, "host": "db.example.com"})
def test_rotate_secret_with_function_and_rules_turns_rotation_on_and_rotates(
    database: Path, secretsmanager: SecretsManager
) -> None:
    secretsmanager.client().rotate_secret(
        SecretId="stock/db",
        RotationLambdaARN=secretsmanager.rotation.register(handler),
        RotationRules={"AutomaticallyAfterDays": 30},
    )

    secretsmanager.assert_rotated("stock/db")
    secretsmanager.assert_value("stock/db", {**FIRST, "host": "db.example.com", "password": ANY})
    assert not accepts(database, Login(**FIRST))


@pytest.mark.usefixtures("database")
def test_secret_rotates_every_thirty_days(secretsmanager: SecretsManager) -> None:
    secretsmanager.clock.advance(days=28)
    assert not secretsmanager.rotation.runs

    secretsmanager.clock.advance(days=2)
    secretsmanager.assert_rotated("stock/db")

    secretsmanager.clock.advance(days=60)
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded"] * 3
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 4, "AWSPREVIOUS": 3})


def test_retry_completes_a_rotation_that_crashed_in_its_last_step(
    database: Path, service: StockService, secretsmanager: SecretsManager
) -> None:
    secretsmanager.rotation.fail("finishSecret", ConnectionError("the connection was reset"))
    secretsmanager.client().rotate_secret(SecretId="stock/db")

    # The database is ahead of AWSCURRENT now.
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 1, "AWSPENDING": 2})
    assert not accepts(database, Login(**FIRST))
    assert accepts(database, pending_login(secretsmanager))
    assert service.available("tea") == 3

    secretsmanager.clock.advance(minutes=1)

    secretsmanager.assert_rotated("stock/db")
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    assert accepts(database, current_login(secretsmanager))


@pytest.mark.parametrize("step", STEPS)
def test_repeated_step_does_no_harm(database: Path, step: str, secretsmanager: SecretsManager) -> None:
    # The step does its work and then fails, as after a timeout of Lambda.
    secretsmanager.rotation.fail(step, TimeoutError, after=True)
    secretsmanager.client().rotate_secret(SecretId="stock/db")
    secretsmanager.clock.advance(minutes=1)

    secretsmanager.assert_rotated("stock/db")
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    secretsmanager.assert_logged("PutSecretValue", times=1)
    assert accepts(database, current_login(secretsmanager))


@pytest.mark.secret(
    "stock/db",
    versions=[Version(FIRST, labels=["AWSPREVIOUS"]), {**FIRST, "password": "second password"}],
    rotation=Rotation(handler),
)
def test_restored_database_gets_the_new_password(database: Path, secretsmanager: SecretsManager) -> None:
    secretsmanager.client().rotate_secret(SecretId="stock/db")

    secretsmanager.assert_rotated("stock/db")
    assert accepts(database, current_login(secretsmanager))


def test_service_reads_its_password_once(service: StockService, secretsmanager: SecretsManager) -> None:
    service.available("tea")
    service.available("milk")

    secretsmanager.assert_logged("GetSecretValue", times=1, SecretId="stock/db")


@pytest.mark.parametrize("step", STEPS)
def test_service_works_after_every_step_of_a_rotation(
    database: Path, step: str, service: StockService, secretsmanager: SecretsManager
) -> None:
    with secretsmanager.rotation.hold("stock/db", after=step):
        secretsmanager.client().rotate_secret(SecretId="stock/db")

        assert service.available("tea") == 3
        assert StockService(database, "stock/db").available("tea") == 3

    secretsmanager.assert_rotated("stock/db")
    assert service.available("tea") == 3


def test_service_works_when_a_rotation_replaces_the_password_it_has_just_read(
    database: Path, secretsmanager: SecretsManager
) -> None:
    # Every second read: with a new password after each read, every login would fail.
    with secretsmanager.rotation.between_reads("stock/db", every=2):
        for _ in range(3):
            assert StockService(database, "stock/db").available("tea") == 3

    assert len(secretsmanager.rotation.runs) == 3


def test_rotation_and_service_log_no_password(
    service: StockService, secretsmanager: SecretsManager, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="stock")

    secretsmanager.client().rotate_secret(SecretId="stock/db")
    service.available("tea")

    assert "finishSecret: done" in caplog.text
    secretsmanager.assert_nothing_leaked(caplog.text)


def test_new_password_that_does_not_work_is_neither_promoted_nor_shown(
    database: Path, secretsmanager: SecretsManager
) -> None:
    with secretsmanager.rotation.hold("stock/db", after="setSecret"):
        secretsmanager.client().rotate_secret(SecretId="stock/db")
        with Database(database, pending_login(secretsmanager)) as opened:
            opened.change_password("set by hand")
    secretsmanager.clock.advance(minutes=1)

    failures = [run.steps[-1] for run in secretsmanager.rotation.runs]
    assert [failure.step for failure in failures] == ["testSecret", "setSecret"]
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 1, "AWSPENDING": 2})
    secretsmanager.assert_nothing_leaked(*[failure.traceback for failure in failures])


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("step", STEPS)
def test_handler_ignores_an_event_that_arrives_after_the_rotation(step: str, secretsmanager: SecretsManager) -> None:
    token = secretsmanager.client().rotate_secret(SecretId="stock/db")["VersionId"]

    with secretsmanager.assert_unchanged("stock/db"):
        handler({"Step": step, "SecretId": "stock/db", "ClientRequestToken": token}, None)


def test_handler_refuses_an_event_of_a_cancelled_rotation(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.fail("createSecret", ConnectionError)
    token = secretsmanager.client().rotate_secret(SecretId="stock/db")["VersionId"]
    secretsmanager.client().cancel_rotate_secret(SecretId="stock/db")

    with pytest.raises(NoRotationError, match="not turned on"):
        handler({"Step": "createSecret", "SecretId": "stock/db", "ClientRequestToken": token}, None)


def test_handler_refuses_an_event_of_a_version_that_is_not_pending() -> None:
    with pytest.raises(NoRotationError, match="not under AWSPENDING"):
        handler({"Step": "createSecret", "SecretId": "stock/db", "ClientRequestToken": "0" * 32}, None)
