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
def test_it_outlives_what_a_rotation_function_raises(secretsmanager, endpoint, error, caplog):
    """Whoever asked is told of a crash, and the next one is served."""

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
    (crash,) = endpoint.crashes
    assert crash.startswith("secretsmanager.RotateSecret crashed inside the endpoint\n")
    assert crash.endswith(type(error).__name__)
    assert "hunter2" not in crash + caplog.text
    endpoint.crashes.clear()  # it is no crash of this test's


def test_crashes_are_remembered_after_their_endpoint(secretsmanager, endpoint):
    endpoint.crashes.append("what crashed")
    endpoint.stop()
    again = secretsmanager.endpoint()
    assert secretsmanager._parts.crashes == ["what crashed"]
    again.crashes.clear()


ON_PURPOSE = pytest.mark.filterwarnings("ignore:secretsmanager. .* crashed inside:pytest.PytestWarning")


def crash(*_):
    raise ZeroDivisionError("hunter2 is in this text")


@ON_PURPOSE
def test_a_crash_is_a_fault_of_the_service_without_detail(secretsmanager, endpoint, over_http, monkeypatch):
    secretsmanager.seed("db", "old")
    monkeypatch.setitem(OPERATIONS, "PutSecretValue", OPERATIONS["PutSecretValue"]._replace(run=crash))
    with secretsmanager.assert_unchanged():
        answer = send(endpoint, signed(endpoint))
    assert (answer.status, answer.code) == (500, "InternalServiceError")
    assert answer.json == {"__type": "InternalServiceError", "Message": "An error occurred on the server side."}
    with pytest.raises(ClientError, match="InternalServiceError"):
        over_http().put_secret_value(SecretId="db", SecretString="new")
    for text in endpoint.crashes:
        assert text.splitlines()[0] == "secretsmanager.PutSecretValue crashed inside the endpoint"
        assert (text.splitlines()[-1], "hunter2 is in this text\n" in text) == ("ZeroDivisionError", False)
    assert len(secretsmanager._parts.crashes) == 2


def test_what_was_refused_is_no_crash(endpoint):
    assert send(endpoint, signed(endpoint)).code == "ResourceNotFoundException"
    assert endpoint.crashes == []


@ON_PURPOSE
def test_it_serves_on_after_a_crash(secretsmanager, endpoint, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setitem(OPERATIONS, "ListSecrets", OPERATIONS["ListSecrets"]._replace(run=crash))
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 500
    assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200


def test_an_operation_that_is_not_supported_is_told_by_that_name(secretsmanager, endpoint, monkeypatch):
    monkeypatch.delitem(OPERATIONS, "ListSecrets")
    answer = send(endpoint, signed(endpoint, "ListSecrets", {}))
    assert (answer.status, answer.code) == (400, "UnsupportedOperation")
    assert answer.message.startswith("ListSecrets is not supported yet by pytest-secretsmanager")
    assert endpoint.crashes == []
