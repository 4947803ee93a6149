"""ValidateResourcePolicy. `rules/test_policy.py` tests which documents parse and which are public."""

import json

import pytest


def policy(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


NARROW, PUBLIC = policy({"AWS": "arn:aws:iam::210987654321:root"}), policy("*")


@pytest.mark.secret("db")
@pytest.mark.parametrize("secret", [{"SecretId": "db"}, {}], ids=["for a secret", "without a secret"])
def test_validate_resource_policy_passes_a_narrow_policy(client, secret):
    reply = client.validate_resource_policy(ResourcePolicy=NARROW, **secret)
    del reply["ResponseMetadata"]
    assert reply == {"PolicyValidationPassed": True, "ValidationErrors": []}


def test_validate_resource_policy_fails_a_public_policy(client):
    reply = client.validate_resource_policy(ResourcePolicy=PUBLIC)
    assert reply["PolicyValidationPassed"] is False
    assert [error.keys() for error in reply["ValidationErrors"]] == [{"CheckName", "ErrorMessage"}]


@pytest.mark.secret("db")
def test_validate_resource_policy_attaches_nothing(client):
    client.validate_resource_policy(SecretId="db", ResourcePolicy=NARROW)
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId="db")


def test_validate_resource_policy_refuses_a_malformed_policy(client, refused):
    assert refused(client.validate_resource_policy, ResourcePolicy="{}") == (
        "MalformedPolicyDocumentException",
        "This resource policy contains a syntax error.",
    )
