"""A clean environment for the tests of the manager."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import boto3
import pytest


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Remove AWS variables and boto3's default session, and restore the environment afterwards."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with patch.dict(os.environ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        yield
