"""What the engine's tests share: Secrets Manager without a client, and refusals told in one line."""

from collections.abc import Callable
from datetime import UTC, datetime
from inspect import signature
from random import Random
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.controls.replication import HeldReplicas
from pytest_secretsmanager.controls.steps import Hold, Steps
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Reply
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.keys import KeyRing, KmsKey
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.ports import Function, Ports
from pytest_secretsmanager.engine.rules.retention import VERSION_QUOTA
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import Secret, SecretKey

Refusal = tuple[str, str]
"""AWS's error code and text."""


PRIMARY_REGION = "eu-west-1"
"""Where the primary of a replica is."""


class World:
    """Secrets Manager without a client: calls as they reach the service, at the time that the test sets.

    For what a client can't do: leave out a token, wait a day, meet a replica or a version without a value.
    """

    region = "us-east-1"
    account = "123456789012"

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp()
        self.entries: list[Entry] = []
        self.keys = KeyRing()
        self.functions: dict[str, Function] = {}
        self.steps, self.held = Steps(), HeldReplicas()
        ports = Ports(Random(7), self.keys, VERSION_QUOTA, self.functions)
        self.service = Service(ports, self.entries, lambda: self.now, self.steps, self.held)

    def request(
        self, operation: str, *, region: str = region, account: str = account, by: str | None = None, **parameters: Any
    ) -> Call:
        """A call in the name of an account, or of the AWS service `by` that manages secrets in it."""
        principal = Principal(account, f"arn:aws:iam::{account}:user/test", by)
        return Call(operation, parameters, region, principal, self.now, request_id="request-1")

    def call(self, operation: str, **parameters: Any) -> Reply:
        """What the service answers."""
        return self.service.call(self.request(operation, **parameters)).reply

    def refused(self, operation: str, **parameters: Any) -> Refusal:
        """Makes a call that has to be refused; it must have changed nothing."""
        before = self.service.secrets()
        with pytest.raises(ServiceError) as caught:
            self.call(operation, **parameters)
        assert self.service.secrets() == before
        return caught.value.code, caught.value.message

    def create_key(self, alias: str, *, region: str = region, account: str = account) -> KmsKey:
        """A new customer key of KMS."""
        return self.keys.create(region, account, alias=alias)

    def pass_days(self, days: float) -> None:
        self.now += days * 86_400

    def state(self, name: str) -> Secret:
        secret = self.service.store.get(SecretKey(self.region, self.account, name))
        assert secret is not None
        return secret

    def make_replica(self, name: str, **more: Any) -> None:
        """A secret without a value, as the replica of one in Ireland."""
        token = f"no-version-of-{name}".ljust(32, "-")
        here = [{"Region": self.region}]
        create = {"Name": name, "ClientRequestToken": token, "AddReplicaRegions": here, **more}
        self.call("CreateSecret", region=PRIMARY_REGION, **create)

    def announce(self, name: str, version_id: str) -> None:
        """Starts a rotation that stops before its first step: its version is there under AWSPENDING without a value."""
        arn = f"arn:aws:lambda:{self.region}:{self.account}:function:never-runs"
        self.functions[arn] = lambda _: None
        key = SecretKey(self.region, self.account, name)
        self.steps.holds.append(Hold(key, "createSecret", "before", resume=lambda _: None))
        self.call("RotateSecret", SecretId=name, ClientRequestToken=version_id, RotationLambdaARN=arn)


@pytest.fixture
def world() -> World:
    """Secrets Manager without a client."""
    return World()


@pytest.fixture(scope="session")
def new_world() -> Callable[[], World]:
    """Makes one Secrets Manager after another, for tests that hypothesis repeats."""
    return World


@pytest.fixture
def refused(secretsmanager: SecretsManager) -> Callable[..., Refusal]:
    """Makes a client's call that has to be refused, and gives AWS's code and text; it must have changed nothing."""

    def states() -> dict[str, Secret]:
        return {name: secret.state for name, secret in secretsmanager.secrets.items()}

    def refuse(method: Callable[..., object], **parameters: Any) -> Refusal:
        before = states()
        with secretsmanager.assert_unchanged(), pytest.raises(ClientError) as caught:
            method(**parameters)
        assert states() == before
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    return refuse


@pytest.fixture
def policy_name() -> dict[str, str]:
    """What the replies of policy operations have beside ARN and name; nothing with an older botocore."""
    shape = model.operation("GetResourcePolicy").output_shape
    return {"PolicyName": "default"} if shape is not None and "PolicyName" in shape.members else {}


@pytest.fixture
def unchecked(secretsmanager: SecretsManager) -> Any:
    """A client that checks no parameters, so that the service's own limits answer."""
    return secretsmanager.client(config=Config(parameter_validation=False))


@pytest.fixture
def stranger(secretsmanager: SecretsManager) -> Any:
    """A client of another account; the oldest botocore makes none."""
    if "aws_account_id" not in signature(Session.create_client).parameters:
        pytest.skip("this botocore makes no client of another account")
    return secretsmanager.client(aws_account_id="210987654321")
