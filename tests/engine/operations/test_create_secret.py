"""CreateSecret."""

import re
import uuid

import pytest

TOKEN, OTHER = "token-1".ljust(32, "-"), "token-2".ljust(32, "-")
MUST_HAVE_TOKEN = (
    "InvalidRequestException",
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
)
INVALID_NAME = (
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)


def test_create_secret_without_a_value_makes_no_version(client, secretsmanager):
    reply = client.create_secret(Name="db")
    assert reply.keys() - {"ResponseMetadata"} == {"ARN", "Name"}
    assert secretsmanager.secret("db").versions == []


def test_create_secret_with_a_value_makes_one_version_under_its_token(client, secretsmanager):
    reply = client.create_secret(Name="db", SecretString="one", ClientRequestToken=TOKEN)
    assert reply.keys() - {"ResponseMetadata"} == {"ARN", "Name", "VersionId"}
    assert reply["VersionId"] == TOKEN
    assert secretsmanager.secret("db").labels == {"AWSCURRENT": TOKEN}


@pytest.mark.parametrize("value", [{"SecretString": "one"}, {"SecretBinary": b"\x00\xff"}], ids=["text", "binary"])
def test_create_secret_stores_the_value_in_the_member_of_the_request(client, value):
    client.create_secret(Name="db", **value)
    reply = client.get_secret_value(SecretId="db")
    assert {name: reply[name] for name in ("SecretString", "SecretBinary") if name in reply} == value


def test_the_client_fills_in_a_uuid_as_the_token_of_create_secret(client):
    version_id = client.create_secret(Name="db", SecretString="one")["VersionId"]
    assert uuid.UUID(version_id).version == 4


def test_create_secret_takes_a_token_that_is_not_a_uuid(client):
    token = "ExampleStack-MySecret-1A2B3C4D5E6F7G8H"
    assert client.create_secret(Name="db", SecretString="one", ClientRequestToken=token)["VersionId"] == token


def test_the_arn_of_a_secret_ends_in_a_hyphen_and_six_alphanumerics(client):
    arn = client.create_secret(Name="app/db")["ARN"]
    assert re.fullmatch(r"arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-[A-Za-z0-9]{6}", arn)


def test_create_secret_again_succeeds_and_changes_nothing(client, secretsmanager):
    request = {"Name": "db", "SecretString": "one", "ClientRequestToken": TOKEN}
    first = client.create_secret(**request)
    with secretsmanager.assert_unchanged():
        second = client.create_secret(**request)
    assert [second[name] for name in ("ARN", "Name", "VersionId")] == [first["ARN"], "db", TOKEN]


def test_create_secret_stores_description_key_and_tags(client, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/pay")
    client.create_secret(Name="db", Description="main", KmsKeyId="alias/pay", Tags=[{"Key": "team", "Value": "pay"}])
    described = client.describe_secret(SecretId="db")
    assert [described[name] for name in ("Description", "KmsKeyId", "Tags")] == [
        "main",
        "alias/pay",
        [{"Key": "team", "Value": "pay"}],
    ]


@pytest.mark.parametrize("member", ["Description", "KmsKeyId"])
def test_create_secret_stores_no_empty_member(client, member):
    client.create_secret(Name="db", **{member: ""})
    assert member not in client.describe_secret(SecretId="db")


@pytest.mark.parametrize(
    ("kind", "shown"), [("DatadogApiKey", {"Type": "DatadogApiKey"}), ("", {})], ids=["type", "empty type"]
)
def test_create_secret_stores_a_type_unless_it_is_empty(world, kind, shown):
    """Without a client: older clients don't know the member Type."""
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN, Type=kind)
    described = world.call("DescribeSecret", SecretId="db")
    assert {name: described[name] for name in ("Type",) if name in described} == shown


@pytest.mark.parametrize(
    "name",
    ["a", "A-b_c/d+e=f.g@h", "events!connection/x", "n" * 512],
    ids=["one letter", "every kind of character", "exclamation mark", "512 letters"],
)
def test_create_secret_takes_a_name(client, name):
    assert client.create_secret(Name=name)["Name"] == name


def test_each_region_and_account_has_its_own_secrets(client, secretsmanager, stranger):
    arns = {maker.create_secret(Name="db")["ARN"] for maker in (client, secretsmanager.client("eu-west-1"), stranger)}
    assert [arn.split(":")[3:5] for arn in sorted(arns)] == [
        ["eu-west-1", "123456789012"],
        ["us-east-1", "123456789012"],
        ["us-east-1", "210987654321"],
    ]


def test_a_recreated_secret_has_a_new_arn(client):
    first = client.create_secret(Name="db")["ARN"]
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    second = client.create_secret(Name="db")["ARN"]
    assert second != first
    assert second[:-6] == first[:-6]


def test_create_secret_takes_a_name_whose_recovery_window_has_passed(world):
    first = world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)["ARN"]
    world.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    world.pass_days(7)
    assert world.call("CreateSecret", Name="db", ClientRequestToken=OTHER)["ARN"] != first


def test_create_secret_sets_all_dates_to_the_time_of_the_call(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN, SecretString="one")
    secret = world.state("db")
    assert secret.created == secret.changed == secret.versions[TOKEN].created == world.now


def test_an_aws_service_owns_the_secrets_it_creates_and_may_use_reserved_tags(world):
    tags = [{"Key": "aws:secretsmanager:owningService", "Value": "rds"}]
    world.call("CreateSecret", Name="rds!db-1", ClientRequestToken=TOKEN, Tags=tags, by="rds")
    described = world.call("DescribeSecret", SecretId="rds!db-1")
    assert (described["OwningService"], described["Tags"]) == ("rds", tags)


@pytest.mark.parametrize("present", [{}, {"SecretString": "one"}], ids=["without a value", "with another token"])
def test_create_secret_refuses_a_name_that_exists(client, refused, present):
    client.create_secret(Name="db", **present)
    assert refused(client.create_secret, Name="db", **present) == (
        "ResourceExistsException",
        "The operation failed because the secret db already exists.",
    )


def test_create_secret_refuses_the_same_token_without_the_value(client, refused):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=TOKEN)
    code, _ = refused(client.create_secret, Name="db", ClientRequestToken=TOKEN)
    assert code == "ResourceExistsException"


@pytest.mark.parametrize("other", [{"SecretString": "two"}, {"SecretBinary": b"one"}], ids=["text", "binary"])
def test_create_secret_refuses_another_value_under_the_same_token(client, refused, other):
    arn = client.create_secret(Name="db", SecretString="one", ClientRequestToken=TOKEN)["ARN"]
    assert refused(client.create_secret, Name="db", ClientRequestToken=TOKEN, **other) == (
        "ResourceExistsException",
        f"You can't use ClientRequestToken {TOKEN} because that value is already in use for a version of secret {arn}.",
    )


def test_create_secret_refuses_a_name_scheduled_for_deletion(client, refused):
    client.create_secret(Name="db", SecretString="one")
    client.delete_secret(SecretId="db")
    assert refused(client.create_secret, Name="db", SecretString="one") == (
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param({"Name": "a b"}, *INVALID_NAME, id="space in the name"),
        pytest.param({"Name": "pass?word"}, *INVALID_NAME, id="question mark in the name"),
        pytest.param({"Name": "arn:aws:x"}, *INVALID_NAME, id="colon in the name"),
        pytest.param({"Name": "schlüssel"}, *INVALID_NAME, id="non-ASCII letter in the name"),
        pytest.param({"Name": "db\n"}, *INVALID_NAME, id="newline after the name"),
        pytest.param(
            {"Name": "db", "SecretString": "one", "SecretBinary": b"one"},
            "InvalidParameterException",
            "You can't specify both a binary secret value and a string secret value in the same secret.",
            id="both values",
        ),
        pytest.param(
            {"Name": "db", "Tags": [{"Key": "aws:x", "Value": "1"}]},
            "InvalidParameterException",
            "You can't modify system tags. Tag key: 'aws:x'.",
            id="reserved tag",
        ),
        pytest.param(
            {"Name": "db", "Tags": [{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}]},
            "InvalidParameterException",
            "You can't specify the same tag key more than once in a request.",
            id="same tag twice",
        ),
        pytest.param(
            {"Name": "db", "Tags": [{"Key": f"x{number}", "Value": ""} for number in range(51)]},
            "InvalidParameterException",
            "You can't attach more than 50 tags to a secret.",
            id="51 tags",
        ),
        pytest.param(
            {"Name": "db", "SecretString": ""},
            "ValidationException",
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
            id="empty value",
        ),
        pytest.param(
            {"Name": "db", "SecretString": "x" * 65_537},
            "ValidationException",
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
            "Member must have length less than or equal to 65536",
            id="value too long",
        ),
        pytest.param(
            {"Name": "n" * 513},
            "ValidationException",
            f"1 validation error detected: Value '{'n' * 64} ...' at 'name' failed to satisfy constraint: "
            "Member must have length less than or equal to 512",
            id="name too long",
        ),
        pytest.param(
            {},
            "ValidationException",
            "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
            id="no name",
        ),
        pytest.param(
            {"Name": "db", "ClientRequestToken": "short"},
            "ValidationException",
            "1 validation error detected: Value 'short' at 'clientRequestToken' failed to satisfy constraint: "
            "Member must have length greater than or equal to 32",
            id="token too short",
        ),
    ],
)
def test_create_secret_refuses_a_request(unchecked, refused, secretsmanager, request_, code, message):
    assert refused(unchecked.create_secret, **request_) == (code, message)
    assert not secretsmanager.secrets


@pytest.mark.parametrize("name", ["db", "taken", "a b"])
def test_create_secret_asks_for_a_token_before_it_checks_the_name(world, name):
    world.call("CreateSecret", Name="taken", ClientRequestToken=TOKEN)
    assert world.refused("CreateSecret", Name=name, SecretString="one") == MUST_HAVE_TOKEN


@pytest.mark.parametrize("place", ["", "arn:aws:kms:us-east-1:123456789012:"], ids=["alias", "ARN of the alias"])
def test_a_default_key_that_create_secret_names_is_shown_as_named(client, place):
    name = f"{place}alias/aws/secretsmanager"
    client.create_secret(Name="db", SecretString="one", KmsKeyId=name)
    assert client.describe_secret(SecretId="db")["KmsKeyId"] == name
    assert client.list_secrets()["SecretList"][0]["KmsKeyId"] == name
    assert client.list_secret_version_ids(SecretId="db")["Versions"][0]["KmsKeyIds"] == [name]


def test_an_empty_list_of_tags_is_shown_as_an_empty_list(client):
    client.create_secret(Name="db", Tags=[])
    assert client.describe_secret(SecretId="db")["Tags"] == []
    assert client.list_secrets()["SecretList"][0]["Tags"] == []
