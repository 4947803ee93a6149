"""Managers answer boto3 and botocore clients of any age, configuration, region and account."""

import inspect
import os
from typing import Any

import boto3
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import Credentials, RefreshableCredentials

from pytest_secretsmanager import SecretsManager

CREDENTIALS = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}

knows_accounts = pytest.mark.skipif(
    "account_id" not in inspect.signature(Credentials).parameters, reason="this botocore knows no account ids"
)

MADE_AT_IMPORT = boto3.client("secretsmanager", region_name="eu-west-1", **CREDENTIALS)


@pytest.fixture
def developers_account(monkeypatch):
    """An environment with a real account, as `aws configure export-credentials` writes it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIADEVELOPER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the developer")
    monkeypatch.setenv("AWS_ACCOUNT_ID", "999999999999")


def account_of(client: Any) -> str:
    """Return the account of this client's calls."""
    return client.create_secret(Name=f"of-{id(client)}")["ARN"].split(":")[4]


# --- any client --------------------------------------------------------------------------------------------------


def test_a_boto3_client_is_answered(secretsmanager):
    client = boto3.client("secretsmanager")
    client.create_secret(Name="db", SecretString="one")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_client_of_a_boto3_session_is_answered(secretsmanager):
    secretsmanager.seed("db", "one", region="eu-north-1")
    client = boto3.Session(region_name="eu-north-1").client("secretsmanager")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_plain_botocore_client_is_answered(secretsmanager):
    secretsmanager.seed("db", "one")
    client = botocore.session.get_session().create_client("secretsmanager")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_client_made_at_import_time_is_answered(secretsmanager):
    secretsmanager.seed("db", "one", region="eu-west-1")
    assert MADE_AT_IMPORT.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.parametrize("round_", [1, 2])
def test_a_client_that_outlives_a_test_sees_only_the_secrets_of_the_current_test(secretsmanager, round_):
    """Both rounds create the same secret with the same client."""
    assert MADE_AT_IMPORT.list_secrets()["SecretList"] == []
    MADE_AT_IMPORT.create_secret(Name="db")
    assert [call.operation for call in secretsmanager.log] == ["ListSecrets", "CreateSecret"]


def test_a_direct_call_of_make_api_call_is_answered(secretsmanager, client):
    """boto3's resources and some wrappers call the private method by keywords."""
    secretsmanager.seed("db", "one")
    reply = client._make_api_call(operation_name="GetSecretValue", api_params={"SecretId": "db"})
    assert reply["SecretString"] == "one"


@pytest.mark.parametrize(
    "config",
    [
        Config(signature_version=UNSIGNED),
        Config(retries={"mode": "standard", "total_max_attempts": 2}),
        Config(retries={"mode": "adaptive"}),
        Config(retries={"mode": "legacy"}),
        Config(use_fips_endpoint=True),
        Config(proxies={"https": "http://127.0.0.1:1"}),
    ],
    ids=["unsigned", "standard retries", "adaptive retries", "legacy retries", "fips", "proxy"],
)
def test_a_client_with_any_config_is_answered(secretsmanager, new_client, config):
    secretsmanager.seed("db", "one")
    assert new_client(config=config).get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.parametrize(
    "endpoint", ["http://localhost:4566", "https://vpce-0a1b.secretsmanager.us-east-1.vpce.example"]
)
def test_a_client_with_a_custom_endpoint_url_is_answered(secretsmanager, new_client, endpoint):
    secretsmanager.seed("db", "one")
    assert new_client(endpoint_url=endpoint).get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_closed_client_is_answered(secretsmanager, new_client):
    secretsmanager.seed("db", "one")
    client = new_client()
    client.close()
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


# --- without credentials -------------------------------------------------------------------------------------------


def test_a_client_made_without_credentials_before_the_manager_is_answered(empty_home):
    client = botocore.session.Session().create_client("secretsmanager", region_name="us-east-1")
    assert client._get_credentials() is None
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_client_with_a_listener_and_without_credentials_is_answered(empty_home):
    client = botocore.session.Session().create_client("secretsmanager", region_name="us-east-1")
    client.meta.events.register("after-call", lambda **_: None)
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_client_made_inside_a_manager_needs_neither_region_nor_credentials(empty_home):
    with SecretsManager(region="ap-south-1"):
        client = boto3.Session().client("secretsmanager")
        assert client.create_secret(Name="db")["ARN"].startswith("arn:aws:secretsmanager:ap-south-1:123456789012:")


def test_a_call_does_not_fetch_refreshable_credentials(secretsmanager):
    """botocore refreshes an assumed role's credentials to sign a request. No request is signed here."""

    def refresh() -> dict[str, str]:
        raise AssertionError("a call went for credentials")

    session = botocore.session.Session()
    session._credentials = RefreshableCredentials(None, None, None, None, refresh, "assume-role")
    client = session.create_client("secretsmanager")
    assert client.list_secrets()["SecretList"] == []


# --- regions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_a_client_creates_secrets_in_its_region_and_partition(secretsmanager, new_client, region, partition):
    arn = new_client(region).create_secret(Name="db")["ARN"]
    assert arn.startswith(f"arn:{partition}:secretsmanager:{region}:123456789012:secret:db-")


def test_clients_in_two_regions_have_different_secrets_of_the_same_name(secretsmanager, new_client):
    here, there = new_client("us-east-1"), new_client("eu-west-1")
    here.create_secret(Name="db", SecretString="here")
    there.create_secret(Name="db", SecretString="there")
    assert here.get_secret_value(SecretId="db")["SecretString"] == "here"
    assert there.get_secret_value(SecretId="db")["SecretString"] == "there"


def test_each_call_is_logged_in_the_region_of_its_client(secretsmanager, new_client):
    for region in ("us-east-1", "eu-west-1", "us-east-1"):
        new_client(region).list_secrets()
    assert [call.region for call in secretsmanager.log] == ["us-east-1", "eu-west-1", "us-east-1"]


# --- accounts ------------------------------------------------------------------------------------------------------


def test_a_client_without_account_calls_in_the_account_of_the_manager(new_client):
    client = new_client()
    with SecretsManager(account="210987654321"):
        assert account_of(client) == "210987654321"


def test_a_client_without_account_calls_in_the_account_of_each_of_two_managers(new_client):
    client = new_client()
    accounts = []
    for account in ("111111111111", "222222222222"):
        with SecretsManager(account=account):
            accounts.append(account_of(client))
    assert accounts == ["111111111111", "222222222222"]


@knows_accounts
def test_a_client_with_an_explicit_account_calls_in_that_account(secretsmanager, new_client):
    assert account_of(new_client(aws_account_id="210987654321")) == "210987654321"


@knows_accounts
def test_a_client_of_a_session_with_an_explicit_account_calls_in_that_account(secretsmanager):
    session = botocore.session.Session()
    session.set_credentials("AKIATEST", "test", account_id="210987654321")
    assert account_of(session.create_client("secretsmanager")) == "210987654321"


@knows_accounts
def test_a_client_in_another_account_does_not_find_a_secret(secretsmanager, new_client):
    one, two = new_client(aws_account_id="111111111111"), new_client(aws_account_id="222222222222")
    one.create_secret(Name="db", SecretString="of one")
    with pytest.raises(two.exceptions.ResourceNotFoundException):
        two.get_secret_value(SecretId="db")


@knows_accounts
def test_each_call_is_logged_in_the_account_of_its_client(secretsmanager, new_client):
    new_client(aws_account_id="210987654321").list_secrets()
    new_client().list_secrets()
    assert [call.account for call in secretsmanager.log] == ["210987654321", "123456789012"]


@knows_accounts
@pytest.mark.parametrize("method", ["env", "shared-credentials-file", "assume-role", "sso"])
def test_an_account_of_discovered_credentials_is_ignored(secretsmanager, method):
    session = botocore.session.Session()
    session._credentials = Credentials("AKIADEVELOPER", "x", method=method, account_id="999999999999")
    assert account_of(session.create_client("secretsmanager")) == "123456789012"


@knows_accounts
def test_an_account_in_the_environment_is_ignored(developers_account, secretsmanager):
    client = boto3.Session().client("secretsmanager")
    assert client._get_credentials().account_id == "999999999999"
    assert account_of(client) == "123456789012"


def test_a_manager_leaves_credentials_in_the_environment_unchanged(developers_account):
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    with SecretsManager():
        assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIADEVELOPER"
    assert {name: value for name, value in os.environ.items() if name.startswith("AWS_")} == before
