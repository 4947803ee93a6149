"""CloudTrail records, in the form that AWS was recorded to write."""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

TOKEN = "2" * 32
VERSION = "1" * 32
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(autouse=True)
def _a_secret(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", Version("one", id=VERSION))


def record(sm: SecretsManager) -> dict[str, Any]:
    return sm.log[-1].record


def test_cloudtrail_record_of_a_read_has_the_recorded_form(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    answer = client.get_secret_value(SecretId="db")
    found = record(secretsmanager)
    assert UUID.fullmatch(found.pop("eventID"))
    assert found == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDA00000000000000000",
            "arn": "arn:aws:iam::123456789012:user/test",
            "accountId": "123456789012",
            "accessKeyId": "AKIA0000000000000000",
            "userName": "test",
        },
        "eventTime": "2026-01-02T03:04:05Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "pytest-secretsmanager",
        "requestParameters": {"secretId": "db"},
        "responseElements": None,
        "requestID": answer["ResponseMetadata"]["RequestId"],
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "secretsmanager.us-east-1.amazonaws.com",
        },
    }


def test_cloudtrail_record_shows_the_reply_of_a_write_in_camel_case(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}])
    call, _ = secretsmanager.log  # the second is the event of the replication
    (status,) = call.record["responseElements"]["replicationStatus"]
    assert {"region", "status"} <= status.keys()


@pytest.mark.parametrize(
    ("method", "arguments", "parameters"),
    [
        ("get_secret_value", {"SecretId": "db"}, {"secretId": "db"}),
        (
            "get_secret_value",
            {"SecretId": "db", "VersionId": VERSION},
            {"secretId": "db", "versionId": VERSION},
        ),
        (
            "list_secrets",
            {"Filters": [{"Key": "name", "Values": ["d"]}], "MaxResults": 5},
            {"filters": [{"key": "name", "values": ["d"]}], "maxResults": 5},
        ),
        ("list_secrets", {}, None),
        (
            "put_secret_value",
            {"SecretId": "db", "SecretString": "to-hide", "ClientRequestToken": TOKEN},
            {"secretId": "db", "clientRequestToken": TOKEN},
        ),
        (
            "put_secret_value",
            {"SecretId": "db", "SecretBinary": b"to-hide", "ClientRequestToken": TOKEN, "RotationToken": "9" * 36},
            {"secretId": "db", "clientRequestToken": TOKEN},
        ),
        (
            "create_secret",
            {
                "Name": "new",
                "SecretString": "to-hide",
                "ClientRequestToken": TOKEN,
                "Description": "d",
                "Tags": [{"Key": "to-hide", "Value": "x"}],
            },
            {"name": "new", "clientRequestToken": TOKEN, "description": "d"},
        ),
        (
            "delete_secret",
            {"SecretId": "db", "RecoveryWindowInDays": 7},
            {"secretId": "db", "recoveryWindowInDays": 7},
        ),
        (
            "tag_resource",
            {"SecretId": "db", "Tags": [{"Key": "team", "Value": "pay"}]},
            {"secretId": "db", "tags": [{"key": "team", "value": "pay"}]},
        ),
    ],
    ids=[
        "GetSecretValue",
        "GetSecretValue with a version",
        "ListSecrets with filters",
        "ListSecrets",
        "PutSecretValue with text",
        "PutSecretValue with bytes",
        "CreateSecret",
        "DeleteSecret",
        "TagResource",
    ],
)
def test_cloudtrail_record_shows_request_members_in_camel_case_without_secrets(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    method: str,
    arguments: dict[str, Any],
    parameters: dict[str, Any] | None,
) -> None:
    getattr(client, method)(**arguments)
    assert record(secretsmanager)["requestParameters"] == parameters
    assert "to-hide" not in str(record(secretsmanager))


@pytest.mark.parametrize(
    ("method", "arguments", "read_only"),
    [
        ("get_secret_value", {"SecretId": "db"}, True),
        ("batch_get_secret_value", {"SecretIdList": ["db"]}, True),
        ("describe_secret", {"SecretId": "db"}, True),
        ("list_secrets", {}, True),
        ("list_secret_version_ids", {"SecretId": "db"}, True),
        ("get_resource_policy", {"SecretId": "db"}, True),
        ("get_random_password", {}, True),
        ("put_secret_value", {"SecretId": "db", "SecretString": "x"}, False),
        ("update_secret", {"SecretId": "db", "Description": "x"}, False),
        ("untag_resource", {"SecretId": "db", "TagKeys": ["x"]}, False),
        ("delete_secret", {"SecretId": "db"}, False),
        ("restore_secret", {"SecretId": "db"}, False),
    ],
    ids=str,
)
def test_cloudtrail_record_of_a_read_is_read_only_without_a_response(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    method: str,
    arguments: dict[str, Any],
    read_only: bool,
) -> None:
    getattr(client, method)(**arguments)
    found = secretsmanager.log[0].record
    assert found["readOnly"] is read_only
    assert not read_only or found["responseElements"] is None


def test_cloudtrail_record_of_put_secret_value_shows_only_the_arn_of_the_reply(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    arn = client.put_secret_value(SecretId="db", SecretString="two")["ARN"]
    assert record(secretsmanager)["responseElements"] == {"arn": arn}


@pytest.mark.parametrize("value", [{"SecretString": "x"}, {}], ids=["with a value", "without a value"])
def test_cloudtrail_record_of_create_secret_shows_only_the_arn_of_the_reply(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", value: dict[str, Any]
) -> None:
    arn = client.create_secret(Name="new", **value)["ARN"]
    assert record(secretsmanager)["responseElements"] == {"arn": arn}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        pytest.param("tag_resource", {"Tags": [{"Key": "team", "Value": "pay"}]}, id="added tag"),
        pytest.param("untag_resource", {"TagKeys": ["team"]}, id="removed tag"),
        pytest.param("untag_resource", {"TagKeys": ["nowhere"]}, id="unknown tag"),
    ],
)
@pytest.mark.parametrize("tags", [None, {"team": "x"}], ids=["without tags", "with tags"])
def test_cloudtrail_record_of_a_tag_operation_shows_the_arn_despite_an_empty_reply(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    method: str,
    arguments: dict[str, Any],
    tags: dict[str, str] | None,
) -> None:
    secretsmanager.seed("db", "one", tags=tags or {})
    getattr(client, method)(SecretId="db", **arguments)
    assert record(secretsmanager)["responseElements"] == {"arn": secretsmanager.secret("db").arn}
    assert secretsmanager.log[-1].response == {}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(0, "Jan 9, 2026, 3:04:05 AM", id="in the morning"),
        pytest.param(9 * 3600, "Jan 9, 2026, 12:04:05 PM", id="at noon"),
        pytest.param(10 * 3600, "Jan 9, 2026, 1:04:05 PM", id="after noon"),
        pytest.param(21 * 3600, "Jan 10, 2026, 12:04:05 AM", id="at midnight"),
    ],
)
def test_cloudtrail_record_of_delete_secret_shows_the_date_in_words(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", clock: Any, seconds: int, text: str
) -> None:
    clock.advance(seconds)
    arn = client.delete_secret(SecretId="db", RecoveryWindowInDays=7)["ARN"]
    assert record(secretsmanager)["responseElements"] == {"arn": arn, "name": "db", "deletionDate": text}


def test_cloudtrail_record_of_a_refused_call_shows_code_and_message(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException) as refusal:
        client.put_secret_value(SecretId="bd", SecretString="x")
    found = record(secretsmanager)
    assert found["errorCode"] == "ResourceNotFoundException"
    assert found["errorMessage"] == refusal.value.response["Error"]["Message"]
    assert found["responseElements"] is None


def test_cloudtrail_record_shows_access_denied_instead_of_access_denied_exception(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    function = "arn:aws:lambda:us-east-1:123456789012:function:nowhere"
    with pytest.raises(ClientError) as refusal:
        client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    found = record(secretsmanager)
    assert refusal.value.response["Error"]["Code"] == secretsmanager.log[-1].error == "AccessDeniedException"
    assert found["errorCode"] == "AccessDenied"
    assert found["requestParameters"] == {"secretId": "db", "rotationLambdaARN": function, "clientRequestToken": TOKEN}


def test_cloudtrail_record_of_a_call_that_iam_refuses_has_no_request(secretsmanager: SecretsManager) -> None:
    role = secretsmanager.iam.role("app")
    with pytest.raises(ClientError) as refusal:
        secretsmanager.client(principal=role).delete_secret(SecretId="db", RecoveryWindowInDays=7)
    found = record(secretsmanager)
    assert (found["errorCode"], found["requestParameters"], found["responseElements"]) == ("AccessDenied", None, None)
    assert found["errorMessage"] == refusal.value.response["Error"]["Message"]
    assert found["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == role.arn
    assert secretsmanager.log[-1].request == {"SecretId": "db", "RecoveryWindowInDays": 7}


def test_cloudtrail_record_of_a_call_that_iam_allows_and_the_service_refuses_keeps_its_request(
    secretsmanager: SecretsManager,
) -> None:
    secretsmanager.iam.enforce()
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        secretsmanager.client().get_secret_value(SecretId="none")
    assert record(secretsmanager)["requestParameters"] == {"secretId": "none"}
    decision = secretsmanager.log[-1].decision
    assert decision is not None
    assert decision.allowed


def test_cloudtrail_record_of_a_successful_call_has_no_error_members(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.get_secret_value(SecretId="db")
    assert "errorCode" not in record(secretsmanager)
    assert "errorMessage" not in record(secretsmanager)


def test_cloudtrail_record_names_region_and_account_of_the_caller(secretsmanager: SecretsManager) -> None:
    secretsmanager.client("eu-west-1", aws_account_id="999999999999").list_secrets()
    found = record(secretsmanager)
    assert found["awsRegion"] == "eu-west-1"
    assert found["userIdentity"]["accountId"] == "999999999999"
    assert found["recipientAccountId"] == "999999999999"


def test_cloudtrail_record_keeps_its_own_event_id(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("other", "x")
    client.batch_get_secret_value(SecretIdList=["db", "other"])
    client.get_secret_value(SecretId="db")
    ids = [event.record["eventID"] for event in secretsmanager.log]
    assert len(set(ids)) == 4
    assert ids == [event.record["eventID"] for event in secretsmanager.log]


def test_cloudtrail_record_of_each_read_of_a_batch_stands_alone(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.batch_get_secret_value(SecretIdList=["db"])
    batch, read = (event.record for event in secretsmanager.log)
    assert batch["eventName"] == "BatchGetSecretValue"
    assert batch["requestParameters"] == {"secretIdList": ["db"]}
    assert (read["eventName"], read["requestParameters"], read["readOnly"]) == (
        "GetSecretValue",
        {"secretId": "db"},
        True,
    )


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_secret_value", {"SecretId": "db"}),
        ("delete_secret", {"SecretId": "db"}),
        ("put_secret_value", {"SecretId": "db", "SecretBinary": b"\x00"}),
    ],
    ids=str,
)
def test_cloudtrail_record_can_be_written_as_json(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", method: str, arguments: dict[str, Any]
) -> None:
    getattr(client, method)(**arguments)
    found = record(secretsmanager)
    assert json.loads(json.dumps(found)) == found
