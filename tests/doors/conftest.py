"""What the tests of the doors share: clients that read nothing of the environment, and places that hold nothing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.client import BaseClient

NewClient = Callable[..., Any]


@pytest.fixture(scope="session")
def botocore_session() -> botocore.session.Session:
    """A plain botocore session, made before any manager is entered; its clients share its cache of descriptions."""
    return botocore.session.Session()


@pytest.fixture
def new_client(botocore_session: botocore.session.Session) -> NewClient:
    """Makes a client of its own at each call, of the same credentials whatever the environment says."""

    def make(region: str = "us-east-1", service: str = "secretsmanager", **options: Any) -> BaseClient:
        credentials = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
        return botocore_session.create_client(service, region_name=region, **credentials, **options)

    return make


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without AWS configuration, and an environment without AWS variables (awscli sets AWS_DATA_PATH itself)."""
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_DATA_PATH"]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # botocore would ask the network for credentials
    return home


# --- aiobotocore, where it is installed ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def aiobotocore_session() -> Any:
    """A session of aiobotocore; sessions belong to no event loop."""
    return pytest.importorskip("aiobotocore.session", reason="the async door is for aiobotocore").get_session()


@pytest.fixture
def new_async_client(aiobotocore_session: Any) -> NewClient:
    """What `new_client` is for aiobotocore: gives what `async with` makes a client of."""

    def make(region: str = "us-east-1", service: str = "secretsmanager", **options: Any) -> Any:
        credentials = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
        return aiobotocore_session.create_client(service, region_name=region, **{**credentials, **options})

    return make
