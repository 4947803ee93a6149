"""One role behind every door: its credentials, or a block that acts as it, give the same principal and refusal."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import Role, SecretsManager

SESSION = "arn:aws:sts::123456789012:assumed-role/app/pytest"
POLICY = {"Statement": {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}

PROGRAM = """
import json
import botocore.exceptions, botocore.session
client = botocore.session.get_session().create_client("secretsmanager")
client.get_secret_value(SecretId="db")
try:
    client.delete_secret(SecretId="db")
except botocore.exceptions.ClientError as error:
    print(json.dumps(error.response["Error"]))
"""

Door = Callable[[SecretsManager, dict[str, str]], dict[str, str]]
"""Reads the secret and tries to delete it, with these credentials; returns the error of the refusal."""


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    """A manager with the secret `db`."""
    secretsmanager.seed("db", "one")
    return secretsmanager


@pytest.fixture
def role(sm: SecretsManager) -> Role:
    """A role that may read and nothing else."""
    return sm.iam.role("app", policy=POLICY)


def read_and_delete(client: Any) -> dict[str, str]:
    client.get_secret_value(SecretId="db")
    with pytest.raises(ClientError) as caught:
        client.delete_secret(SecretId="db")
    error: Any = caught.value.response["Error"]
    return error


def in_process(sm: SecretsManager, credentials: dict[str, str]) -> dict[str, str]:
    return read_and_delete(boto3.client("secretsmanager", **credentials))


def with_a_listener(sm: SecretsManager, credentials: dict[str, str]) -> dict[str, str]:
    """Call with a client that takes botocore's own way, since it has a listener."""
    client = boto3.client("secretsmanager", **credentials)
    client.meta.events.register("before-call", lambda **_: None)
    return read_and_delete(client)


def in_aiobotocore(sm: SecretsManager, credentials: dict[str, str]) -> dict[str, str]:
    session = pytest.importorskip("aiobotocore.session").get_session()

    async def call() -> dict[str, str]:
        async with session.create_client("secretsmanager", region_name="us-east-1", **credentials) as client:
            await client.get_secret_value(SecretId="db")
            with pytest.raises(ClientError) as caught:
                await client.delete_secret(SecretId="db")
        error: Any = caught.value.response["Error"]
        return error

    return asyncio.run(call())


def over_http(sm: SecretsManager, credentials: dict[str, str]) -> dict[str, str]:
    endpoint = sm.endpoint()
    own = {name: endpoint.env[name.upper()] for name in ("aws_access_key_id", "aws_secret_access_key")}
    return read_and_delete(boto3.client("secretsmanager", endpoint_url=endpoint.url, **(credentials or own)))


def in_a_subprocess(sm: SecretsManager, credentials: dict[str, str]) -> dict[str, str]:
    env = os.environ | sm.endpoint().env | {name.upper(): value for name, value in credentials.items()}
    printed = subprocess.run([sys.executable, "-c", PROGRAM], env=env, check=True, capture_output=True).stdout
    error: dict[str, str] = json.loads(printed)
    return error


DOORS = [in_process, with_a_listener, in_aiobotocore, over_http, in_a_subprocess]


def assert_called_as_the_role(sm: SecretsManager, error: dict[str, str]) -> None:
    assert error == {
        "Code": "AccessDeniedException",
        "Message": f"User: {SESSION} is not authorized to perform: secretsmanager:DeleteSecret on resource: "
        f"{sm.secret('db').arn} because no identity-based policy allows the secretsmanager:DeleteSecret action",
    }
    assert [(event.operation, event.principal) for event in sm.log] == [
        ("GetSecretValue", SESSION),
        ("DeleteSecret", SESSION),
    ]
    assert [event.decision is not None and event.decision.allowed for event in sm.log] == [True, False]
    assert not sm.secret("db").deleted


@pytest.mark.parametrize("door", DOORS)
def test_the_credentials_of_a_role_call_as_the_role_behind_every_door(
    sm: SecretsManager, role: Role, door: Door
) -> None:
    assert_called_as_the_role(sm, door(sm, role.credentials))


@pytest.mark.parametrize("door", DOORS)
def test_a_block_acts_as_the_role_behind_every_door(sm: SecretsManager, role: Role, door: Door) -> None:
    with sm.iam.acting_as(role):
        error = door(sm, {})
    assert_called_as_the_role(sm, error)


def test_a_program_with_the_environment_of_a_role_calls_as_it(sm: SecretsManager, role: Role) -> None:
    env = os.environ | sm.endpoint().env | role.environment
    printed = subprocess.run([sys.executable, "-c", PROGRAM], env=env, check=True, capture_output=True).stdout
    assert_called_as_the_role(sm, json.loads(printed))


def test_a_batch_reports_the_reads_that_the_role_may_not_make(sm: SecretsManager) -> None:
    sm.seed("other", "one")
    policy = {
        "Statement": [
            {"Effect": "Allow", "Action": "secretsmanager:BatchGetSecretValue", "Resource": "*"},
            {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": f"{sm.secret('db').arn}"},
        ]
    }
    client = sm.client(principal=sm.iam.role("app", policy=policy))
    answer = client.batch_get_secret_value(SecretIdList=["db", "other"])
    assert [value["Name"] for value in answer["SecretValues"]] == ["db"]
    (error,) = answer["Errors"]
    assert (error["SecretId"], error["ErrorCode"]) == ("other", "AccessDeniedException")
    assert error["Message"].endswith("because no identity-based policy allows the secretsmanager:GetSecretValue action")
    batch, *reads = sm.log
    assert [(read.within, read.decision is not None and read.decision.allowed) for read in reads] == [
        ("BatchGetSecretValue", True),
        ("BatchGetSecretValue", False),
    ]
    assert batch.decision is not None
    assert batch.decision.allowed
    assert [read.record["requestParameters"] for read in reads] == [{"secretId": "db"}, None]
