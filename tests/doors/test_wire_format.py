"""AWS JSON 1.1 as it goes over the wire: what bodies are read, and how answers are written."""

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


def test_an_answer_says_what_it_is(endpoint):
    answer = send(endpoint, signed(endpoint, "DescribeSecret", {"SecretId": "db"}))
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert int(answer.headers["Content-Length"]) == len(answer.body)


def headers_of(answer):
    return {name.lower() for name in answer.headers}


BASIC_HEADERS = {"content-type", "content-length", "date", "x-amzn-requestid"}


def test_an_answer_has_the_headers_of_aws_and_names_no_server(endpoint):
    assert headers_of(send(endpoint, signed(endpoint, "ListSecrets", {}))) == BASIC_HEADERS


def test_a_refusal_by_the_service_has_the_headers_of_any_answer(endpoint):
    refused = send(endpoint, signed(endpoint, "DescribeSecret", {"SecretId": "nowhere"}))
    assert (refused.status, headers_of(refused)) == (400, BASIC_HEADERS)
    assert refused.headers["Content-Type"] == "application/x-amz-json-1.1"


def test_the_date_of_an_http_answer_is_the_real_one_though_the_clock_moves(secretsmanager, endpoint):
    """SDKs set the clock that they sign by to it."""
    secretsmanager.clock.advance(days=400)
    date = send(endpoint, signed(endpoint, "ListSecrets", {})).headers["Date"]
    assert parsedate_to_datetime(date).timestamp() == pytest.approx(time.time(), abs=60)


def test_times_are_seconds_since_the_epoch_to_the_millisecond(secretsmanager, endpoint):
    described = send(endpoint, signed(endpoint, "DescribeSecret", {"SecretId": "db"})).json
    created = secretsmanager.secret("db").versions[0].created
    assert described["CreatedDate"] == pytest.approx(created.timestamp(), abs=0.001)
    assert isinstance(described["CreatedDate"], float)


def test_a_blob_is_base64(endpoint):
    body = {"SecretId": "db", "SecretBinary": base64.b64encode(b"\x00\xff").decode(), "ClientRequestToken": TOKEN}
    assert send(endpoint, signed(endpoint, "PutSecretValue", body)).status == 200
    assert send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"})).json["SecretBinary"] == "AP8="


@pytest.mark.parametrize(
    ("operation", "more"),
    [("TagResource", {"Tags": [{"Key": "a", "Value": "b"}]}), ("UntagResource", {"TagKeys": ["a"]})],
)
def test_an_operation_without_output_answers_with_nothing(endpoint, operation, more):
    answer = send(endpoint, signed(endpoint, operation, {"SecretId": "db", **more}))
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")


def test_a_value_of_any_characters_comes_back(endpoint):
    value = 'é日本😀\u2028\x00"\\\ud800'
    body = {"SecretId": "db", "SecretString": value, "ClientRequestToken": TOKEN}
    assert send(endpoint, signed(endpoint, "PutSecretValue", body)).status == 200
    assert send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"})).json["SecretString"] == value


def test_a_modelled_error_has_its_text_under_one_key():
    assert json.loads(wire.write_error(ResourceNotFoundException("no"))) == {
        "__type": "ResourceNotFoundException",
        "Message": "no",
    }


@pytest.mark.parametrize(
    "kind",
    [kind for kind in ServiceError.__subclasses__() if kind.of_authentication],
    ids=lambda kind: kind.__name__,
)
def test_an_error_of_authentication_has_its_text_in_lower_case_alone(kind):
    """REPORTED: aws/aws-sdk-php-laravel PR 228 quotes such a body of GetSecretValue."""
    assert json.loads(wire.write_error(kind("no"))) == {"__type": kind.__name__, "message": "no"}


def test_an_error_that_is_not_modelled_has_its_text_under_both_keys():
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
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"db"', id="a text"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"SecretId": NaN}', id="NaN"),
        pytest.param(b'{"SecretId": -Infinity}', id="infinity"),
        pytest.param(b'{"SecretId": "\xff"}', id="not UTF-8"),
        pytest.param('{"SecretId": "db"}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"SecretId": "db"}', id="with a byte order mark"),
        pytest.param(b'{"SecretId": "db"} trailing', id="with more behind it"),
        pytest.param(b'{"SecretId": "db",}', id="a comma too many"),
        pytest.param(b"[" * 100_000, id="nested deeply"),
        pytest.param(b'{"SecretId": ' + b"[" * 100_000, id="nested deeply inside"),
        pytest.param(b'{"MaxResults": ' + b"9" * 10_000 + b"}", id="a number of 10,000 digits"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(secretsmanager, endpoint, body):
    answer = send(endpoint, signed(endpoint, "DescribeSecret", body=body))
    assert (answer.status, answer.code) == (400, BROKEN)
    assert (len(secretsmanager.log), endpoint.crashes) == (0, [])


@pytest.mark.parametrize("text", ["a", "a b", "é", "@@@@", "AA=A"])
def test_a_blob_that_is_no_base64_is_refused(secretsmanager, endpoint, text):
    body = {"SecretId": "db", "SecretBinary": text, "ClientRequestToken": TOKEN}
    answer = send(endpoint, signed(endpoint, "PutSecretValue", body))
    assert (answer.status, answer.code) == (400, BROKEN)
    secretsmanager.assert_history("db", ["one"])


def test_an_empty_body_is_an_object_without_members(endpoint):
    assert send(endpoint, signed(endpoint, "ListSecrets", body=b"")).status == 200
    assert send(endpoint, signed(endpoint, "DescribeSecret", body=b"")).code == "ValidationException"


def test_null_is_absent_and_what_no_shape_knows_is_passed_over(secretsmanager, endpoint):
    body = {"SecretId": "db", "VersionId": None, "Nonsense": {"deep": [1]}}
    assert send(endpoint, signed(endpoint, "GetSecretValue", body)).json["SecretString"] == "one"
    secretsmanager.assert_logged("GetSecretValue", SecretId="db")
    assert secretsmanager.log[0].request == {"SecretId": "db"}


def test_a_wrong_type_is_refused_as_the_service_refuses_it(endpoint):
    assert send(endpoint, signed(endpoint, "DescribeSecret", {"SecretId": {"a": 1}})).code == BROKEN


def test_raw_requests_have_to_bring_their_token(endpoint):
    """RECORDED: SDKs fill it, whoever writes requests by hand has to."""
    answer = send(endpoint, signed(endpoint, "PutSecretValue", {"SecretId": "db", "SecretString": "two"}))
    assert (answer.code, answer.message) == (
        "InvalidRequestException",
        "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    )


def test_the_largest_value_passes(secretsmanager, endpoint):
    body = {"SecretId": "db", "SecretString": "x" * 65_536, "ClientRequestToken": TOKEN}
    assert send(endpoint, signed(endpoint, "PutSecretValue", body)).status == 200


@pytest.mark.parametrize(
    ("length", "status", "code"),
    [(BODY_LIMIT, 400, BROKEN), (BODY_LIMIT + 1, 413, "RequestEntityTooLargeException")],
)
def test_a_body_may_have_a_mebibyte(secretsmanager, endpoint, length, status, code):
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
def test_a_target_that_names_no_operation_is_refused(secretsmanager, endpoint, target):
    answer = send(endpoint, signed(endpoint, parameters={"SecretId": "db"}, x_amz_target=target))
    assert (answer.status, answer.code) == (400, "UnknownOperationException")
    assert len(secretsmanager.log) == 0
