"""DeleteResourcePolicy."""

import pytest

POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'


@pytest.mark.secret("db", policy=POLICY)
def test_the_policy_goes(client, secretsmanager, policy_name):
    reply = client.delete_resource_policy(SecretId="db")
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db", **policy_name}
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId="db")


@pytest.mark.secret("db")
def test_without_a_policy_it_succeeds_and_changes_nothing(client, secretsmanager):
    before = secretsmanager.secret("db").state
    assert client.delete_resource_policy(SecretId="db")["Name"] == "db"
    assert secretsmanager.secret("db").state is before


def test_it_dates_the_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"))
    world.call("PutResourcePolicy", SecretId="db", ResourcePolicy=POLICY)
    world.pass_days(1)
    world.call("DeleteResourcePolicy", SecretId="db")
    assert world.state("db").changed == world.now
