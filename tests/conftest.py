"""Fixtures that tests of several rooms share."""

from typing import TYPE_CHECKING

import boto3
import pytest

from pytest_secretsmanager import SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


@pytest.fixture
def client(secretsmanager: SecretsManager) -> "SecretsManagerClient":
    """A boto3 client as an application makes it, while the fixture is active."""
    return boto3.client("secretsmanager")
