"""Programs outside this process, in any language: they get answers, and the test's log has their calls."""

import asyncio
import json
import sys
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
from npm_packages import SECONDS, program_folder, run
from signed_requests import send, signed

from pytest_secretsmanager import BrokenReply


@pytest.fixture
def endpoint(secretsmanager):
    return secretsmanager.endpoint()


# --- the AWS CLI -----------------------------------------------------------------------------------------------------


@pytest.fixture
def aws(endpoint, empty_home):
    """Run `aws secretsmanager …` in another process."""

    def call(*arguments):
        return run([sys.executable, "-m", "awscli", "secretsmanager", *arguments], endpoint.env)

    return call


def test_the_aws_cli_in_a_subprocess_creates_puts_and_reads(secretsmanager, aws):
    created = aws("create-secret", "--name", "db", "--secret-string", "one")
    assert (created.stderr, created.returncode) == ("", 0)
    aws("put-secret-value", "--secret-id", "db", "--secret-string", "two", "--version-stages", "AWSPENDING")
    read = aws("get-secret-value", "--secret-id", "db", "--query", "SecretString", "--output", "text")
    assert read.stdout == "one\n"
    secretsmanager.assert_labels("db", {"AWSCURRENT": 1, "AWSPENDING": 2})
    secretsmanager.assert_log_order("CreateSecret", "PutSecretValue", "GetSecretValue")
    secretsmanager.assert_nothing_leaked()


def test_the_aws_cli_in_a_subprocess_sends_a_file_unchanged(secretsmanager, aws, tmp_path):
    (tmp_path / "key").write_bytes(b"\x00\xff")
    assert aws("create-secret", "--name", "key", "--secret-binary", f"fileb://{tmp_path / 'key'}").returncode == 0
    secretsmanager.assert_value("key", b"\x00\xff")


def test_the_aws_cli_in_a_subprocess_lists_page_by_page(secretsmanager, aws):
    for number in range(3):
        secretsmanager.seed(f"db{number}", "x")
    listed = aws("list-secrets", "--page-size", "1", "--query", "SecretList[].Name", "--output", "json")
    assert json.loads(listed.stdout) == ["db0", "db1", "db2"]
    secretsmanager.assert_logged("ListSecrets", times=3)


def test_the_aws_cli_in_a_subprocess_prints_a_refusal_and_fails(secretsmanager, aws):
    refused = aws("get-secret-value", "--secret-id", "nowhere")
    assert refused.returncode != 0
    assert "(ResourceNotFoundException) when calling the GetSecretValue operation" in refused.stderr
    secretsmanager.assert_logged("GetSecretValue", times=1, error="ResourceNotFoundException", SecretId="nowhere")


# --- JavaScript ------------------------------------------------------------------------------------------------------

SCRIPT = Path(__file__).parent / "javascript"


@pytest.fixture(scope="session")
def javascript(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the script and AWS's SDK."""
    return program_folder(SCRIPT, request, tmp_path_factory)


@pytest.fixture
def printed_by_javascript(secretsmanager, endpoint, javascript):
    """The output of the script. Four secrets are seeded before it runs."""
    for number in range(4):
        secretsmanager.seed(f"seeded/{number}", "x")
    ran = run(["node", "--no-warnings", "client.mjs"], endpoint.env, cwd=javascript)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_sdk_for_javascript_creates_puts_and_reads(secretsmanager, printed_by_javascript):
    assert {
        name: printed_by_javascript[name] for name in ("created", "stages", "pending", "current", "createdIsDate")
    } == {
        "created": "js/db",
        "stages": ["AWSPENDING"],
        "pending": [0, 255],
        "current": "one",
        "createdIsDate": True,
    }
    secretsmanager.assert_history("js/db", ["one", b"\x00\xff"])
    secretsmanager.assert_labels("js/db", {"AWSCURRENT": 1, "AWSPENDING": 2})
    secretsmanager.assert_logged("PutSecretValue", times=1, SecretId="js/db", VersionStages=["AWSPENDING"])
    secretsmanager.assert_log_order("CreateSecret", "PutSecretValue", "GetSecretValue", "ListSecrets")
    secretsmanager.assert_nothing_leaked()


def test_the_sdk_for_javascript_lists_page_by_page(secretsmanager, printed_by_javascript):
    assert printed_by_javascript["pages"] == [["seeded/0", "seeded/1"], ["seeded/2", "seeded/3"], ["js/db"]]
    secretsmanager.assert_logged("ListSecrets", times=3, MaxResults=2)


def test_the_sdk_for_javascript_raises_its_own_error_classes(secretsmanager, printed_by_javascript):
    too_short = (
        "Value '' at 'secretId' failed to satisfy constraint: Member must have length greater than or equal to 1"
    )
    assert printed_by_javascript["errors"] == [
        ["ResourceNotFoundException", "Secrets Manager can't find the specified secret.", True, 400],
        [
            "ResourceExistsException",
            "The operation failed because the secret js/db already exists.",
            True,
            400,
        ],
        ["ValidationException", f"1 validation error detected: {too_short}", True, 400],
    ]
    secretsmanager.assert_logged("CreateSecret", times=1, error="ResourceExistsException")


def test_the_sdk_for_javascript_reaches_the_endpoint_although_aws_profile_is_set(
    secretsmanager, javascript, monkeypatch
):
    """The SDK prefers a profile's credentials to those of the environment."""
    monkeypatch.setenv("AWS_PROFILE", "of-the-developer")
    ran = run(["node", "--no-warnings", "client.mjs"], secretsmanager.endpoint().env, cwd=javascript)
    assert ran.returncode == 0, ran.stderr
    secretsmanager.assert_logged("CreateSecret", Name="js/db")


def test_the_sdk_for_javascript_meets_planned_faults(secretsmanager, endpoint, javascript):
    secretsmanager.seed("db", "one")
    failures = [
        "ThrottlingException",
        "InternalServiceError",
        "ResourceNotFoundException",
        "connection closed",
        "read timeout",
        BrokenReply.from_proxy(502),
        BrokenReply.truncated(5),
    ]
    for failure in failures:
        secretsmanager.faults.fail("GetSecretValue", failure)
    ran = run(["node", "--no-warnings", "faults.mjs", str(len(failures) + 1)], endpoint.env, cwd=javascript)
    assert ran.returncode == 0, ran.stderr
    *failed, succeeded = json.loads(ran.stdout)
    assert failed == [
        ["ThrottlingException", 400],
        ["InternalServiceError", 500],
        ["ResourceNotFoundException", 400],
        ["TimeoutError", None],
        ["TimeoutError", None],
        ["SyntaxError", 502],
        ["Error", 200],
    ]
    assert succeeded == "one"


# --- by hand, as curl does it ----------------------------------------------------------------------------------------


def test_the_endpoint_answers_a_request_that_was_signed_by_hand(secretsmanager, endpoint):
    secretsmanager.seed("db", "one")
    answer = send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"}))
    assert (answer.status, answer.json["SecretString"]) == (200, "one")
    secretsmanager.assert_logged("GetSecretValue", times=1, SecretId="db")


def test_the_endpoint_refuses_an_unsigned_request(secretsmanager, endpoint):
    secretsmanager.seed("db", "one")
    connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=SECONDS)
    headers = {"X-Amz-Target": "secretsmanager.GetSecretValue", "Content-Type": "application/x-amz-json-1.1"}
    connection.request("POST", "/", b'{"SecretId": "db"}', headers)
    response = connection.getresponse()
    assert (response.status, json.load(response)["__type"]) == (400, "MissingAuthenticationTokenException")
    connection.close()
    secretsmanager.assert_not_logged()


# --- AWS's async SDK for Python --------------------------------------------------------------------------------------


@pytest.mark.skipif(
    find_spec("aws_sdk_secrets_manager") is None,
    reason="aws-sdk-secrets-manager is not installed; it needs Python 3.12",
)
def test_the_async_sdk_of_aws_for_python_creates_puts_and_reads(secretsmanager, endpoint, empty_home, monkeypatch):
    """This SDK doesn't fill in a ClientRequestToken."""
    from aws_sdk_secrets_manager import models
    from aws_sdk_secrets_manager.client import AsyncSecretsManagerClient

    for name, value in endpoint.env.items():
        monkeypatch.setenv(name, value)

    async def program():
        client = AsyncSecretsManagerClient()
        try:
            await client.create_secret(
                models.CreateSecretInput(name="db", secret_string="one", client_request_token=str(uuid4()))
            )
            await client.put_secret_value(
                models.PutSecretValueInput(secret_id="db", secret_string="two", client_request_token=str(uuid4()))
            )
            with pytest.raises(models.ResourceNotFoundException, match="can't find the specified secret"):
                await client.get_secret_value(models.GetSecretValueInput(secret_id="nowhere"))
            read = await client.get_secret_value(models.GetSecretValueInput(secret_id="db"))
            return read.secret_string, read.version_stages
        finally:
            await client.close()

    assert asyncio.run(program()) == ("two", ["AWSCURRENT"])
    secretsmanager.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    secretsmanager.assert_log_order("CreateSecret", "PutSecretValue", "GetSecretValue")
