"""A manager with the secret `db`, and policies for its roles."""

import pytest

from pytest_secretsmanager import SecretsManager


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    """A manager with the secret `db`."""
    secretsmanager.seed("db", "one")
    return secretsmanager
