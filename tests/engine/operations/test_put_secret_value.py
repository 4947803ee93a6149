"""PutSecretValue. Where labels go is told in `rules/test_labels.py`."""

import pytest

V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")
MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
MUST_HAVE_TOKEN = (
    "InvalidRequestException",
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
)


def test_it_answers_with_the_new_version_and_its_labels(client):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    reply = client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    del reply["ResponseMetadata"]
    assert reply == {"ARN": arn, "Name": "db", "VersionId": V2, "VersionStages": ["AWSCURRENT"]}


def test_with_labels_of_its_own_a_version_does_not_become_current(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    reply = client.put_secret_value(
        SecretId="db", SecretString="two", ClientRequestToken=V2, VersionStages=["AWSPENDING", "blue"]
    )
    assert sorted(reply["VersionStages"]) == ["AWSPENDING", "blue"]
    assert secretsmanager.secret("db").labels == {"AWSCURRENT": V1, "AWSPENDING": V2, "blue": V2}


def test_the_first_version_of_a_secret_becomes_current_besides(client):
    client.create_secret(Name="db")
    reply = client.put_secret_value(SecretId="db", SecretString="one", VersionStages=["blue"])
    assert sorted(reply["VersionStages"]) == ["AWSCURRENT", "blue"]


@pytest.mark.parametrize("value", [{"SecretString": "zwei €"}, {"SecretBinary": b"\x00\xff"}], ids=["text", "binary"])
def test_the_value_comes_back_in_the_member_it_was_sent_in(client, value):
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", **value)
    reply = client.get_secret_value(SecretId="db")
    assert {name: reply[name] for name in ("SecretString", "SecretBinary") if name in reply} == value


def test_the_same_token_and_value_again_change_nothing(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one")
    request = {"SecretId": "db", "SecretString": "two", "ClientRequestToken": V2}
    client.put_secret_value(**request)
    with secretsmanager.assert_unchanged():
        reply = client.put_secret_value(**request)
    assert (reply["VersionId"], reply["VersionStages"]) == (V2, ["AWSCURRENT"])


def test_a_repeat_answers_with_the_labels_of_now_whatever_it_asks_for(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    client.put_secret_value(SecretId="db", SecretString="two")
    with secretsmanager.assert_unchanged():
        reply = client.put_secret_value(
            SecretId="db", SecretString="one", ClientRequestToken=V1, VersionStages=["AWSCURRENT", "blue"]
        )
    assert reply["VersionStages"] == ["AWSPREVIOUS"]


def test_another_token_makes_a_new_version_of_the_same_value(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="one")
    assert [version.value for version in secretsmanager.secret("db").versions] == ["one", "one"]


def test_a_version_that_a_rotation_announced_is_filled(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    announced = world.state("db").versions[V2]
    world.pass_days(1)
    reply = world.call(
        "PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2, VersionStages=["AWSPENDING"]
    )
    filled = world.state("db").versions[V2]
    assert reply["VersionStages"] == ["AWSPENDING"]
    assert (filled.number, filled.created) == (announced.number, announced.created)
    assert world.call("GetSecretValue", SecretId="db", VersionStage="AWSPENDING")["SecretString"] == "two"


def test_a_binary_value_may_fill_an_announced_version(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    world.call("PutSecretValue", SecretId="db", SecretBinary=b"two", ClientRequestToken=V2)
    assert world.call("GetSecretValue", SecretId="db", VersionId=V2)["SecretBinary"] == b"two"


def test_it_dates_the_version_and_the_change(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    created = world.now
    world.pass_days(1)
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2)
    secret = world.state("db")
    assert (secret.created, secret.changed, secret.versions[V2].created) == (created, world.now, world.now)


def test_a_rotation_token_is_taken(client):
    client.create_secret(Name="db", SecretString="one")
    reply = client.put_secret_value(SecretId="db", SecretString="two", RotationToken="r" * 36)
    assert reply["VersionStages"] == ["AWSCURRENT"]


def test_another_account_may_write_under_a_customer_key(client, secretsmanager, stranger):
    secretsmanager.kms.create_key(alias="alias/pay")
    arn = client.create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")["ARN"]
    stranger.put_secret_value(SecretId=arn, SecretString="two")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "two"


def test_another_account_may_not_write_under_the_default_key(client, stranger, refused):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    assert refused(stranger.put_secret_value, SecretId=arn, SecretString="two") == (
        "InvalidRequestException",
        "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service "
        "key.",
    )


def test_a_token_stands_for_one_value(client, refused):
    arn = client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)["ARN"]
    assert refused(client.put_secret_value, SecretId="db", SecretString="two", ClientRequestToken=V1) == (
        "ResourceExistsException",
        f"You can't use ClientRequestToken {V1} because that value is already in use for a version of secret {arn}.",
    )


def test_the_same_bytes_in_the_other_member_are_another_value(client, refused):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    code, _ = refused(client.put_secret_value, SecretId="db", SecretBinary=b"one", ClientRequestToken=V1)
    assert code == "ResourceExistsException"


def test_a_secret_takes_twenty_labels(client, secretsmanager, refused):
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="two", VersionStages=[f"l{number}" for number in range(19)])
    assert len(secretsmanager.secret("db").labels) == 20
    code, _ = refused(client.put_secret_value, SecretId="db", SecretString="three", VersionStages=["l19"])
    assert code == "LimitExceededException"


@pytest.mark.secret("db", "one")
@pytest.mark.secret("gone", "one", deleted=True)
@pytest.mark.secret("managed", "one", owning_service="rds")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param({"SecretId": "nowhere", "SecretString": "two"}, *MISSING, id="no such secret"),
        pytest.param(
            {"SecretId": "a b", "SecretString": "two"},
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
            id="bad name",
        ),
        pytest.param(
            {"SecretId": "gone", "SecretString": "two"},
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
            id="scheduled for deletion",
        ),
        pytest.param(
            {"SecretId": "managed", "SecretString": "two"},
            "InvalidRequestException",
            "This secret is managed by an AWS service, and you must use that service to update it.",
            id="managed by a service",
        ),
        pytest.param(
            {"SecretId": "db"},
            "InvalidRequestException",
            "You must provide either SecretString or SecretBinary.",
            id="no value",
        ),
        pytest.param(
            {"SecretId": "db", "SecretString": "two", "SecretBinary": b"two"},
            "InvalidParameterException",
            "You can't specify both a binary secret value and a string secret value in the same secret.",
            id="both values",
        ),
        pytest.param(
            {"SecretId": "db", "SecretString": "two", "VersionStages": ["x"] * 21},
            "ValidationException",
            f"1 validation error detected: Value '[{', '.join(['x'] * 21)}]' at 'versionStages' failed to satisfy "
            "constraint: Member must have length less than or equal to 20",
            id="21 labels",
        ),
        pytest.param(
            {"SecretId": "db", "SecretBinary": b""},
            "ValidationException",
            "1 validation error detected: Value at 'secretBinary' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
            id="empty value",
        ),
        pytest.param(
            {"SecretId": "db", "SecretString": "two", "RotationToken": "?" * 36},
            "ValidationException",
            "1 validation error detected: Value at 'rotationToken' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ^[a-zA-Z0-9\-]+$",
            id="bad rotation token",
        ),
    ],
)
def test_it_refuses(unchecked, refused, request_, code, message):
    assert refused(unchecked.put_secret_value, **request_) == (code, message)


@pytest.mark.parametrize("secret_id", ["db", "nowhere", "a b"])
def test_a_token_is_asked_for_before_the_secret_is_looked_up(world, secret_id):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    assert world.refused("PutSecretValue", SecretId=secret_id, SecretString="two") == MUST_HAVE_TOKEN


def test_a_replica_takes_no_value(world):
    world.make_replica("copy")
    assert world.refused("PutSecretValue", SecretId="copy", SecretString="two", ClientRequestToken=V2) == (
        "InvalidParameterException",
        "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    )


def test_the_owning_service_may_write(world):
    world.call("CreateSecret", Name="rds!db", SecretString="one", ClientRequestToken=V1, by="rds")
    reply = world.call("PutSecretValue", SecretId="rds!db", SecretString="two", ClientRequestToken=V2, by="rds")
    assert reply["VersionStages"] == ["AWSCURRENT"]
