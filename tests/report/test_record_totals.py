"""The totals of a test's calls: repeated reads."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.report.record_totals import keys_of, repeats_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Do = Callable[["SecretsManagerClient", SecretsManager], object]


def read(times: int, **arguments: str) -> Do:
    def do(client: "SecretsManagerClient", sm: SecretsManager) -> None:
        for _ in range(times):
            client.get_secret_value(SecretId="db", **arguments)  # type: ignore[arg-type]

    return do


def write(client: "SecretsManagerClient", sm: SecretsManager) -> None:
    client.put_secret_value(SecretId="db", SecretString="three")


def wait(client: "SecretsManagerClient", sm: SecretsManager) -> None:
    sm.clock.advance(timedelta(hours=1))


def fail(client: "SecretsManagerClient", sm: SecretsManager) -> None:
    for _ in range(3):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId="db", VersionStage="MISSING")


def batch(client: "SecretsManagerClient", sm: SecretsManager) -> None:
    for _ in range(3):
        client.batch_get_secret_value(SecretIdList=["db"])


@pytest.mark.parametrize(
    ("calls", "repeated"),
    [
        pytest.param([read(2)], 0, id="two reads"),
        pytest.param([read(3)], 3, id="three reads"),
        pytest.param([read(2), write, read(2)], 0, id="a write in between"),
        pytest.param([read(3), write, read(4)], 7, id="repeated before and after a write"),
        pytest.param([read(2), read(2, VersionStage="AWSPREVIOUS")], 0, id="two versions"),
        pytest.param([read(2), read(1, VersionStage="AWSCURRENT")], 3, id="the label that is the default"),
        pytest.param([read(2), wait, read(2)], 0, id="after a cache's time"),
        pytest.param([fail], 0, id="refused reads"),
        pytest.param([batch], 0, id="reads of batches"),
    ],
)
def test_reads_repeat_within_a_version_and_the_time_of_a_cache_without_a_write(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", calls: list[Do], repeated: int
) -> None:
    secretsmanager.seed("db", "two", versions=["one"])
    for do in calls:
        do(client, secretsmanager)
    entries = secretsmanager._parts.world.entries.visible
    assert sum(repeat.reads for repeat in repeats_of(entries, keys_of(entries))) == repeated
