"""DeleteResourcePolicy."""

import pytest

from pytest_secretsmanager.inspection.views import state_of

POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'


@pytest.mark.secret("db", policy=POLICY)
def test_delete_resource_policy_removes_the_policy(client, secretsmanager, policy_name):
    reply = client.delete_resource_policy(SecretId="db")
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db", **policy_name}
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId="db")


@pytest.mark.secret("db")
def test_delete_resource_policy_without_a_policy_succeeds_and_changes_nothing(client, secretsmanager):
    before = state_of(secretsmanager.secret("db"))
    assert client.delete_resource_policy(SecretId="db")["Name"] == "db"
    assert state_of(secretsmanager.secret("db")) is before


def test_delete_resource_policy_sets_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"))
    world.call("PutResourcePolicy", SecretId="db", ResourcePolicy=POLICY)
    world.pass_days(1)
    world.call("DeleteResourcePolicy", SecretId="db")
    assert world.state("db").changed == world.now
