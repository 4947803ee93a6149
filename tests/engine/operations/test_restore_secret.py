"""RestoreSecret."""

import pytest

TOKEN = "token".ljust(32, "-")


@pytest.mark.secret("db", "one", versions=["zero"], deleted=True)
def test_a_secret_scheduled_for_deletion_comes_back_whole(client, secretsmanager):
    labels = secretsmanager.secret("db").labels
    reply = client.restore_secret(SecretId="db")
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db"}
    assert secretsmanager.secret("db").labels == labels
    assert "DeletedDate" not in client.describe_secret(SecretId="db")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.secret("db", "one")
def test_a_secret_that_is_not_scheduled_stays_as_it_is(client, secretsmanager):
    before = secretsmanager.secret("db").state
    assert client.restore_secret(SecretId="db")["Name"] == "db"
    assert secretsmanager.secret("db").state is before


def test_it_dates_the_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    world.call("DeleteSecret", SecretId="db")
    world.pass_days(1)
    world.call("RestoreSecret", SecretId="db")
    assert world.state("db").changed == world.now


def test_it_is_too_late_once_the_recovery_window_has_passed(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    world.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    world.pass_days(7)
    assert world.refused("RestoreSecret", SecretId="db")[0] == "ResourceNotFoundException"


@pytest.mark.secret("forced", "one")
@pytest.mark.parametrize(
    ("secret_id", "code", "message"),
    [
        ("nowhere", "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        ("forced", "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        (
            "a b",
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ),
    ],
    ids=["no such secret", "deleted by force", "bad name"],
)
def test_it_refuses(client, refused, secret_id, code, message):
    client.delete_secret(SecretId="forced", ForceDeleteWithoutRecovery=True)
    assert refused(client.restore_secret, SecretId=secret_id) == (code, message)


def test_a_replica_is_not_restored(world):
    world.make_replica("copy")
    assert world.refused("RestoreSecret", SecretId="copy") == (
        "InvalidParameterException",
        "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    )
