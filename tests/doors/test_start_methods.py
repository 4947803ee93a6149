"""Processes of multiprocessing, by each start method: with the variables of the endpoint they share the secrets.

A forked child has a copy too; `test_forks.py` tests that. Any other child has no secrets of its own.
"""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import boto3
import pytest
from forked import beside_threads, forking_allowed

from pytest_secretsmanager.doors.wiring import PROCESS

PATIENCE = 100.0
"""Seconds until a silent process counts as hung. A new process imports botocore beside the busy threads."""

METHODS = multiprocessing.get_all_start_methods()


def write(variables, name):
    """Write a secret from a process that has the endpoint's variables."""
    os.environ.update(variables)
    client = boto3.Session().client("secretsmanager")
    client.create_secret(Name=name, SecretString=f"of {name}")
    value = client.get_secret_value(SecretId=name)["SecretString"]
    client.close()
    return value


def send_written(variables, name, connection):
    connection.send(write(variables, name))


def is_answered():
    """Whether a manager answers in this process."""
    return PROCESS.is_in_use


@pytest.fixture
def busy(secretsmanager):
    """A function that writes to a secret, for threads to repeat."""
    secretsmanager.seed("busy", "one")
    client = secretsmanager.client()
    return lambda: client.tag_resource(SecretId="busy", Tags=[{"Key": "team", "Value": "a"}])


@pytest.mark.parametrize("method", METHODS)
def test_a_process_with_the_endpoints_variables_shares_the_secrets_beside_busy_threads(secretsmanager, busy, method):
    variables = dict(secretsmanager.endpoint().env)
    context = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    with beside_threads(busy), forking_allowed():
        process = context.Process(target=send_written, args=(variables, "child", theirs))
        process.start()
        assert ours.poll(PATIENCE)
        assert ours.recv() == "of child"
        process.join(PATIENCE)
    assert process.exitcode == 0
    secretsmanager.assert_value("child", "of child")
    secretsmanager.assert_logged("CreateSecret", times=1, Name="child")


@pytest.mark.parametrize("method", METHODS)
def test_a_process_pool_with_the_endpoints_variables_shares_the_secrets_beside_busy_threads(
    secretsmanager, busy, method
):
    variables = dict(secretsmanager.endpoint().env)
    names = ["a", "b", "c", "d"]
    context = multiprocessing.get_context(method)
    with beside_threads(busy), forking_allowed(), ProcessPoolExecutor(2, context) as pool:
        values = list(pool.map(write, [variables] * 4, names, timeout=PATIENCE))
    assert values == [f"of {name}" for name in names]
    assert sorted(secretsmanager.secrets) == sorted([*names, "busy"])


@pytest.mark.parametrize(("method", "answered"), [(method, method == "fork") for method in METHODS], ids=METHODS)
def test_a_manager_answers_in_a_forked_process_and_in_no_other(secretsmanager, method, answered):
    with forking_allowed(), ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool:
        assert pool.submit(is_answered).result(PATIENCE) is answered
    assert secretsmanager.client().list_secrets()["SecretList"] == []
