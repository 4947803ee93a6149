"""Fixtures of the engine's tests: Secrets Manager without a client, and refusals as code and text."""

import time
from collections.abc import Callable, Iterator
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
from pytest_secretsmanager.controls.step_plans import PlannedStop
from pytest_secretsmanager.controls.steps import Steps
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Reply
from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.keys import KeyRing, KmsKey
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.ports import Function, Ports
from pytest_secretsmanager.engine.rules.retention import VERSION_QUOTA
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.views import state_of

Refusal = tuple[str, str]
"""AWS's error code and text."""


PRIMARY_REGION = "eu-west-1"
"""The region of a replica's primary."""


class World:
    """Secrets Manager without a client: calls as the service gets them, at the time that the test sets.

    For cases that a client can't make: a missing token, a day that passes, a replica, a version without a value.
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
        log = CallLog(entries=self.entries)
        self.service = Service(ports, log, lambda: self.now, self.steps, self.held)

    def request(
        self, operation: str, *, region: str = region, account: str = account, by: str | None = None, **parameters: Any
    ) -> Call:
        """A call by a user of an account, or by the AWS service `by` that manages secrets in it."""
        principal = Principal(account, f"arn:aws:iam::{account}:user/test", by)
        return Call(operation, parameters, region, principal, self.now, request_id="request-1")

    def call(self, operation: str, **parameters: Any) -> Reply:
        """The reply of the service."""
        return self.service.call(self.request(operation, **parameters)).reply

    def refused(self, operation: str, **parameters: Any) -> Refusal:
        """The code and text of a call that must be refused and must have changed nothing."""
        before = self.service.secrets()
        with pytest.raises(ServiceError) as caught:
            self.call(operation, **parameters)
        assert self.service.secrets() == before
        return caught.value.code, caught.value.message

    def create_key(self, alias: str, *, region: str = region, account: str = account) -> KmsKey:
        """Create a customer key."""
        return self.keys.create(region, account, alias=alias)

    def pass_days(self, days: float) -> None:
        self.now += days * 86_400

    def state(self, name: str) -> Secret:
        secret = self.service.store.get(SecretKey(self.region, self.account, name))
        assert secret is not None
        return secret

    def make_replica(self, name: str, **more: Any) -> None:
        """Create a replica of a secret in Ireland; without a SecretString it has no value."""
        token = f"no-version-of-{name}".ljust(32, "-")
        here = [{"Region": self.region}]
        create = {"Name": name, "ClientRequestToken": token, "AddReplicaRegions": here, **more}
        self.call("CreateSecret", region=PRIMARY_REGION, **create)

    def announce(self, name: str, version_id: str) -> None:
        """Start a rotation and hold it before its first step: its version has AWSPENDING and no value."""
        arn = f"arn:aws:lambda:{self.region}:{self.account}:function:never-runs"
        self.functions[arn] = lambda _: None
        key = SecretKey(self.region, self.account, name)
        self.steps.planned_stops.append(PlannedStop(key, "createSecret", "before"))
        self.call("RotateSecret", SecretId=name, ClientRequestToken=version_id, RotationLambdaARN=arn)


@pytest.fixture
def world() -> World:
    """Secrets Manager without a client."""
    return World()


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the time zone of this process to Tokyo's, nine hours from UTC. Skips where a process can't."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system can't change the time zone of a process")
    with monkeypatch.context() as environment:
        environment.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session")
def new_world() -> Callable[[], World]:
    """Create a new World for each example, for tests that hypothesis repeats."""
    return World


@pytest.fixture
def refused(secretsmanager: SecretsManager) -> Callable[..., Refusal]:
    """The code and text of a client's call that must be refused and must have changed nothing."""

    def states() -> dict[str, Secret]:
        return {name: state_of(secret) for name, secret in secretsmanager.secrets.items()}

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
    """The further members in replies of policy operations; none with an older botocore."""
    shape = model.operation("GetResourcePolicy").output_shape
    return {"PolicyName": "default"} if shape is not None and "PolicyName" in shape.members else {}


@pytest.fixture
def unchecked(secretsmanager: SecretsManager) -> Any:
    """A client without parameter validation: the service checks the limits."""
    return secretsmanager.client(config=Config(parameter_validation=False))


@pytest.fixture
def stranger(secretsmanager: SecretsManager) -> Any:
    """A client of another account. Skips with the oldest botocore, which can't create one."""
    if "aws_account_id" not in signature(Session.create_client).parameters:
        pytest.skip("this botocore makes no client of another account")
    return secretsmanager.client(aws_account_id="210987654321")
