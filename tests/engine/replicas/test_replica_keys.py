"""Replicas: their own keys, and changes under a disabled key."""

import pytest
from replica_views import EU, IN_SYNC, V1, V2, VALUES, current, outcomes, shown, tags, value_of, without_dates


@pytest.fixture
def keys(secretsmanager):
    """The keys of `sealed`: the primary's, and the replica's."""
    us = secretsmanager.kms.create_key(alias="alias/us")
    return us, secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")


@pytest.fixture
def sealed(client, keys):
    """`db` and its replica under different customer keys, with one version from before the replication."""
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/us")
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)


def failure(verb, key):
    return (
        f"Secrets Manager can't {verb} the secret value: {key.arn} is disabled. (Service: AWSKMS; Status Code: 400; "
        "Error Code: DisabledException; Request ID: 00000000-0000-4000-8000-000000000000; Proxy: null)"
    )


@pytest.mark.usefixtures("sealed")
def test_a_replica_encrypts_each_version_under_its_own_key(client, eu):
    keys = [
        [version["KmsKeyIds"] for version in one.list_secret_version_ids(SecretId="db")["Versions"]]
        for one in (client, eu)
    ]
    assert keys == [[["alias/us"], ["alias/us"]], [["alias/eu"], ["alias/eu"]]]


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    "version_id", [V1, V2], ids=["version before the replication", "version after the replication"]
)
def test_a_disabled_key_of_the_primary_does_not_stop_reads_of_the_replica(eu, keys, secretsmanager, version_id):
    secretsmanager.kms.disable(keys[0])
    assert value_of(eu, version_id) == VALUES[version_id]


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    "version_id", [V1, V2], ids=["version before the replication", "version after the replication"]
)
def test_a_disabled_key_of_the_replica_does_not_stop_reads_of_the_primary(client, keys, secretsmanager, version_id):
    secretsmanager.kms.disable(keys[1])
    assert value_of(client, version_id) == VALUES[version_id]


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    "version_id", [V1, V2], ids=["version before the replication", "version after the replication"]
)
def test_a_disabled_key_of_the_replica_stops_its_own_reads(eu, keys, secretsmanager, refused, version_id):
    secretsmanager.kms.disable(keys[1])
    assert refused(eu.get_secret_value, SecretId="db", VersionId=version_id) == (
        "DecryptionFailure",
        failure("decrypt", keys[1]),
    )


@pytest.mark.usefixtures("sealed")
def test_a_new_key_of_the_primary_keeps_the_key_of_the_replica(client, eu, keys, secretsmanager):
    client.update_secret(SecretId="db", KmsKeyId="")
    secretsmanager.kms.disable("")
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == "alias/eu"
    assert current(eu) == "two"


NEEDS_NO_KEY = {
    "TagResource": (
        lambda client: client.tag_resource(SecretId="db", Tags=tags(team="pay")),
        {"tags": tags(team="pay")},
    ),
    "UpdateSecretVersionStage": (
        lambda client: client.update_secret_version_stage(SecretId="db", VersionStage="blue", MoveToVersionId=V1),
        {"labels": {V1: ["AWSPREVIOUS", "blue"], V2: ["AWSCURRENT"]}},
    ),
    "UpdateSecret": (
        lambda client: client.update_secret(SecretId="db", Description="main"),
        {"description": "main"},
    ),
}
"""The changes that reach a replica without decryption or encryption."""


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize("which", [0, 1], ids=["key of the primary disabled", "key of the replica disabled"])
@pytest.mark.parametrize(("write", "difference"), NEEDS_NO_KEY.values(), ids=NEEDS_NO_KEY)
def test_a_change_without_a_value_reaches_a_replica_under_a_disabled_key(
    client, eu, keys, secretsmanager, which, write, difference
):
    before = shown(eu)
    secretsmanager.kms.disable(keys[which])
    write(client)
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    secretsmanager.kms.enable(keys[which])
    assert without_dates(shown(eu)) == without_dates(before) | difference


@pytest.mark.usefixtures("sealed")
def test_a_new_value_does_not_reach_a_replica_whose_key_is_disabled(client, eu, keys, secretsmanager):
    secretsmanager.kms.disable(keys[1])
    client.put_secret_value(SecretId="db", SecretString="three")
    assert current(client) == "three"
    assert outcomes(client) == {"eu-west-1": ("Failed", f"Replication failed: {failure('encrypt', keys[1])}")}
    secretsmanager.kms.enable(keys[1])
    assert current(eu) == "two"


@pytest.mark.usefixtures("sealed")
def test_replicate_secret_to_regions_updates_a_replica_that_failed_to_follow(client, eu, keys, secretsmanager):
    secretsmanager.kms.disable(keys[1])
    client.put_secret_value(SecretId="db", SecretString="three")
    secretsmanager.kms.enable(keys[1])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert shown(eu) == shown(client)
