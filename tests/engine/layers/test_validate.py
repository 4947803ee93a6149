"""The validation layer: it passes valid requests, and names every limit that a request breaks."""

import pytest

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import SerializationException, ValidationException
from pytest_secretsmanager.engine.layers.validate import validate

TOKEN = "token".ljust(32, "-")
ONE = "1 validation error detected: "


def a_call(operation, parameters):
    return Call(operation, parameters, "us-east-1", Principal("123456789012", "arn"), 0.0, "request")


@pytest.fixture
def passed():
    """The calls that passed."""
    return []


@pytest.fixture
def handle(passed):
    """The layer around a handler that keeps its calls."""

    def inner(call):
        passed.append(call)
        return Outcome({"passed": True})

    return validate(inner)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetSecretValue", {"SecretId": "x"}),
        ("GetSecretValue", {"SecretId": "x" * 2_048, "VersionId": "v" * 32, "VersionStage": "s" * 256}),
        ("CreateSecret", {"Name": "n" * 512, "SecretString": "s" * 65_536, "Description": "", "Tags": []}),
        ("CreateSecret", {"Name": "n", "SecretBinary": b"s" * 65_536, "Tags": [{"Key": "k" * 128, "Value": ""}]}),
        ("ListSecrets", {"MaxResults": 100, "SortOrder": "asc", "Filters": [{"Key": "name", "Values": ["!x y"]}]}),
        ("ListSecrets", {}),
        ("GetRandomPassword", {"PasswordLength": 4_096, "IncludeSpace": True, "ExcludeCharacters": ""}),
    ],
    ids=[
        "shortest text",
        "longest texts",
        "longest SecretString",
        "longest SecretBinary and tag key",
        "list of structures",
        "no member",
        "greatest number",
    ],
)
def test_a_request_within_the_limits_passes(handle, passed, operation, parameters):
    call = a_call(operation, parameters)
    assert handle(call).reply == {"passed": True}
    assert passed == [call]


def test_a_member_that_is_null_counts_as_absent(handle):
    assert handle(a_call("GetSecretValue", {"SecretId": "x", "VersionId": None})).reply == {"passed": True}


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        pytest.param(
            "GetSecretValue",
            {},
            f"{ONE}Value null at 'secretId' failed to satisfy constraint: Member must not be null",
            id="required member absent",
        ),
        pytest.param(
            "GetSecretValue",
            {"SecretId": None},
            f"{ONE}Value null at 'secretId' failed to satisfy constraint: Member must not be null",
            id="required member null",
        ),
        pytest.param(
            "GetSecretValue",
            {"SecretId": ""},
            f"{ONE}Value '' at 'secretId' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
            id="text too short",
        ),
        pytest.param(
            "GetSecretValue",
            {"SecretId": "x", "VersionId": "v" * 65},
            f"{ONE}Value '{'v' * 64} ...' at 'versionId' failed to satisfy constraint: "
            "Member must have length less than or equal to 64",
            id="text too long",
        ),
        pytest.param(
            "ListSecrets",
            {"MaxResults": 101},
            f"{ONE}Value '101' at 'maxResults' failed to satisfy constraint: "
            "Member must have value less than or equal to 100",
            id="number too high",
        ),
        pytest.param(
            "ListSecrets",
            {"MaxResults": 0},
            f"{ONE}Value '0' at 'maxResults' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
            id="number too low",
        ),
        pytest.param(
            "ListSecrets",
            {"SortOrder": "up"},
            f"{ONE}Value 'up' at 'sortOrder' failed to satisfy constraint: "
            "Member must satisfy enum value set: [asc, desc]",
            id="not in the enum",
        ),
        pytest.param(
            "CreateSecret",
            {"Name": "x", "SecretString": ""},
            f"{ONE}Value at 'secretString' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
            id="sensitive text",
        ),
        pytest.param(
            "CreateSecret",
            {"Name": "x", "SecretBinary": b"s" * 65_537},
            f"{ONE}Value at 'secretBinary' failed to satisfy constraint: "
            "Member must have length less than or equal to 65536",
            id="sensitive bytes",
        ),
        pytest.param(
            "CreateSecret",
            {"Name": "x", "Tags": [{"Key": "a"}, {"Key": "", "Value": "v" * 257}]},
            "2 validation errors detected: Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must "
            f"have length greater than or equal to 1; Value '{'v' * 64} ...' at 'tags.2.member.value' failed to "
            "satisfy constraint: Member must have length less than or equal to 256",
            id="two limits, in a list of structures",
        ),
        pytest.param(
            "PutSecretValue",
            {"SecretId": "x", "VersionStages": []},
            f"{ONE}Value '[]' at 'versionStages' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
            id="list too short",
        ),
        pytest.param(
            "PutSecretValue",
            {"SecretId": "x", "VersionStages": ["a", ""]},
            f"{ONE}Value '[a, ]' at 'versionStages' failed to satisfy constraint: Member must satisfy constraint: "
            "[Member must have length less than or equal to 256, Member must have length greater than or equal to 1]",
            id="text in a list too short",
        ),
        pytest.param(
            "ListSecrets",
            {"Filters": [{"Key": "name", "Values": ["x"]}] * 11},
            f"{ONE}Value '[{'Filter(key=name, values=[x]), ' * 2}Fil ...' at 'filters' failed to satisfy constraint: "
            "Member must have length less than or equal to 10",
            id="list of structures too long",
        ),
        pytest.param(
            "UpdateSecretVersionStage",
            {},
            "2 validation errors detected: Value null at 'secretId' failed to satisfy constraint: Member must not be "
            "null; Value null at 'versionStage' failed to satisfy constraint: Member must not be null",
            id="two required members absent",
        ),
    ],
)
def test_a_request_over_a_limit_is_refused_with_the_text_of_aws(handle, passed, operation, parameters, message):
    with pytest.raises(ValidationException) as caught:
        handle(a_call(operation, parameters))
    assert caught.value.message == message
    assert passed == []


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("GetSecretValue", {"SecretId": 1}, "NUMBER_VALUE can not be converted to a String"),
        ("GetSecretValue", {"SecretId": 1.5}, "NUMBER_VALUE can not be converted to a String"),
        ("GetSecretValue", {"SecretId": True}, "TRUE_VALUE can not be converted to a String"),
        ("GetSecretValue", {"SecretId": False}, "FALSE_VALUE can not be converted to a String"),
        ("GetSecretValue", {"SecretId": []}, "Start of list found where not expected."),
        ("GetSecretValue", {"SecretId": {}}, "Start of structure or map found where not expected."),
        ("CreateSecret", {"Name": "x", "SecretBinary": 1}, "NUMBER_VALUE can not be converted to a Byte Buffer"),
        ("ListSecrets", {"MaxResults": "5"}, "STRING_VALUE can not be converted to an Integer"),
        ("ListSecrets", {"MaxResults": True}, "TRUE_VALUE can not be converted to an Integer"),
        ("GetRandomPassword", {"PasswordLength": "5"}, "STRING_VALUE can not be converted to a Long"),
        ("GetRandomPassword", {"IncludeSpace": "yes"}, "STRING_VALUE can not be converted to a Boolean"),
        ("PutSecretValue", {"SecretId": "x", "VersionStages": "AWSPENDING"}, "Expected list or null"),
        ("PutSecretValue", {"SecretId": "x", "VersionStages": [1]}, "NUMBER_VALUE can not be converted to a String"),
        ("TagResource", {"SecretId": "x", "Tags": ["a"]}, "Expected structure or null"),
        ("TagResource", {"SecretId": "x", "Tags": [{"Key": 1}]}, "NUMBER_VALUE can not be converted to a String"),
    ],
    ids=[
        "int for text",
        "float for text",
        "true for text",
        "false for text",
        "list for text",
        "structure for text",
        "int for bytes",
        "text for integer",
        "true for integer",
        "text for long",
        "text for boolean",
        "text for list",
        "int for text in a list",
        "text for structure",
        "int for text in a structure",
    ],
)
def test_a_value_of_another_type_raises_serialization_exception(handle, passed, operation, parameters, message):
    with pytest.raises(SerializationException) as caught:
        handle(a_call(operation, parameters))
    assert caught.value.message == message
    assert passed == []


def test_no_validation_error_contains_a_sensitive_value(handle):
    with pytest.raises(ValidationException) as caught:
        handle(
            a_call("PutSecretValue", {"SecretId": "x", "SecretString": "hunter2" * 10_000, "RotationToken": "hunter2"})
        )
    assert "secretString" in caught.value.message
    assert "rotationToken" in caught.value.message
    assert "hunter2" not in caught.value.message
