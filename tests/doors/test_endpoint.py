"""The local endpoint: that it serves the calls of its clients."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from signed_requests import (
    PATIENCE,
    port_of,
    read_answer,
    send,
    signed,
)

from pytest_secretsmanager import SecretsManager

ONE_TRY = Config(retries={"total_max_attempts": 1}, proxies={})


def test_a_client_configured_by_the_endpoints_environment_reaches_it(secretsmanager, endpoint, monkeypatch):
    for name, value in endpoint.env.items():
        monkeypatch.setenv(name, value)
    client = boto3.session.Session().client("secretsmanager", config=ONE_TRY)
    client.create_secret(Name="db", SecretString="x")
    client.close()
    assert secretsmanager.secret("db").value == "x"


def test_the_endpoint_serves_create_put_get_tag_describe_list_and_delete(secretsmanager, over_http):
    client = over_http()
    client.create_secret(Name="db", SecretString="one", Tags=[{"Key": "team", "Value": "pay"}])
    client.put_secret_value(SecretId="db", SecretBinary=b"\x00\xff")
    assert client.get_secret_value(SecretId="db")["SecretBinary"] == b"\x00\xff"
    assert client.get_secret_value(SecretId="db", VersionStage="AWSPREVIOUS")["SecretString"] == "one"
    assert client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}]).keys() == {"ResponseMetadata"}
    assert isinstance(client.describe_secret(SecretId="db")["CreatedDate"], datetime)
    assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == ["db"]
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")
    assert dict(secretsmanager.secrets) == {}


def test_a_call_over_http_is_logged_with_the_request_id_of_its_response(secretsmanager, over_http):
    seen = over_http().list_secrets()["ResponseMetadata"]
    (call,) = secretsmanager.log
    assert (call.operation, call.region, call.account) == ("ListSecrets", "us-east-1", "123456789012")
    assert call.request_id == seen["RequestId"] == seen["HTTPHeaders"]["x-amzn-requestid"]


def test_a_refused_call_over_http_is_logged_with_the_request_id_of_its_response(secretsmanager, over_http):
    client = over_http()
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.get_secret_value(SecretId="nowhere")
    (call,) = secretsmanager.log
    assert call.request_id == caught.value.response["ResponseMetadata"]["RequestId"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["Message"] == caught.value.response["Error"]["Message"]


def test_the_endpoint_takes_the_region_of_a_call_from_its_signature(secretsmanager, endpoint):
    """The region in the environment is only a client's default."""
    assert send(endpoint, signed(endpoint, "ListSecrets", {}, region="ap-south-1")).status == 200
    assert [call.region for call in secretsmanager.log] == ["ap-south-1"]


def test_a_client_of_the_endpoints_url_calls_over_http_and_another_client_in_process(secretsmanager, over_http, client):
    """Only a response over HTTP has Content-Length."""
    assert "content-length" in over_http().list_secrets()["ResponseMetadata"]["HTTPHeaders"]
    assert "content-length" not in client.list_secrets()["ResponseMetadata"]["HTTPHeaders"]
    assert len(secretsmanager.log) == 2


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}/", "http://localhost:{}", "http://localhost:{}/"])
def test_a_client_with_another_form_of_the_endpoints_url_calls_over_http(over_http, endpoint, form):
    env = {**endpoint.env, "AWS_ENDPOINT_URL_SECRETS_MANAGER": form.format(port_of(endpoint))}
    assert "content-length" in over_http(env).list_secrets()["ResponseMetadata"]["HTTPHeaders"]


def test_an_endpoint_serves_its_own_manager_while_an_inner_manager_is_entered(secretsmanager, over_http, client):
    secretsmanager.seed("db", "outer")
    with SecretsManager() as inner:
        inner.seed("db", "inner")
        assert over_http().get_secret_value(SecretId="db")["SecretString"] == "outer"
        assert client.get_secret_value(SecretId="db")["SecretString"] == "inner"
        assert len(inner.log) == 1


def test_create_secret_over_http_uses_the_managers_clock(secretsmanager, over_http):
    secretsmanager.clock.set(datetime(2040, 1, 1, tzinfo=UTC))
    over_http().create_secret(Name="db", SecretString="x")
    assert over_http().describe_secret(SecretId="db")["CreatedDate"] - datetime(2040, 1, 1, tzinfo=UTC) < timedelta(
        minutes=5
    )


# --- concurrent calls -------------------------------------------------------------------------------------------------


def test_a_running_call_does_not_delay_another_call(secretsmanager, endpoint, blocked, over_http):
    secretsmanager.seed("db", "old")
    with blocked.begin(endpoint) as connection:
        over_http().create_secret(Name="other", SecretString="x")
        assert secretsmanager.secret("other").value == "x"
        blocked.go_on.set()
        assert read_answer(connection).status == 200


def test_a_rotation_function_can_call_the_endpoint(secretsmanager, over_http):
    seen = []
    client = over_http()

    def handler(event, context):
        seen.append((event["Step"], client.describe_secret(SecretId=event["SecretId"])["Name"]))

    secretsmanager.seed("db", "old")
    client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(handler))
    assert seen == [(step, "db") for step in ("createSecret", "setSecret", "testSecret", "finishSecret")]


def test_create_secret_by_16_threads_over_http_creates_and_logs_each_secret_once(secretsmanager, over_http):
    threads, calls = 16, 50
    client = over_http(config=ONE_TRY.merge(Config(max_pool_connections=threads)))
    start = Barrier(threads)

    def work(thread):
        start.wait(PATIENCE)
        return [client.create_secret(Name=f"{thread}-{n}", SecretString="x") for n in range(calls)]

    with ThreadPoolExecutor(threads) as pool:
        replies = [reply for replies in pool.map(work, range(threads)) for reply in replies]
    assert {reply["Name"] for reply in replies} == set(secretsmanager.secrets)
    seen = Counter(reply["ResponseMetadata"]["RequestId"] for reply in replies)
    assert Counter(call.request_id for call in secretsmanager.log) == seen
    assert len(seen) == threads * calls


def test_a_subprocess_of_a_stopped_endpoint_gets_an_error(secretsmanager):

    with SecretsManager() as sm:
        endpoint = sm.endpoint()
        env = endpoint.env
    code = (
        "import boto3; from botocore.config import Config\n"
        "client = boto3.client('secretsmanager', config=Config(retries={'total_max_attempts': 1}))\n"
        "try: client.list_secrets()\n"
        "except Exception as error: print(type(error).__name__)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | env, capture_output=True, text=True, check=False
    )
    refusals = {
        EndpointConnectionError.__name__,
        "UnrecognizedClientException",
    }  # another test's endpoint may have the port by now
    assert ran.stdout.strip() in refusals


# --- the attempts of other programs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "attempts"),
    [
        ("attempt=2; max=3", 2),
        ("ttl=20261128T203631Z; attempt=3; max=3", 3),
        ("attempt=1", 1),
        (None, 1),
        ("attempt=0; max=3", 1),
        ("attempt=-1", 1),
        ("attempt=99999999999; max=3", 1),
        ("attempt=two", 1),
        ("retry_attempt=7", 1),
    ],
    ids=str,
)
def test_a_call_over_http_has_the_attempt_that_the_sdk_names(secretsmanager, over_http, header, attempts):
    def name_attempt(request, **_):
        del request.headers["amz-sdk-request"]
        if header is not None:
            request.headers["amz-sdk-request"] = header

    client = over_http()
    client.meta.events.register_last("before-send.secrets-manager", name_attempt)
    client.list_secrets()
    (event,) = secretsmanager.log
    assert (event.attempts, event.waited) == (attempts, 0.0)


def test_assert_calls_counts_the_attempts_of_one_sdk_call_over_http_once(secretsmanager, over_http):
    def name_attempt(request, **_):
        for name, value in ("amz-sdk-request", f"attempt={next(numbers)}; max=3"), ("amz-sdk-invocation-id", "one"):
            del request.headers[name]
            request.headers[name] = value

    numbers = iter([1, 2, 1])
    client = over_http()
    client.meta.events.register_last("before-send.secrets-manager", name_attempt)
    with secretsmanager.assert_calls("ListSecrets", exactly=2):
        for _ in range(3):
            client.list_secrets()
