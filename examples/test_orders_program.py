"""The whole program, started as from a shell. It creates its own boto3 client, and the fixture answers it."""

from pathlib import Path

import pytest

from orders.__main__ import main
from pytest_secretsmanager import SecretsManager

LOGIN = {"user": "app", "password": "first password"}


def run(database: Path, *command: str) -> int:
    return main(["--database", str(database), "--secret", "orders/db", *command])


@pytest.mark.secret("orders/db", LOGIN)
def test_orders_survive_a_rotation(
    tmp_path: Path, secretsmanager: SecretsManager, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "orders.db"

    assert run(database, "create") == 0
    assert run(database, "place", "tea", "3") == 0
    assert run(database, "rotate") == 0
    assert run(database, "list") == 0

    captured = capsys.readouterr()
    assert captured.out == "1: 3 x tea\n"
    secretsmanager.assert_label("orders/db", "AWSPREVIOUS", 1)
    secretsmanager.assert_nothing_leaked(*captured)


def test_program_explains_a_missing_secret(
    database: Path, secretsmanager: SecretsManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(database, "list") == 1
    assert capsys.readouterr().err == "orders: there is no secret 'orders/db'\n"
    assert not secretsmanager.secrets


@pytest.mark.secret("orders/db", {**LOGIN, "password": "wrong password"})
def test_program_explains_a_wrong_password(
    database: Path, secretsmanager: SecretsManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(database, "place", "tea", "3") == 1
    assert capsys.readouterr().err == "orders: the database refuses user 'app'\n"
    secretsmanager.assert_logged("GetSecretValue", times=2)
