"""`sm.kms`: keys that a test creates, looks up and changes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from kms_keys import OTHER_ACCOUNT, PLACE, UNKNOWN_ID, turn

from pytest_secretsmanager import KmsKey, SecretsManager, UsageError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]


def test_kms_create_key_returns_an_enabled_key(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key()
    assert (key.alias, key.state, key.denied) == (None, "Enabled", False)
    assert key.arn == f"{PLACE}:key/{key.id}"


def test_kms_key_object_does_not_change_when_the_key_is_disabled(secretsmanager: SecretsManager, key: KmsKey) -> None:
    secretsmanager.kms.disable(key)
    assert (key.state, secretsmanager.kms.key(key).state) == ("Enabled", "Disabled")


@pytest.mark.parametrize(
    ("turns", "state", "denied"),
    [
        (["disable"], "Disabled", False),
        (["schedule_deletion"], "PendingDeletion", False),
        (["disable", "enable"], "Enabled", False),
        (["schedule_deletion", "enable"], "Enabled", False),
        (["disable", "schedule_deletion"], "PendingDeletion", False),
        (["deny"], "Enabled", True),
        (["deny", "allow"], "Enabled", False),
        (["deny", "disable", "allow"], "Disabled", False),
        (["deny", "deny", "disable", "disable"], "Disabled", True),
    ],
    ids=str,
)
def test_kms_key_has_the_state_of_its_last_change(
    secretsmanager: SecretsManager, key: KmsKey, turns: list[str], state: str, denied: bool
) -> None:
    for one in turns:
        turn(secretsmanager, one, "alias/pay")
    now = secretsmanager.kms.key(key)
    assert (now.state, now.denied) == (state, denied)


def test_kms_key_of_another_region_and_account_is_found_by_its_object_or_arn(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(region="eu-west-1", account=OTHER_ACCOUNT)
    secretsmanager.kms.disable(key)
    assert secretsmanager.kms.key(key.arn).state == "Disabled"


def test_kms_key_of_another_region_and_account_is_found_by_alias_and_place(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(alias="alias/pay", region="eu-west-1", account=OTHER_ACCOUNT)
    assert secretsmanager.kms.key("alias/pay", region="eu-west-1", account=OTHER_ACCOUNT) == key


def test_kms_key_of_one_manager_is_unknown_to_another(secretsmanager: SecretsManager, key: KmsKey) -> None:
    with pytest.raises(UsageError, match="no KMS key"):
        SecretsManager().kms.key(key)


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        (
            "pay",
            "the alias of a KMS key is 'alias/' with letters, digits, /, _ or -, not 'pay'; did you mean 'alias/pay'?",
        ),
        ("", "the alias of a KMS key is 'alias/' with letters, digits, /, _ or -, not ''"),
        ("alias/aws/secretsmanager", "aliases that start with 'alias/aws/' are reserved for AWS's own keys"),
        ("alias/aws/rds", "aliases that start with 'alias/aws/' are reserved for AWS's own keys"),
    ],
)
def test_kms_create_key_explains_a_refused_alias(secretsmanager: SecretsManager, alias: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        secretsmanager.kms.create_key(alias=alias)
    assert str(caught.value) == message


@pytest.mark.parametrize("call", ["key", "disable", "enable", "schedule_deletion", "deny", "allow"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("alias/nope", f"Alias {PLACE}:alias/nope is not found"),
        (UNKNOWN_ID, f"Key '{PLACE}:key/{UNKNOWN_ID}' does not exist"),
        ("pay", "Invalid keyId"),
        ("arn:aws:kms", "Invalid keyId"),
    ],
)
def test_kms_refuses_an_unknown_key(secretsmanager: SecretsManager, call: str, name: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(secretsmanager.kms, call)(name)
    assert str(caught.value).startswith(f"no KMS key {name!r}: {reason}")
    assert str(caught.value).endswith("sm.kms.create_key(alias=…) creates one")


@pytest.mark.parametrize("alias", ["alias/", "alias/a b", "", "alias/aws/secretsmanager", 3])
def test_kms_create_key_refuses_an_alias_that_no_request_could_name(secretsmanager: SecretsManager, alias: Any) -> None:
    with pytest.raises(UsageError, match="alias"):
        secretsmanager.kms.create_key(alias=alias)


@pytest.mark.parametrize("key", [None, 3, ["alias/pay"]], ids=str)
def test_kms_disable_refuses_a_key_of_a_wrong_type(secretsmanager: SecretsManager, key: Any) -> None:
    with pytest.raises(UsageError, match=r"^a KMS key is a KmsKey, or a str with its id, ARN or alias, not "):
        secretsmanager.kms.disable(key)


def test_kms_create_key_moves_an_existing_alias_to_the_new_key(secretsmanager: SecretsManager) -> None:
    first, second = (secretsmanager.kms.create_key(alias="alias/pay") for _ in range(2))
    assert secretsmanager.kms.key("alias/pay") == second
    assert secretsmanager.kms.key(first).alias is None


@pytest.mark.parametrize("account", ["12", "", 123456789012])
def test_kms_key_of_an_account_that_is_not_twelve_digits_is_a_usage_error(
    secretsmanager: SecretsManager, account: Any
) -> None:
    with pytest.raises(UsageError, match=r"^the account of a KMS key is a str of twelve digits such as '123456789012'"):
        secretsmanager.kms.create_key(account=account)
    with pytest.raises(UsageError, match=r"^the account of a KMS key is a str of twelve digits such as '123456789012'"):
        secretsmanager.kms.key("", account=account)
