"""The local endpoint: what a crash of the service or of a rotation function leaves."""

import pytest
from botocore.exceptions import ClientError
from signed_requests import (
    TOKEN,
    send,
    signed,
)

from pytest_secretsmanager.engine.operations import OPERATIONS


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt("hunter2"), pytest.fail.Exception("hunter2")],
    ids=lambda it: type(it).__name__,
)
def test_an_error_of_a_rotation_function_over_http_is_a_crash_and_the_endpoint_serves_on(
    secretsmanager, endpoint, error, caplog
):
    """The caller gets InternalServiceError, and the next call an answer."""

    def handler(*_):
        raise error

    arn = secretsmanager.rotation.register(handler)
    secretsmanager.seed("db", "old")
    answer = send(
        endpoint,
        signed(endpoint, "RotateSecret", {"SecretId": "db", "RotationLambdaARN": arn, "ClientRequestToken": TOKEN}),
    )
    assert (answer.status, answer.json["__type"]) == (500, "InternalServiceError")
    assert send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"})).json["SecretString"] == "old"
    (crash,) = endpoint._crashes
    assert crash.startswith("secretsmanager.RotateSecret crashed inside the endpoint\n")
    assert crash.endswith(type(error).__name__)
    assert "hunter2" not in crash + caplog.text
    endpoint._crashes.clear()  # the crash is on purpose


def test_the_manager_keeps_the_crashes_of_a_stopped_endpoint(secretsmanager, endpoint):
    endpoint._crashes.append("what crashed")
    endpoint.stop()
    again = secretsmanager.endpoint()
    assert secretsmanager._parts.crashes == ["what crashed"]
    again._crashes.clear()


ON_PURPOSE = pytest.mark.filterwarnings("ignore:secretsmanager. .* crashed inside:pytest.PytestWarning")


def crash(*_):
    raise ZeroDivisionError("hunter2 is in this text")


@ON_PURPOSE
def test_a_crash_over_http_is_an_internal_service_error_that_shows_no_error_text(
    secretsmanager, endpoint, over_http, monkeypatch
):
    secretsmanager.seed("db", "old")
    monkeypatch.setitem(OPERATIONS, "PutSecretValue", OPERATIONS["PutSecretValue"]._replace(run=crash))
    with secretsmanager.assert_unchanged():
        answer = send(endpoint, signed(endpoint))
    assert (answer.status, answer.code) == (500, "InternalServiceError")
    assert answer.json == {"__type": "InternalServiceError", "Message": "An error occurred on the server side."}
    with pytest.raises(ClientError, match="InternalServiceError"):
        over_http().put_secret_value(SecretId="db", SecretString="new")
    for text in endpoint._crashes:
        assert text.splitlines()[0] == "secretsmanager.PutSecretValue crashed inside the endpoint"
        assert (text.splitlines()[-1], "hunter2 is in this text\n" in text) == ("ZeroDivisionError", False)
    assert len(secretsmanager._parts.crashes) == 2


def test_a_refusal_over_http_is_not_recorded_as_a_crash(endpoint):
    assert send(endpoint, signed(endpoint)).code == "ResourceNotFoundException"
    assert endpoint._crashes == []


@ON_PURPOSE
def test_the_endpoint_serves_calls_after_a_crash(secretsmanager, endpoint, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setitem(OPERATIONS, "ListSecrets", OPERATIONS["ListSecrets"]._replace(run=crash))
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 500
    assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200


def test_an_unsupported_operation_over_http_is_refused_by_its_name(secretsmanager, endpoint, monkeypatch):
    monkeypatch.delitem(OPERATIONS, "ListSecrets")
    answer = send(endpoint, signed(endpoint, "ListSecrets", {}))
    assert (answer.status, answer.code) == (400, "UnsupportedOperation")
    assert answer.message.startswith("ListSecrets is not supported yet by pytest-secretsmanager")
    assert endpoint._crashes == []
