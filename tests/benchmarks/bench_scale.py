"""The cost of half a million secrets in one region: AWS's quota.

    python -m pytest tests/benchmarks/bench_scale.py

The default run does not collect this file, and no test asserts a time: read the table that it prints. SECRETS=10000
makes fewer. The secrets are created through the API in one process. The log keeps 100 calls, so that the memory is that
of the secrets.
"""

import gc
import os
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretNotFound, SecretsManager
from pytest_secretsmanager.engine.rules.secret_quota import SECRET_QUOTA

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRETS = int(os.environ.get("SECRETS", SECRET_QUOTA))
TEAMS = 1_000
PAGE = 4096

Row = Callable[..., None]


@pytest.fixture(scope="module")
def row(request: pytest.FixtureRequest) -> Row:
    """Print a row of the table: what was measured, and the figure."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def write(what: str, figure: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"| {what} | {figure} |")  # noqa: T201

    write(f"with {SECRETS:,} secrets", "")
    write("---", "---")
    return write


def resident() -> int:
    """The memory of this process, in bytes."""
    gc.collect()
    with open("/proc/self/statm") as statm:  # noqa: PTH123
        return int(statm.read().split()[1]) * PAGE


def name_of(number: int) -> str:
    return f"team-{number % TEAMS}/service-{number}/password"


@pytest.fixture(scope="module")
def sm(row: Row) -> Iterator[SecretsManager]:
    """The manager with all the secrets, of which every thousandth has a tag and a description."""
    with SecretsManager(log_limit=100) as manager:
        client = manager.client()
        client.create_secret(Name="first", SecretString="hunter2")
        before, begin = resident(), perf_counter()
        for number in range(1, SECRETS):
            client.create_secret(Name=name_of(number), SecretString="hunter2", **more(number))
        seconds = perf_counter() - begin
        row("created through the API", f"{seconds:.1f} s")
        row("memory of a secret", f"{(resident() - before) / SECRETS:,.0f} bytes")
        yield manager


@pytest.fixture(scope="module")
def orders(sm: SecretsManager, row: Row) -> None:
    """The orders of words and endings, each of which the first question makes that needs it."""
    before = resident()
    words = [{"Key": "all", "Values": ["nonesuch"]}]
    row("the first filter by words", f"{milliseconds(lambda: sm.client().list_secrets(Filters=words), 1) / 1e3:.2f} s")
    row("the first name that is not there", f"{milliseconds(lambda: ask_for(sm, 'nearly'), 1) / 1e3:.2f} s")
    row("memory of a secret in these orders, more", f"{(resident() - before) / SECRETS:,.0f} bytes")


def ask_for(sm: SecretsManager, name: str) -> None:
    with pytest.raises(SecretNotFound):
        sm.secret(name)


def more(number: int) -> dict[str, object]:
    if number % 1_000:
        return {}
    return {"Description": f"the rare one, number {number}", "Tags": [{"Key": "rare", "Value": str(number)}]}


@pytest.fixture(scope="module")
def client(sm: SecretsManager) -> "SecretsManagerClient":
    return sm.client()


def milliseconds(work: Callable[[], object], times: int = 21) -> float:
    found = []
    for _ in range(times):
        begin = perf_counter()
        work()
        found.append(perf_counter() - begin)
    return median(found) * 1e3


def test_get(sm: SecretsManager, client: "SecretsManagerClient", row: Row) -> None:
    """Ten secrets, far from each other, and ten in another region: in short turns, which the machine affects alike."""
    few = sm.client("eu-west-1")
    for number in range(10):
        few.create_secret(Name=name_of(number), SecretString="hunter2")
    far = [name_of(number) for number in range(1, SECRETS, SECRETS // 10)]
    near = [name_of(number % 10) for number in range(len(far))]
    ratios = []
    for _ in range(1_000):
        many_seconds = milliseconds(lambda: [client.get_secret_value(SecretId=name) for name in far], 5)
        few_seconds = milliseconds(lambda: [few.get_secret_value(SecretId=name) for name in near], 5)
        ratios.append(many_seconds / few_seconds)
    row("get, beside a get among ten", f"{median(ratios):.2f}×")


@pytest.mark.parametrize("sort", ["created-date", "name"])
def test_pages(sm: SecretsManager, client: "SecretsManagerClient", row: Row, sort: str) -> None:
    times, own_times, token, count = [], [], {}, 0
    while token is not None:
        begin, own_begin = perf_counter(), thread_time()
        page = client.list_secrets(SortBy=sort, **token)
        own_times.append((thread_time() - own_begin) * 1e3)
        times.append((perf_counter() - begin) * 1e3)
        count += len(page["SecretList"])
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    assert count == len(sm.secrets)
    row(
        f"{len(times):,} pages by {sort}: median, longest, longest without other programs' time",
        f"{median(times):.2f}, {max(times):.2f}, {max(own_times):.2f} ms",
    )


FILTERS = {
    "name, 1 match": [{"Key": "name", "Values": [name_of(7)]}],
    "name, a thousandth": [{"Key": "name", "Values": ["team-7/"]}],
    "name, all but one": [{"Key": "name", "Values": ["team-"]}],
    "tag-key, a thousandth": [{"Key": "tag-key", "Values": ["rare"]}],
    "description, a thousandth": [{"Key": "description", "Values": ["rare"]}],
    "all, a thousandth": [{"Key": "all", "Values": ["rare"]}],
    "all, none": [{"Key": "all", "Values": ["nonesuch"]}],
}


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("kind", FILTERS)
def test_filters(client: "SecretsManagerClient", row: Row, kind: str) -> None:
    begin = perf_counter()
    times, token, count = [], {}, 0
    while token is not None:
        page_begin = perf_counter()
        page = client.list_secrets(Filters=FILTERS[kind], **token)
        times.append((perf_counter() - page_begin) * 1e3)
        count += len(page["SecretList"])
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    whole = (perf_counter() - begin) * 1e3
    row(
        f"filter by {kind}: {count:,} in {len(times):,} pages: median page, longest, whole listing",
        f"{median(times):.2f}, {max(times):.2f}, {whole:,.1f} ms",
    )


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    "name", ["nearly", "taem-7/service-7/password", "team-7/service-7/passwrod", "service-7/password"]
)
def test_nearest_name(sm: SecretsManager, row: Row, name: str) -> None:
    row(f"sm.secret({name!r}), which is not there", f"{milliseconds(lambda: ask_for(sm, name)):.1f} ms")


def test_views(sm: SecretsManager, row: Row) -> None:
    row("len(sm.secrets)", f"{milliseconds(lambda: len(sm.secrets)):.3f} ms")
    row("repr(sm.secrets)", f"{milliseconds(lambda: repr(sm.secrets)):.3f} ms, {len(repr(sm.secrets)):,} characters")


def test_batch_get(sm: SecretsManager, client: "SecretsManagerClient", row: Row) -> None:
    names = [name_of(number) for number in range(1, 21)]
    few = sm.client("eu-west-2")
    for name in names:
        few.create_secret(Name=name, SecretString="hunter2")
    ratios = [
        milliseconds(lambda: client.batch_get_secret_value(SecretIdList=names), 5)
        / milliseconds(lambda: few.batch_get_secret_value(SecretIdList=names), 5)
        for _ in range(50)
    ]
    one = milliseconds(lambda: [client.get_secret_value(SecretId=name) for name in names])
    batch = milliseconds(lambda: client.batch_get_secret_value(SecretIdList=names))
    row("BatchGet of 20, beside one among 20 secrets, and beside 20 gets", f"{median(ratios):.2f}×, {batch / one:.2f}×")


def test_snapshot(sm: SecretsManager, client: "SecretsManagerClient", row: Row) -> None:
    def put() -> None:
        with sm.snapshot():
            client.put_secret_value(SecretId=name_of(5), SecretString="two")

    row("a snapshot with a put, rolled back", f"{milliseconds(put):.3f} ms")


def test_the_quota(client: "SecretsManagerClient", row: Row) -> None:
    try:
        client.create_secret(Name="one-more", SecretString="hunter2")
    except ClientError as refused:
        row("one more secret", refused.response["Error"]["Code"])
        assert SECRETS == SECRET_QUOTA
    else:
        row("one more secret", "created")
        assert SECRETS < SECRET_QUOTA


def test_put_with_a_hundred_versions_and_twenty_labels(row: Row) -> None:
    """In turns with the second put of a secret, each rolled back."""
    with SecretsManager() as manager:
        client = manager.client()
        manager.seed("young", "one")
        manager.seed("old", "value", versions=[f"value {number}" for number in range(98)])
        for number, version in enumerate(manager.secret("old").versions[:18]):
            client.update_secret_version_stage(
                SecretId="old", VersionStage=f"label-{number}", MoveToVersionId=version.id
            )
        assert (len(manager.secret("old").versions), len(manager.secret("old").labels)) == (99, 20)
        ratios = [put(manager, "old") / put(manager, "young") for _ in range(2_000)]
    row("a put that makes the 100th version, beside the second put", f"{median(ratios):.2f}×")


def put(manager: SecretsManager, name: str) -> float:
    with manager.snapshot():
        begin = perf_counter()
        manager.client().put_secret_value(SecretId=name, SecretString="another value")
        return perf_counter() - begin
