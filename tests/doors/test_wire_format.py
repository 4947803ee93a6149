"""AWS JSON 1.1 over HTTP: the format of responses, and the bodies that the endpoint reads or refuses."""

import base64
import json
import time
from email.utils import parsedate_to_datetime

import pytest
from signed_requests import TOKEN, send, signed

from pytest_secretsmanager.doors import wire
from pytest_secretsmanager.doors.http import BODY_LIMIT
from pytest_secretsmanager.engine.errors import (
    AccessDeniedException,
    ResourceNotFoundException,
    ServiceError,
)

BROKEN = "SerializationException"


@pytest.fixture
def endpoint(secretsmanager):
    secretsmanager.seed("db", "one")
    return secretsmanager.endpoint()


# --- answers ---------------------------------------------------------------------------------------------------------


def test_a_response_of_the_endpoint_has_content_type_and_length(endpoint):
    answer = send(endpoint, signed(endpoint, "DescribeSecret", {"SecretId": "db"}))
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert int(answer.headers["Content-Length"]) == len(answer.body)


def headers_of(answer):
    return {name.lower() for name in answer.headers}


BASIC_HEADERS = {"content-type", "content-length", "date", "x-amzn-requestid"}


def test_a_response_of_the_endpoint_has_the_headers_of_aws_and_names_no_server(endpoint):
    assert headers_of(send(endpoint, signed(endpoint, "ListSecrets", {}))) == BASIC_HEADERS


def test_a_refusal_over_http_has_the_same_headers_as_a_reply(endpoint):
    refused = send(endpoint, signed(endpoint, "DescribeSecret", {"SecretId": "nowhere"}))
    assert (refused.status, headers_of(refused)) == (400, BASIC_HEADERS)
    assert refused.headers["Content-Type"] == "application/x-amz-json-1.1"


def test_the_date_header_of_a_response_is_the_real_time_after_the_clock_advances(secretsmanager, endpoint):
    """SDKs correct their signing time by this header."""
    secretsmanager.clock.advance(days=400)
    date = send(endpoint, signed(endpoint, "ListSecrets", {})).headers["Date"]
    assert parsedate_to_datetime(date).timestamp() == pytest.approx(time.time(), abs=60)


def test_describe_secret_over_http_has_times_in_seconds_with_milliseconds(secretsmanager, endpoint):
    described = send(endpoint, signed(endpoint, "DescribeSecret", {"SecretId": "db"})).json
    created = secretsmanager.secret("db").versions[0].created
    assert described["CreatedDate"] == pytest.approx(created.timestamp(), abs=0.001)
    assert isinstance(described["CreatedDate"], float)


def test_secret_binary_over_http_is_base64(endpoint):
    body = {"SecretId": "db", "SecretBinary": base64.b64encode(b"\x00\xff").decode(), "ClientRequestToken": TOKEN}
    assert send(endpoint, signed(endpoint, "PutSecretValue", body)).status == 200
    assert send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"})).json["SecretBinary"] == "AP8="


@pytest.mark.parametrize(
    ("operation", "more"),
    [("TagResource", {"Tags": [{"Key": "a", "Value": "b"}]}), ("UntagResource", {"TagKeys": ["a"]})],
    ids=["TagResource", "UntagResource"],
)
def test_an_operation_without_output_has_an_empty_body_over_http(endpoint, operation, more):
    answer = send(endpoint, signed(endpoint, operation, {"SecretId": "db", **more}))
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")


def test_get_secret_value_over_http_returns_any_characters_unchanged(endpoint):
    value = 'é日本😀\u2028\x00"\\\ud800'
    body = {"SecretId": "db", "SecretString": value, "ClientRequestToken": TOKEN}
    assert send(endpoint, signed(endpoint, "PutSecretValue", body)).status == 200
    assert send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"})).json["SecretString"] == value


def test_a_modelled_error_over_http_has_its_text_only_under_capitalised_message():
    assert json.loads(wire.write_error(ResourceNotFoundException("no"))) == {
        "__type": "ResourceNotFoundException",
        "Message": "no",
    }


@pytest.mark.parametrize(
    "kind",
    [kind for kind in ServiceError.__subclasses__() if kind.of_authentication],
    ids=lambda kind: kind.__name__,
)
def test_an_authentication_error_over_http_has_its_text_only_under_lower_case_message(kind):
    """REPORTED: aws/aws-sdk-php-laravel PR 228 quotes such a body of GetSecretValue."""
    assert json.loads(wire.write_error(kind("no"))) == {"__type": kind.__name__, "message": "no"}


def test_an_unmodelled_error_over_http_has_its_text_under_both_message_keys():
    assert json.loads(wire.write_error(AccessDeniedException("no"))) == {
        "__type": "AccessDeniedException",
        "message": "no",
        "Message": "no",
    }


# --- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="broken"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'"db"', id="string"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"SecretId": NaN}', id="NaN"),
        pytest.param(b'{"SecretId": -Infinity}', id="infinity"),
        pytest.param(b'{"SecretId": "\xff"}', id="not UTF-8"),
        pytest.param('{"SecretId": "db"}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"SecretId": "db"}', id="byte order mark"),
        pytest.param(b'{"SecretId": "db"} trailing', id="trailing text"),
        pytest.param(b'{"SecretId": "db",}', id="trailing comma"),
        pytest.param(b"[" * 100_000, id="deep nesting"),
        pytest.param(b'{"SecretId": ' + b"[" * 100_000, id="deep nesting in a member"),
        pytest.param(b'{"MaxResults": ' + b"9" * 10_000 + b"}", id="number of 10,000 digits"),
    ],
)
def test_the_endpoint_refuses_a_body_that_is_not_a_json_object(secretsmanager, endpoint, body):
    answer = send(endpoint, signed(endpoint, "DescribeSecret", body=body))
    assert (answer.status, answer.code) == (400, BROKEN)
    assert (len(secretsmanager.log), endpoint._crashes) == (0, [])


@pytest.mark.parametrize("text", ["a", "a b", "é", "@@@@", "AA=A"])
def test_put_secret_value_over_http_refuses_a_secret_binary_that_is_not_base64(secretsmanager, endpoint, text):
    body = {"SecretId": "db", "SecretBinary": text, "ClientRequestToken": TOKEN}
    answer = send(endpoint, signed(endpoint, "PutSecretValue", body))
    assert (answer.status, answer.code) == (400, BROKEN)
    secretsmanager.assert_history("db", ["one"])


def test_the_endpoint_reads_an_empty_body_as_no_parameters(endpoint):
    assert send(endpoint, signed(endpoint, "ListSecrets", body=b"")).status == 200
    assert send(endpoint, signed(endpoint, "DescribeSecret", body=b"")).code == "ValidationException"


def test_the_endpoint_ignores_null_and_unknown_members(secretsmanager, endpoint):
    body = {"SecretId": "db", "VersionId": None, "Nonsense": {"deep": [1]}}
    assert send(endpoint, signed(endpoint, "GetSecretValue", body)).json["SecretString"] == "one"
    secretsmanager.assert_logged("GetSecretValue", SecretId="db")
    assert secretsmanager.log[0].request == {"SecretId": "db"}


def test_describe_secret_over_http_refuses_a_secret_id_of_the_wrong_type(endpoint):
    assert send(endpoint, signed(endpoint, "DescribeSecret", {"SecretId": {"a": 1}})).code == BROKEN


def test_put_secret_value_over_http_refuses_a_request_without_client_request_token(endpoint):
    """RECORDED: SDKs fill in the token. A request written by hand has to hold one."""
    answer = send(endpoint, signed(endpoint, "PutSecretValue", {"SecretId": "db", "SecretString": "two"}))
    assert (answer.code, answer.message) == (
        "InvalidRequestException",
        "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    )


def test_put_secret_value_over_http_accepts_a_value_of_65536_bytes(secretsmanager, endpoint):
    body = {"SecretId": "db", "SecretString": "x" * 65_536, "ClientRequestToken": TOKEN}
    assert send(endpoint, signed(endpoint, "PutSecretValue", body)).status == 200


@pytest.mark.parametrize(
    ("length", "status", "code"),
    [(BODY_LIMIT, 400, BROKEN), (BODY_LIMIT + 1, 413, "RequestEntityTooLargeException")],
)
def test_the_endpoint_refuses_a_body_over_one_mebibyte_as_too_large(secretsmanager, endpoint, length, status, code):
    answer = send(endpoint, signed(endpoint, "DescribeSecret", body=b"x" * length))
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "GetSecretValue",
        "secretsmanager.",
        "secretsmanager.Nonsense",
        "secretsmanager.getsecretvalue",
        "SecretsManager.GetSecretValue",
        "dynamodb.GetItem",
        "secretsmanager.GetSecretValue.x",
        "secretsmanager.../x",
    ],
)
def test_the_endpoint_refuses_an_x_amz_target_that_names_no_operation(secretsmanager, endpoint, target):
    answer = send(endpoint, signed(endpoint, parameters={"SecretId": "db"}, x_amz_target=target))
    assert (answer.status, answer.code) == (400, "UnknownOperationException")
    assert len(secretsmanager.log) == 0
