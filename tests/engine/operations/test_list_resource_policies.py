"""ListResourcePolicies, and the names of policies, across operations."""

import pytest

from pytest_secretsmanager.engine.operations import OPERATIONS

POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'

pytestmark = pytest.mark.skipif(
    "ListResourcePolicies" not in OPERATIONS, reason="this botocore is older than ListResourcePolicies"
)


def names(client, secret_id):
    pages = client.get_paginator("list_resource_policies").paginate(
        SecretId=secret_id, PaginationConfig={"PageSize": 1}
    )
    return [policy["PolicyName"] for page in pages for policy in page["ResourcePolicies"]]


def test_the_paginator_of_list_resource_policies_finds_all_policies_of_a_secret(pair):
    pair.stranger.put_resource_policy(SecretId="copy", ResourcePolicy=POLICY)
    assert names(pair.stranger, "copy") == ["default", "cross-account-replication"]


def test_list_resource_policies_follows_put_and_delete_resource_policy(client):
    client.create_secret(Name="db")
    found = [names(client, "db")]
    client.put_resource_policy(SecretId="db", ResourcePolicy=POLICY)
    found.append(names(client, "db"))
    client.delete_resource_policy(SecretId="db")
    found.append(names(client, "db"))
    assert found == [[], ["default"], []]


@pytest.mark.secret("db", policy=POLICY)
@pytest.mark.secret("other", policy=POLICY)
def test_list_resource_policies_refuses_the_page_token_of_another_secret(pair, refused):
    pair.stranger.put_resource_policy(SecretId="copy", ResourcePolicy=POLICY)
    token = pair.stranger.list_resource_policies(SecretId="copy", MaxResults=1)["NextToken"]
    listing = {"SecretId": "other", "NextToken": token}
    assert refused(pair.client.list_resource_policies, **listing)[0] == "InvalidNextTokenException"


@pytest.mark.secret("db", policy=POLICY)
def test_list_resource_policies_is_logged_as_a_read(client, secretsmanager):
    client.list_resource_policies(SecretId="db")
    record = secretsmanager.log[-1].record
    assert (record["eventName"], record["readOnly"], record["responseElements"]) == ("ListResourcePolicies", True, None)


@pytest.mark.secret("db")
def test_the_log_entry_of_put_resource_policy_has_the_name_of_the_policy(client, secretsmanager):
    client.put_resource_policy(SecretId="db", PolicyName="default", ResourcePolicy=POLICY)
    record = secretsmanager.log[-1].record
    assert record["requestParameters"]["policyName"] == record["responseElements"]["policyName"] == "default"
