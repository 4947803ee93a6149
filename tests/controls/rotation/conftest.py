"""Fixtures of the rotation tests: a wall clock that stands still, and the secret `db`, which rotates."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from rotating import NOON, V1, Look, rotate
from rotation_function import Database, rotation_function

from pytest_secretsmanager import Rotation, RotationRun, SecretsManager, Version


@pytest.fixture
def time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", NOON.timestamp)


@pytest.fixture
def sm(time_stands_still: None, secretsmanager: SecretsManager) -> SecretsManager:
    return secretsmanager


@pytest.fixture
def database(sm: SecretsManager) -> Database:
    """A database whose one user has its password in the secret `db`, which rotates."""
    database = {"app": "one"}
    value = Version({"username": "app", "password": "one"}, id=V1)
    sm.seed("db", value, rotation=Rotation(rotation_function(database)))
    return database


@pytest.fixture
def look_at_steps(sm: SecretsManager, database: Database) -> Callable[[Look], RotationRun]:
    """Rotate `db` once; call `look` with the event and the context of each step before the function runs."""
    function = rotation_function(database)

    def rotate_and_look(look: Look) -> RotationRun:
        def handler(event: dict[str, str], context: Any) -> None:
            look(event, context)
            function(event, context)

        return rotate(sm, RotationLambdaARN=sm.rotation.register(handler))

    return rotate_and_look
