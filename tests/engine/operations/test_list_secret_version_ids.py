"""ListSecretVersionIds."""

import pytest

V1, V2, V3, V4 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3, 4))


@pytest.fixture
def four_versions(client):
    """A secret of four versions, the first two of them without a label."""
    arn = client.create_secret(Name="db", SecretString="value", ClientRequestToken=V1)["ARN"]
    for version_id in (V2, V3, V4):
        client.put_secret_value(SecretId="db", SecretString="value", ClientRequestToken=version_id)
    return arn


def stages(reply):
    return {entry["VersionId"]: entry.get("VersionStages") for entry in reply["Versions"]}


def test_list_secret_version_ids_returns_the_full_arn_and_the_name(client, four_versions):
    reply = client.list_secret_version_ids(SecretId="db")
    assert reply.keys() - {"ResponseMetadata"} == {"ARN", "Name", "Versions"}
    assert (reply["ARN"], reply["Name"]) == (four_versions, "db")


def test_list_secret_version_ids_lists_labelled_versions(client, four_versions):
    assert stages(client.list_secret_version_ids(SecretId="db")) == {V3: ["AWSPREVIOUS"], V4: ["AWSCURRENT"]}


def test_list_secret_version_ids_lists_deprecated_versions_on_request_without_labels(client, four_versions):
    reply = client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)
    assert stages(reply) == {V1: None, V2: None, V3: ["AWSPREVIOUS"], V4: ["AWSCURRENT"]}
    assert "VersionStages" not in reply["Versions"][0]


def test_list_secret_version_ids_lists_the_oldest_version_first(client, four_versions):
    reply = client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)
    assert [entry["VersionId"] for entry in reply["Versions"]] == [V1, V2, V3, V4]


@pytest.mark.parametrize(
    ("key", "shown"), [("", "DefaultEncryptionKey"), ("alias/pay", "alias/pay")], ids=["default key", "customer key"]
)
def test_list_secret_version_ids_names_the_key_of_each_version(client, secretsmanager, key, shown):
    secretsmanager.kms.create_key(alias="alias/pay")
    client.create_secret(Name="db", SecretString="one", KmsKeyId=key)
    assert client.list_secret_version_ids(SecretId="db")["Versions"][0]["KmsKeyIds"] == [shown]


def test_list_secret_version_ids_shows_the_last_access_of_versions_that_were_read(client, four_versions):
    client.get_secret_value(SecretId="db", VersionId=V3)
    entries = {entry["VersionId"]: entry for entry in client.list_secret_version_ids(SecretId="db")["Versions"]}
    assert entries[V3]["LastAccessedDate"].timestamp() % 86_400 == 0
    assert "LastAccessedDate" not in entries[V4]


@pytest.mark.parametrize("deprecated_too", [False, True], ids=["labelled only", "deprecated too"])
def test_list_secret_version_ids_omits_an_announced_version(world, deprecated_too):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    listed = world.call("ListSecretVersionIds", SecretId="db", IncludeDeprecated=deprecated_too)["Versions"]
    assert [entry["VersionId"] for entry in listed] == [V1]
    described = world.call("DescribeSecret", SecretId="db")
    assert described["VersionIdsToStages"] == {V1: ["AWSCURRENT"], V2: ["AWSPENDING"]}


def test_an_announced_version_takes_no_place_on_a_page_of_list_secret_version_ids(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    assert "NextToken" not in world.call("ListSecretVersionIds", SecretId="db", MaxResults=1)


@pytest.mark.secret("db")
def test_list_secret_version_ids_of_a_secret_without_a_value_is_empty(client):
    assert client.list_secret_version_ids(SecretId="db")["Versions"] == []


@pytest.mark.secret("gone", "one", deleted=True)
def test_list_secret_version_ids_lists_versions_of_a_secret_scheduled_for_deletion(client):
    assert len(client.list_secret_version_ids(SecretId="gone")["Versions"]) == 1


def test_list_secret_version_ids_returns_pages(client, four_versions):
    request = {"SecretId": "db", "IncludeDeprecated": True, "MaxResults": 3}
    first = client.list_secret_version_ids(**request)
    second = client.list_secret_version_ids(**request, NextToken=first["NextToken"])
    assert list(stages(first)) == [V1, V2, V3]
    assert list(stages(second)) == [V4]
    assert "NextToken" not in second


def test_list_secret_version_ids_refuses_the_page_token_of_another_secret(
    client, four_versions, secretsmanager, refused
):
    secretsmanager.seed("other", "two", versions=["one"])
    token = client.list_secret_version_ids(SecretId="db", MaxResults=1)["NextToken"]
    assert refused(client.list_secret_version_ids, SecretId="other", MaxResults=1, NextToken=token) == (
        "InvalidNextTokenException",
        "Invalid pagination token.",
    )


@pytest.mark.secret("db", "one")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"SecretId": "db", "NextToken": "nonsense"},
            "InvalidNextTokenException",
            "Invalid pagination token.",
            id="bad page token",
        ),
        pytest.param(
            {"SecretId": "db", "MaxResults": 101},
            "ValidationException",
            "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: "
            "Member must have value less than or equal to 100",
            id="pages of 101",
        ),
    ],
)
def test_list_secret_version_ids_refuses_a_page(client, refused, request_, code, message):
    assert refused(client.list_secret_version_ids, **request_) == (code, message)
