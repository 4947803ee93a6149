"""The time of calls and of the fixture, beside moto and botocore's Stubber, in one process and one run.

    python -m pytest tests/benchmarks/bench_calls.py tests/benchmarks/bench_floors.py

The default run does not collect this file, and no test asserts a time: read the table at the end. `bench_floors.py`
adds the floor of each row: the part of its time that no code of ours can save. The comparison is fair:

- moto is imported before any client is created, so all clients have its hook;
- the peers run on botocore's own methods: a `SecretsManager` leaves no wrapper;
- the cost of a call does not depend on earlier rounds: where rounds would accumulate secrets or versions, an untimed
  set-up deletes them before each round, for both peers;
- the garbage collector is off during rounds: its pauses depend on all objects of the process.
"""

import timeit
from collections.abc import Callable, Iterator
from itertools import cycle
from operator import methodcaller
from statistics import median
from typing import TYPE_CHECKING, Any, TypeAlias

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

Measure: TypeAlias = Callable[..., None]
"""The fixture `measure` of conftest.py."""

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


# --- calls ---------------------------------------------------------------------------------------------------------


def test_time_of_get_secret_value(measure: Measure, client: "SecretsManagerClient", answered_by: str) -> None:
    client.create_secret(Name="db", SecretString="hunter2")
    measure("get", answered_by, lambda: client.get_secret_value(SecretId="db"))


OTHERS = ("Describe", "List", "Put", "Update", "Tag", "Untag", "Rotate", "Create", "Delete")
ON_DB = "arn:aws:secretsmanager:*:*:secret:db-??????"


@pytest.mark.parametrize("group", [AS_A_ROLE, WITH_A_CONDITION])
def test_time_of_get_secret_value_as_a_role(measure: Measure, group: str) -> None:
    """The policy has ten statements. The last one allows the call, and may depend on a tag of the secret."""
    others = [{"Effect": "Allow", "Action": f"secretsmanager:{name}*", "Resource": "*"} for name in OTHERS]
    allows: dict[str, Any] = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": ON_DB}
    if group == WITH_A_CONDITION:
        allows["Condition"] = {"StringEquals": {"secretsmanager:ResourceTag/team": "pay"}}
    with SecretsManager() as sm:
        sm.seed("db", "hunter2", tags={"team": "pay"})
        role = sm.iam.role("app", policy={"Version": "2012-10-17", "Statement": [*others, allows]})
        client = sm.client(principal=role)
        measure(group, OURS, lambda: client.get_secret_value(SecretId="db"))


def test_time_of_put_secret_value(measure: Measure, client: "SecretsManagerClient", answered_by: str) -> None:
    """Put the second version of a secret: the time of moto's put grows with the number of versions."""
    client.create_secret(Name="db", SecretString="one")

    def recreate() -> None:
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
        client.create_secret(Name="db", SecretString="one")

    measure(
        "put",
        answered_by,
        lambda: client.put_secret_value(SecretId="db", SecretString="two"),
        setup=recreate,
    )


def test_time_of_describe_secret(measure: Measure, client: "SecretsManagerClient", answered_by: str) -> None:
    client.create_secret(Name="db", SecretString="hunter2")
    measure("describe", answered_by, lambda: client.describe_secret(SecretId="db"))


def test_time_of_create_secret(measure: Measure, client: "SecretsManagerClient", answered_by: str) -> None:
    client.create_secret(Name="db", SecretString="hunter2")
    measure(
        "create",
        answered_by,
        lambda: client.create_secret(Name="db", SecretString="hunter2"),
        setup=lambda: client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True),
    )


@pytest.mark.parametrize(("page", "count"), [(20, 100), (100, 1_500)], ids=["20 of 100", "100 of 1,500"])
def test_time_of_a_page_of_list_secrets(
    measure: Measure, client: "SecretsManagerClient", answered_by: str, page: int, count: int
) -> None:
    for number in range(count):
        client.create_secret(Name=f"app/{number}", SecretString="hunter2")
    measure(f"list {page} of {count:,}", answered_by, lambda: client.list_secrets(MaxResults=page))


STUBBED: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("get_secret_value", {"SecretId": "db"}),
    "put": ("put_secret_value", {"SecretId": "db", "SecretString": "two", "ClientRequestToken": "1" * 32}),
    "describe": ("describe_secret", {"SecretId": "db"}),
    "create": ("create_secret", {"Name": "new", "SecretString": "hunter2", "ClientRequestToken": "2" * 32}),
    "list 20 of 100": ("list_secrets", {"MaxResults": 20}),
    "list 100 of 1,500": ("list_secrets", {"MaxResults": 100}),
}
"""The calls that a Stubber answers, by row. The tokens are given, since it expects each call with its parameters."""


@pytest.mark.parametrize("row", STUBBED)
def test_time_of_a_call_answered_by_a_stubber(measure: Measure, row: str) -> None:
    """A Stubber uses a response once, so the set-up adds one before each round. The response is a manager's reply."""
    client, (method, parameters) = new_client(), STUBBED[row]
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        for number in range(100):
            sm.seed(f"app/{number}", "hunter2")
        reply: Any = getattr(client, method)(**parameters)
    del reply["ResponseMetadata"]
    call = methodcaller(method, **parameters)
    with Stubber(client) as stubber:
        measure(row, STUBBER, lambda: call(client), setup=lambda: stubber.add_response(method, reply, parameters))


# --- the fixture ---------------------------------------------------------------------------------------------------


def test_time_to_enter_and_leave_a_manager(measure: Measure) -> None:
    def enter_and_leave() -> None:
        with SecretsManager():
            pass

    measure("enter and leave", OURS, enter_and_leave)


def test_time_to_enter_and_leave_mock_aws(measure: Measure) -> None:
    def enter_and_leave() -> None:
        with mock_aws():
            pass

    measure("enter and leave", MOTO, enter_and_leave)


# --- growth --------------------------------------------------------------------------------------------------------


def test_time_of_get_secret_value_among_100_000_secrets(benchmark: "BenchmarkFixture", measure: Measure) -> None:
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
        measure(MANY, OURS, get_among_many)


def _reads_in_turn(client: "SecretsManagerClient", count: int) -> Callable[[], object]:
    for number in range(count):
        client.create_secret(Name=f"app/{number}", SecretString="hunter2")
    names = cycle([f"app/{number}" for number in range(0, count, count // 10)])
    return lambda: client.get_secret_value(SecretId=next(names))


def _stretch(read: Callable[[], object]) -> float:
    return min(timeit.repeat(read, number=20, repeat=5))
