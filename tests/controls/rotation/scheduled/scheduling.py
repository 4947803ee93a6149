"""Constants and functions that the tests of scheduled rotation share."""

from datetime import UTC, datetime
from typing import Any

from rotation_function import rotation_function

from pytest_secretsmanager import Rotation, SecretsManager, SecretView

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST = datetime(2026, 1, 31, tzinfo=UTC)
"""The first rotation of a secret that is seeded at START and rotates every 30 days."""
SECOND = datetime(2026, 3, 2, tzinfo=UTC)
VALUE = {"username": "app", "password": "one"}


def seed_rotating(sm: SecretsManager, name: str, **rules: Any) -> SecretView:
    """Seed a secret that has its own database."""
    return sm.seed(name, VALUE, rotation=Rotation(rotation_function({"app": "one"}), **rules))


def moments(sm: SecretsManager) -> list[str]:
    """Return the start of each rotation."""
    return [f"{run.started:%m-%d %H:%M}" for run in sm.rotation.runs]


def dates(sm: SecretsManager, name: str = "db") -> tuple[datetime | None, datetime | None]:
    """Return LastRotatedDate and NextRotationDate, as a client reads them."""
    described: Any = sm.client().describe_secret(SecretId=name)
    return described.get("LastRotatedDate"), described.get("NextRotationDate")


YEAR = [
    *("01-31 00:00", "03-02 00:00", "04-01 00:00", "05-01 00:00", "05-31 00:00", "06-30 00:00"),
    *("07-30 00:00", "08-29 00:00", "09-28 00:00", "10-28 00:00", "11-27 00:00", "12-27 00:00"),
]
"""The midnights, 30 days after each other."""


def seed_slow(sm: SecretsManager, **step: float) -> SecretView:
    """Seed a secret whose function advances the clock in setSecret."""
    function = rotation_function({"app": "one"})

    def slow(event: dict[str, str], context: Any) -> None:
        if event["Step"] == "setSecret":
            sm.clock.advance(**step)
        function(event, context)

    return sm.seed("db", VALUE, rotation=Rotation(slow, days=30))
