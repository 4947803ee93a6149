"""Fixtures of the tests of scheduled rotation: a wall clock that a test sets, and the secret `db`."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from rotation_function import Database, rotation_function
from scheduling import START, VALUE

from pytest_secretsmanager import Rotation, SecretsManager, SecretView


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Return a function that sets the wall clock. The clock stands still, at START until a test sets it."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(time, "time", moment.timestamp)

    set_to(START)
    return set_to


@pytest.fixture
def sm(wall: Callable[[datetime], None], secretsmanager: SecretsManager) -> SecretsManager:
    return secretsmanager


@pytest.fixture
def database() -> Database:
    """A database of one user."""
    return {"app": "one"}


@pytest.fixture
def db(sm: SecretsManager, database: Database) -> SecretView:
    """The secret `db`. It holds that user's password and rotates every 30 days."""
    return sm.seed("db", VALUE, rotation=Rotation(rotation_function(database), days=30))
