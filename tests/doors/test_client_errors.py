"""What a client raises: AWS's errors as botocore makes them, and ours for what the engine lacks."""

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


@pytest.fixture(params=["quiet", "hooked"])
def caller(request, secretsmanager, new_client):
    """A client with secrets to fail at, with and without a listener to its calls."""
    secretsmanager.seed("db", "one")
    secretsmanager.seed("deleted", "one", deleted=True)
    client = new_client(config=Config(parameter_validation=False))
    if request.param == "hooked":
        client.meta.events.register("before-call", lambda **_: None)
    return client


def error_of(client, operation, parameters):
    with pytest.raises(ClientError) as raised:
        getattr(client, operation)(**parameters)
    return raised.value


@pytest.mark.parametrize(("code", "operation", "parameters"), MODELLED)
def test_a_modelled_error_is_of_the_clients_own_class(caller, code, operation, parameters):
    assert type(error_of(caller, operation, parameters)) is getattr(caller.exceptions, code)


@pytest.mark.parametrize(("code", "operation", "parameters"), MODELLED)
def test_a_modelled_error_shows_its_message_at_the_top_too(caller, code, operation, parameters):
    response = error_of(caller, operation, parameters).response
    assert response["Error"]["Code"] == code
    assert response["Message"] == response["Error"]["Message"]


@pytest.mark.parametrize(
    ("code", "operation", "parameters"),
    [
        ("ValidationException", "get_secret_value", {"SecretId": ""}),
        ("SerializationException", "get_secret_value", {"SecretId": 7}),
    ],
)
def test_an_error_that_no_model_names_is_a_plain_client_error(caller, code, operation, parameters):
    error = error_of(caller, operation, parameters)
    assert type(error) is ClientError
    assert error.response.keys() == {"Error", "ResponseMetadata"}
    assert error.response["Error"]["Code"] == code


def test_an_error_is_caught_by_the_class_of_another_client_of_the_same_session(secretsmanager):
    """boto3 makes the classes once per session, so code may keep them from a client that is gone."""
    session = boto3.Session(region_name="us-east-1")
    kept = session.client("secretsmanager").exceptions.ResourceNotFoundException
    with pytest.raises(kept):
        session.client("secretsmanager").get_secret_value(SecretId="nowhere")


def test_an_error_says_what_botocore_says(caller):
    assert str(error_of(caller, "get_secret_value", {"SecretId": "nowhere"})) == (
        "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: "
        "Secrets Manager can't find the specified secret."
    )


def test_an_error_names_its_operation(caller):
    assert error_of(caller, "describe_secret", {"SecretId": "nowhere"}).operation_name == "DescribeSecret"


def test_an_error_carries_the_metadata_of_its_http_response(caller, secretsmanager):
    metadata = error_of(caller, "get_secret_value", {"SecretId": "nowhere"}).response["ResponseMetadata"]
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (400, 0)
    assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"] == secretsmanager.log[-1].request_id


def test_a_plain_client_error_survives_pickling(caller):
    """Worker processes hand errors back so."""
    error = error_of(caller, "get_secret_value", {"SecretId": ""})
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


def test_an_errors_response_is_the_callers_to_change(caller, secretsmanager):
    error = error_of(caller, "get_secret_value", {"SecretId": "nowhere"})
    error.response["Error"]["Code"] = "Mine"
    error.response["ResponseMetadata"]["RequestId"] = "mine"
    assert secretsmanager.log[-1].error == "ResourceNotFoundException"
    assert error_of(caller, "get_secret_value", {"SecretId": "nowhere"}).response["Error"]["Code"] != "Mine"


def test_each_error_is_a_new_one(caller):
    first, second = (error_of(caller, "get_secret_value", {"SecretId": "nowhere"}) for _ in range(2))
    assert first.response["ResponseMetadata"]["RequestId"] != second.response["ResponseMetadata"]["RequestId"]


def test_a_refused_call_changes_nothing(caller, secretsmanager):
    before = copy.deepcopy(dict(caller.describe_secret(SecretId="db")))
    error_of(caller, "put_secret_value", {"SecretId": "db", "SecretString": "x", "SecretBinary": b"x"})
    after = dict(caller.describe_secret(SecretId="db"))
    assert after | {"ResponseMetadata": None} == before | {"ResponseMetadata": None}


def test_every_modelled_error_has_a_class_on_the_client(new_client):
    exceptions = new_client().exceptions
    assert {type(exceptions.from_code(code)) for code in model.modelled_errors()} == {type}
    assert all(exceptions.from_code(code).__name__ == code for code in model.modelled_errors())


# --- ours ------------------------------------------------------------------------------------------------------------


def test_an_operation_that_the_engine_lacks_says_so_and_reaches_no_network(caller, secretsmanager, monkeypatch):
    monkeypatch.setattr(
        "pytest_secretsmanager.engine.service.OPERATIONS", {"ListSecrets": None, "ListSecretVersionIds": None}
    )
    with pytest.raises(UnsupportedOperation, match="GetSecretValue is not supported yet by pytest-secretsmanager"):
        caller.get_secret_value(SecretId="db")
    assert list(secretsmanager.log) == []


def test_an_operation_that_nobody_knows_is_botocores_own_error(caller):
    with pytest.raises(OperationNotFoundError):
        caller._make_api_call("GetSecretVolume", {})


def test_an_error_in_one_manager_leaves_the_next_one_whole(new_client):
    client = new_client()
    with SecretsManager(), pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
