"""ListResourcePolicies, and policies by name: what tests of one operation each do not show."""

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


def test_botocores_paginator_finds_them_all(pair):
    pair.stranger.put_resource_policy(SecretId="copy", ResourcePolicy=POLICY)
    assert names(pair.stranger, "copy") == ["default", "cross-account-replication"]


def test_the_list_follows_what_is_put_and_deleted(client):
    client.create_secret(Name="db")
    found = [names(client, "db")]
    client.put_resource_policy(SecretId="db", ResourcePolicy=POLICY)
    found.append(names(client, "db"))
    client.delete_resource_policy(SecretId="db")
    found.append(names(client, "db"))
    assert found == [[], ["default"], []]


@pytest.mark.secret("db", policy=POLICY)
@pytest.mark.secret("other", policy=POLICY)
def test_a_page_token_is_good_for_its_own_secret_only(pair, refused):
    pair.stranger.put_resource_policy(SecretId="copy", ResourcePolicy=POLICY)
    token = pair.stranger.list_resource_policies(SecretId="copy", MaxResults=1)["NextToken"]
    listing = {"SecretId": "other", "NextToken": token}
    assert refused(pair.client.list_resource_policies, **listing)[0] == "InvalidNextTokenException"


@pytest.mark.secret("db", policy=POLICY)
def test_it_is_logged_as_a_read(client, secretsmanager):
    client.list_resource_policies(SecretId="db")
    record = secretsmanager.log[-1].record
    assert (record["eventName"], record["readOnly"], record["responseElements"]) == ("ListResourcePolicies", True, None)


@pytest.mark.secret("db")
def test_the_log_of_a_write_has_the_policys_name(client, secretsmanager):
    client.put_resource_policy(SecretId="db", PolicyName="default", ResourcePolicy=POLICY)
    record = secretsmanager.log[-1].record
    assert record["requestParameters"]["policyName"] == record["responseElements"]["policyName"] == "default"
