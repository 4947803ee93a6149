"""The time of calls and of the fixture, beside moto and botocore's Stubber, in one process and one run.

    python -m pytest tests/benchmarks/bench_calls.py

The default run does not collect this file, and no test asserts a time: read the table at the end. The comparison is
fair:

- moto is imported before any client is created, so all clients have its hook;
- the peers run on botocore's own methods: a `SecretsManager` leaves no wrapper;
- the cost of a call does not depend on earlier rounds: where rounds would accumulate secrets or versions, an untimed
  set-up deletes them before each round, for both peers;
- the garbage collector is off during rounds: its pauses depend on all objects of the process.
"""

import time
import timeit
from collections.abc import Callable, Iterator
from itertools import cycle
from statistics import median
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from pytest_secretsmanager import SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from pytest_benchmark.fixture import BenchmarkFixture

OURS, MOTO, STUBBER = "pytest-secretsmanager", "moto", "Stubber"  # the names in the table of conftest.py
MANY = "get among 100,000 secrets"
AS_A_ROLE, WITH_A_CONDITION = "get as a role", "get as a role, with a condition"
GROWTH_STRETCHES = 500

SECONDS = 2.0
"""The approximate time of each benchmark, with its set-ups."""

pytestmark = pytest.mark.benchmark(disable_gc=True)


def new_client(region: str = "us-east-1") -> "SecretsManagerClient":
    return boto3.client(
        "secretsmanager", region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


@pytest.fixture
def ours() -> "Iterator[SecretsManagerClient]":
    with SecretsManager():
        yield new_client()


@pytest.fixture
def moto() -> "Iterator[SecretsManagerClient]":
    with mock_aws():
        yield new_client()


@pytest.fixture(params=[OURS, MOTO])
def answered_by(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def client(answered_by: str, request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("ours" if answered_by == OURS else "moto")


def measure(
    benchmark: "BenchmarkFixture",
    operation: str,
    answered_by: str,
    function: Callable[[], object],
    setup: Callable[[], object] = lambda: None,
) -> None:
    """Time single calls, each after an untimed set-up, in as many rounds as fit into `SECONDS`."""
    benchmark.group = operation
    benchmark.extra_info["answered by"] = answered_by
    start, warmups = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS / 10:
        setup()
        function()
        warmups += 1

    def setup_without_arguments() -> None:
        setup()

    benchmark.pedantic(function, setup=setup_without_arguments, rounds=max(100, warmups * 9))


# --- calls ---------------------------------------------------------------------------------------------------------


def test_time_of_get_secret_value(
    benchmark: "BenchmarkFixture", client: "SecretsManagerClient", answered_by: str
) -> None:
    client.create_secret(Name="db", SecretString="hunter2")
    measure(benchmark, "get", answered_by, lambda: client.get_secret_value(SecretId="db"))


OTHERS = ("Describe", "List", "Put", "Update", "Tag", "Untag", "Rotate", "Create", "Delete")
ON_DB = "arn:aws:secretsmanager:*:*:secret:db-??????"


@pytest.mark.parametrize("group", [AS_A_ROLE, WITH_A_CONDITION])
def test_time_of_get_secret_value_as_a_role(benchmark: "BenchmarkFixture", group: str) -> None:
    """The policy has ten statements. The last one allows the call, and may depend on a tag of the secret."""
    others = [{"Effect": "Allow", "Action": f"secretsmanager:{name}*", "Resource": "*"} for name in OTHERS]
    allows: dict[str, Any] = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": ON_DB}
    if group == WITH_A_CONDITION:
        allows["Condition"] = {"StringEquals": {"secretsmanager:ResourceTag/team": "pay"}}
    with SecretsManager() as sm:
        sm.seed("db", "hunter2", tags={"team": "pay"})
        role = sm.iam.role("app", policy={"Version": "2012-10-17", "Statement": [*others, allows]})
        client = sm.client(principal=role)
        measure(benchmark, group, OURS, lambda: client.get_secret_value(SecretId="db"))


def test_time_of_get_secret_value_answered_by_a_stubber(benchmark: "BenchmarkFixture") -> None:
    """A Stubber uses a response once, so the set-up adds one before each round."""
    client = new_client()
    reply: Any = {
        "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab12Cd",
        "Name": "db",
        "VersionId": "3f1c7d7e-6a0e-4f0e-9b1a-4a3f8f1f6a10",
        "SecretString": "hunter2",
        "VersionStages": ["AWSCURRENT"],
    }
    with Stubber(client) as stubber:
        measure(
            benchmark,
            "get",
            STUBBER,
            lambda: client.get_secret_value(SecretId="db"),
            setup=lambda: stubber.add_response("get_secret_value", reply, {"SecretId": "db"}),
        )


def test_time_of_put_secret_value(
    benchmark: "BenchmarkFixture", client: "SecretsManagerClient", answered_by: str
) -> None:
    """Put the second version of a secret: the time of moto's put grows with the number of versions."""
    client.create_secret(Name="db", SecretString="one")

    def recreate() -> None:
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
        client.create_secret(Name="db", SecretString="one")

    measure(
        benchmark,
        "put",
        answered_by,
        lambda: client.put_secret_value(SecretId="db", SecretString="two"),
        setup=recreate,
    )


def test_time_of_describe_secret(
    benchmark: "BenchmarkFixture", client: "SecretsManagerClient", answered_by: str
) -> None:
    client.create_secret(Name="db", SecretString="hunter2")
    measure(benchmark, "describe", answered_by, lambda: client.describe_secret(SecretId="db"))


def test_time_of_create_secret(benchmark: "BenchmarkFixture", client: "SecretsManagerClient", answered_by: str) -> None:
    client.create_secret(Name="db", SecretString="hunter2")
    measure(
        benchmark,
        "create",
        answered_by,
        lambda: client.create_secret(Name="db", SecretString="hunter2"),
        setup=lambda: client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True),
    )


def test_time_of_list_secrets_for_20_of_100_secrets(
    benchmark: "BenchmarkFixture", client: "SecretsManagerClient", answered_by: str
) -> None:
    for number in range(100):
        client.create_secret(Name=f"app/{number}", SecretString="hunter2")
    measure(benchmark, "list 20 of 100", answered_by, lambda: client.list_secrets(MaxResults=20))


# --- the fixture ---------------------------------------------------------------------------------------------------


def test_time_to_enter_and_leave_a_manager(benchmark: "BenchmarkFixture") -> None:
    def enter_and_leave() -> None:
        with SecretsManager():
            pass

    measure(benchmark, "enter and leave", OURS, enter_and_leave)


def test_time_to_enter_and_leave_mock_aws(benchmark: "BenchmarkFixture") -> None:
    def enter_and_leave() -> None:
        with mock_aws():
            pass

    measure(benchmark, "enter and leave", MOTO, enter_and_leave)


# --- growth --------------------------------------------------------------------------------------------------------


def test_time_of_get_secret_value_among_100_000_secrets(benchmark: "BenchmarkFixture") -> None:
    """Read ten secrets, far from each other, in turn. Without moto: it searches all secrets at each call.

    The growth from 10 secrets to 100,000 is the median over many short, alternating stretches, so that a change of
    the machine's speed affects both. The 10 are in another region, which has its own secrets.
    """
    with SecretsManager():
        get_among_few = _reads_in_turn(new_client("eu-west-1"), 10)
        get_among_many = _reads_in_turn(new_client(), 100_000)
        benchmark.extra_info["growth"] = median(
            _stretch(get_among_many) / _stretch(get_among_few) for _ in range(GROWTH_STRETCHES)
        )
        measure(benchmark, MANY, OURS, get_among_many)


def _reads_in_turn(client: "SecretsManagerClient", count: int) -> Callable[[], object]:
    for number in range(count):
        client.create_secret(Name=f"app/{number}", SecretString="hunter2")
    names = cycle([f"app/{number}" for number in range(0, count, count // 10)])
    return lambda: client.get_secret_value(SecretId=next(names))


def _stretch(read: Callable[[], object]) -> float:
    return min(timeit.repeat(read, number=20, repeat=5))
