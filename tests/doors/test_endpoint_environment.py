"""The local endpoint: the environment and the credentials that it gives its clients."""

import os
import socket
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


def test_its_url_is_a_free_port_of_the_loopback_interface(endpoint):
    assert endpoint.url == f"http://127.0.0.1:{port_of(endpoint)}"
    assert port_of(endpoint) > 0


def test_it_listens_on_the_loopback_interface_alone(endpoint):
    """Were it to listen on all interfaces, the rest of 127.0.0.0/8 would reach it too."""
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        socket.create_connection(("127.0.0.2", port_of(endpoint)), timeout=0.5)


def test_its_environment_names_url_region_and_credentials(endpoint, monkeypatch):
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
def test_its_environment_leads_past_a_proxy_of_the_developers(endpoint, monkeypatch, variables, exempt):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    env = endpoint.env_of()
    assert (env["NO_PROXY"], env["no_proxy"]) == (exempt, exempt)


def test_no_two_endpoints_hand_out_the_same_credentials():
    """A random seed makes ids repeatable, but never what protects the endpoint."""
    pairs = []
    for _ in range(2):
        with SecretsManager(random_seed=1) as sm, sm.endpoint() as endpoint:
            pairs.append({endpoint.env["AWS_ACCESS_KEY_ID"], endpoint.env["AWS_SECRET_ACCESS_KEY"]})
    assert pairs[0].isdisjoint(pairs[1])


def test_credentials_use_up_none_of_the_repeatable_ids():
    names = []
    for asks in (False, True):
        with SecretsManager(random_seed=1) as sm:
            if asks:
                sm.endpoint().env_of()
            names.append(sm.seed("db", "x").arn)
    assert names[0] == names[1]


def test_a_program_of_another_region_and_account_is_answered_there(secretsmanager, endpoint, over_http):
    client = over_http(endpoint.env_of(region="eu-west-1", account="210987654321"))
    assert client.create_secret(Name="db")["ARN"].startswith("arn:aws:secretsmanager:eu-west-1:210987654321:secret:db-")
    (call,) = secretsmanager.log
    assert (call.region, call.account) == ("eu-west-1", "210987654321")


def test_credentials_handed_out_before_stay_good(endpoint, over_http):
    env = endpoint.env_of()
    endpoint.env_of(account="210987654321")
    assert over_http(env).list_secrets()["SecretList"] == []


def test_its_repr_shows_no_credentials(endpoint):
    assert repr(endpoint) == f"<endpoint of Secrets Manager at {endpoint.url}>"


def test_neither_its_crashes_nor_its_parts_show_the_secret_key(endpoint):
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
def test_a_subprocess_finds_it_whatever_the_developer_has_set(secretsmanager, endpoint, spoiling):
    secretsmanager.seed("db", "hunter2")
    code = "import boto3; print(boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString'])"
    env = os.environ | spoiling | endpoint.env
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == ("hunter2", "")


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_subprocess_finds_it_whatever_profile_the_developer_has_chosen(secretsmanager, monkeypatch, name):
    """botocore stops at a profile that is not there, and nobody can unset a variable for a subprocess."""
    secretsmanager.seed("db", "hunter2")
    monkeypatch.setenv(name, "a-profile-that-is-not-there")
    endpoint = secretsmanager.endpoint()
    code = "import boto3; print(boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString'])"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | endpoint.env, capture_output=True, text=True, check=False
    )
    assert (ran.stdout.strip(), ran.stderr) == ("hunter2", "")
    profile = Path(endpoint.env["AWS_CONFIG_FILE"])
    assert profile.parent.stat().st_mode & 0o077 == 0  # nobody else reads the credentials
    endpoint.stop()
    assert not profile.parent.exists()


def test_a_stopped_one_hands_out_no_credentials(endpoint):
    endpoint.stop()
    with pytest.raises(UsageError, match="was stopped"):
        endpoint.env_of()


def test_what_goes_to_and_fro_shows_neither_bodies_nor_headers():
    request = http_server.Request("POST", "/", "", (("authorization", "hunter2"),), b"hunter2")
    response = http_server.Response(200, {"x": "hunter2"}, b"hunter2")
    assert (repr(request), repr(response)) == ("<request: POST />", "<response: 200>")


@pytest.mark.parametrize("account", ["", "1234", "12345678901x", 123456789012])
def test_an_account_that_is_none_is_refused(endpoint, account):
    with pytest.raises(UsageError, match="twelve digits"):
        endpoint.env_of(account=account)


@pytest.mark.parametrize("region", ["", 5])
def test_a_region_that_is_none_is_refused(endpoint, region):
    with pytest.raises(UsageError, match="region is a str such as 'us-east-1', not"):
        endpoint.env_of(region=region)
