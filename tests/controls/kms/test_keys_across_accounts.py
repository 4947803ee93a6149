"""KMS keys and callers of another account."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from kms_keys import OTHER_ACCOUNT, PLACE, Refusal

from pytest_secretsmanager import SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]

DEFAULT_KEY_ELSEWHERE = (
    "InvalidRequestException",
    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service "
    "key.",
)


def test_create_secret_accepts_the_arn_of_a_kms_key_of_another_account(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    key = secretsmanager.kms.create_key(account=OTHER_ACCOUNT)
    client.create_secret(Name="db", SecretString="one", KmsKeyId=key.arn)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


CROSS: dict[str, Callable[["SecretsManagerClient", str], Any]] = {
    "GetSecretValue": lambda client, arn: client.get_secret_value(SecretId=arn),
    "PutSecretValue": lambda client, arn: client.put_secret_value(SecretId=arn, SecretString="two"),
    "UpdateSecret": lambda client, arn: client.update_secret(SecretId=arn, SecretString="two"),
}


@pytest.mark.secret("db", "one")
@pytest.mark.parametrize("operation", CROSS)
def test_call_of_another_account_is_refused_under_the_default_key(
    secretsmanager: SecretsManager,
    stranger: "SecretsManagerClient",
    refused: Callable[..., Refusal],
    operation: str,
) -> None:
    arn = secretsmanager.secret("db").arn
    assert refused(CROSS[operation], stranger, arn) == DEFAULT_KEY_ELSEWHERE


@pytest.mark.parametrize("name", ["alias/aws/secretsmanager", f"{PLACE}:alias/aws/secretsmanager"])
def test_get_secret_value_of_another_account_is_refused_under_the_named_default_key(
    client: "SecretsManagerClient", stranger: "SecretsManagerClient", refused: Callable[..., Refusal], name: str
) -> None:
    arn = client.create_secret(Name="db", SecretString="one", KmsKeyId=name)["ARN"]
    assert refused(stranger.get_secret_value, SecretId=arn) == DEFAULT_KEY_ELSEWHERE


@pytest.mark.secret("db", "one", kms_key="alias/pay")
@pytest.mark.parametrize("operation", CROSS)
def test_call_of_another_account_succeeds_under_a_customer_key(
    secretsmanager: SecretsManager, stranger: "SecretsManagerClient", operation: str
) -> None:
    CROSS[operation](stranger, secretsmanager.secret("db").arn)
    assert secretsmanager.secret("db").value == ("one" if operation == "GetSecretValue" else "two")


@pytest.mark.secret("db", "one")
def test_batch_get_secret_value_of_another_account_is_refused_under_the_default_key(
    secretsmanager: SecretsManager, stranger: "SecretsManagerClient"
) -> None:
    reply = stranger.batch_get_secret_value(SecretIdList=[secretsmanager.secret("db").arn])
    assert [(entry["ErrorCode"], entry["Message"]) for entry in reply["Errors"]] == [DEFAULT_KEY_ELSEWHERE]


@pytest.mark.secret("db", "one", kms_key="alias/pay")
def test_get_secret_value_of_another_account_fails_under_a_disabled_customer_key(
    secretsmanager: SecretsManager, stranger: "SecretsManagerClient", refused: Callable[..., Refusal]
) -> None:
    secretsmanager.kms.disable("alias/pay")
    code, _ = refused(stranger.get_secret_value, SecretId=secretsmanager.secret("db").arn)
    assert code == "DecryptionFailure"


@pytest.mark.parametrize(
    "ways", [("alias/pay", ""), ("", "alias/pay")], ids=["to the default key", "from the default key"]
)
def test_update_secret_of_another_account_can_not_change_from_or_to_the_default_key(
    secretsmanager: SecretsManager, ways: tuple[str, str]
) -> None:
    secretsmanager.kms.create_key(alias="alias/pay")
    before, after = ways
    view = secretsmanager.seed("db", "x", kms_key=before)
    key = after and secretsmanager.kms.key(after).arn
    stranger = secretsmanager.client(aws_account_id="210987654321")
    with (
        secretsmanager.assert_unchanged(),
        pytest.raises(stranger.exceptions.InvalidRequestException, match="from a different AWS account"),
    ):
        stranger.update_secret(SecretId=view.arn, KmsKeyId=key)


def test_seed_may_name_a_kms_key_of_another_account(secretsmanager: SecretsManager) -> None:
    arn = "arn:aws:kms:us-east-1:210987654321:key/11111111-1111-1111-1111-111111111111"
    secretsmanager.seed("db", "x", kms_key=arn)
    assert secretsmanager.client().describe_secret(SecretId="db")["KmsKeyId"] == arn
    secretsmanager.kms.disable(arn)
    with pytest.raises(ClientError, match="DecryptionFailure"):
        secretsmanager.client().get_secret_value(SecretId="db")


def test_default_key_of_another_account_is_shown_by_its_arn(secretsmanager: SecretsManager) -> None:
    arn = secretsmanager.kms.key("", account="210987654321").arn
    secretsmanager.client().create_secret(Name="db", SecretString="x", KmsKeyId=arn)
    assert secretsmanager.client().describe_secret(SecretId="db")["KmsKeyId"] == arn
