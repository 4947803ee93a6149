"""Fixtures of the tests of the orders service."""

from pathlib import Path

import boto3
import pytest

from orders.credentials import Credentials
from orders.database import Database, Login
from pytest_secretsmanager import SecretsManager


@pytest.fixture
def credentials(secretsmanager: SecretsManager) -> Credentials:
    """The login in the secret `orders/db`. Any client works: the fixture `secretsmanager` answers every client."""
    return Credentials(boto3.client("secretsmanager", region_name=secretsmanager.region), "orders/db")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database file that accepts user `app` with `first password`."""
    path = tmp_path / "orders.db"
    Database.create(path, Login("app", "first password"))
    return path
