"""Fixtures of the door tests: clients independent of the environment, and an empty home."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from signed_requests import PATIENCE, TOKEN, connect, signed

NewClient = Callable[..., Any]


@pytest.fixture(scope="session")
def botocore_session() -> botocore.session.Session:
    """A plain botocore session, created before any manager is entered. Its clients share its service descriptions."""
    return botocore.session.Session()


@pytest.fixture
def new_client(botocore_session: botocore.session.Session) -> NewClient:
    """Return a factory of clients. Their credentials don't depend on the environment."""

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


@pytest.fixture
def no_real_wait(monkeypatch):
    """Fail the test at a real wait: in `sleep`, or in the token bucket of adaptive mode."""

    def refuse(seconds):
        if seconds:
            pytest.fail(f"really slept {seconds} seconds")

    async def refuse_async(seconds, result=None):
        refuse(seconds)
        return result

    async def refuse_condition(condition):
        pytest.fail("really waited for a token")

    monkeypatch.setattr(time, "sleep", refuse)
    monkeypatch.setattr(asyncio, "sleep", refuse_async)
    monkeypatch.setattr(asyncio.Condition, "wait", refuse_condition)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket._sleep_amount", lambda *_: pytest.fail("waited really"))


# --- aiobotocore, where it is installed ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def aiobotocore_session() -> Any:
    """An aiobotocore session. It belongs to no event loop."""
    return pytest.importorskip("aiobotocore.session", reason="the async door is for aiobotocore").get_session()


@pytest.fixture
def new_async_client(aiobotocore_session: Any) -> NewClient:
    """Return `new_client` for aiobotocore: a factory of the contexts that `async with` enters."""

    def make(region: str = "us-east-1", service: str = "secretsmanager", **options: Any) -> Any:
        credentials = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
        return aiobotocore_session.create_client(service, region_name=region, **{**credentials, **options})

    return make


# --- clients of the endpoint ------------------------------------------------------------------------------------------

ONE_TRY = Config(retries={"total_max_attempts": 1}, proxies={})


@pytest.fixture
def endpoint(secretsmanager):
    return secretsmanager.endpoint()


@pytest.fixture
def over_http(endpoint):
    """Return a factory of boto3 clients of the endpoint. Close them after the test."""
    made = []

    def make(env=None, config=ONE_TRY):
        env = env or endpoint.env
        client = boto3.client(
            "secretsmanager",
            endpoint_url=env["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
            region_name=env["AWS_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            config=config,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


class Blocked:
    """A rotation function whose first step waits for the event `go_on`."""

    def __init__(self, secretsmanager):
        self.began, self.go_on = Event(), Event()
        self.arn = secretsmanager.rotation.register(self.handler)

    def handler(self, _event, _context):
        self.began.set()
        assert self.go_on.wait(PATIENCE)

    def begin(self, endpoint, name="db"):
        """Request a rotation over HTTP. Return the connection as soon as the function runs."""
        parameters = {"SecretId": name, "RotationLambdaARN": self.arn, "ClientRequestToken": TOKEN}
        connection = connect(endpoint)
        connection.sendall(bytes(signed(endpoint, "RotateSecret", parameters)))
        assert self.began.wait(PATIENCE)
        return connection


@pytest.fixture
def blocked(secretsmanager):
    function = Blocked(secretsmanager)
    yield function
    function.go_on.set()
