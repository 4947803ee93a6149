"""`assert_allowed`: the log against an identity policy."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager, UsageError

PLACE = "arn:aws:secretsmanager:us-east-1:123456789012:secret"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str, *resources: str, **more: Any) -> dict[str, Any]:
    named = [action if ":" in action else f"secretsmanager:{action}" for action in actions.split()]
    return {"Effect": "Allow", "Action": named, "Resource": list(resources) or "*", **more}


def deny(actions: str, *resources: str, **more: Any) -> dict[str, Any]:
    return {**allow(actions, *resources, **more), "Effect": "Deny"}


def failure(sm: SecretsManager, source: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        sm.assert_allowed(source)
    return str(caught.value)


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    secretsmanager.seed(f"{PLACE}:db-Ab12Cd", "one", tags={"team": "pay"})
    return secretsmanager


READ = allow("GetSecretValue", f"{PLACE}:db-??????")


# --- texts -----------------------------------------------------------------------------------------------------------


def test_the_failure_names_each_refused_call_and_the_reason(sm: SecretsManager) -> None:
    client = sm.client()
    client.get_secret_value(SecretId="db")
    client.put_secret_value(SecretId="db", SecretString="hunter2", ClientRequestToken="t" * 32)
    client.list_secrets()
    assert failure(sm, policy(READ)) == (
        "the policy refuses 2 of 3 calls:\n"
        "  <PutSecretValue(SecretId='db', ClientRequestToken='tttttttt…', SecretString=(hidden))>\n"
        "    no statement of the policy allows secretsmanager:PutSecretValue on "
        f"{PLACE}:db-Ab12Cd\n"
        "    the nearest is statement 1 of the policy: its Action has secretsmanager:GetSecretValue, not "
        "secretsmanager:PutSecretValue\n"
        "  <ListSecrets()>\n"
        "    no statement of the policy allows secretsmanager:ListSecrets"
    )


def test_equal_refused_calls_are_counted_in_one_line(sm: SecretsManager) -> None:
    for _ in range(3):
        sm.client().get_secret_value(SecretId="db")
    assert failure(sm, policy(allow("ListSecrets"))) == (
        "the policy refuses 3 of 3 calls:\n"
        "  <GetSecretValue(SecretId='db')> ×3\n"
        f"    no statement of the policy allows secretsmanager:GetSecretValue on {PLACE}:db-Ab12Cd\n"
        "    the nearest is statement 1 of the policy: its Action has secretsmanager:ListSecrets, not "
        "secretsmanager:GetSecretValue"
    )


def test_the_failure_for_a_long_log_is_bounded(sm: SecretsManager) -> None:
    for number in range(40):
        with pytest.raises(ClientError):
            sm.client().get_secret_value(SecretId=f"gone-{number}")
    lines = failure(sm, policy(READ)).splitlines()
    assert lines[0] == "the policy refuses 40 of 40 calls:"
    assert lines[-1] == "  … and 30 more"
    assert len(lines) == 2 + 3 * 10


def test_an_explicit_deny_is_named_with_its_condition(sm: SecretsManager) -> None:
    sm.client().get_secret_value(SecretId="db")
    condition = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    text = failure(sm, policy(READ, deny("GetSecretValue", Sid="NotHere", Condition=condition)))
    assert "statement 2 (NotHere) of the policy denies secretsmanager:GetSecretValue" in text


def test_a_further_permission_that_is_missing_is_named(sm: SecretsManager) -> None:
    sm.client().create_secret(Name="new", Tags=[{"Key": "team", "Value": "pay"}])
    text = failure(sm, policy(allow("CreateSecret")))
    assert "allows secretsmanager:TagResource" in text


def test_the_permission_for_a_customer_key_that_is_missing_is_named(sm: SecretsManager) -> None:
    key = sm.kms.create_key()
    sm.seed("paid", "one", kms_key=key.arn)
    sm.client().get_secret_value(SecretId="paid")
    assert f"no statement of the policy allows kms:Decrypt on {key.arn}" in failure(sm, policy(allow("GetSecretValue")))
    sm.assert_allowed(policy(allow("GetSecretValue kms:Decrypt")))


# --- sources ---------------------------------------------------------------------------------------------------------


def test_an_empty_log_is_allowed(sm: SecretsManager) -> None:
    sm.assert_allowed(policy(READ))


def test_a_policy_may_be_text_a_file_or_several(sm: SecretsManager, tmp_path: Path) -> None:
    sm.client().get_secret_value(SecretId="db")
    path = tmp_path / "read.json"
    path.write_text(json.dumps(policy(READ)))
    sm.assert_allowed(json.dumps(policy(READ)))
    sm.assert_allowed(path)
    sm.assert_allowed([policy(allow("ListSecrets")), path])
    path.write_text(json.dumps(policy(allow("ListSecrets"))))
    assert f"statement 1 of {path}" in failure(sm, path)


def test_a_relative_path_starts_at_the_folder_of_the_tests_file(sm: SecretsManager) -> None:
    with pytest.raises(UsageError, match=r"no policy file '.*permissions.missing\.json'"):
        sm.assert_allowed("missing.json")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        pytest.param(3, "the policy: a policy is a dict, JSON text or the path of a file, not int", id="number"),
        pytest.param({"Statement": [{"Effect": "Allow"}]}, "the policy: statement 1: ", id="malformed"),
    ],
)
def test_a_malformed_policy_is_a_usage_error(sm: SecretsManager, source: Any, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        sm.assert_allowed(source)


# --- the time of the call --------------------------------------------------------------------------------------------

OF_PAY = {"StringEquals": {"aws:ResourceTag/team": "pay"}}


def test_a_call_is_decided_with_the_tags_of_its_time(sm: SecretsManager) -> None:
    client = sm.client()
    client.get_secret_value(SecretId="db")
    client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "ops"}])
    client.describe_secret(SecretId="db")
    text = failure(sm, policy(allow("*", Condition=OF_PAY)))
    assert text.startswith("the policy refuses 1 of 3 calls:\n  <DescribeSecret(SecretId='db')>\n")


def test_a_call_is_decided_with_the_tags_of_a_secret_that_was_deleted_later(sm: SecretsManager) -> None:
    client = sm.client()
    client.get_secret_value(SecretId="db")
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    sm.assert_allowed(policy(allow("*", Condition=OF_PAY)))


def test_a_call_on_a_secret_that_did_not_exist_yet_has_no_tags(sm: SecretsManager) -> None:
    client = sm.client()
    with pytest.raises(ClientError):
        client.get_secret_value(SecretId="new")
    client.create_secret(Name="new", SecretString="one", Tags=[{"Key": "team", "Value": "pay"}])
    client.get_secret_value(SecretId="new")
    text = failure(sm, policy(allow("*", Condition=OF_PAY)))
    assert text.startswith("the policy refuses 1 of 3 calls:\n  <GetSecretValue(SecretId='new') -> ResourceNot")


def test_a_call_is_decided_with_the_rotation_function_of_its_time(sm: SecretsManager) -> None:
    sm.rotation.register(lambda _, __: None, arn=FUNCTION)
    client = sm.client()
    client.describe_secret(SecretId="db")
    client.rotate_secret(SecretId="db", RotationLambdaARN=FUNCTION, RotateImmediately=False)
    client.describe_secret(SecretId="db")
    rotated = {"ArnEquals": {"secretsmanager:resource/AllowRotationLambdaArn": FUNCTION}}
    described = policy(allow("RotateSecret lambda:InvokeFunction"), allow("DescribeSecret", Condition=rotated))
    assert failure(sm, described).startswith("the policy refuses 1 of 3 calls:\n")


def test_a_call_is_decided_with_the_time_of_the_clock(sm: SecretsManager) -> None:
    until = {"DateLessThan": {"aws:CurrentTime": (sm.clock.now + timedelta(days=1)).isoformat()}}
    sm.client().get_secret_value(SecretId="db")
    sm.clock.advance(days=2)
    sm.client().get_secret_value(SecretId="db")
    assert failure(sm, policy(allow("*", Condition=until))).startswith("the policy refuses 1 of 2 calls:\n")


def test_a_call_is_decided_with_the_caller_and_the_context_of_its_block(sm: SecretsManager) -> None:
    role = sm.iam.role("app", policy=policy(allow("*")), tags={"team": "pay"})
    for endpoint in ("vpce-1", "vpce-2"):
        with sm.iam.acting_as(role, context={"aws:SourceVpce": endpoint}):
            sm.client().get_secret_value(SecretId="db")
    sm.assert_allowed(policy(allow("*", Condition={"StringEquals": {"aws:PrincipalTag/team": "pay"}})))
    sm.assert_allowed(policy(allow("*", Condition={"ArnEquals": {"aws:PrincipalArn": role.arn}})))
    within = policy(allow("*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}))
    assert failure(sm, within).startswith("the policy refuses 1 of 2 calls:\n")


def test_policies_of_secrets_and_accounts_do_not_count(sm: SecretsManager) -> None:
    elsewhere = f"{PLACE.replace('123456789012', '210987654321')}:db-Xy34Zw"
    sm.seed(elsewhere, "one", kms_key=sm.kms.create_key(account="210987654321").arn)
    sm.client().get_secret_value(SecretId=elsewhere)
    sm.assert_allowed(policy(allow("GetSecretValue kms:Decrypt", "*")))


def test_a_policy_with_a_key_arn_knows_the_key_of_an_alias(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/pay")
    sm.client().create_secret(Name="new", KmsKeyId="alias/pay")
    under_it = {"ArnEquals": {"secretsmanager:KmsKeyArn": key.arn}}
    sm.assert_allowed(policy(allow("CreateSecret", Condition=under_it), allow("kms:*", "*")))
