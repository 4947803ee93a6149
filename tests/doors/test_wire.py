"""AWS JSON 1.1: the body of a request as parameters, read by the shapes of the service description."""

import base64
import json

import pytest
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.doors.wire import read_parameters
from pytest_secretsmanager.engine import model


def read(operation, body):
    return read_parameters(json.dumps(body).encode(), model.operation(operation).input_shape)


@pytest.mark.parametrize(
    ("operation", "body", "parameters"),
    [
        ("ListSecrets", {}, {}),
        ("GetSecretValue", {"SecretId": "db"}, {"SecretId": "db"}),
        ("GetSecretValue", {"SecretId": "clé €"}, {"SecretId": "clé €"}),
        (
            "ListSecrets",
            {"MaxResults": 5, "IncludePlannedDeletion": True},
            {"MaxResults": 5} | {"IncludePlannedDeletion": True},
        ),
        ("DeleteSecret", {"SecretId": "db", "RecoveryWindowInDays": 7}, {"SecretId": "db", "RecoveryWindowInDays": 7}),
        ("BatchGetSecretValue", {"SecretIdList": ["a", "b"]}, {"SecretIdList": ["a", "b"]}),
        ("TagResource", {"Tags": [{"Key": "a", "Value": "b"}]}, {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("TagResource", {"Tags": []}, {"Tags": []}),
        ("PutResourcePolicy", {"ResourcePolicy": '{"a": null}'}, {"ResourcePolicy": '{"a": null}'}),
    ],
    ids=str,
)
def test_read_parameters_reads_a_json_body_as_the_parameters(operation, body, parameters):
    assert read(operation, body) == parameters


def test_read_parameters_reads_str_like_bytes():
    assert read_parameters('{"SecretId": "db"}', model.operation("GetSecretValue").input_shape) == {"SecretId": "db"}


@pytest.mark.parametrize(
    ("operation", "body", "parameters"),
    [
        ("GetSecretValue", {"SecretId": "db", "VersionId": None}, {"SecretId": "db"}),
        ("GetSecretValue", {"SecretId": None}, {}),
        ("TagResource", {"Tags": None}, {}),
        ("TagResource", {"Tags": [{"Key": "a", "Value": None}]}, {"Tags": [{"Key": "a"}]}),
        ("CreateSecret", {"Name": "db", "SecretBinary": None}, {"Name": "db"}),
    ],
    ids=str,
)
def test_read_parameters_drops_a_null_member(operation, body, parameters):
    assert read(operation, body) == parameters


@pytest.mark.parametrize(
    ("operation", "body", "parameters"),
    [
        ("GetSecretValue", {"SecretId": "db", "Volume": 11}, {"SecretId": "db"}),
        ("GetSecretValue", {"secretId": "db"}, {}),
        ("TagResource", {"Tags": [{"Key": "a", "Colour": "red"}]}, {"Tags": [{"Key": "a"}]}),
        (
            "ListSecrets",
            {"Filters": [{"Key": "name", "Values": ["a"], "Not": {"deep": 1}}]},
            {"Filters": [{"Key": "name", "Values": ["a"]}]},
        ),
    ],
    ids=str,
)
def test_read_parameters_drops_an_unknown_member(operation, body, parameters):
    assert read(operation, body) == parameters


@given(st.binary())
def test_read_parameters_decodes_a_blob(value):
    body = {"Name": "key", "SecretBinary": base64.b64encode(value).decode()}
    assert read("CreateSecret", body) == {"Name": "key", "SecretBinary": value}


def test_read_parameters_leaves_a_secret_string_that_looks_like_base64_unchanged():
    assert read("CreateSecret", {"SecretString": "AAE="}) == {"SecretString": "AAE="}


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("GetSecretValue", {"SecretId": 7}),
        ("CreateSecret", {"SecretBinary": 7}),
        ("TagResource", {"Tags": {"Key": "a"}}),
        ("TagResource", {"Tags": ["a"]}),
        ("BatchGetSecretValue", {"SecretIdList": [None, 1]}),
        ("ListSecrets", {"MaxResults": "5"}),
    ],
    ids=str,
)
def test_read_parameters_leaves_a_value_of_the_wrong_type_unchanged(operation, body):
    assert read(operation, body) == body


@given(
    st.fixed_dictionaries(
        {"Name": st.text()},
        optional={
            "SecretString": st.text(),
            "SecretBinary": st.binary(),
            "Tags": st.lists(st.fixed_dictionaries({"Key": st.text()}, optional={"Value": st.text()})),
        },
    )
)
def test_read_parameters_reads_back_the_parameters_that_botocore_serializes(parameters):
    serializer = create_serializer("json", include_validation=False)
    request = serializer.serialize_to_request(parameters, model.service_model().operation_model("CreateSecret"))
    assert read_parameters(request["body"], model.operation("CreateSecret").input_shape) == parameters
