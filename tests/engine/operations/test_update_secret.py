"""UpdateSecret. `rules/test_labels.py` tests where labels go, `test_put_and_update.py` the rules of every write."""

import pytest

V1, V2, V3 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3))


@pytest.mark.parametrize(
    "request_", [{}, {"Description": "main"}, {"KmsKeyId": "alias/pay"}], ids=["nothing", "description", "key"]
)
def test_update_secret_without_a_value_makes_no_version(client, secretsmanager, request_):
    secretsmanager.kms.create_key(alias="alias/pay")
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    reply = client.update_secret(SecretId="db", **request_)
    del reply["ResponseMetadata"]
    assert reply == {"ARN": arn, "Name": "db"}
    assert len(secretsmanager.secret("db").versions) == 1


@pytest.mark.secret("db", "one")
def test_update_secret_without_members_changes_nothing(client, secretsmanager):
    with secretsmanager.assert_unchanged():
        assert client.update_secret(SecretId="db")["Name"] == "db"


@pytest.mark.parametrize("value", ["two", "one"], ids=["another value", "the same value"])
def test_update_secret_with_a_value_makes_a_new_current_version(client, secretsmanager, value):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    assert client.update_secret(SecretId="db", SecretString=value, ClientRequestToken=V2)["VersionId"] == V2
    assert secretsmanager.secret("db").labels == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert [version.value for version in secretsmanager.secret("db").versions] == ["one", value]


def test_update_secret_makes_the_first_version_current(client, secretsmanager):
    client.create_secret(Name="db")
    client.update_secret(SecretId="db", SecretString="one", ClientRequestToken=V1)
    assert secretsmanager.secret("db").labels == {"AWSCURRENT": V1}


def test_update_secret_keeps_no_description_of_a_refused_request(client, refused):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    request = {"SecretId": "db", "SecretString": "two", "ClientRequestToken": V1, "Description": "not kept"}
    assert refused(client.update_secret, **request)[0] == "ResourceExistsException"
    assert "Description" not in client.describe_secret(SecretId="db")


@pytest.fixture
def metadata(world):
    """A secret's metadata, all set. Without a client: older clients don't know the member Type."""
    world.create_key("alias/pay")
    members = {"Description": "main", "KmsKeyId": "alias/pay", "Type": "DatadogApiKey"}
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, **members)
    assert members.items() <= world.call("DescribeSecret", SecretId="db").items()
    return members


def test_update_secret_removes_metadata_that_is_an_empty_text(world, metadata):
    world.call("UpdateSecret", SecretId="db", **dict.fromkeys(metadata, ""))
    assert not metadata.keys() & world.call("DescribeSecret", SecretId="db").keys()


@pytest.mark.parametrize(
    "change", [{"Description": "other"}, {"KmsKeyId": "alias/other"}, {"Type": "GitLabAccessToken"}], ids=str
)
def test_update_secret_keeps_metadata_that_the_request_omits(world, metadata, change):
    world.create_key("alias/other")
    world.call("UpdateSecret", SecretId="db", **change)
    described = world.call("DescribeSecret", SecretId="db")
    assert {name: described[name] for name in metadata} == {**metadata, **change}


@pytest.mark.parametrize(
    "request_",
    [{"Description": "main"}, {"SecretString": "one", "ClientRequestToken": V2}],
    ids=["description", "value"],
)
def test_update_secret_sets_the_date_of_the_last_change(world, request_):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.pass_days(1)
    world.call("UpdateSecret", SecretId="db", **request_)
    assert world.state("db").changed == world.now


def test_update_secret_with_a_new_key_encrypts_versions_under_aws_labels_again(client, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/pay")
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2, VersionStages=["AWSPENDING"])
    client.put_secret_value(SecretId="db", SecretString="three", ClientRequestToken=V3, VersionStages=["blue"])
    client.update_secret(SecretId="db", KmsKeyId="alias/pay")
    versions = client.list_secret_version_ids(SecretId="db")["Versions"]
    keys = {entry["VersionId"]: entry["KmsKeyIds"] for entry in versions}
    assert keys == {V1: ["alias/pay"], V2: ["alias/pay"], V3: ["DefaultEncryptionKey"]}


def test_an_empty_key_of_update_secret_removes_the_default_key_that_was_named(client):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    shown = []
    for given in ("alias/aws/secretsmanager", ""):
        client.update_secret(SecretId="db", KmsKeyId=given)
        (version,) = client.list_secret_version_ids(SecretId="db")["Versions"]
        shown.append((client.describe_secret(SecretId="db").get("KmsKeyId"), version["KmsKeyIds"]))
    assert shown == [("alias/aws/secretsmanager", ["alias/aws/secretsmanager"]), (None, ["DefaultEncryptionKey"])]


def test_all_versions_are_readable_after_update_secret_with_a_new_key(client, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/pay")
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    for version_id, value in ((V2, "two"), (V3, "three")):
        client.put_secret_value(SecretId="db", SecretString=value, ClientRequestToken=version_id)
    client.update_secret(SecretId="db", KmsKeyId="alias/pay")
    values = [client.get_secret_value(SecretId="db", VersionId=version)["SecretString"] for version in (V1, V2, V3)]
    assert values == ["one", "two", "three"]


def test_update_secret_takes_a_new_key_with_a_new_value(client, secretsmanager):
    secretsmanager.kms.create_key(alias="alias/pay")
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    client.update_secret(SecretId="db", SecretString="two", ClientRequestToken=V2, KmsKeyId="alias/pay")
    versions = client.list_secret_version_ids(SecretId="db")["Versions"]
    assert {entry["VersionId"]: entry["KmsKeyIds"] for entry in versions} == {V1: ["alias/pay"], V2: ["alias/pay"]}


def test_update_secret_with_a_new_key_leaves_an_announced_version_without_a_value(world):
    world.create_key("alias/pay")
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.announce("db", V2)
    world.call("UpdateSecret", SecretId="db", KmsKeyId="alias/pay")
    assert world.state("db").versions[V2].sealed is None
    assert world.state("db").versions[V1].sealed.kms_key_id == "alias/pay"


def test_update_secret_with_the_same_key_encrypts_nothing_again(world):
    world.create_key("alias/pay")
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    sealed = world.state("db").versions[V1].sealed
    world.call("UpdateSecret", SecretId="db", KmsKeyId="alias/pay")
    assert world.state("db").versions[V1].sealed is sealed


@pytest.mark.secret("db", "one")
def test_update_secret_refuses_a_description_of_2049_characters(unchecked, refused):
    assert refused(unchecked.update_secret, SecretId="db", Description="x" * 2_049) == (
        "ValidationException",
        f"1 validation error detected: Value '{'x' * 64} ...' at 'description' failed to satisfy constraint: "
        "Member must have length less than or equal to 2048",
    )


def test_update_secret_changes_the_metadata_of_a_managed_secret(client, secretsmanager):
    secretsmanager.seed("managed", "x", owning_service="rds")
    client.update_secret(SecretId="managed", Description="main")
    assert client.describe_secret(SecretId="managed")["Description"] == "main"
