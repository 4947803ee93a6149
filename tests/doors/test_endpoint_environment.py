"""The local endpoint: the environment and the credentials of its clients."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from signed_requests import (
    port_of,
)

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import http_server
from pytest_secretsmanager.engine.errors import UsageError


def test_the_endpoint_url_has_127_0_0_1_and_a_free_port(endpoint):
    assert endpoint.url == f"http://127.0.0.1:{port_of(endpoint)}"
    assert port_of(endpoint) > 0


def test_the_endpoint_listens_only_on_127_0_0_1(endpoint):
    """An endpoint that listened on all interfaces would accept a connection to 127.0.0.2."""
    with pytest.raises(OSError):  # noqa: PT011 - the subclass depends on the system
        socket.create_connection(("127.0.0.2", port_of(endpoint)), timeout=0.5)


def test_env_of_holds_url_region_and_credentials(endpoint, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    env = endpoint.env_of()
    assert env.pop("AWS_ACCESS_KEY_ID").startswith("AKIA")
    assert len(env.pop("AWS_SECRET_ACCESS_KEY")) == 40
    assert env == {
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint.url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_SESSION_TOKEN": "",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_USE_FIPS_ENDPOINT": "false",
        "AWS_USE_DUALSTACK_ENDPOINT": "false",
    }


@pytest.mark.parametrize(
    ("variables", "exempt"),
    [
        ({"HTTP_PROXY": "http://proxy:3128"}, "127.0.0.1"),
        ({"all_proxy": "http://proxy:3128", "no_proxy": "intranet"}, "intranet,127.0.0.1"),
        ({"http_proxy": "http://proxy:3128", "NO_PROXY": "a,b"}, "a,b,127.0.0.1"),
    ],
    ids=["HTTP_PROXY", "all_proxy with exemptions", "http_proxy with exemptions"],
)
def test_env_of_exempts_the_endpoint_from_the_users_proxy(endpoint, monkeypatch, variables, exempt):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    env = endpoint.env_of()
    assert (env["NO_PROXY"], env["no_proxy"]) == (exempt, exempt)


def test_two_endpoints_with_the_same_random_seed_have_different_credentials():
    """A random seed makes ids repeatable, but not the secret key of an endpoint."""
    pairs = []
    for _ in range(2):
        with SecretsManager(random_seed=1) as sm, sm.endpoint() as endpoint:
            pairs.append({endpoint.env["AWS_ACCESS_KEY_ID"], endpoint.env["AWS_SECRET_ACCESS_KEY"]})
    assert pairs[0].isdisjoint(pairs[1])


def test_env_of_consumes_no_id_of_a_manager_with_a_random_seed():
    names = []
    for asks in (False, True):
        with SecretsManager(random_seed=1) as sm:
            if asks:
                sm.endpoint().env_of()
            names.append(sm.seed("db", "x").arn)
    assert names[0] == names[1]


def test_a_client_with_env_of_another_region_and_account_creates_its_secret_there(secretsmanager, endpoint, over_http):
    client = over_http(endpoint.env_of(region="eu-west-1", account="210987654321"))
    assert client.create_secret(Name="db")["ARN"].startswith("arn:aws:secretsmanager:eu-west-1:210987654321:secret:db-")
    (call,) = secretsmanager.log
    assert (call.region, call.account) == ("eu-west-1", "210987654321")


def test_credentials_of_env_of_stay_valid_after_the_next_env_of(endpoint, over_http):
    env = endpoint.env_of()
    endpoint.env_of(account="210987654321")
    assert over_http(env).list_secrets()["SecretList"] == []


def test_the_repr_of_an_endpoint_shows_no_credentials(endpoint):
    assert repr(endpoint) == f"<endpoint of Secrets Manager at {endpoint.url}>"


def test_the_repr_of_handed_out_credentials_shows_no_secret_key(endpoint):
    known, *_ = endpoint._responder.callers.handed_out.values()
    assert known.pair.secret_access_key not in repr(known)


@pytest.mark.parametrize(
    "spoiling",
    [
        {"AWS_SESSION_TOKEN": "the developer's own"},
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_a_subprocess_reaches_the_endpoint_despite_an_aws_variable_of_the_user(secretsmanager, endpoint, spoiling):
    secretsmanager.seed("db", "hunter2")
    code = "import boto3; print(boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString'])"
    env = os.environ | spoiling | endpoint.env
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == ("hunter2", "")


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_subprocess_reaches_the_endpoint_although_the_users_profile_does_not_exist(secretsmanager, monkeypatch, name):
    """botocore raises for a missing profile, and `os.environ | endpoint.env` can't unset a variable."""
    secretsmanager.seed("db", "hunter2")
    monkeypatch.setenv(name, "a-profile-that-is-not-there")
    endpoint = secretsmanager.endpoint()
    code = "import boto3; print(boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString'])"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | endpoint.env, capture_output=True, text=True, check=False
    )
    assert (ran.stdout.strip(), ran.stderr) == ("hunter2", "")
    profile = Path(endpoint.env["AWS_CONFIG_FILE"])
    assert profile.parent.stat().st_mode & 0o077 == 0  # other users can't read the credentials
    endpoint.stop()
    assert not profile.parent.exists()


def test_env_of_is_refused_on_a_stopped_endpoint(endpoint):
    endpoint.stop()
    with pytest.raises(UsageError, match="was stopped"):
        endpoint.env_of()


def test_the_repr_of_an_http_request_or_response_shows_neither_body_nor_headers():
    request = http_server.Request("POST", "/", "", (("authorization", "hunter2"),), b"hunter2")
    response = http_server.Response(200, {"x": "hunter2"}, b"hunter2")
    assert (repr(request), repr(response)) == ("<request: POST />", "<response: 200>")


@pytest.mark.parametrize("account", ["", "1234", "12345678901x", 123456789012], ids=repr)
def test_env_of_refuses_an_account_that_is_not_a_string_of_twelve_digits(endpoint, account):
    with pytest.raises(UsageError, match="twelve digits"):
        endpoint.env_of(account=account)


@pytest.mark.parametrize("region", ["", 5], ids=repr)
def test_env_of_refuses_a_region_that_is_empty_or_not_a_string(endpoint, region):
    with pytest.raises(UsageError, match="region is a str such as 'us-east-1', not"):
        endpoint.env_of(region=region)


@pytest.mark.skipif(os.name != "posix", reason="this system has no modes of files")
def test_only_the_user_can_read_the_file_of_credentials_and_it_goes_with_the_endpoint(secretsmanager, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "of-the-user")
    endpoint = secretsmanager.endpoint()
    file = Path(endpoint.env["AWS_SHARED_CREDENTIALS_FILE"])
    assert file.exists()
    assert stat.S_IMODE(file.parent.stat().st_mode) == stat.S_IRWXU
    endpoint.stop()
    assert not file.parent.exists()
