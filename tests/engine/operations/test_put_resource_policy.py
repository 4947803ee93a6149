"""PutResourcePolicy. `rules/test_policy.py` tests which documents parse and which are public."""

import json

import pytest


def policy(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def attached(client):
    return json.loads(client.get_resource_policy(SecretId="db")["ResourcePolicy"])


NARROW, PUBLIC = policy({"AWS": "arn:aws:iam::210987654321:root"}), policy("*")


@pytest.mark.secret("db", policy=PUBLIC)
def test_put_resource_policy_replaces_the_policy(client, secretsmanager, policy_name):
    reply = client.put_resource_policy(SecretId="db", ResourcePolicy=NARROW)
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db", **policy_name}
    assert attached(client) == json.loads(NARROW)


@pytest.mark.secret("db")
@pytest.mark.parametrize(
    ("text", "request_"),
    [(PUBLIC, {}), (PUBLIC, {"BlockPublicPolicy": False}), (NARROW, {"BlockPublicPolicy": True})],
    ids=["public", "public, and not blocked", "narrow, and public ones blocked"],
)
def test_put_resource_policy_attaches_a_policy(client, text, request_):
    client.put_resource_policy(SecretId="db", ResourcePolicy=text, **request_)
    assert attached(client) == json.loads(text)


def test_put_resource_policy_sets_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"))
    world.pass_days(1)
    world.call("PutResourcePolicy", SecretId="db", ResourcePolicy=NARROW)
    assert world.state("db").changed == world.now


@pytest.mark.secret("db")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"SecretId": "db", "ResourcePolicy": "no JSON"},
            "MalformedPolicyDocumentException",
            "This resource policy contains a syntax error.",
            id="not JSON",
        ),
        pytest.param(
            {"SecretId": "db", "ResourcePolicy": PUBLIC, "BlockPublicPolicy": True},
            "PublicPolicyException",
            "You can't attach a resource-based policy that allows broad access to the secret.",
            id="public, and public ones blocked",
        ),
        pytest.param(
            {"SecretId": "db", "ResourcePolicy": ""},
            "ValidationException",
            "1 validation error detected: Value '' at 'resourcePolicy' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
            id="empty",
        ),
    ],
)
def test_put_resource_policy_refuses_a_policy(unchecked, refused, request_, code, message):
    assert refused(unchecked.put_resource_policy, **request_) == (code, message)


def test_put_resource_policy_takes_at_most_20480_characters(client, secretsmanager, refused):
    secretsmanager.seed("db")
    client.put_resource_policy(SecretId="db", ResourcePolicy=NARROW.ljust(20_480))
    code, _ = refused(client.put_resource_policy, SecretId="db", ResourcePolicy=NARROW.ljust(20_481))
    assert code == "ValidationException"
