"""The environment of tests of the manager."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import boto3
import pytest


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the developer's shell says, these tests begin without it, and leave nothing in it."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with patch.dict(os.environ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        yield
