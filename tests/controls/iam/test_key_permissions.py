"""Permissions of KMS keys: the policies of callers and of keys that a secret under a customer key needs."""

import json
from pathlib import Path
from typing import Any

import pytest
from permitting import allow, refusal, statement

from pytest_secretsmanager import KmsKey, SecretsManager, UsageError

NOT_ALLOWED = "Access to KMS is not allowed"
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}


@pytest.fixture
def key(sm: SecretsManager) -> KmsKey:
    """A key with the default policy, and the secret `pay` under it."""
    key = sm.kms.create_key(alias="alias/pay")
    sm.seed("pay", "one", kms_key="alias/pay")
    return key


def client_of(sm: SecretsManager, *actions: str) -> Any:
    """A client of a role that may do everything with secrets, and this with KMS."""
    return sm.client(principal=sm.iam.role("app", policy=allow("secretsmanager:*", *actions)))


def test_a_secret_under_the_default_key_needs_no_permission_of_kms(sm: SecretsManager) -> None:
    client = client_of(sm)
    client.put_secret_value(SecretId="db", SecretString="two")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "two"
    client.create_secret(Name="new", SecretString="one", KmsKeyId="alias/aws/secretsmanager")


def get(client: Any) -> None:
    client.get_secret_value(SecretId="pay")


def put(client: Any) -> None:
    client.put_secret_value(SecretId="pay", SecretString="two")


def create(client: Any) -> None:
    client.create_secret(Name="new", SecretString="one", KmsKeyId="alias/pay")


def create_empty(client: Any) -> None:
    client.create_secret(Name="new", KmsKeyId="alias/pay")


def change_key(client: Any) -> None:
    client.update_secret(SecretId="db", KmsKeyId="alias/pay")


NEEDED = {
    get: {"kms:Decrypt"},
    put: {"kms:GenerateDataKey", "kms:Decrypt"},
    create: {"kms:GenerateDataKey", "kms:Decrypt"},
    create_empty: {"kms:GenerateDataKey", "kms:Decrypt"},
    change_key: {"kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt"},
}
CASES = [
    pytest.param(call, missing, id=f"{call.__name__} without {missing}")
    for call, needed in NEEDED.items()
    for missing in sorted(needed)
]


@pytest.mark.parametrize(("call", "missing"), CASES)
def test_a_call_without_one_of_its_permissions_of_kms_is_refused(
    sm: SecretsManager, key: KmsKey, call: Any, missing: str
) -> None:
    before = sm._parts.service.secrets()
    client = client_of(sm, *(NEEDED[call] - {missing}))
    assert refusal(call, client=client) == NOT_ALLOWED
    assert sm._parts.service.secrets() == before
    decision = sm.log[-1].decision
    assert decision is not None
    assert f"is not authorized to perform: {missing} on resource: {key.arn}" in decision.message


@pytest.mark.parametrize("call", NEEDED)
def test_a_call_with_its_permissions_of_kms_succeeds(sm: SecretsManager, key: KmsKey, call: Any) -> None:
    call(client_of(sm, *NEEDED[call]))


def test_a_refusal_of_kms_keeps_the_request_in_its_record(sm: SecretsManager, key: KmsKey) -> None:
    refusal(get, client=client_of(sm))
    record = sm.log[-1].record
    assert (record["errorCode"], record["requestParameters"]) == ("AccessDenied", {"secretId": "pay"})


def test_the_policy_of_a_key_that_names_a_role_grants_it_the_key(sm: SecretsManager) -> None:
    role = sm.iam.role("app", policy=allow("secretsmanager:*"))
    grant = statement("Allow", "kms:Decrypt", Principal={"AWS": role.arn})
    sm.kms.create_key(alias="alias/own", policy={"Statement": [grant]})
    sm.seed("own", "one", kms_key="alias/own")
    client = sm.client(principal=role)
    assert client.get_secret_value(SecretId="own")["SecretString"] == "one"
    assert refusal(client.put_secret_value, SecretId="own", SecretString="two") == NOT_ALLOWED


def test_identity_policies_count_only_if_the_policy_of_the_key_grants_it_to_their_account(sm: SecretsManager) -> None:
    role = sm.iam.role("app", policy=allow("secretsmanager:*", "kms:*"))
    to_account = statement("Allow", "kms:*", Principal=ROOT)
    to_another = statement("Allow", "kms:*", Principal={"AWS": "arn:aws:iam::123456789012:role/other"})
    for name, granted in (("account", to_account), ("other", to_another)):
        sm.kms.create_key(alias=f"alias/{name}", policy={"Statement": [granted]})
        sm.seed(name, "one", kms_key=f"alias/{name}")
    client = sm.client(principal=role)
    assert client.get_secret_value(SecretId="account")["SecretString"] == "one"
    assert refusal(client.get_secret_value, SecretId="other") == NOT_ALLOWED
    assert refusal(sm.client().get_secret_value, SecretId="other") == NOT_ALLOWED


def test_a_key_of_another_account_needs_the_policies_of_both_accounts(sm: SecretsManager) -> None:
    stranger = sm.iam.role("app", policy=allow("*"), account="210987654321")
    everyone = statement("Allow", "*", Principal={"AWS": "arn:aws:iam::210987654321:root"})
    key = sm.kms.create_key(policy={"Statement": [statement("Allow", "kms:*", Principal=ROOT)]})
    opened = sm.kms.create_key(policy={"Statement": [everyone]})
    for name, one in (("closed", key), ("open", opened)):
        sm.seed(name, "one", kms_key=one.arn, policy={"Statement": [everyone]})
    client = sm.client(principal=stranger)
    assert client.get_secret_value(SecretId=sm.secret("open").arn)["SecretString"] == "one"
    assert refusal(client.get_secret_value, SecretId=sm.secret("closed").arn) == NOT_ALLOWED


@pytest.mark.parametrize(
    ("condition", "is_allowed"),
    [
        pytest.param(
            {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}, True, id="service"
        ),
        pytest.param({"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, False, id="another service"),
        pytest.param({"StringEquals": {"kms:CallerAccount": "123456789012"}}, True, id="account of the caller"),
        pytest.param({"StringLike": {"kms:EncryptionContext:SecretARN": "*:secret:pay-*"}}, True, id="secret"),
        pytest.param({"StringLike": {"kms:EncryptionContext:SecretARN": "*:secret:db-*"}}, False, id="another secret"),
    ],
)
def test_a_permission_of_kms_may_depend_on_the_service_and_the_encryption_context(
    sm: SecretsManager, key: KmsKey, condition: dict[str, Any], is_allowed: bool
) -> None:
    role = sm.iam.role(
        "app", policy=[allow("secretsmanager:*"), allow("kms:Decrypt", resource=key.arn, Condition=condition)]
    )
    client = sm.client(principal=role)
    if is_allowed:
        assert client.get_secret_value(SecretId="pay")["SecretString"] == "one"
    else:
        assert refusal(client.get_secret_value, SecretId="pay") == NOT_ALLOWED


def test_seeds_and_aws_itself_need_no_permission_of_kms(sm: SecretsManager) -> None:
    sm.iam.enforce()
    nobody = {"Statement": [statement("Deny", "*", Principal="*")]}
    sm.kms.create_key(alias="alias/sealed", policy=nobody)
    view = sm.seed("sealed", "one", kms_key="alias/sealed", replicas=["eu-west-1"])
    assert (view.value, sm.secret("sealed", region="eu-west-1").value) == ("one", "one")
    assert refusal(sm.client().get_secret_value, SecretId="sealed") == NOT_ALLOWED


def test_the_policy_of_a_key_decides_nothing_while_iam_is_off(sm: SecretsManager) -> None:
    nobody = {"Statement": [statement("Deny", "*", Principal="*")]}
    sm.kms.create_key(alias="alias/sealed", policy=nobody)
    sm.seed("sealed", "one", kms_key="alias/sealed")
    sm.client().put_secret_value(SecretId="sealed", SecretString="two")
    assert sm.client().get_secret_value(SecretId="sealed")["SecretString"] == "two"


def test_kms_deny_refuses_a_caller_that_policies_allow(sm: SecretsManager, key: KmsKey) -> None:
    client = client_of(sm, "kms:*")
    get(client)
    sm.kms.deny(key)
    assert refusal(get, client=client) == NOT_ALLOWED


def test_the_policy_of_a_key_may_be_a_file(sm: SecretsManager, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps({"Statement": [statement("Allow", "kms:*", Principal=ROOT)]}), encoding="utf-8")
    assert sm.kms.create_key(policy=file).policy == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        pytest.param(
            {"Statement": [statement("Allow", "kms:*")]}, "policy of KMS key alias/new: .*Principal", id="no principal"
        ),
        pytest.param("none.json", "no policy file '.*none.json'", id="no file"),
        pytest.param([], "policy of KMS key alias/new: a policy is a dict", id="a list"),
    ],
)
def test_a_malformed_policy_of_a_key_is_refused_and_makes_no_key(sm: SecretsManager, policy: Any, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        sm.kms.create_key(alias="alias/new", policy=policy)
    with pytest.raises(UsageError, match="no KMS key 'alias/new'"):
        sm.kms.key("alias/new")
