"""Rotating a password with a Lambda function: every step of it, what a failure leaves behind, and who is reading on."""

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
"""The secret of every test in this file; a marker on a test takes its place."""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database file that lets `app` in with the first password, and where the rotation function finds it."""
    path = tmp_path / "stock.db"
    Database.create(path, Login(**FIRST), {"tea": 3})
    monkeypatch.setenv("STOCK_DATABASE", str(path))
    return path


@pytest.fixture
def service(database: Path) -> StockService:
    """A service that has been running for a while: it has the first password in its memory."""
    service = StockService(database, "stock/db")
    assert service.available("tea") == 3
    return service


def current_login(secretsmanager: SecretsManager) -> Login:
    return Login(**secretsmanager.secret("stock/db").json)


def pending_login(secretsmanager: SecretsManager) -> Login:
    return Login(**secretsmanager.secret("stock/db").version("AWSPENDING").json)


def lets_in(database: Path, login: Login) -> bool:
    try:
        Database(database, login).close()
    except LoginRefusedError:
        return False
    return True


def test_a_rotation_replaces_the_password(database: Path, secretsmanager: SecretsManager) -> None:
    secretsmanager.client().rotate_secret(SecretId="stock/db")

    secretsmanager.assert_rotated("stock/db")
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    assert lets_in(database, current_login(secretsmanager))
    assert not lets_in(database, Login(**FIRST))


@pytest.mark.secret("stock/db", {**FIRST, "host": "db.example.com"})
def test_rotation_is_turned_on_as_at_a_deployment(database: Path, secretsmanager: SecretsManager) -> None:
    secretsmanager.client().rotate_secret(
        SecretId="stock/db",
        RotationLambdaARN=secretsmanager.rotation.register(handler),
        RotationRules={"AutomaticallyAfterDays": 30},
    )

    secretsmanager.assert_rotated("stock/db")
    secretsmanager.assert_value("stock/db", {**FIRST, "host": "db.example.com", "password": ANY})
    assert not lets_in(database, Login(**FIRST))


@pytest.mark.usefixtures("database")
def test_it_rotates_by_itself_every_thirty_days(secretsmanager: SecretsManager) -> None:
    secretsmanager.clock.advance(days=28)
    assert not secretsmanager.rotation.runs

    secretsmanager.clock.advance(days=2)
    secretsmanager.assert_rotated("stock/db")

    secretsmanager.clock.advance(days=60)
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded"] * 3
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 4, "AWSPREVIOUS": 3})


def test_a_crash_before_the_last_step_is_made_good_by_the_retry(
    database: Path, service: StockService, secretsmanager: SecretsManager
) -> None:
    secretsmanager.rotation.fail("finishSecret", ConnectionError("the connection was reset"))
    secretsmanager.client().rotate_secret(SecretId="stock/db")

    # The database is ahead of AWSCURRENT now.
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 1, "AWSPENDING": 2})
    assert not lets_in(database, Login(**FIRST))
    assert lets_in(database, pending_login(secretsmanager))
    assert service.available("tea") == 3

    secretsmanager.clock.advance(minutes=1)

    secretsmanager.assert_rotated("stock/db")
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    assert lets_in(database, current_login(secretsmanager))


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_repeated_does_no_harm(database: Path, step: str, secretsmanager: SecretsManager) -> None:
    # The step has done its work when it fails, as after a timeout of Lambda's.
    secretsmanager.rotation.fail(step, TimeoutError, after=True)
    secretsmanager.client().rotate_secret(SecretId="stock/db")
    secretsmanager.clock.advance(minutes=1)

    secretsmanager.assert_rotated("stock/db")
    secretsmanager.assert_labels("stock/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    secretsmanager.assert_logged("PutSecretValue", times=1)
    assert lets_in(database, current_login(secretsmanager))


@pytest.mark.secret(
    "stock/db",
    versions=[Version(FIRST, labels=["AWSPREVIOUS"]), {**FIRST, "password": "second password"}],
    rotation=Rotation(handler),
)
def test_a_database_that_was_restored_gets_the_new_password(database: Path, secretsmanager: SecretsManager) -> None:
    secretsmanager.client().rotate_secret(SecretId="stock/db")

    secretsmanager.assert_rotated("stock/db")
    assert lets_in(database, current_login(secretsmanager))


def test_the_service_reads_its_password_once(service: StockService, secretsmanager: SecretsManager) -> None:
    service.available("tea")
    service.available("milk")

    secretsmanager.assert_logged("GetSecretValue", times=1, SecretId="stock/db")


@pytest.mark.parametrize("step", STEPS)
def test_the_service_reads_on_at_every_point_of_a_rotation(
    database: Path, step: str, service: StockService, secretsmanager: SecretsManager
) -> None:
    with secretsmanager.rotation.hold("stock/db", after=step):
        secretsmanager.client().rotate_secret(SecretId="stock/db")

        assert service.available("tea") == 3
        assert StockService(database, "stock/db").available("tea") == 3

    secretsmanager.assert_rotated("stock/db")
    assert service.available("tea") == 3


def test_the_service_reads_on_when_what_it_has_just_read_is_replaced(
    database: Path, secretsmanager: SecretsManager
) -> None:
    # Every other read: with a new password after each one, nobody could ever log in.
    with secretsmanager.rotation.between_reads("stock/db", every=2):
        for _ in range(3):
            assert StockService(database, "stock/db").available("tea") == 3

    assert len(secretsmanager.rotation.runs) == 3


def test_no_password_is_logged(
    service: StockService, secretsmanager: SecretsManager, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="stock")

    secretsmanager.client().rotate_secret(SecretId="stock/db")
    service.available("tea")

    assert "finishSecret: done" in caplog.text
    secretsmanager.assert_nothing_leaked(caplog.text)


def test_a_new_password_that_does_not_work_is_neither_promoted_nor_shown(
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
def test_an_event_that_is_delivered_late_changes_nothing(step: str, secretsmanager: SecretsManager) -> None:
    token = secretsmanager.client().rotate_secret(SecretId="stock/db")["VersionId"]

    with secretsmanager.assert_unchanged("stock/db"):
        handler({"Step": step, "SecretId": "stock/db", "ClientRequestToken": token}, None)


def test_an_event_of_a_cancelled_rotation_is_refused(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.fail("createSecret", ConnectionError)
    token = secretsmanager.client().rotate_secret(SecretId="stock/db")["VersionId"]
    secretsmanager.client().cancel_rotate_secret(SecretId="stock/db")

    with pytest.raises(NoRotationError, match="not turned on"):
        handler({"Step": "createSecret", "SecretId": "stock/db", "ClientRequestToken": token}, None)


def test_an_event_of_a_version_that_is_not_pending_is_refused() -> None:
    with pytest.raises(NoRotationError, match="not under AWSPENDING"):
        handler({"Step": "createSecret", "SecretId": "stock/db", "ClientRequestToken": "0" * 32}, None)
