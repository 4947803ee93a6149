"""PutSecretValue. `rules/test_labels.py` tests where labels go, `test_put_and_update.py` the rules of every write."""

import pytest

V1, V2, V3, V4 = (f"version-{number}".ljust(32, "-") for number in range(1, 5))


def test_put_secret_value_returns_the_new_version_and_its_labels(client):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    reply = client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    del reply["ResponseMetadata"]
    assert reply == {"ARN": arn, "Name": "db", "VersionId": V2, "VersionStages": ["AWSCURRENT"]}


def test_put_secret_value_with_version_stages_leaves_awscurrent_where_it_is(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    reply = client.put_secret_value(
        SecretId="db", SecretString="two", ClientRequestToken=V2, VersionStages=["AWSPENDING", "blue"]
    )
    assert sorted(reply["VersionStages"]) == ["AWSPENDING", "blue"]
    assert secretsmanager.secret("db").labels == {"AWSCURRENT": V1, "AWSPENDING": V2, "blue": V2}


def test_put_secret_value_with_version_stages_makes_the_first_version_current_as_well(client):
    client.create_secret(Name="db")
    reply = client.put_secret_value(SecretId="db", SecretString="one", VersionStages=["blue"])
    assert sorted(reply["VersionStages"]) == ["AWSCURRENT", "blue"]


def test_a_repeated_put_secret_value_returns_the_present_labels_of_the_version(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    client.put_secret_value(SecretId="db", SecretString="two")
    with secretsmanager.assert_unchanged():
        reply = client.put_secret_value(
            SecretId="db", SecretString="one", ClientRequestToken=V1, VersionStages=["AWSCURRENT", "blue"]
        )
    assert reply["VersionStages"] == ["AWSPREVIOUS"]


def test_put_secret_value_with_another_token_makes_a_new_version_of_the_same_value(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="one")
    assert [version.value for version in secretsmanager.secret("db").versions] == ["one", "one"]


def test_put_secret_value_fills_a_version_that_a_rotation_announced(world):
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


def test_a_version_that_was_announced_and_filled_late_takes_no_number_of_another(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    for number, token in enumerate([V3, V2, V4]):
        world.call("PutSecretValue", SecretId="db", SecretString=f"value {number}", ClientRequestToken=token)
    assert {version.id: version.number for version in world.state("db").versions.values()} == {
        V1: 1,
        V2: 2,
        V3: 3,
        V4: 4,
    }


def test_put_secret_value_fills_an_announced_version_with_a_binary_value(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    world.call("PutSecretValue", SecretId="db", SecretBinary=b"two", ClientRequestToken=V2)
    assert world.call("GetSecretValue", SecretId="db", VersionId=V2)["SecretBinary"] == b"two"


def test_put_secret_value_sets_the_dates_of_the_version_and_of_the_change(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    created = world.now
    world.pass_days(1)
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2)
    secret = world.state("db")
    assert (secret.created, secret.changed, secret.versions[V2].created) == (created, world.now, world.now)


def test_put_secret_value_takes_a_rotation_token(client):
    client.create_secret(Name="db", SecretString="one")
    reply = client.put_secret_value(SecretId="db", SecretString="two", RotationToken="r" * 36)
    assert reply["VersionStages"] == ["AWSCURRENT"]


def test_put_secret_value_refuses_the_21st_label(client, secretsmanager, refused):
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="two", VersionStages=[f"l{number}" for number in range(19)])
    assert len(secretsmanager.secret("db").labels) == 20
    code, _ = refused(client.put_secret_value, SecretId="db", SecretString="three", VersionStages=["l19"])
    assert code == "LimitExceededException"


@pytest.mark.secret("db", "one")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"SecretId": "db"},
            "InvalidRequestException",
            "You must provide either SecretString or SecretBinary.",
            id="no value",
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
def test_put_secret_value_refuses_a_request(unchecked, refused, request_, code, message):
    assert refused(unchecked.put_secret_value, **request_) == (code, message)


def test_put_secret_value_takes_a_value_from_the_owning_service(world):
    world.call("CreateSecret", Name="rds!db", SecretString="one", ClientRequestToken=V1, by="rds")
    reply = world.call("PutSecretValue", SecretId="rds!db", SecretString="two", ClientRequestToken=V2, by="rds")
    assert reply["VersionStages"] == ["AWSCURRENT"]
