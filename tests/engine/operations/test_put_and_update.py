"""PutSecretValue and UpdateSecret with a value: the rules that both share."""

import pytest
from botocore import xform_name

V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")

pytestmark = pytest.mark.parametrize("operation", ["PutSecretValue", "UpdateSecret"])


def write(client, operation, **request):
    return getattr(client, xform_name(operation))(SecretId="db", **request)


@pytest.mark.parametrize("value", [{"SecretString": "zwei €"}, {"SecretBinary": b"\x00\xff"}], ids=["text", "binary"])
def test_a_write_stores_the_value_in_the_member_of_the_request(client, operation, value):
    client.create_secret(Name="db", SecretString="one")
    write(client, operation, **value)
    reply = client.get_secret_value(SecretId="db")
    assert {name: reply[name] for name in ("SecretString", "SecretBinary") if name in reply} == value


def test_a_write_with_the_same_token_and_value_changes_nothing(client, secretsmanager, operation):
    client.create_secret(Name="db", SecretString="one")
    request = {"SecretString": "two", "ClientRequestToken": V2}
    first = write(client, operation, **request)
    with secretsmanager.assert_unchanged():
        again = write(client, operation, **request)
    assert first["VersionId"] == V2
    assert {**again, "ResponseMetadata": None} == {**first, "ResponseMetadata": None}


@pytest.mark.parametrize("other", [{"SecretString": "two"}, {"SecretBinary": b"one"}], ids=["text", "binary"])
def test_a_write_refuses_another_value_under_the_same_token(client, refused, operation, other):
    arn = client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)["ARN"]
    request = {"operation": operation, "client": client, "ClientRequestToken": V1, **other}
    assert refused(write, **request) == (
        "ResourceExistsException",
        f"You can't use ClientRequestToken {V1} because that value is already in use for a version of secret {arn}.",
    )


@pytest.mark.parametrize("secret_id", ["db", "nowhere", "a b"])
def test_a_write_asks_for_a_token_before_it_looks_up_the_secret(world, operation, secret_id):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    assert world.refused(operation, SecretId=secret_id, SecretString="two") == (
        "InvalidRequestException",
        "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    )


def test_a_write_refuses_two_values(client, secretsmanager, refused, operation):
    secretsmanager.seed("db", "one")
    request = {"operation": operation, "client": client, "SecretString": "two", "SecretBinary": b"two"}
    assert refused(write, **request) == (
        "InvalidParameterException",
        "You can't specify both a binary secret value and a string secret value in the same secret.",
    )


def test_a_write_refuses_a_secret_that_a_service_manages(client, secretsmanager, refused, operation):
    secretsmanager.seed("db", "one", owning_service="rds")
    assert refused(write, client=client, operation=operation, SecretString="two") == (
        "InvalidRequestException",
        "This secret is managed by an AWS service, and you must use that service to update it.",
    )


@pytest.mark.secretsmanager(version_quota=2)
def test_a_write_over_the_version_quota_deletes_the_oldest_version(client, secretsmanager, operation):
    secretsmanager.seed("db", "two", versions=["one"])
    secretsmanager.clock.advance(days=1)
    write(client, operation, SecretString="three")
    secretsmanager.assert_history("db", ["two", "three"])
