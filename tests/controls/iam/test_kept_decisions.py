"""IAM keeps decisions for later calls. Each call still gets the decision that IAM makes now."""

import json
from collections.abc import Callable
from contextlib import nullcontext, suppress
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from permitting import allow, statement

from pytest_secretsmanager import Role, SecretNotFound, SecretsManager

STEPS = 200


def attempt(call: Callable[..., Any], **parameters: Any) -> None:
    """Make a call that AWS may refuse."""
    with suppress(ClientError):
        call(**parameters)


def change(sm: SecretsManager, roles: list[Role], random: Random) -> None:
    """Change something that a decision may depend on."""
    client, name, tags = sm.client(), random.choice("ab"), [{"Key": "team", "Value": random.choice("01")}]
    grant = statement(random.choice(["Allow", "Deny"]), "GetSecretValue", Principal={"AWS": random.choice(roles).arn})
    policy = json.dumps({"Version": "2012-10-17", "Statement": grant})
    changes: list[Callable[[], Any]] = [
        lambda: attempt(client.tag_resource, SecretId=name, Tags=tags),
        lambda: attempt(client.untag_resource, SecretId=name, TagKeys=["team"]),
        lambda: attempt(client.put_resource_policy, SecretId=name, ResourcePolicy=policy),
        lambda: attempt(client.delete_resource_policy, SecretId=name),
        lambda: attempt(client.delete_secret, SecretId=name, ForceDeleteWithoutRecovery=True),
        lambda: attempt(client.delete_secret, SecretId=name, RecoveryWindowInDays=7),
        lambda: attempt(client.restore_secret, SecretId=name),
        lambda: attempt(client.create_secret, Name=name, SecretString="one", Tags=tags),
        lambda: sm.clock.advance(days=4),
    ]
    random.choice(changes)()


def require_decision_of_now(sm: SecretsManager, roles: list[Role], random: Random) -> None:
    """Make a call, and compare its decision with one that is made for it alone."""
    role, name, operation = (
        random.choice(roles),
        random.choice("ab"),
        random.choice(["GetSecretValue", "DescribeSecret"]),
    )
    client = sm.client(principal=role)
    attempt(client.get_secret_value if operation == "GetSecretValue" else client.describe_secret, SecretId=name)
    decision = sm.log[-1].decision
    try:
        now = sm.iam.simulate(f"secretsmanager:{operation}", name, principal=role)
    except SecretNotFound:
        return
    assert decision is not None
    assert (decision.allowed, decision.explicit_deny, decision.reason) == (now.allowed, now.explicit_deny, now.reason)


@pytest.mark.parametrize("seed", range(3))
def test_a_call_gets_the_decision_of_now_after_any_changes_and_rollbacks(sm: SecretsManager, seed: int) -> None:
    random = Random(seed)
    roles = [
        sm.iam.role(
            f"app{team}", policy=allow("*", Condition={"StringEquals": {"secretsmanager:ResourceTag/team": team}})
        )
        for team in "01"
    ]
    for _ in range(STEPS):
        with sm.snapshot() if random.random() < 0.1 else nullcontext():
            if random.random() < 0.5:
                change(sm, roles, random)
            require_decision_of_now(sm, roles, random)
