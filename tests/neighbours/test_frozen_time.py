"""freezegun and time-machine, with calls in this process and in a subprocess, whose own time is not frozen."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import boto3
import freezegun
import pytest
import time_machine

START = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)

FROZEN = pytest.mark.parametrize(
    "frozen",
    [freezegun.freeze_time, lambda moment: time_machine.travel(moment, tick=False)],
    ids=["freezegun", "time-machine"],
)
Frozen = Callable[[datetime], AbstractContextManager[object]]

PROGRAM = """
import boto3
client = boto3.client("secretsmanager")
client.put_secret_value(SecretId="db", SecretString="two")
print(client.describe_secret(SecretId="db")["LastChangedDate"].timestamp())
"""


@FROZEN
def test_a_subprocess_is_answered_in_the_frozen_time_of_the_test(secretsmanager, frozen: Frozen):
    """The subprocess signs with the machine's time; its writes get the time of the test."""
    secretsmanager.seed("db", "one")
    with frozen(START):
        env = os.environ | secretsmanager.endpoint().env
        ran = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, timeout=300)
        secretsmanager.assert_value("db", "two")
        assert secretsmanager.log[0].time == START
    assert (ran.stderr, float(ran.stdout)) == ("", START.timestamp())


@FROZEN
def test_an_endpoint_that_starts_in_frozen_time_stops_at_once(secretsmanager, frozen: Frozen):
    with frozen(START):
        endpoint = secretsmanager.endpoint()
        endpoint.stop()
    assert endpoint.is_stopped


@FROZEN
def test_a_client_of_this_process_is_answered_over_http_in_frozen_time(secretsmanager, frozen: Frozen):
    with frozen(START):
        env = secretsmanager.endpoint().env
        client = boto3.client(
            "secretsmanager",
            endpoint_url=env["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )
        client.create_secret(Name="db")
        client.close()
    secretsmanager.assert_logged("CreateSecret", times=1)


@FROZEN
def test_the_clock_returns_to_real_time_after_frozen_time(secretsmanager, frozen: Frozen):
    before = secretsmanager.clock.now
    with frozen(START):
        assert secretsmanager.clock.now == START
    assert secretsmanager.clock.now - before < timedelta(minutes=5)
