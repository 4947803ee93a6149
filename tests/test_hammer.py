"""Sixteen threads call at once, in every way and about the same secrets. Afterwards every invariant holds.

By default each thread makes few calls. All of them take two minutes or more:

    HAMMER=5000 python -m pytest tests/test_hammer.py
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from random import Random
from typing import Any
from uuid import uuid4

import boto3
import invariants
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from put_and_promote import put_and_promote

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.engine import secret_order, store

THREADS = 16
CALLS = int(os.environ.get("HAMMER", "80"))
QUOTA = 12
NAMES = [f"app/{number}" for number in range(12)]
REGION, REPLICAS = "us-east-1", ("eu-west-1", "ap-south-1")
CREDENTIALS = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}

REFUSALS = {
    "AccessDeniedException",
    "DecryptionFailure",
    "EncryptionFailure",
    "InvalidParameterException",
    "InvalidRequestException",
    "LimitExceededException",
    "ResourceExistsException",
    "ResourceNotFoundException",
}
"""What AWS answers to a call that another thread was faster than, that needs a permission, or that is over a quota."""

FAULT = "InternalServiceError"

READS = {"Effect": "Allow", "Action": ["secretsmanager:Get*", "secretsmanager:Describe*"], "Resource": "*"}


# --- what the threads share ------------------------------------------------------------------------------------------


@dataclass
class World:
    """The manager under the hammer, and what its callers saw."""

    sm: SecretsManager
    session: boto3.Session = field(default_factory=partial(boto3.Session, region_name=REGION, **CREDENTIALS))
    function: str = ""
    written: dict[str, str] = field(default_factory=dict)
    """The value of each version, by its id, as some thread was about to write it."""
    answered: list[str] = field(default_factory=list)
    """The request id of each answered call."""
    repeated: list[int] = field(default_factory=list)
    """The number of earlier attempts of each answered call that had some."""
    lost: list[str] = field(default_factory=list)
    """The operation of each call whose answers were all lost."""

    _making: threading.Lock = field(default_factory=threading.Lock)

    def new_client(self, **options: Any) -> Any:
        """Make a client. A session makes one at a time: botocore's clients are thread-safe, its sessions are not."""
        with self._making:
            return self.session.client("secretsmanager", **options)

    def token_for(self, value: str) -> str:
        """Return a new version id, which will have this value."""
        token = str(uuid4())
        self.written[token] = value
        return token

    def call(self, client: Any, method: str, **parameters: Any) -> dict[str, Any]:
        """Make a call, and return its reply: an empty one if AWS refuses it."""
        reply: dict[str, Any] = {}
        try:
            reply = getattr(client, method)(**parameters)
            self._note(reply["ResponseMetadata"])
        except ClientError as error:
            self._note(error.response["ResponseMetadata"])
            if error.response["Error"]["Code"] not in {*REFUSALS, FAULT}:
                raise
        except ConnectionClosedError:
            self.lost.append(method)
        for entry in [reply, *reply.get("SecretValues", ())]:
            if "SecretString" in entry:
                assert entry["SecretString"] == self.written[entry["VersionId"]]
        return reply

    def _note(self, metadata: Any) -> None:
        self.answered.append(metadata["RequestId"])
        if metadata["RetryAttempts"]:
            self.repeated.append(metadata["RetryAttempts"])

    def rotate(self, event: dict[str, str], _: object) -> None:
        """The rotation function. Other threads may delete its secret, or move its labels, between two steps."""
        recorded = Recorded(self, self.sm.client())
        self.written.setdefault(event["ClientRequestToken"], f"rotated {event['ClientRequestToken']}")
        put_and_promote(recorded, event, self.written[event["ClientRequestToken"]])  # type: ignore[arg-type]


@dataclass
class Recorded:
    """A client whose calls are noted. A refused one fails the step of the rotation."""

    world: World
    client: Any

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            reply = self.world.call(self.client, method, **parameters)
            if not reply:
                raise LookupError(method)
            return reply

        return call


# --- ways to call ----------------------------------------------------------------------------------------------------


@contextmanager
def plain(world: World) -> Iterator[Any]:
    """The short way through a client."""
    yield world.new_client()


@contextmanager
def hooked(world: World) -> Iterator[Any]:
    """botocore's own way, since a listener listens."""
    client = world.new_client()
    client.meta.events.register("before-call.secrets-manager", lambda **_: None)
    yield client


@contextmanager
def as_a_role(world: World) -> Iterator[Any]:
    """A role that may read only."""
    role = world.sm.iam.role(f"reader-{uuid4()}", policy={"Statement": READS})
    yield world.new_client(**role.credentials)


@contextmanager
def over_http(world: World) -> Iterator[Any]:
    """The endpoint. A client of it would really wait between two attempts, so it makes one."""
    endpoint = world.sm.endpoint()
    keys = {name: endpoint.env[name.upper()] for name in CREDENTIALS}
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    client = world.new_client(endpoint_url=endpoint.url, config=config, **keys)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def awaited(_: World) -> Iterator[Any]:
    """aiobotocore, with an event loop of this thread."""
    from aiobotocore.session import get_session

    with asyncio.Runner() as runner:
        made = get_session().create_client("secretsmanager", region_name=REGION, **CREDENTIALS)
        client = runner.run(made.__aenter__())
        try:
            yield Awaited(client, runner)
        finally:
            runner.run(made.__aexit__(None, None, None))


@dataclass
class Awaited:
    """An async client whose methods wait for their answer."""

    client: Any
    runner: asyncio.Runner

    def __getattr__(self, method: str) -> Callable[..., Any]:
        async def call(**parameters: Any) -> Any:
            return await getattr(self.client, method)(**parameters)

        return lambda **parameters: self.runner.run(call(**parameters))


WAYS = [plain, hooked, as_a_role, over_http, *([awaited] if find_spec("aiobotocore") else [])]


# --- one thread ------------------------------------------------------------------------------------------------------


class Caller:
    """One thread: it makes random calls in one way."""

    def __init__(self, world: World, number: int, client: Any, eu: Any) -> None:
        self.world, self.number, self.eu = world, number, eu
        self.random = Random(number)
        self.call = partial(world.call, client)
        self.made = 0

    def value(self) -> dict[str, str]:
        """A new value for a version, and its id."""
        self.made += 1
        value = f"value {self.made} of thread {self.number}"
        return {"SecretString": value, "ClientRequestToken": self.world.token_for(value)}

    def step(self) -> None:
        """Make one random call, or a few that belong together."""
        act = self.random.choices(list(ACTS), weights=[*ACTS.values()])[0]
        act(self, self.random.choice(NAMES))

    # --- values ---

    def create(self, name: str) -> None:
        some: dict[str, Any] = {"AddReplicaRegions": [{"Region": self.random.choice(REPLICAS)}]}
        more = self.random.choice([{}, {"KmsKeyId": "alias/pay"}, some])
        self.call("create_secret", Name=name, Tags=[{"Key": "team", "Value": "a"}], **self.value(), **more)

    def put(self, name: str) -> None:
        labels = self.random.choice([{}, {"VersionStages": ["AWSPENDING"]}, {"VersionStages": ["blue", "AWSCURRENT"]}])
        self.call("put_secret_value", SecretId=name, **self.value(), **labels)

    def update(self, name: str) -> None:
        self.call("update_secret", SecretId=name, Description=f"by {self.number}", **self.value())

    def move(self, name: str) -> None:
        """Promote the oldest version, as a rollback of a release does."""
        stages = self.call("describe_secret", SecretId=name).get("VersionIdsToStages", {})
        holders = {label: version for version, labels in stages.items() for label in labels}
        if "AWSCURRENT" in holders:
            target = self.random.choice(sorted(stages))
            source = {"RemoveFromVersionId": holders["AWSCURRENT"]}
            move = {"VersionStage": "AWSCURRENT", "MoveToVersionId": target}
            self.call("update_secret_version_stage", SecretId=name, **move, **source)

    def get(self, name: str) -> None:
        which: dict[str, str] = self.random.choice([{}, {}, {"VersionStage": "AWSPREVIOUS"}, {"VersionStage": "blue"}])
        self.call("get_secret_value", SecretId=name, **which)

    def get_several(self, name: str) -> None:
        self.call("batch_get_secret_value", SecretIdList=[name, self.random.choice(NAMES)])

    # --- everything else ---

    def look(self, name: str) -> None:
        self.call("describe_secret", SecretId=name)
        self.call("list_secret_version_ids", SecretId=name, IncludeDeprecated=True)

    def list_all(self, name: str) -> None:
        filters = self.random.choice([[], [{"Key": "name", "Values": [name[:4]]}]])
        which = {"MaxResults": 5, "Filters": filters, "IncludePlannedDeletion": True}
        page = self.call("list_secrets", **which)
        if "NextToken" in page:
            self.call("list_secrets", **which, NextToken=page["NextToken"])

    def delete(self, name: str) -> None:
        how: dict[str, Any] = self.random.choice([{"RecoveryWindowInDays": 7}, {"ForceDeleteWithoutRecovery": True}])
        self.call("delete_secret", SecretId=name, **how)

    def restore(self, name: str) -> None:
        self.call("restore_secret", SecretId=name)

    def tag(self, name: str) -> None:
        self.call("tag_resource", SecretId=name, Tags=[{"Key": f"of-{self.number}", "Value": str(self.made)}])
        self.call("untag_resource", SecretId=name, TagKeys=[f"of-{self.number}"])

    def attach(self, name: str) -> None:
        policy = (
            '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"}}'
        )
        self.call("put_resource_policy", SecretId=name, ResourcePolicy=policy)
        self.call("delete_resource_policy", SecretId=name)

    def rotate(self, name: str) -> None:
        token, rules = str(uuid4()), {"AutomaticallyAfterDays": 2}
        rotation = {"RotationLambdaARN": self.world.function, "RotationRules": rules, "ClientRequestToken": token}
        self.call("rotate_secret", SecretId=name, **rotation)

    def stop_rotating(self, name: str) -> None:
        self.call("cancel_rotate_secret", SecretId=name)

    def replicate(self, name: str) -> None:
        self.call("replicate_secret_to_regions", SecretId=name, AddReplicaRegions=[{"Region": REPLICAS[0]}])

    def stop_replicating(self, name: str) -> None:
        if self.random.random() < 0.5:
            self.call("remove_regions_from_replication", SecretId=name, RemoveReplicaRegions=[REPLICAS[0]])
        else:
            self.world.call(self.eu, "stop_replication_to_replica", SecretId=name)

    def turn_a_control(self, name: str) -> None:
        """What the test itself may do meanwhile."""
        sm = self.world.sm
        turn: Callable[[], object] = self.random.choice(
            [
                lambda: sm.clock.advance(hours=self.random.choice([1, 9])),
                lambda: sm.kms.disable("alias/pay"),
                lambda: sm.kms.enable("alias/pay"),
                lambda: [str(view) for view in sm.secrets.values() if view.name != name],
                lambda: [event.record for event in sm.log[-20:]],
            ]
        )
        turn()


ACTS: dict[Callable[[Caller, str], None], int] = {
    Caller.get: 30,
    Caller.put: 20,
    Caller.look: 8,
    Caller.create: 8,
    Caller.update: 6,
    Caller.list_all: 6,
    Caller.move: 5,
    Caller.get_several: 4,
    Caller.tag: 4,
    Caller.restore: 4,
    Caller.rotate: 3,
    Caller.replicate: 3,
    Caller.delete: 2,
    Caller.attach: 2,
    Caller.stop_rotating: 1,
    Caller.stop_replicating: 1,
    Caller.turn_a_control: 1,
}
"""What a thread does, and how often."""


# --- all threads -----------------------------------------------------------------------------------------------------


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A manager in which few secrets are many, so that they have an order, and in which some calls fail."""
    monkeypatch.setattr(store, "_MANY", 4)
    monkeypatch.setattr(secret_order, "_CHUNK", 2)
    with SecretsManager(REGION, version_quota=QUOTA) as sm:
        world = World(sm)
        world.function = sm.rotation.register(world.rotate)
        sm.kms.create_key(alias="alias/pay")
        sm.faults.fail("UpdateSecret", "connection closed", every=5, after=True, times=None, optional=True)
        sm.faults.fail("TagResource", FAULT, every=4, times=None, optional=True)
        sm.rotation.fail("testSecret", ConnectionError, times=CALLS // 20, optional=True)
        yield world


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let CPython change threads after some dozens of instructions, instead of after five milliseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def hammer(world: World) -> None:
    """Let all threads call at once, until each has made its calls."""
    start = threading.Barrier(THREADS)

    def run(number: int) -> None:
        with ExitStack() as stack:
            client = stack.enter_context(WAYS[number % len(WAYS)](world))
            caller = Caller(world, number, client, world.new_client(region_name=REPLICAS[0]))
            start.wait()
            for _ in range(CALLS):
                caller.step()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS)))


@pytest.mark.usefixtures("hasty")
def test_every_invariant_holds_after_sixteen_threads_have_called_at_once(world: World) -> None:
    threads = threading.active_count()
    hammer(world)
    world.sm._parts.serving.start(REGION, 0).stop()
    assert threading.active_count() == threads
    for invariant in invariants.OF_ANY_STATE:
        invariant(world.sm)
    assert_the_log_has_each_call_once(world)
    assert_values_are_those_that_were_written(world)
    invariants.labels_and_versions_are_consistent(world.sm, partial(by_client, world.sm.client()), QUOTA)


def by_client(client: Any, operation: str, parameters: Any) -> Any:
    method = {api: name for name, api in client.meta.method_to_api_mapping.items()}[operation]
    return getattr(client, method)(**parameters)


def assert_the_log_has_each_call_once(world: World) -> None:
    """A call has one entry, and one more for each attempt whose answer was lost: each planned fault is logged."""
    ids = [entry.request_id for entry in invariants.calls_in(world.sm)]
    assert set(world.answered) <= set(ids)
    assert len(world.answered) == len(set(world.answered))
    assert len(ids) >= len(world.answered) + sum(world.repeated) + len(world.lost)


def assert_values_are_those_that_were_written(world: World) -> None:
    """Also those of replicas, and of versions that a rotation made."""
    for secret in world.sm._parts.service.secrets():
        for version, value in invariants.values_of(secret, world.sm).items():
            assert value.decode() == world.written[version]
