"""A suite of 500 tests as a user has it, beside the same suite on moto.

    python -m pytest tests/benchmarks/bench_suite.py

Each test seeds two secrets, makes a boto3 client, reads, writes and reads again. The default run does not collect this
file, and no test asserts a time: read the table that it prints. Each run is a process of its own, in turns, and the
median of the CPU times counts. The suite that only makes clients shows what boto3 itself takes.
"""

from pathlib import Path
from statistics import median

import pytest
from separate_runs import seconds_of

ROUNDS, TESTS = 3, 500

READ_WRITE_READ = """
    client = boto3.client("secretsmanager", region_name="us-east-1")
    assert client.get_secret_value(SecretId="app/db")["SecretString"] == "old password"
    client.put_secret_value(SecretId="app/db", SecretString="new password")
    assert client.get_secret_value(SecretId="app/db")["SecretString"] == "new password"
"""

OURS = f"""
import boto3
import pytest

@pytest.mark.parametrize("number", range({TESTS}))
@pytest.mark.secret("app/db", "old password")
@pytest.mark.secret("app/key", {{"user": "u", "password": "correct horse"}})
def test_it(number):
{READ_WRITE_READ}
"""

MOTO = f"""
import json

import boto3
import pytest
from moto import mock_aws

@pytest.fixture
def secrets():
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        client.create_secret(Name="app/db", SecretString="old password")
        client.create_secret(Name="app/key", SecretString=json.dumps({{"user": "u", "password": "correct horse"}}))
        yield client

@pytest.mark.parametrize("number", range({TESTS}))
def test_it(secrets, number):
{READ_WRITE_READ}
"""

CLIENTS = f"""
import boto3
import pytest

@pytest.mark.parametrize("number", range({TESTS}))
def test_it(number, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    boto3.client("secretsmanager", region_name="us-east-1")
"""

SUITES = {
    "pytest-secretsmanager": (OURS, []),
    "moto": (MOTO, ["-p", "no:secretsmanager"]),
    "only making the clients": (CLIENTS, ["-p", "no:secretsmanager"]),
}


def test_the_time_of_a_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, (source, arguments) in SUITES.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pytest.ini").write_text("[pytest]\n")
        (folder / "test_suite.py").write_text(source)
        seconds_of(folder, arguments)  # writes the bytecode
    seconds: dict[str, list[float]] = {name: [] for name in SUITES}
    for _ in range(ROUNDS):
        for name, (_, arguments) in SUITES.items():
            seconds[name].append(seconds_of(tmp_path / name, arguments))
    ours = median(seconds["pytest-secretsmanager"])
    lines = [f"| a suite of {TESTS} tests | median s | beside ours |", "| --- | --: | --: |"]
    lines += [f"| {name} | {median(found):.2f} | {median(found) / ours:.2f}× |" for name, found in seconds.items()]
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201
