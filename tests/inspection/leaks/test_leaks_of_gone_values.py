"""`assert_nothing_leaked` finds values that are gone, or that AWS refused."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from leaking import text_of

from pytest_secretsmanager import SecretsManager, UsageError, Version


def replica_removed(sm, client):
    sm.seed("far", "correct horse", replicas=["eu-west-1"])
    client.remove_regions_from_replication(SecretId="far", RemoveReplicaRegions=["eu-west-1"])
    client.delete_secret(SecretId="far", ForceDeleteWithoutRecovery=True)


def deleted_by_force(sm, client):
    sm.seed("db", "correct horse")
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def replaced_by_a_seed(sm, client):
    sm.seed("db", "correct horse")
    sm.seed("db", "another")


def recreated(sm, client):
    deleted_by_force(sm, client)
    client.create_secret(Name="db", SecretString="another")


def lapsed(sm, client):
    sm.seed("db", "correct horse")
    client.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    sm.clock.advance(days=8)


def in_another_place(sm, client):
    sm.seed("db", "correct horse", region="eu-west-1")
    sm.client("eu-west-1").delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def under_a_key_that_is_disabled(sm, client):
    key = sm.kms.create_key()
    sm.seed("db", "correct horse", kms_key=key.id)
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    sm.kms.disable(key.id)


def overwritten_by_a_replica(sm, client):
    sm.seed("db", "correct horse", region="eu-west-1")
    sm.seed("db", "another")
    client.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}], ForceOverwriteReplicaSecret=True
    )


@pytest.mark.parametrize(
    "lose",
    [
        deleted_by_force,
        replaced_by_a_seed,
        recreated,
        lapsed,
        in_another_place,
        under_a_key_that_is_disabled,
        overwritten_by_a_replica,
        replica_removed,
    ],
)
def test_assert_nothing_leaked_finds_a_value_that_no_longer_exists(secretsmanager, client, lose):
    lose(secretsmanager, client)
    found = text_of(secretsmanager, "with correct horse")
    assert ", version 1, gone by now (plain)" in found


def test_assert_nothing_leaked_finds_the_value_of_a_pruned_version():
    with SecretsManager(version_quota=3) as sm:
        sm.seed("db", "third", versions=[Version("of the first", age=timedelta(days=3)), "second"])
        sm.client().put_secret_value(SecretId="db", SecretString="fourth")
        assert [version.number for version in sm.secret("db").versions] == [2, 3, 4]
        assert "the value of 'db', version 1, gone by now (plain)" in text_of(sm, "of the first")


def test_assert_nothing_leaked_finds_a_text_of_a_json_value_that_no_longer_exists(secretsmanager, client):
    secretsmanager.seed("db", {"password": "correct horse"})
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert "'db', version 1, key 'password', gone by now (plain)" in text_of(secretsmanager, "with correct horse")


def test_assert_nothing_leaked_ignores_the_name_of_a_deleted_secret(secretsmanager, client):
    secretsmanager.seed("team/correct-horse", "correct-horse")
    client.delete_secret(SecretId="team/correct-horse", ForceDeleteWithoutRecovery=True)
    secretsmanager.assert_nothing_leaked("deleted team/correct-horse")


def test_assert_nothing_leaked_after_a_refused_seed_knows_only_the_old_value(secretsmanager):
    secretsmanager.seed("db", "the first")
    with pytest.raises(UsageError, match="Invalid replica region"):
        secretsmanager.seed("db", "correct horse", replicas=["us-east-1"])
    secretsmanager.assert_nothing_leaked("with correct horse")
    assert ", version 1 (plain)" in text_of(secretsmanager, "the first")


REFUSED = [
    pytest.param("put_secret_value", {"SecretId": "no"}, id="PutSecretValue"),
    pytest.param("create_secret", {"Name": "taken"}, id="CreateSecret"),
    pytest.param("update_secret", {"SecretId": "no"}, id="UpdateSecret"),
]


@pytest.mark.parametrize(("method", "parameters"), REFUSED)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"SecretString": "correct horse"}, "with correct horse"),
        ({"SecretBinary": b"correct horse"}, "with correct horse"),
        ({"SecretString": '{"password": "correct horse"}'}, "with correct horse"),
    ],
    ids=str,
)
def test_assert_nothing_leaked_finds_a_value_of_a_refused_call(secretsmanager, client, method, parameters, value, text):
    secretsmanager.seed("taken", "another")
    with pytest.raises(ClientError) as refused:
        getattr(client, method)(**parameters, **value)
    found = text_of(secretsmanager, text)
    assert f"text 1 holds a value that {refused.value.operation_name} (call 1) was refused" in found


def test_assert_nothing_leaked_finds_a_refused_value_in_another_field_of_its_call(secretsmanager, client):
    with pytest.raises(ClientError):
        client.update_secret(SecretId="no", SecretString="correct horse", Description="it is correct horse")
    assert text_of(secretsmanager) == (
        "secret values leaked: "
        "Description of UpdateSecret (call 1) holds a value that UpdateSecret (call 1) was refused (plain)"
    )


def test_assert_nothing_leaked_after_a_rollback_ignores_values_deleted_or_refused_inside(secretsmanager, client):
    with secretsmanager.snapshot():
        deleted_by_force(secretsmanager, client)
        with pytest.raises(ClientError):
            client.put_secret_value(SecretId="no", SecretString="battery staple")
        text_of(secretsmanager, "correct horse")
        text_of(secretsmanager, "battery staple")
    secretsmanager.assert_nothing_leaked("correct horse", "battery staple")


def test_assert_nothing_leaked_after_a_rollback_ignores_values_created_inside(secretsmanager, client):
    with secretsmanager.snapshot():
        client.create_secret(Name="db", SecretString="correct horse")
    secretsmanager.assert_nothing_leaked("correct horse")
