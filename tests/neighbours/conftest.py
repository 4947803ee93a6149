"""What the neighbours share: an environment left as it was, botocore's method without anybody's wrapper, and a client
that lacks no region.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient


@pytest.fixture(autouse=True)
def _environment_is_put_back() -> Iterator[None]:
    """moto sets credentials, and takes back what it found: ours, where both were active."""
    with patch.dict(os.environ):
        yield


@pytest.fixture
def outside_client() -> Any:
    """A client of Secrets Manager that needs no environment, made while nobody answers."""
    return boto3.client(
        "secretsmanager", region_name="us-east-1", aws_access_key_id="AKIATEST", aws_secret_access_key="test"
    )


@pytest.fixture
def method_left_bare(bare_method: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """`BaseClient._make_api_call` without wrappers; whatever a test does to it, it has to be that again in the end."""
    yield bare_method
    assert BaseClient.__dict__["_make_api_call"] is bare_method
