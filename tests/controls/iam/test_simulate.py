"""`iam.simulate`: the decision on a request without a call, and refused arguments."""

from typing import Any

import pytest
from permitting import allow, statement

from pytest_secretsmanager import Role, SecretNotFound, SecretsManager, UsageError

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:{}"


@pytest.fixture
def role(sm: SecretsManager) -> Role:
    """A role that may read secrets whose name begins with `d`."""
    return sm.iam.role("app", policy=allow("GetSecretValue", resource=ARN.format("d*")))


@pytest.mark.parametrize("name_of", ["name", "arn", "view"])
def test_simulate_takes_a_secret_by_name_arn_or_view(sm: SecretsManager, role: Role, name_of: str) -> None:
    view = sm.secret("db")
    resource = {"name": "db", "arn": view.arn, "view": view}[name_of]
    decision = sm.iam.simulate("secretsmanager:GetSecretValue", resource, principal=role)
    assert decision.allowed
    assert decision.statement is not None
    assert decision.message == ""


def test_simulate_gives_the_message_that_the_call_would_get(sm: SecretsManager, role: Role) -> None:
    decision = sm.iam.simulate("secretsmanager:DeleteSecret", "db", principal=role)
    assert (decision.allowed, decision.explicit_deny, decision.statement) == (False, False, None)
    with pytest.raises(sm.client().exceptions.ClientError) as caught:
        sm.client(principal=role).delete_secret(SecretId="db")
    assert decision.message == caught.value.response["Error"]["Message"]


def test_simulate_logs_no_call(sm: SecretsManager, role: Role) -> None:
    sm.iam.simulate("secretsmanager:ListSecrets", principal=role)
    assert len(sm.log) == 0


def test_simulate_decides_about_an_arn_without_a_secret(sm: SecretsManager, role: Role) -> None:
    assert sm.iam.simulate("secretsmanager:GetSecretValue", ARN.format("dx-AbCdEf"), principal=role).allowed
    assert not sm.iam.simulate("secretsmanager:GetSecretValue", ARN.format("x-AbCdEf"), principal=role).allowed


def test_simulate_decides_about_actions_of_other_services(sm: SecretsManager) -> None:
    role = sm.iam.role("app", policy=allow("s3:Get*", resource="arn:aws:s3:::bucket/*"))
    assert sm.iam.simulate("s3:GetObject", "arn:aws:s3:::bucket/key", principal=role).allowed
    assert not sm.iam.simulate("s3:PutObject", "arn:aws:s3:::bucket/key", principal=role).allowed


def test_simulate_knows_the_tags_of_the_secret_and_the_policy_on_it(sm: SecretsManager) -> None:
    role = sm.iam.role(
        "app", policy=allow("GetSecretValue", Condition={"StringEquals": {"aws:ResourceTag/team": "pay"}})
    )
    sm.seed("tagged", "one", tags={"team": "pay"})
    sealed = {"Statement": [statement("Deny", "*", Principal="*")]}
    sm.seed("sealed", "one", tags={"team": "pay"}, policy=sealed)
    decisions = {
        name: sm.iam.simulate("secretsmanager:GetSecretValue", name, principal=role)
        for name in ("tagged", "sealed", "db")
    }
    assert {name: decision.allowed for name, decision in decisions.items()} == {
        "tagged": True,
        "sealed": False,
        "db": False,
    }
    assert decisions["sealed"].explicit_deny


def test_simulate_takes_condition_keys_of_the_request(sm: SecretsManager) -> None:
    staged = {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}
    role = sm.iam.role("app", policy=allow("GetSecretValue", Condition=staged))

    def allowed(**context: str) -> bool:
        keys = {f"secretsmanager:{name}": value for name, value in context.items()}
        return sm.iam.simulate("secretsmanager:GetSecretValue", "db", principal=role, context=keys).allowed

    assert (allowed(VersionStage="AWSCURRENT"), allowed(VersionStage="AWSPREVIOUS"), allowed()) == (True, False, False)


def test_simulate_decides_about_a_kms_key_by_its_policy(sm: SecretsManager, role: Role) -> None:
    grant = {"Statement": [statement("Allow", "kms:Decrypt", Principal={"AWS": role.arn})]}
    key = sm.kms.create_key(alias="alias/pay", policy=grant)
    assert sm.iam.simulate("kms:Decrypt", key.arn, principal=role).allowed
    assert not sm.iam.simulate("kms:Encrypt", key.arn, principal=role).allowed
    assert not sm.iam.simulate("kms:Decrypt", key.arn, principal=None).allowed


def test_simulate_decides_about_the_default_user(sm: SecretsManager) -> None:
    assert sm.iam.simulate("secretsmanager:GetSecretValue", "db", principal=None).allowed


@pytest.mark.parametrize(("name", "is_allowed"), [("app/new", True), ("new", False)])
def test_simulate_takes_the_name_of_a_new_secret_for_create_secret(
    sm: SecretsManager, name: str, is_allowed: bool
) -> None:
    role = sm.iam.role(
        "app",
        policy=allow(
            "CreateSecret", resource=ARN.format("app/*"), Condition={"Null": {"secretsmanager:Name": "false"}}
        ),
    )
    decision = sm.iam.simulate("secretsmanager:CreateSecret", name, principal=role)
    assert decision.allowed is is_allowed
    assert decision.message == "" or f"on resource: {name} because" in decision.message


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no service": (
        {"action": "GetSecretValue"},
        "an action is 'service:Name'.*did you mean 'secretsmanager:GetSecretValue'",
    ),
    "a wildcard": ({"action": "secretsmanager:Get*"}, "an action is 'service:Name', without wildcards"),
    "an unknown action": ({"action": "secretsmanager:GetSecret"}, "has no action 'secretsmanager:GetSecret'; did you"),
    "an action of another type": ({"action": 7}, "an action is a str such as"),
    "a resource of another type": ({"resource": 7}, r"a resource is a secret's name, ARN or view, or '\*', not int"),
    "a resource of an action that has none": (
        {"action": "secretsmanager:ListSecrets", "resource": "db"},
        r"secretsmanager:ListSecrets has no resource, so a policy decides it on '\*': leave out 'db'",
    ),
    "a principal of another type": ({"principal": "app"}, "a role is a Role"),
    "a context": ({"context": {"x": "y"}}, "a condition key is"),
    "a misspelt argument": ({"contxt": {}}, "did you mean 'context'"),
    "an unknown key": (
        {"action": "kms:Decrypt", "resource": "arn:aws:kms:us-east-1:123456789012:alias/none"},
        "no KMS key",
    ),
}


@pytest.mark.parametrize(("arguments", "text"), REFUSED.values(), ids=REFUSED)
def test_simulate_refuses_wrong_arguments(sm: SecretsManager, role: Role, arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        sm.iam.simulate(**{"action": "secretsmanager:GetSecretValue", "principal": role, **arguments})


def test_simulate_refuses_an_unknown_name_with_the_nearest_one(sm: SecretsManager, role: Role) -> None:
    with pytest.raises(SecretNotFound, match="did you mean 'db'"):
        sm.iam.simulate("secretsmanager:GetSecretValue", "dbb", principal=role)
