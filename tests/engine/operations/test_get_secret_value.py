"""GetSecretValue."""

from datetime import timedelta

import pytest

from pytest_secretsmanager import Version

V1, V2, V3 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3))
MISSING = "Secrets Manager can't find the specified secret."
NO_LABEL = "Secrets Manager can't find the specified secret value for staging label:"
NO_VERSION = "Secrets Manager can't find the specified secret value for VersionId:"


@pytest.fixture
def three_versions(client):
    """A secret with a current, a previous and a deprecated version."""
    arn = client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)["ARN"]
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    client.put_secret_value(SecretId="db", SecretString="three", ClientRequestToken=V3)
    return arn


def test_get_secret_value_returns_the_current_version(client, three_versions):
    reply = client.get_secret_value(SecretId="db")
    assert reply.keys() - {"ResponseMetadata"} == {
        "ARN",
        "Name",
        "VersionId",
        "SecretString",
        "VersionStages",
        "CreatedDate",
    }
    found = [reply[name] for name in ("ARN", "Name", "VersionId", "SecretString", "VersionStages")]
    assert found == [three_versions, "db", V3, "three", ["AWSCURRENT"]]


def test_get_secret_value_returns_a_binary_value_without_secret_string(client):
    client.create_secret(Name="db", SecretBinary=b"\x00\xff")
    reply = client.get_secret_value(SecretId="db")
    assert reply["SecretBinary"] == b"\x00\xff"
    assert "SecretString" not in reply


@pytest.mark.parametrize(
    "value",
    ["€ 😀", "\ud800", '{"user": "app"}', "x" * 65_536],
    ids=["non-ASCII", "lone surrogate", "JSON", "65536 letters"],
)
def test_get_secret_value_returns_a_text_unchanged(client, value):
    client.create_secret(Name="db", SecretString=value)
    assert client.get_secret_value(SecretId="db")["SecretString"] == value


@pytest.mark.parametrize(
    ("which", "value"),
    [
        ({"VersionStage": "AWSCURRENT"}, "three"),
        ({"VersionStage": "AWSPREVIOUS"}, "two"),
        ({"VersionId": V2}, "two"),
        ({"VersionId": V2, "VersionStage": "AWSPREVIOUS"}, "two"),
    ],
    ids=["AWSCURRENT", "AWSPREVIOUS", "id", "id and label"],
)
def test_get_secret_value_finds_a_version_by_label_id_or_both(client, three_versions, which, value):
    assert client.get_secret_value(SecretId="db", **which)["SecretString"] == value


def test_get_secret_value_finds_a_deprecated_version_by_id_and_shows_no_labels(client, three_versions):
    reply = client.get_secret_value(SecretId="db", VersionId=V1)
    assert reply["SecretString"] == "one"
    assert "VersionStages" not in reply


def test_get_secret_value_shows_all_labels_of_the_version(client):
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="two", VersionStages=["AWSCURRENT", "blue"])
    assert sorted(client.get_secret_value(SecretId="db")["VersionStages"]) == ["AWSCURRENT", "blue"]


@pytest.mark.secret("db", Version("two", age=timedelta(days=1)), versions=[Version("one", age=timedelta(days=9))])
def test_the_created_date_of_get_secret_value_is_that_of_the_version(client):
    dates = [
        client.get_secret_value(SecretId="db", VersionStage=label)["CreatedDate"]
        for label in ("AWSCURRENT", "AWSPREVIOUS")
    ]
    assert dates[0] - dates[1] == timedelta(days=8)


@pytest.mark.parametrize("length", [None, -7], ids=["full ARN", "partial ARN"])
def test_get_secret_value_finds_a_secret_by_its_arn(client, three_versions, length):
    assert client.get_secret_value(SecretId=three_versions[:length])["SecretString"] == "three"


@pytest.mark.parametrize("name", ["my-Name-a1b2", "my-Name-a1b2c3-"])
def test_get_secret_value_finds_a_partial_arn_whose_name_looks_almost_like_a_suffix(client, name):
    arn = client.create_secret(Name=name, SecretString="one")["ARN"]
    assert client.get_secret_value(SecretId=arn.removesuffix(arn[-7:]))["SecretString"] == "one"


def test_get_secret_value_refuses_a_partial_arn_whose_name_ends_like_a_suffix(client, refused):
    arn = client.create_secret(Name="my-Name-a1b2c3", SecretString="one")["ARN"]
    for secret_id in ("my-Name-a1b2c3", arn):
        assert client.get_secret_value(SecretId=secret_id)["SecretString"] == "one"
    assert refused(client.get_secret_value, SecretId=arn[:-7]) == ("ResourceNotFoundException", MISSING)


def test_get_secret_value_refuses_the_old_arn_of_a_recreated_secret(client, refused):
    old = client.create_secret(Name="db", SecretString="one")["ARN"]
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    client.create_secret(Name="db", SecretString="two")
    assert refused(client.get_secret_value, SecretId=old) == ("ResourceNotFoundException", MISSING)
    assert client.get_secret_value(SecretId=old[:-7])["SecretString"] == "two"


def test_get_secret_value_records_the_day_of_access_on_secret_and_version(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2)
    world.call("GetSecretValue", SecretId="db")
    secret = world.state("db")
    midnight = world.now - 12 * 3_600
    assert (secret.accessed, secret.versions[V2].accessed, secret.versions[V1].accessed) == (midnight, midnight, None)


def test_get_secret_value_records_each_day_of_access(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    days = []
    for _ in range(2):
        world.call("GetSecretValue", SecretId="db")
        days.append(world.state("db").accessed)
        world.pass_days(1)
    assert days[1] - days[0] == 86_400


def test_a_second_get_secret_value_on_the_same_day_stores_nothing(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.call("GetSecretValue", SecretId="db")
    before = world.state("db")
    world.call("GetSecretValue", SecretId="db")
    assert world.state("db") is before


def test_get_secret_value_of_another_version_on_the_same_day_records_its_access(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2)
    world.call("GetSecretValue", SecretId="db")
    world.call("GetSecretValue", SecretId="db", VersionId=V1)
    assert world.state("db").versions[V1].accessed is not None


def test_get_secret_value_leaves_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    changed = world.now
    world.pass_days(1)
    world.call("GetSecretValue", SecretId="db")
    assert world.state("db").changed == changed


@pytest.mark.secret("db", versions=[Version("one", id=V1), Version("two", id=V2)])
@pytest.mark.secret("empty")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param({"SecretId": "arn:x"}, "ResourceNotFoundException", MISSING, id="no such ARN"),
        pytest.param({"SecretId": "empty"}, "ResourceNotFoundException", f"{NO_LABEL} AWSCURRENT", id="no value"),
        pytest.param(
            {"SecretId": "db", "VersionStage": "AWSPENDING"},
            "ResourceNotFoundException",
            f"{NO_LABEL} AWSPENDING",
            id="no such label",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "awscurrent"},
            "ResourceNotFoundException",
            f"{NO_LABEL} awscurrent",
            id="label in lower case",
        ),
        pytest.param(
            {"SecretId": "db", "VersionId": V3}, "ResourceNotFoundException", f"{NO_VERSION} {V3}", id="no such version"
        ),
        pytest.param(
            {"SecretId": "db", "VersionId": V3, "VersionStage": "AWSCURRENT"},
            "ResourceNotFoundException",
            f"{NO_VERSION} {V3}",
            id="no such version, with a label",
        ),
        pytest.param(
            {"SecretId": "db", "VersionId": V1, "VersionStage": "AWSCURRENT"},
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
            id="label on another version",
        ),
        pytest.param(
            {"SecretId": "db", "VersionId": V1, "VersionStage": "blue"},
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
            id="label on no version",
        ),
        pytest.param(
            {},
            "ValidationException",
            "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: "
            "Member must not be null",
            id="no id",
        ),
    ],
)
def test_get_secret_value_refuses_a_request(unchecked, refused, request_, code, message):
    assert refused(unchecked.get_secret_value, **request_) == (code, message)


def test_get_secret_value_finds_no_announced_version_by_label(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    assert world.refused("GetSecretValue", SecretId="db", VersionStage="AWSPENDING") == (
        "ResourceNotFoundException",
        f"{NO_LABEL} AWSPENDING",
    )


def test_get_secret_value_finds_no_announced_version_by_id(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    assert world.refused("GetSecretValue", SecretId="db", VersionId=V2) == (
        "ResourceNotFoundException",
        f"{NO_VERSION} {V2}",
    )
