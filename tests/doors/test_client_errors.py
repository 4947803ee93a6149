"""The errors of a client: AWS's as botocore makes them, and this package's for an unsupported operation."""

import copy
import pickle

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationNotFoundError

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.errors import UnsupportedOperation

MODELLED = [
    ("ResourceNotFoundException", "get_secret_value", {"SecretId": "nowhere"}),
    ("ResourceExistsException", "create_secret", {"Name": "db"}),
    ("InvalidParameterException", "create_secret", {"Name": "x", "SecretString": "x", "SecretBinary": b"x"}),
    ("InvalidRequestException", "get_secret_value", {"SecretId": "deleted"}),
    ("InvalidNextTokenException", "list_secrets", {"NextToken": "made up"}),
    ("MalformedPolicyDocumentException", "put_resource_policy", {"SecretId": "db", "ResourcePolicy": "{"}),
]


@pytest.fixture(params=["no listener", "listener"])
def caller(request, secretsmanager, new_client):
    """A client, with and without a listener, of a manager with two secrets."""
    secretsmanager.seed("db", "one")
    secretsmanager.seed("deleted", "one", deleted=True)
    client = new_client(config=Config(parameter_validation=False))
    if request.param == "listener":
        client.meta.events.register("before-call", lambda **_: None)
    return client


def error_of(client, operation, parameters):
    with pytest.raises(ClientError) as raised:
        getattr(client, operation)(**parameters)
    return raised.value


@pytest.mark.parametrize(("code", "operation", "parameters"), MODELLED, ids=[code for code, *_ in MODELLED])
def test_a_modelled_error_has_the_clients_own_exception_class(caller, code, operation, parameters):
    assert type(error_of(caller, operation, parameters)) is getattr(caller.exceptions, code)


@pytest.mark.parametrize(("code", "operation", "parameters"), MODELLED, ids=[code for code, *_ in MODELLED])
def test_a_modelled_error_has_its_message_at_the_top_of_the_response_as_well(caller, code, operation, parameters):
    response = error_of(caller, operation, parameters).response
    assert response["Error"]["Code"] == code
    assert response["Message"] == response["Error"]["Message"]


@pytest.mark.parametrize(
    ("code", "operation", "parameters"),
    [
        ("ValidationException", "get_secret_value", {"SecretId": ""}),
        ("SerializationException", "get_secret_value", {"SecretId": 7}),
    ],
    ids=["ValidationException", "SerializationException"],
)
def test_an_error_outside_botocores_model_is_a_plain_client_error(caller, code, operation, parameters):
    error = error_of(caller, operation, parameters)
    assert type(error) is ClientError
    assert error.response.keys() == {"Error", "ResponseMetadata"}
    assert error.response["Error"]["Code"] == code


def test_an_exception_class_of_another_client_of_the_session_catches_an_error(secretsmanager):
    """boto3 makes the classes once per session, so an application may keep those of an earlier client."""
    session = boto3.Session(region_name="us-east-1")
    kept = session.client("secretsmanager").exceptions.ResourceNotFoundException
    with pytest.raises(kept):
        session.client("secretsmanager").get_secret_value(SecretId="nowhere")


def test_a_client_error_has_botocores_text(caller):
    assert str(error_of(caller, "get_secret_value", {"SecretId": "nowhere"})) == (
        "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: "
        "Secrets Manager can't find the specified secret."
    )


def test_a_client_error_names_its_operation(caller):
    assert error_of(caller, "describe_secret", {"SecretId": "nowhere"}).operation_name == "DescribeSecret"


def test_a_client_error_has_status_retry_attempts_and_the_request_id_of_the_log(caller, secretsmanager):
    metadata = error_of(caller, "get_secret_value", {"SecretId": "nowhere"}).response["ResponseMetadata"]
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (400, 0)
    assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"] == secretsmanager.log[-1].request_id


def test_a_plain_client_error_survives_pickling(caller):
    """Worker processes return errors pickled."""
    error = error_of(caller, "get_secret_value", {"SecretId": ""})
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


def test_changing_the_response_of_a_client_error_changes_neither_the_log_nor_the_next_error(caller, secretsmanager):
    error = error_of(caller, "get_secret_value", {"SecretId": "nowhere"})
    error.response["Error"]["Code"] = "Mine"
    error.response["ResponseMetadata"]["RequestId"] = "mine"
    assert secretsmanager.log[-1].error == "ResourceNotFoundException"
    assert error_of(caller, "get_secret_value", {"SecretId": "nowhere"}).response["Error"]["Code"] != "Mine"


def test_two_client_errors_have_different_request_ids(caller):
    first, second = (error_of(caller, "get_secret_value", {"SecretId": "nowhere"}) for _ in range(2))
    assert first.response["ResponseMetadata"]["RequestId"] != second.response["ResponseMetadata"]["RequestId"]


def test_a_refused_put_secret_value_changes_nothing(caller, secretsmanager):
    before = copy.deepcopy(dict(caller.describe_secret(SecretId="db")))
    error_of(caller, "put_secret_value", {"SecretId": "db", "SecretString": "x", "SecretBinary": b"x"})
    after = dict(caller.describe_secret(SecretId="db"))
    assert after | {"ResponseMetadata": None} == before | {"ResponseMetadata": None}


def test_a_client_has_an_exception_class_for_every_modelled_error(new_client):
    exceptions = new_client().exceptions
    assert {type(exceptions.from_code(code)) for code in model.modelled_errors()} == {type}
    assert all(exceptions.from_code(code).__name__ == code for code in model.modelled_errors())


# --- this package's errors -------------------------------------------------------------------------------------------


def test_an_operation_without_implementation_raises_unsupported_operation_and_is_not_logged(
    caller, secretsmanager, monkeypatch
):
    monkeypatch.setattr(
        "pytest_secretsmanager.engine.service.OPERATIONS", {"ListSecrets": None, "ListSecretVersionIds": None}
    )
    with pytest.raises(UnsupportedOperation, match="GetSecretValue is not supported yet by pytest-secretsmanager"):
        caller.get_secret_value(SecretId="db")
    assert list(secretsmanager.log) == []


def test_an_operation_outside_botocores_model_raises_botocores_own_error(caller):
    with pytest.raises(OperationNotFoundError):
        caller._make_api_call("GetSecretVolume", {})


def test_a_client_error_in_one_manager_does_not_affect_the_next_manager(new_client):
    client = new_client()
    with SecretsManager(), pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
