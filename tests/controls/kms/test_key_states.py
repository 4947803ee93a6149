"""The answer of each operation in each state of a KMS key."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from kms_keys import DENIED, STATES, V1, Refusal, turn

from pytest_secretsmanager import KmsKey, SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]

READS: dict[str, "Operation"] = {
    "GetSecretValue": lambda client: client.get_secret_value(SecretId="db"),
    "GetSecretValue by label": lambda client: client.get_secret_value(SecretId="db", VersionStage="AWSCURRENT"),
    "GetSecretValue by id": lambda client: client.get_secret_value(SecretId="db", VersionId=V1),
    "a repeated CreateSecret": lambda client: client.create_secret(
        Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay"
    ),
    "a repeated PutSecretValue": lambda client: client.put_secret_value(
        SecretId="db", SecretString="one", ClientRequestToken=V1
    ),
    "a repeated UpdateSecret": lambda client: client.update_secret(
        SecretId="db", SecretString="one", ClientRequestToken=V1
    ),
    "a PutSecretValue of another value under the same token": lambda client: client.put_secret_value(
        SecretId="db", SecretString="two", ClientRequestToken=V1
    ),
    "UpdateSecret to another key": lambda client: client.update_secret(SecretId="db", KmsKeyId="alias/other"),
    "UpdateSecret to the default key": lambda client: client.update_secret(SecretId="db", KmsKeyId=""),
    "UpdateSecret to another key with a value": lambda client: client.update_secret(
        SecretId="db", KmsKeyId="alias/other", SecretString="two"
    ),
}
"""Calls that decrypt an existing value."""

WRITES: dict[str, "Operation"] = {
    "CreateSecret": lambda client: client.create_secret(Name="new", SecretString="one", KmsKeyId="alias/pay"),
    "CreateSecret with bytes": lambda client: client.create_secret(
        Name="new", SecretBinary=b"one", KmsKeyId="alias/pay"
    ),
    "PutSecretValue": lambda client: client.put_secret_value(SecretId="db", SecretString="two"),
    "PutSecretValue with labels": lambda client: client.put_secret_value(
        SecretId="db", SecretString="two", VersionStages=["AWSPENDING"]
    ),
    "UpdateSecret with a value": lambda client: client.update_secret(SecretId="db", SecretString="two"),
    "UpdateSecret to this key": lambda client: client.update_secret(SecretId="default", KmsKeyId="alias/pay"),
    "UpdateSecret to this key with a value": lambda client: client.update_secret(
        SecretId="default", KmsKeyId="alias/pay", SecretString="two"
    ),
    "CreateSecret without a value": lambda client: client.create_secret(Name="new", KmsKeyId="alias/pay"),
    "UpdateSecret of a secret without a value": lambda client: client.update_secret(
        SecretId="empty", KmsKeyId="alias/pay"
    ),
}
"""Calls that encrypt a value, or test the key (DOC)."""

EITHER: dict[str, "Operation"] = READS | WRITES

NEITHER: dict[str, "Operation"] = {
    "DescribeSecret": lambda client: client.describe_secret(SecretId="db"),
    "ListSecrets": lambda client: client.list_secrets(),
    "ListSecretVersionIds": lambda client: client.list_secret_version_ids(SecretId="db"),
    "UpdateSecret of metadata": lambda client: client.update_secret(SecretId="db", Description="new"),
    "UpdateSecret to the same key": lambda client: client.update_secret(SecretId="db", KmsKeyId="alias/pay"),
    "UpdateSecretVersionStage": lambda client: client.update_secret_version_stage(
        SecretId="db", VersionStage="blue", MoveToVersionId=V1
    ),
    "TagResource": lambda client: client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}]),
    "GetResourcePolicy": lambda client: client.get_resource_policy(SecretId="db"),
    "DeleteSecret": lambda client: client.delete_secret(SecretId="db"),
    "DeleteSecret by force": lambda client: client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True),
    "GetSecretValue under another key": lambda client: client.get_secret_value(SecretId="default"),
}
"""Calls that don't need the key."""


@pytest.fixture
def secrets(secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey) -> None:
    """`db` under `alias/pay`, `default` under the default key, `empty` without a value, and another key."""
    secretsmanager.kms.create_key(alias="alias/other")
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    client.create_secret(Name="default", SecretString="one")
    client.create_secret(Name="empty")


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("state", STATES)
def test_call_that_decrypts_is_refused_when_the_key_is_off(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    key: KmsKey,
    refused: Callable[..., Refusal],
    state: str,
    operation: str,
) -> None:
    turn(secretsmanager, state, key)
    code, message = STATES[state][0]
    assert refused(READS[operation], client) == (code, message.format(arn=key.arn))


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("state", STATES)
def test_call_that_encrypts_is_refused_when_the_key_is_off(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    key: KmsKey,
    refused: Callable[..., Refusal],
    state: str,
    operation: str,
) -> None:
    turn(secretsmanager, state, key)
    code, message = STATES[state][1]
    assert refused(WRITES[operation], client) == (code, message.format(arn=key.arn))


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", NEITHER)
@pytest.mark.parametrize("state", STATES)
def test_call_that_needs_no_key_succeeds_when_the_key_is_off(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, state: str, operation: str
) -> None:
    turn(secretsmanager, state, key)
    NEITHER[operation](client)
    assert secretsmanager.log[-1].error is None


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", EITHER)
def test_call_that_needs_a_key_succeeds_when_the_key_is_enabled(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", operation: str
) -> None:
    """No call of the tables is refused for another reason, except the one that is meant to conflict."""
    conflict = operation == "a PutSecretValue of another value under the same token"
    try:
        EITHER[operation](client)
    except client.exceptions.ResourceExistsException:
        assert conflict
    else:
        assert not conflict


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(
    "request_", [{"SecretIdList": ["default", "db"]}, {"Filters": [{"Key": "name", "Values": ["d"]}]}], ids=str
)
@pytest.mark.parametrize("state", STATES)
def test_batch_get_secret_value_lists_a_key_error_and_returns_the_other_secrets(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, state: str, request_: dict[str, Any]
) -> None:
    turn(secretsmanager, state, key)
    reply = client.batch_get_secret_value(**request_)
    code, message = STATES[state][0]
    assert [entry["Name"] for entry in reply["SecretValues"]] == ["default"]
    assert [(entry["ErrorCode"], entry["Message"]) for entry in reply["Errors"]] == [
        (code, message.format(arn=key.arn))
    ]


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", ["GetSecretValue", "PutSecretValue"])
@pytest.mark.parametrize(
    ("state", "back"), [("disable", "enable"), ("schedule_deletion", "enable"), ("deny", "allow")], ids=str
)
def test_call_succeeds_after_the_key_is_enabled_or_allowed_again(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, state: str, back: str, operation: str
) -> None:
    turn(secretsmanager, state, key)
    turn(secretsmanager, back, key)
    EITHER[operation](client)
    assert secretsmanager.secret("db").value in ("one", "two")


@pytest.mark.usefixtures("secrets")
def test_kms_enable_does_not_allow_a_denied_key(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    secretsmanager.kms.deny(key)
    secretsmanager.kms.enable(key)
    assert refused(client.get_secret_value, SecretId="db") == DENIED


@pytest.mark.usefixtures("secrets")
def test_get_secret_value_under_a_denied_key_does_not_reveal_that_it_is_disabled(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    secretsmanager.kms.disable(key)
    secretsmanager.kms.deny(key)
    assert refused(client.get_secret_value, SecretId="db") == DENIED


@pytest.mark.usefixtures("secrets")
def test_get_secret_value_under_a_disabled_key_raises_decryption_failure(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    secretsmanager.kms.disable(key)
    with pytest.raises(client.exceptions.DecryptionFailure):
        client.get_secret_value(SecretId="db")


@pytest.mark.usefixtures("secrets")
def test_put_secret_value_under_a_disabled_key_raises_encryption_failure(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    secretsmanager.kms.disable(key)
    with pytest.raises(client.exceptions.EncryptionFailure):
        client.put_secret_value(SecretId="db", SecretString="two")


@pytest.mark.usefixtures("secrets")
def test_get_secret_value_under_a_disabled_key_sets_no_last_accessed_date(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    secretsmanager.kms.disable(key)
    refused(client.get_secret_value, SecretId="db")
    assert "LastAccessedDate" not in client.describe_secret(SecretId="db")


@pytest.mark.parametrize("name", ["", "alias/aws/secretsmanager"])
@pytest.mark.parametrize("state", STATES)
def test_default_key_can_be_disabled_deleted_and_denied(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    refused: Callable[..., Refusal],
    state: str,
    name: str,
) -> None:
    secretsmanager.seed("db", "one")
    turn(secretsmanager, state, name)
    code, message = STATES[state][0]
    arn = secretsmanager.kms.key("").arn
    assert refused(client.get_secret_value, SecretId="db") == (code, message.format(arn=arn))
