"""Fixtures that tests of several rooms share."""

import asyncio
import gc
import os
import pkgutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
from botocore.client import BaseClient
from botocore.loaders import Loader
from hypothesis import HealthCheck, settings

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

# A slow machine is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Hide the thousands of collected tests from the garbage collector.

    They live until the run ends. Otherwise each `gc.collect()` of a test would walk over all of them.
    """
    gc.freeze()


@pytest.fixture
def is_free() -> Callable[[Any], bool]:
    """Return a function that checks whether another thread can take a lock."""

    def ask(lock: Any) -> bool:
        def take() -> bool:
            if taken := lock.acquire(blocking=False):
                lock.release()
            return bool(taken)

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(take).result()

    return ask


@pytest.fixture(scope="session", autouse=True)
def no_aws_settings() -> Iterator[None]:
    """Remove the AWS settings of the developer's shell: no test depends on them.

    AWS_DATA_PATH stays: the AWS CLI sets it when it is imported.
    """
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_DATA_PATH"]:
            environment.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def imported_once() -> None:
    """Import the package before any inner run: pytester forgets the modules that an inner run imports first.

    A second copy of a module would wrap botocore a second time.
    """
    for module in pkgutil.walk_packages(pytest_secretsmanager.__path__, "pytest_secretsmanager."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


@pytest.fixture(scope="session", autouse=True)
def no_event_loop() -> None:
    """Set no event loop for this thread: otherwise pytest-asyncio would create one that is never closed."""
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session", autouse=True)
def data_of_botocore_read_once() -> Iterator[None]:
    """Let botocore's sessions share what they read: most tests make a session, and each would parse a megabyte."""
    read: dict[tuple[str, ...], dict[Any, Any]] = {}
    make: Any = Loader.__init__

    def sharing(loader: Any, *arguments: Any, **named: Any) -> None:
        make(loader, *arguments, **named)
        loader._cache = read.setdefault(tuple(loader.search_paths), loader._cache)

    with pytest.MonkeyPatch.context() as botocore:
        botocore.setattr(Loader, "__init__", sharing)
        yield


@pytest.fixture
def client(secretsmanager: SecretsManager) -> "SecretsManagerClient":
    """A boto3 client as an application makes it, while the fixture is active."""
    return boto3.client("secretsmanager")


@pytest.fixture
def eu(secretsmanager: SecretsManager) -> "SecretsManagerClient":
    """A client in Ireland, the region of replicas."""
    return secretsmanager.client("eu-west-1")


@pytest.fixture
def ap(secretsmanager: SecretsManager) -> "SecretsManagerClient":
    """A client in a third region."""
    return secretsmanager.client("ap-south-1")


class Pair(NamedTuple):
    """`db` of this account and its replica `copy` of another account: their ARNs, and a client of each account."""

    client: "SecretsManagerClient"
    stranger: "SecretsManagerClient"
    arn: str
    replica: str

    def associate(self, **more: str) -> Any:
        """Associate the copy with its primary."""
        return self.client.associate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=self.replica, **more)

    def put(self, value: str) -> Any:
        """Put a new value into the primary."""
        return self.client.put_secret_value(SecretId="db", SecretString=value)

    @property
    def statuses(self) -> tuple[str | None, str | None]:
        """The replication status that the primary and the replica show."""
        shown: dict[str, Any] = dict(self.client.describe_secret(SecretId="db"))
        own: dict[str, Any] = dict(self.stranger.describe_secret(SecretId="copy"))
        (entry,) = shown.get("CrossAccountReplicas", [{}])
        return entry.get("ReplicationStatus"), own.get("CrossAccountPrimary", {}).get("ReplicationStatus")

    @property
    def copied(self) -> str:
        """The current value of the copy."""
        return self.stranger.get_secret_value(SecretId="copy")["SecretString"]


OTHER_ACCOUNT = "210987654321"


@pytest.fixture
def pair(secretsmanager: SecretsManager) -> Pair:
    """A primary and its replica in another account, not associated. Skip the test on an older botocore."""
    client = secretsmanager.client()
    if not hasattr(client, "associate_cross_account_replica"):
        pytest.skip("this botocore is older than AssociateCrossAccountReplica")
    secretsmanager.kms.create_key(alias="alias/theirs", account=OTHER_ACCOUNT)
    stranger = secretsmanager.client(aws_account_id=OTHER_ACCOUNT)
    arn = secretsmanager.seed("db", "one").arn
    made: Any = {"Name": "copy", "KmsKeyId": "alias/theirs", "CrossAccountPrimaryARN": arn}
    return Pair(client, stranger, arn, stranger.create_secret(**made)["ARN"])


@pytest.fixture
def bare_method() -> Iterator[Callable[..., Any]]:
    """Set `BaseClient._make_api_call` to botocore's own function, without wrappers, during a test."""
    found: Any = BaseClient.__dict__["_make_api_call"]
    bare = found
    while hasattr(bare, "__wrapped__"):
        bare = bare.__wrapped__
    BaseClient._make_api_call = bare
    yield bare
    BaseClient._make_api_call = found
