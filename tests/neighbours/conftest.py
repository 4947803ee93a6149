"""Fixtures for the tests of neighbours: a restored environment, botocore's bare method and a client with a region."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient


@pytest.fixture(autouse=True)
def _environment_is_put_back() -> Iterator[None]:
    """Restore the environment: moto sets credentials and later restores those it found, even the plugin's."""
    with patch.dict(os.environ):
        yield


@pytest.fixture
def outside_client() -> Any:
    """A client of Secrets Manager that needs no environment, made while no manager is active."""
    return boto3.client(
        "secretsmanager", region_name="us-east-1", aws_access_key_id="AKIATEST", aws_secret_access_key="test"
    )


@pytest.fixture
def method_left_bare(bare_method: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """`BaseClient._make_api_call` without wrappers, which the test has to leave without wrappers."""
    yield bare_method
    assert BaseClient.__dict__["_make_api_call"] is bare_method
