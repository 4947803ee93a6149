"""The changes that a client makes to parameters before it sends them: tokens, validation, blobs, other types."""

import io
import re
import uuid
from collections import OrderedDict
from enum import StrEnum

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from pytest_secretsmanager import SecretsManager

TOKEN = "11111111-2222-4333-8444-555555555555"

UNSENT = Config(retries={"total_max_attempts": 1})
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def unvalidated(secretsmanager, new_client):
    """A client without parameter validation."""
    return new_client(config=Config(parameter_validation=False))


# --- idempotency tokens --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("create_secret", {"Name": "new", "SecretString": "x"}),
        ("put_secret_value", {"SecretId": "db", "SecretString": "x"}),
        ("update_secret", {"SecretId": "db", "SecretString": "x"}),
    ],
    ids=["create_secret", "put_secret_value", "update_secret"],
)
def test_a_client_fills_in_a_uuid4_for_a_missing_client_request_token(secretsmanager, client, operation, parameters):
    secretsmanager.seed("db", "one")
    reply = getattr(client, operation)(**parameters)
    token = secretsmanager.log[-1].request["ClientRequestToken"]
    assert (uuid.UUID(token).version, str(uuid.UUID(token))) == (4, token)
    assert reply["VersionId"] == token


@pytest.mark.parametrize("operation", ["create_secret", "put_secret_value", "update_secret"])
def test_a_client_keeps_a_given_client_request_token(secretsmanager, client, operation):
    secretsmanager.seed("db", "one")
    name = {"Name": "new"} if operation == "create_secret" else {"SecretId": "db"}
    reply = getattr(client, operation)(**name, SecretString="x", ClientRequestToken=TOKEN)
    assert reply["VersionId"] == TOKEN


def test_each_put_secret_value_gets_its_own_client_request_token(secretsmanager, client):
    secretsmanager.seed("db", "one")
    ids = {client.put_secret_value(SecretId="db", SecretString="x")["VersionId"] for _ in range(20)}
    assert len(ids) == 20


def test_get_secret_value_gets_no_client_request_token(secretsmanager, client):
    secretsmanager.seed("db", "one")
    client.get_secret_value(SecretId="db")
    assert secretsmanager.log[-1].request == {"SecretId": "db"}


def test_the_callers_dict_of_parameters_gets_no_client_request_token(secretsmanager, client):
    parameters = {"Name": "db", "SecretString": "one"}
    client.create_secret(**parameters)
    assert parameters == {"Name": "db", "SecretString": "one"}


@pytest.mark.parametrize("hook", [None, "after-call"], ids=["no hooks", "after-call hook"])
def test_a_manager_with_a_random_seed_repeats_its_client_request_tokens(new_client, hook):
    client = new_client()
    if hook:
        client.meta.events.register(hook, lambda **_: None)

    def ids():
        with SecretsManager(random_seed=7):
            return [client.create_secret(Name=f"db-{number}", SecretString="x")["VersionId"] for number in range(3)]

    first = ids()
    assert len(set(first)) == 3
    assert ids() == first


def test_a_client_request_token_of_none_fails_botocores_validation(secretsmanager, client):
    """botocore fills in a missing token, not one that is None."""
    with pytest.raises(ParamValidationError, match="Invalid type for parameter ClientRequestToken, value: None"):
        client.create_secret(Name="db", ClientRequestToken=None)


# --- validation ------------------------------------------------------------------------------------------------------


class Name(StrEnum):
    DB = "db"


class Text(str):
    __slots__ = ()


REFUSED_BY_BOTOCORE = {
    "get_secret_value: no SecretId": ("get_secret_value", {}),
    "get_secret_value: SecretId None": ("get_secret_value", {"SecretId": None}),
    "get_secret_value: SecretId of int": ("get_secret_value", {"SecretId": 7}),
    "get_secret_value: SecretId of bytes": ("get_secret_value", {"SecretId": b"db"}),
    "get_secret_value: empty SecretId": ("get_secret_value", {"SecretId": ""}),
    "get_secret_value: unknown member": ("get_secret_value", {"SecretId": "db", "Secret": "x"}),
    "get_secret_value: short VersionId": ("get_secret_value", {"SecretId": "db", "VersionId": "short"}),
    "get_secret_value: misspelt member": ("get_secret_value", {"SecretID": "db"}),
    "create_secret: empty Name": ("create_secret", {"Name": ""}),
    "create_secret: empty SecretString": ("create_secret", {"Name": "db", "SecretString": ""}),
    "create_secret: SecretString of dict": ("create_secret", {"Name": "db", "SecretString": {"user": "app"}}),
    "create_secret: SecretBinary of int": ("create_secret", {"Name": "db", "SecretBinary": 5}),
    "create_secret: SecretBinary of memoryview": ("create_secret", {"Name": "db", "SecretBinary": memoryview(b"x")}),
    "create_secret: Tags of dict": ("create_secret", {"Name": "db", "Tags": {"team": "pay"}}),
    "create_secret: Tags of str": ("create_secret", {"Name": "db", "Tags": ["team"]}),
    "create_secret: lower-case tag key": ("create_secret", {"Name": "db", "Tags": [{"key": "team"}]}),
    "create_secret: several wrong tags": (
        "create_secret",
        {"Name": "db", "Tags": [{"Key": "", "Value": 1}, {"Key": None}]},
    ),
    "put_secret_value: no VersionStages": (
        "put_secret_value",
        {"SecretId": "db", "SecretString": "x", "VersionStages": []},
    ),
    "put_secret_value: VersionStages of str": (
        "put_secret_value",
        {"SecretId": "db", "SecretString": "x", "VersionStages": "AWSCURRENT"},
    ),
    "put_secret_value: short ClientRequestToken": (
        "put_secret_value",
        {"SecretId": "db", "SecretString": "x", "ClientRequestToken": "short"},
    ),
    "list_secrets: MaxResults of str": ("list_secrets", {"MaxResults": "10"}),
    "list_secrets: MaxResults 0": ("list_secrets", {"MaxResults": 0}),
    "list_secrets: MaxResults of float": ("list_secrets", {"MaxResults": 1.5}),
    "list_secrets: Values of str": ("list_secrets", {"Filters": [{"Key": "name", "Values": "db"}]}),
    "delete_secret: ForceDeleteWithoutRecovery of str": (
        "delete_secret",
        {"SecretId": "db", "ForceDeleteWithoutRecovery": "yes"},
    ),
    "get_random_password: PasswordLength of bool": (
        "get_random_password",
        {"PasswordLength": True, "ExcludeNumbers": 1},
    ),
    "batch_get_secret_value: no SecretIdList members": ("batch_get_secret_value", {"SecretIdList": []}),
}
"""botocore refuses each before it is sent, some for several reasons."""


@pytest.mark.parametrize(("operation", "parameters"), REFUSED_BY_BOTOCORE.values(), ids=REFUSED_BY_BOTOCORE)
def test_invalid_parameters_fail_with_botocores_own_text_and_reach_no_log(new_client, operation, parameters):
    """The reference is the same call without a manager, by a client with an unreachable endpoint."""
    with pytest.raises(ParamValidationError) as reference:
        getattr(new_client(endpoint_url=NOWHERE, config=UNSENT), operation)(**parameters)
    with SecretsManager() as sm, pytest.raises(ParamValidationError) as raised:
        getattr(new_client(), operation)(**parameters)
    assert without_addresses(raised.value) == without_addresses(reference.value)
    assert list(sm.log) == []


def without_addresses(error):
    """The text of an error, without the memory addresses of the objects in it."""
    return re.sub(r"0x[0-9a-f]+", "0x", str(error))


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("get_secret_value", {}, "ValidationException"),
        ("get_secret_value", {"SecretId": None}, "ValidationException"),
        ("get_secret_value", {"SecretId": ""}, "ValidationException"),
        ("get_secret_value", {"SecretId": "x" * 2049}, "ValidationException"),
        ("create_secret", {"Name": "db", "SecretString": ""}, "ValidationException"),
        ("create_secret", {"Name": "db", "Tags": [{"Key": ""}]}, "ValidationException"),
        ("list_secrets", {"MaxResults": 0}, "ValidationException"),
        ("get_secret_value", {"SecretId": 7}, "SerializationException"),
        ("list_secrets", {"MaxResults": "10"}, "SerializationException"),
        ("delete_secret", {"SecretId": "db", "ForceDeleteWithoutRecovery": "yes"}, "SerializationException"),
    ],
    ids=[
        "no SecretId",
        "SecretId None",
        "empty SecretId",
        "long SecretId",
        "empty SecretString",
        "empty tag key",
        "MaxResults 0",
        "SecretId of int",
        "MaxResults of str",
        "ForceDeleteWithoutRecovery of str",
    ],
)
def test_a_client_without_validation_gets_the_refusal_of_aws(secretsmanager, unvalidated, operation, parameters, code):
    with pytest.raises(ClientError) as raised:
        getattr(unvalidated, operation)(**parameters)
    assert type(raised.value) is ClientError
    assert raised.value.response["Error"]["Code"] == code
    assert [call.error for call in secretsmanager.log] == [code]


def test_a_client_without_validation_creates_a_secret(secretsmanager, unvalidated):
    unvalidated.create_secret(Name="db", SecretString="one")
    secretsmanager.assert_value("db", "one")


def test_list_secrets_with_max_results_above_100_is_refused_by_aws_not_by_botocore(secretsmanager, client):
    with pytest.raises(ClientError, match="Member must have value less than or equal to 100"):
        client.list_secrets(MaxResults=101)


@pytest.mark.parametrize("hook", [None, "after-call"], ids=["no hooks", "after-call hook"])
@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"Name": Name.DB}, {"Name": "db"}),
        ({"Name": Text("db")}, {"Name": "db"}),
        ({"Name": "db", "Tags": ({"Key": "a", "Value": "b"},)}, {"Name": "db", "Tags": [{"Key": "a", "Value": "b"}]}),
        (
            {"Name": "db", "Tags": [OrderedDict(Key="a", Value="b")]},
            {"Name": "db", "Tags": [{"Key": "a", "Value": "b"}]},
        ),
    ],
    ids=["enum", "subclass of str", "tuple", "ordered dict"],
)
def test_create_secret_records_plain_types_for_the_subclasses_that_botocore_accepts(
    secretsmanager, new_client, hook, given, meant
):
    client = new_client()
    if hook:
        client.meta.events.register(hook, lambda **_: None)
    client.create_secret(**given)
    request = dict(secretsmanager.log[-1].request)
    del request["ClientRequestToken"]
    assert request == meant
    assert type(request["Name"]) is str


# --- blobs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", [None, "after-call"], ids=["no hooks", "after-call hook"])
@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (b"\x00\xff", b"\x00\xff"),
        (bytearray(b"\x00\xff"), b"\x00\xff"),
        ("text", b"text"),
        ("clé €", "clé €".encode()),
        (b"=" * 65536, b"=" * 65536),
    ],
    ids=["bytes", "bytearray", "str", "str not in ascii", "longest"],
)
def test_create_secret_stores_a_secret_binary_as_the_bytes_that_botocore_sends(
    secretsmanager, new_client, hook, given, stored
):
    client = new_client()
    if hook:
        client.meta.events.register(hook, lambda **_: None)
    client.create_secret(Name="key", SecretBinary=given)
    assert client.get_secret_value(SecretId="key")["SecretBinary"] == stored


def test_create_secret_refuses_a_secret_binary_longer_than_65536_bytes(secretsmanager, client):
    with pytest.raises(ClientError, match="Member must have length less than or equal to 65536"):
        client.create_secret(Name="key", SecretBinary=b"=" * 65537)


def test_create_secret_with_a_file_as_secret_binary_fails_with_botocores_type_error(new_client):
    """botocore's validator accepts a file, its JSON serializer doesn't."""
    with pytest.raises(TypeError) as reference:
        new_client(endpoint_url=NOWHERE, config=UNSENT).create_secret(Name="key", SecretBinary=io.BytesIO(b"x"))
    with SecretsManager(), pytest.raises(TypeError) as raised:
        new_client().create_secret(Name="key", SecretBinary=io.BytesIO(b"x"))
    assert str(raised.value).split(" at 0x")[0] == str(reference.value).split(" at 0x")[0]
