"""The cost of a narrower fixture inside a wider one, by the number of secrets and of logged calls that this holds.

    python -m pytest tests/benchmarks/bench_scopes.py

The default run does not collect this file, and no test asserts a time: read the table that it prints. The columns
are the way of the secrets, their number, and the microseconds of a block that changes nothing, of one that writes a
secret, and of one that seeds one. The best of five rounds of many blocks counts.
"""

from collections.abc import Callable, Iterator
from time import perf_counter

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.manager import parts_of
from pytest_secretsmanager.managing.planting import follow_environment, plant
from pytest_secretsmanager.managing.rollback import rolled_back
from pytest_secretsmanager.seed_arguments import seed_of

BLOCKS, ROUNDS = 300, 5


def microseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begin = perf_counter()
        for _ in range(BLOCKS):
            work()
        times.append(perf_counter() - begin)
    return min(times) / BLOCKS * 1e6


@pytest.fixture(scope="module", params=["created by calls", "seeded by a marker or a file"])
def way(request: pytest.FixtureRequest) -> str:
    """The way in which the wider fixture got its secrets."""
    return str(request.param)


@pytest.fixture(scope="module", params=[10, 1_000, 100_000])
def sm(way: str, request: pytest.FixtureRequest) -> Iterator[SecretsManager]:
    """The manager of a wider fixture."""
    with SecretsManager() as manager:
        client, parts = manager.client(), parts_of(manager)
        follow_environment(parts)
        for number in range(request.param):
            if way == "created by calls":
                client.create_secret(Name=f"app/{number}", SecretString="one")
            else:
                plant(parts, seed_of(f"app/{number}", "one"))
        yield manager


def test_the_wider_fixture_is_set_up_for_an_earlier_test(sm: SecretsManager) -> None:
    """The report of the first test would keep the calls of the set-up, too."""
    assert sm.secrets


def test_the_time_of_a_block_inside_a_wider_fixture(
    way: str, sm: SecretsManager, capsys: pytest.CaptureFixture[str]
) -> None:
    client, parts = sm.client(), parts_of(sm)

    def nothing() -> None:
        with rolled_back(parts, own_log=True):
            pass

    def put() -> None:
        with rolled_back(parts, own_log=True):
            client.put_secret_value(SecretId="app/5", SecretString="two")

    def seed() -> None:
        with rolled_back(parts, own_log=True):
            plant(parts, seed_of("app/5", "two"))

    figures = " | ".join(f"{microseconds(work):.1f}" for work in (nothing, put, seed))
    with capsys.disabled():
        print(f"| {way} | {len(sm.secrets):,} | {figures} |")  # noqa: T201
