"""PutResourcePolicy. Which documents parse, and which are public, is told in `rules/test_policy.py`."""

import json

import pytest


def policy(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def attached(client):
    return json.loads(client.get_resource_policy(SecretId="db")["ResourcePolicy"])


NARROW, PUBLIC = policy({"AWS": "arn:aws:iam::210987654321:root"}), policy("*")


@pytest.mark.secret("db", policy=PUBLIC)
def test_it_takes_the_place_of_the_policy_before(client, secretsmanager, policy_name):
    reply = client.put_resource_policy(SecretId="db", ResourcePolicy=NARROW)
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db", **policy_name}
    assert attached(client) == json.loads(NARROW)


@pytest.mark.secret("db")
@pytest.mark.parametrize(
    ("text", "request_"),
    [(PUBLIC, {}), (PUBLIC, {"BlockPublicPolicy": False}), (NARROW, {"BlockPublicPolicy": True})],
    ids=["public", "public and not blocked", "narrow and blocked"],
)
def test_it_attaches(client, text, request_):
    client.put_resource_policy(SecretId="db", ResourcePolicy=text, **request_)
    assert attached(client) == json.loads(text)


def test_it_dates_the_change(world):
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
            id="no JSON",
        ),
        pytest.param(
            {"SecretId": "db", "ResourcePolicy": PUBLIC, "BlockPublicPolicy": True},
            "PublicPolicyException",
            "You can't attach a resource-based policy that allows broad access to the secret.",
            id="public and blocked",
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
def test_it_refuses(unchecked, refused, request_, code, message):
    assert refused(unchecked.put_resource_policy, **request_) == (code, message)


def test_a_policy_has_at_most_20480_characters(client, secretsmanager, refused):
    secretsmanager.seed("db")
    client.put_resource_policy(SecretId="db", ResourcePolicy=NARROW.ljust(20_480))
    code, _ = refused(client.put_resource_policy, SecretId="db", ResourcePolicy=NARROW.ljust(20_481))
    assert code == "ValidationException"
