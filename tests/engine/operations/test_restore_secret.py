"""RestoreSecret."""

import pytest

from pytest_secretsmanager.inspection.views import state_of

TOKEN = "token".ljust(32, "-")


@pytest.mark.secret("db", "one", versions=["zero"], deleted=True)
def test_restore_secret_takes_back_a_scheduled_deletion_and_keeps_values_and_labels(client, secretsmanager):
    labels = secretsmanager.secret("db").labels
    reply = client.restore_secret(SecretId="db")
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db"}
    assert secretsmanager.secret("db").labels == labels
    assert "DeletedDate" not in client.describe_secret(SecretId="db")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.secret("db", "one")
def test_restore_secret_changes_nothing_of_a_secret_that_is_not_scheduled_for_deletion(client, secretsmanager):
    before = state_of(secretsmanager.secret("db"))
    assert client.restore_secret(SecretId="db")["Name"] == "db"
    assert state_of(secretsmanager.secret("db")) is before


def test_restore_secret_sets_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    world.call("DeleteSecret", SecretId="db")
    world.pass_days(1)
    world.call("RestoreSecret", SecretId="db")
    assert world.state("db").changed == world.now
