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
