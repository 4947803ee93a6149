"""One principal behind every door: credentials that a manager handed out name the same caller everywhere."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials, RefreshableCredentials
from botocore.exceptions import ClientError
from signed_requests import send, signed

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.engine.callers import KeyPair, assumed_role

ROLE_ARN = "arn:aws:iam::123456789012:role/team/app"
SESSION_ARN = "arn:aws:sts::123456789012:assumed-role/app/tests"
ROLE = assumed_role(ROLE_ARN, "tests", 1_772_539_200.0)

IDENTITY = {
    "type": "AssumedRole",
    "principalId": "AROA00000000000000000:tests",
    "arn": SESSION_ARN,
    "accountId": "123456789012",
    "accessKeyId": "ASIA0000000000000000",
    "sessionContext": {
        "sessionIssuer": {
            "type": "Role",
            "principalId": "AROA00000000000000000",
            "arn": ROLE_ARN,
            "accountId": "123456789012",
            "userName": "app",
        },
        "attributes": {"creationDate": "2026-03-03T12:00:00Z", "mfaAuthenticated": "false"},
    },
}

DEFAULT = "arn:aws:iam::123456789012:user/test"

PROGRAM = """
import botocore.session
client = botocore.session.get_session().create_client("secretsmanager")
client.get_secret_value(SecretId="db")
"""


def arguments(pair: KeyPair) -> dict[str, Any]:
    return {
        "aws_access_key_id": pair.access_key_id,
        "aws_secret_access_key": pair.secret_access_key,
        "aws_session_token": pair.session_token,
    }


def variables(pair: KeyPair) -> dict[str, str]:
    return {name.upper(): value for name, value in arguments(pair).items() if value is not None}


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    """A manager with the secret `db`."""
    secretsmanager.seed("db", "one")
    return secretsmanager


@pytest.fixture
def pair(sm: SecretsManager) -> KeyPair:
    """The credentials of a role's session."""
    return sm._parts.callers.hand_out(ROLE)


# --- the doors -------------------------------------------------------------------------------------------------------


def call_in_process(sm: SecretsManager, pair: KeyPair) -> None:
    boto3.client("secretsmanager", **arguments(pair)).get_secret_value(SecretId="db")


def call_with_a_listener(sm: SecretsManager, pair: KeyPair) -> None:
    """Call with a client that takes botocore's own way, since it has a listener."""
    client = boto3.client("secretsmanager", **arguments(pair))
    client.meta.events.register("before-call", lambda **_: None)
    client.get_secret_value(SecretId="db")


def call_in_aiobotocore(sm: SecretsManager, pair: KeyPair) -> None:
    session = pytest.importorskip("aiobotocore.session").get_session()

    async def call() -> None:
        async with session.create_client("secretsmanager", region_name="us-east-1", **arguments(pair)) as client:
            await client.get_secret_value(SecretId="db")

    asyncio.run(call())


def call_over_http(sm: SecretsManager, pair: KeyPair) -> None:
    url = sm.endpoint().url
    boto3.client("secretsmanager", endpoint_url=url, **arguments(pair)).get_secret_value(SecretId="db")


def call_in_a_subprocess(sm: SecretsManager, pair: KeyPair) -> None:
    env = os.environ | sm.endpoint().env | variables(pair)
    subprocess.run([sys.executable, "-c", PROGRAM], env=env, check=True)


DOORS = [call_in_process, call_with_a_listener, call_in_aiobotocore, call_over_http, call_in_a_subprocess]


@pytest.mark.parametrize("call", DOORS)
def test_credentials_of_a_role_are_the_same_principal_behind_every_door(
    sm: SecretsManager, pair: KeyPair, call: Callable[[SecretsManager, KeyPair], None]
) -> None:
    call(sm, pair)
    (event,) = sm.log
    assert (event.account, event.principal) == ("123456789012", SESSION_ARN)
    assert event.record["userIdentity"] == IDENTITY


@pytest.mark.parametrize("call", DOORS[:3])
def test_credentials_that_a_rollback_revoked_name_the_default_user_in_process(
    sm: SecretsManager, call: Callable[[SecretsManager, KeyPair], None]
) -> None:
    with sm.snapshot():
        pair = sm._parts.callers.hand_out(ROLE)
    call(sm, pair)
    assert sm.log[-1].principal == DEFAULT


def test_the_endpoint_refuses_credentials_that_a_rollback_revoked(sm: SecretsManager) -> None:
    with sm.snapshot():
        pair = sm._parts.callers.hand_out(ROLE)
    with pytest.raises(ClientError, match="The security token included in the request is invalid"):
        call_over_http(sm, pair)


def test_a_rollback_keeps_the_credentials_that_env_of_handed_out_inside_it(sm: SecretsManager) -> None:
    endpoint = sm.endpoint()
    with sm.snapshot():
        env = endpoint.env_of()
    assert send(endpoint, signed(endpoint, env=env)).status == 200


def test_stopping_an_endpoint_revokes_the_credentials_that_it_handed_out(sm: SecretsManager) -> None:
    with sm.endpoint() as endpoint:
        endpoint.env_of()
        assert len(sm._parts.callers.handed_out) == 2
    assert sm._parts.callers.handed_out == {}


def test_endpoint_credentials_for_another_account_name_that_account_in_process(sm: SecretsManager) -> None:
    env = sm.endpoint().env_of(account="210987654321")
    own = {name: env[name.upper()] for name in ("aws_access_key_id", "aws_secret_access_key")}
    sm.client(**own).list_secrets()
    assert sm.log[-1].principal == "arn:aws:iam::210987654321:user/test"


# --- clients in process ----------------------------------------------------------------------------------------------


def test_a_client_with_unknown_credentials_is_the_default_user(sm: SecretsManager, pair: KeyPair) -> None:
    sm.client().get_secret_value(SecretId="db")
    assert sm.log[-1].principal == DEFAULT


def test_a_client_without_credentials_is_the_default_user(sm: SecretsManager, pair: KeyPair) -> None:
    boto3.client("secretsmanager", config=Config(signature_version=UNSIGNED)).get_secret_value(SecretId="db")
    assert sm.log[-1].principal == DEFAULT


def test_a_client_with_an_explicit_account_and_credentials_of_a_role_is_that_role(
    sm: SecretsManager, pair: KeyPair
) -> None:
    sm.client(aws_account_id="210987654321", **arguments(pair)).get_secret_value(SecretId="db")
    assert sm.log[-1].principal == SESSION_ARN


def client_of(credentials: object) -> Any:
    client = boto3.client("secretsmanager")
    client._request_signer._credentials = credentials
    return client


def test_a_client_becomes_the_principal_of_its_refreshed_credentials(sm: SecretsManager) -> None:
    first, second = (
        sm._parts.callers.hand_out(assumed_role(ROLE_ARN, name, 0.0)) for name in ("first-session", "second-session")
    )
    found = [second, first]

    def fetch() -> dict[str, Any]:
        pair = found.pop()
        return {
            "access_key": pair.access_key_id,
            "secret_key": pair.secret_access_key,
            "token": pair.session_token,
            "expiry_time": "2999-01-01T00:00:00Z",
        }

    credentials = RefreshableCredentials.create_from_metadata(fetch(), refresh_using=fetch, method="test")
    client = client_of(credentials)
    client.get_secret_value(SecretId="db")
    credentials._protected_refresh(is_mandatory=True)
    client.get_secret_value(SecretId="db")
    assert [event.principal.rpartition("/")[2] for event in sm.log] == ["first-session", "second-session"]


def test_a_call_in_process_does_not_fetch_deferred_credentials(sm: SecretsManager, pair: KeyPair) -> None:
    client_of(DeferredRefreshableCredentials(pytest.fail, method="test")).get_secret_value(SecretId="db")
    assert sm.log[-1].principal == DEFAULT


def test_a_rotation_function_calls_as_its_accounts_user_or_as_the_role_of_its_credentials(
    sm: SecretsManager, pair: KeyPair
) -> None:
    def handler(event: dict[str, str], _: object) -> None:
        sm.client().list_secrets()
        sm.client(**arguments(pair)).list_secrets()

    arn = sm.rotation.register(handler, account="210987654321")
    lambda_call = {"Step": "createSecret", "SecretId": "db", "ClientRequestToken": "1" * 32, "RotationToken": ""}
    sm._parts.functions.by_arn[arn](lambda_call)
    assert [event.principal for event in sm.log] == ["arn:aws:iam::210987654321:user/test", SESSION_ARN]


# --- session tokens over HTTP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "code"),
    [
        pytest.param("right", None, id="own token"),
        pytest.param("", "UnrecognizedClientException", id="no token"),
        pytest.param("another", "UnrecognizedClientException", id="another token"),
        pytest.param("schlüssel", "UnrecognizedClientException", id="token not in ASCII"),
    ],
)
def test_the_endpoint_accepts_temporary_credentials_only_with_their_session_token(
    sm: SecretsManager, pair: KeyPair, token: str, code: str | None
) -> None:
    endpoint = sm.endpoint()
    given = pair.session_token if token == "right" else token
    headers = {"X-Amz-Security-Token": given} if given else {}
    env = endpoint.env | variables(pair)
    answer = send(endpoint, signed(endpoint, env=env, headers=headers))
    assert json.loads(answer.body).get("__type") == code
    if code is not None:
        assert answer.message == "The security token included in the request is invalid."
        assert not sm.log
