"""The policies of a secret as IAM reads them: none, one, or several as one."""

import pytest

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules import cross_account, named_policies
from pytest_secretsmanager.engine.rules.resource_policies import policy_of
from pytest_secretsmanager.engine.state import CrossAccountPrimary, CrossAccountReplica, Secret, SecretKey

KEY = SecretKey("us-east-1", "210987654321", "copy")
ARN = "arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-AbCdEf"
PRIMARY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"
TEXT = '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}'


def a_secret(policy=None, **primary):
    secret = Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, policy=policy)
    return cross_account.with_primary(secret, CrossAccountPrimary(arn=PRIMARY, **primary)) if primary else secret


def test_a_secret_without_a_policy_has_none():
    assert policy_of(a_secret()) is None


def test_the_policy_of_a_secret_is_parsed_once_and_named_by_the_secret():
    policy = policy_of(a_secret(TEXT))
    assert (policy.name, [statement.effect for statement in policy.statements]) == (
        "resource policy of secret copy",
        ["Deny"],
    )
    assert policy_of(a_secret(TEXT)) is policy


def test_a_cross_account_replica_has_the_policy_of_the_service():
    (statement,) = policy_of(a_secret(status="InSync")).statements
    assert statement.actions == ("secretsmanager:AcceptCrossAccountReplication",)
    assert statement.principals == {"AWS": ("arn:aws:iam::123456789012:root",)}


def test_the_policies_of_a_cross_account_replica_decide_together():
    policy = policy_of(a_secret(TEXT, status="InSync"))
    assert (policy.name, policy.version) == ("resource policy of secret copy", "2008-10-17")
    assert [statement.effect for statement in policy.statements] == ["Deny", "Allow"]
    assert policy_of(a_secret(TEXT, status="InSync")) is policy


def test_only_the_owners_policy_can_be_changed():
    named_policies.require_default("default")
    with pytest.raises(InvalidParameterException) as caught:
        named_policies.require_default("cross-account-replication")
    assert caught.value.message == (
        "You can only modify the resource policy named default, not cross-account-replication."
    )


def test_a_primary_of_a_cross_account_replica_has_only_its_own_policy():
    def primary_with(policy):
        secret = Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, policy=policy)
        return cross_account.with_replica(secret, PRIMARY, CrossAccountReplica())

    assert policy_of(primary_with(None)) is None
    assert [statement.effect for statement in policy_of(primary_with(TEXT)).statements] == ["Deny"]
