"""Calls of a client in a region unknown to AWS: botocore finds no host, as in the real network."""

import asyncio
import socket

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ParamValidationError

from pytest_secretsmanager import SecretsManager

NO_HOST = r'^Could not connect to the endpoint URL: "https://secretsmanager\.eu-wst-1\.amazonaws\.com/"$'


def listen(client, way):
    """Add a listener to the client if `way` asks for one. Its calls then take botocore's own way."""
    if way == "listener":
        client.meta.events.register("before-call.secrets-manager", lambda **_: None)
    return client


@pytest.fixture
def no_network(monkeypatch):
    """Fail the test at a look-up of any host."""

    def refuse(*arguments, **_):
        pytest.fail(f"looked for the host {arguments[0]}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("way", ["no listener", "listener"])
def test_a_call_in_an_unknown_region_finds_no_host_and_is_not_logged(secretsmanager, new_client, way):
    client = listen(new_client("eu-wst-1"), way)
    for _ in range(2):
        with pytest.raises(EndpointConnectionError, match=NO_HOST) as raised, secretsmanager.assert_unchanged():
            client.create_secret(Name="db", SecretString="x")
        assert isinstance(raised.value.kwargs["error"], socket.gaierror)
    assert not secretsmanager.log


@pytest.mark.parametrize("way", ["no listener", "listener"])
def test_an_async_call_in_an_unknown_region_finds_no_host_and_is_not_logged(secretsmanager, new_async_client, way):
    async def call():
        async with new_async_client("eu-wst-1") as client:
            await listen(client, way).create_secret(Name="db", SecretString="x")

    for _ in range(2):
        with pytest.raises(EndpointConnectionError, match=NO_HOST), secretsmanager.assert_unchanged():
            asyncio.run(call())
    assert not secretsmanager.log


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("region", "options", "url"),
    [
        ("invalid-region", {}, "https://secretsmanager.invalid-region.amazonaws.com/"),
        ("cn-wst-1", {}, "https://secretsmanager.cn-wst-1.amazonaws.com.cn/"),
        ("eu-wst-1", {"use_ssl": False}, "http://secretsmanager.eu-wst-1.amazonaws.com/"),
        ("eu-wst-1", {"endpoint_url": "http://nowhere.test:8"}, "http://nowhere.test:8/"),
        ("aws-global", {}, None),
    ],
    ids=["commercial", "China", "without TLS", "custom endpoint_url", "aws-global"],
)
def test_the_error_in_an_unknown_region_names_the_url_that_botocore_would_call(
    secretsmanager, new_client, region, options, url
):
    client = new_client(region, **options)
    with pytest.raises(EndpointConnectionError) as raised:
        client.list_secrets()
    assert raised.value.kwargs["endpoint_url"] == (url or client.meta.endpoint_url + "/")


def test_a_call_in_an_unknown_region_validates_its_parameters_first(secretsmanager, new_client):
    with pytest.raises(ParamValidationError):
        new_client("eu-wst-1").get_secret_value(SecretId=7)


def test_a_before_call_listener_can_answer_a_call_in_an_unknown_region(secretsmanager, new_client):
    client = new_client("eu-wst-1")
    answer = {"SecretList": [], "ResponseMetadata": {}}
    client.meta.events.register("before-call", lambda **_: (AWSResponse("", 200, {}, None), answer))
    assert client.list_secrets() is answer


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_create_secret_works_in_regions_of_other_partitions(secretsmanager, new_client, region):
    arn = new_client(region).create_secret(Name="db", SecretString="x")["ARN"]
    assert arn.split(":")[3] == region


# --- extra_regions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["no listener", "listener"])
def test_a_client_in_an_extra_region_creates_and_logs_a_secret_there(new_client, way):
    client = listen(new_client("eu-atlantis-1"), way)
    with SecretsManager(extra_regions=["eu-atlantis-1"]) as sm:
        assert client.create_secret(Name="db", SecretString="x")["ARN"].split(":")[3] == "eu-atlantis-1"
        sm.assert_value("db", "x", region="eu-atlantis-1")
        assert [call.region for call in sm.log] == ["eu-atlantis-1"]


def test_an_async_client_in_an_extra_region_creates_a_secret_there(new_async_client):
    async def call():
        async with new_async_client("eu-atlantis-1") as client:
            return await client.create_secret(Name="db", SecretString="x")

    with SecretsManager(extra_regions=["eu-atlantis-1"]):
        assert asyncio.run(call())["ARN"].split(":")[3] == "eu-atlantis-1"


def test_a_client_in_an_extra_region_is_answered_only_inside_managers_with_that_region(new_client):
    client = new_client("eu-atlantis-1")
    for _ in range(2):
        with SecretsManager(extra_regions=["eu-atlantis-1"]):
            assert client.list_secrets()["SecretList"] == []
            with SecretsManager(), pytest.raises(EndpointConnectionError):
                client.list_secrets()
            assert client.list_secrets()["SecretList"] == []


def test_seeds_clients_keys_rotation_replication_and_the_endpoint_accept_an_extra_region():
    region = "eu-atlantis-1"
    with SecretsManager(region, extra_regions=[region, "eu-atlantis-2"]) as sm:
        sm.seed("db", "x", replicas=["us-east-1", "eu-atlantis-2"])
        sm.seed("key", "y", region="eu-atlantis-2")
        assert boto3.client("secretsmanager").meta.region_name == region
        assert sm.client("eu-atlantis-2").get_secret_value(SecretId="db")["SecretString"] == "x"
        assert sm.kms.create_key(region="eu-atlantis-2").arn.split(":")[3] == "eu-atlantis-2"
        assert sm.rotation.register(lambda *_: None, region="eu-atlantis-2").split(":")[3] == "eu-atlantis-2"
        sm.replication.hold("eu-atlantis-2").resume()
        environment = sm.endpoint().env_of(region="eu-atlantis-2")
        over_http = boto3.client(
            "secretsmanager",
            region_name="eu-atlantis-2",
            endpoint_url=environment["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )
        assert over_http.get_secret_value(SecretId="key")["SecretString"] == "y"
