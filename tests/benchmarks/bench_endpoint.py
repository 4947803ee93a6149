"""The requests per second of the endpoint, beside moto's server, in one run.

    python -m pytest tests/benchmarks/bench_endpoint.py

The default run does not collect this file, and no test asserts a time: read the table that it prints. Each server has
its own process. This process sends signed requests over 16 connections at once, the same to both servers except for the
credentials. Rounds alternate between the two, and medians count. moto's server checks no signature.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from uuid import uuid4

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CONNECTIONS = 16
ROUNDS = 3
SECRETS = [f"db{number}" for number in range(400)]
OURS, MOTO = "pytest-secretsmanager", "moto's server"
SECONDS_TO_START = 60

Server = dict[str, str]
"""The environment variables of a server's clients."""


def signed(server: Server, operation: str, parameters: dict[str, str]) -> bytes:
    body = json.dumps(parameters).encode()
    url = server["AWS_ENDPOINT_URL_SECRETS_MANAGER"]
    headers = {
        "Host": url.removeprefix("http://"),
        "X-Amz-Target": f"secretsmanager.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
        "Content-Length": str(len(body)),
        "User-Agent": "bench_endpoint",
    }
    request = AWSRequest("POST", f"{url}/", headers, body)
    credentials = Credentials(server["AWS_ACCESS_KEY_ID"], server["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(credentials, "secretsmanager", "us-east-1").add_auth(request)
    lines = ["POST / HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def gets(server: Server) -> list[bytes]:
    return [signed(server, "GetSecretValue", {"SecretId": "db0"})] * 10_000


def puts(server: Server) -> list[bytes]:
    """Return five puts for each secret, which stay below the quota of versions."""
    return [
        signed(
            server,
            "PutSecretValue",
            {"SecretId": name, "SecretString": f"value {number}", "ClientRequestToken": str(uuid4())},
        )
        for number in range(5)
        for name in SECRETS
    ]


# --- sending -------------------------------------------------------------------------------------------------------


def requests_per_second(server: Server, requests: list[bytes]) -> float:
    host, _, port = server["AWS_ENDPOINT_URL_SECRETS_MANAGER"].removeprefix("http://").partition(":")
    start = time.perf_counter()
    asyncio.run(send_all(host, int(port), requests))
    return len(requests) / (time.perf_counter() - start)


async def send_all(host: str, port: int, requests: list[bytes]) -> None:
    left = iter(requests)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(CONNECTIONS):
            tasks.create_task(send_remaining(host, port, left))


async def send_remaining(host: str, port: int, left: Iterator[bytes]) -> None:
    writer = None
    for request in left:
        if writer is None:
            reader, writer = await asyncio.open_connection(host, port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        assert head.split(b" ", 2)[1] == b"200", body
        if b"connection: close" in head.lower():
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


# --- servers -------------------------------------------------------------------------------------------------------


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        yield running
        running.terminate()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    seeds = tmp_path_factory.mktemp("bench") / "seeds.json"
    seeds.write_text(json.dumps({"secret": [{"name": name, "value": "hunter2"} for name in SECRETS]}))
    with process("-m", "pytest_secretsmanager", "serve", "--seed", str(seeds)) as running:
        assert running.stdout is not None
        lines = [running.stdout.readline() for _ in range(6)]
        yield dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)


@pytest.fixture(scope="module")
def moto() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = {
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    with process("-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)):
        wait_for(port)
        client = boto3.client(
            "secretsmanager",
            region_name="us-east-1",
            endpoint_url=server["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        for name in SECRETS:
            client.create_secret(Name=name, SecretString="hunter2")
        yield server


def wait_for(port: int) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"no server listens on port {port}")


# --- the table -----------------------------------------------------------------------------------------------------


def test_requests_per_second_of_get_and_put_secret_value(
    ours: Server, moto: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"| operation, req/s | {OURS} | {MOTO} | ours / moto's |", "| --- | --: | --: | --: |"]
    for name, requests_for in (("GetSecretValue", gets), ("PutSecretValue", puts)):
        measured: dict[str, list[float]] = {OURS: [], MOTO: []}
        for _ in range(ROUNDS):
            for peer, server in ((OURS, ours), (MOTO, moto)):
                measured[peer].append(requests_per_second(server, requests_for(server)))
        rates = {peer: median(rounds) for peer, rounds in measured.items()}
        lines.append(f"| {name} | {rates[OURS]:,.0f} | {rates[MOTO]:,.0f} | {rates[OURS] / rates[MOTO]:.1f}x |")
    with capsys.disabled():
        print("", f"{CONNECTIONS} connections, {os.cpu_count()} cores, medians of {ROUNDS} rounds", *lines, sep="\n")  # noqa: T201
