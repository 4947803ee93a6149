"""How a request, a test and a seed name a KMS key."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from kms_keys import INVALID_KEY, OTHER_ACCOUNT, PLACE, UNKNOWN_ID, Refusal

from pytest_secretsmanager import KmsKey, SecretsManager, UsageError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]


NAMES: dict[str, Callable[[KmsKey], str]] = {
    "id": lambda key: key.id,
    "ARN": lambda key: key.arn,
    "alias": lambda _: "alias/pay",
    "alias ARN": lambda _: f"{PLACE}:alias/pay",
}
NAMED = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


@NAMED
def test_create_secret_names_a_kms_key_by(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    key: KmsKey,
    refused: Callable[..., Refusal],
    name: Callable[[KmsKey], str],
) -> None:
    client.create_secret(Name="db", SecretString="one", KmsKeyId=name(key))
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    secretsmanager.kms.disable(key)
    code, message = refused(client.get_secret_value, SecretId="db")
    assert (code, key.arn in message) == ("DecryptionFailure", True)


@NAMED
def test_update_secret_names_a_kms_key_by(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, name: Callable[[KmsKey], str]
) -> None:
    client.create_secret(Name="db", SecretString="one")
    client.update_secret(SecretId="db", KmsKeyId=name(key))
    secretsmanager.kms.disable("")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


@NAMED
def test_kms_key_id_is_shown_as_the_request_named_it(
    client: "SecretsManagerClient", key: KmsKey, name: Callable[[KmsKey], str]
) -> None:
    client.create_secret(Name="db", SecretString="one", KmsKeyId=name(key))
    (version,) = client.list_secret_version_ids(SecretId="db")["Versions"]
    (listed,) = client.list_secrets()["SecretList"]
    shown = client.describe_secret(SecretId="db")["KmsKeyId"], listed["KmsKeyId"], version["KmsKeyIds"]
    assert shown == (name(key), name(key), [name(key)])


@NAMED
def test_kms_disable_names_a_key_by(secretsmanager: SecretsManager, key: KmsKey, name: Callable[[KmsKey], str]) -> None:
    secretsmanager.kms.disable(name(key))
    assert secretsmanager.kms.key(key).state == "Disabled"


BAD_NAMES = [
    pytest.param("pay", "Invalid keyId", id="alias without its prefix"),
    pytest.param("alias/a b", "Invalid keyId", id="malformed alias"),
    pytest.param(f"{UNKNOWN_ID}0", "Invalid keyId", id="malformed id"),
    pytest.param("arn:aws:kms:us-east-1", "Invalid keyId", id="malformed ARN"),
    pytest.param(f"arn:aws:s3:us-east-1:123456789012:key/{UNKNOWN_ID}", "Invalid keyId", id="ARN of another service"),
    pytest.param(
        f"arn:aws:kms:eu-west-1:123456789012:key/{UNKNOWN_ID}", "Invalid arn eu-west-1", id="ARN of another region"
    ),
    pytest.param(
        "arn:aws:kms:eu-west-1:123456789012:alias/pay", "Invalid arn eu-west-1", id="alias ARN of another region"
    ),
    pytest.param(UNKNOWN_ID, f"Key '{PLACE}:key/{UNKNOWN_ID}' does not exist", id="unknown id"),
    pytest.param(f"{PLACE}:key/{UNKNOWN_ID}", f"Key '{PLACE}:key/{UNKNOWN_ID}' does not exist", id="unknown ARN"),
    pytest.param("alias/nope", f"Alias {PLACE}:alias/nope is not found.", id="unknown alias"),
    pytest.param(f"{PLACE}:alias/nope", f"Alias {PLACE}:alias/nope is not found.", id="unknown alias ARN"),
    pytest.param(
        f"arn:aws:kms:us-east-1:{OTHER_ACCOUNT}:alias/pay",
        f"Alias arn:aws:kms:us-east-1:{OTHER_ACCOUNT}:alias/pay is not found.",
        id="alias ARN of another account",
    ),
]

NAMING: dict[str, Callable[["SecretsManagerClient", str], Any]] = {
    "CreateSecret": lambda client, name: client.create_secret(Name="new", SecretString="one", KmsKeyId=name),
    "CreateSecret without a value": lambda client, name: client.create_secret(Name="new", KmsKeyId=name),
    "UpdateSecret": lambda client, name: client.update_secret(SecretId="db", KmsKeyId=name),
    "UpdateSecret with a value": lambda client, name: client.update_secret(
        SecretId="db", SecretString="two", KmsKeyId=name
    ),
    "UpdateSecret of a secret without a value": lambda client, name: client.update_secret(
        SecretId="empty", KmsKeyId=name
    ),
}


@pytest.mark.usefixtures("key")
@pytest.mark.secret("db", "one")
@pytest.mark.secret("empty")
@pytest.mark.parametrize("operation", NAMING)
@pytest.mark.parametrize(("name", "text"), BAD_NAMES)
def test_request_with_an_unknown_or_malformed_kms_key_is_refused(
    client: "SecretsManagerClient", refused: Callable[..., Refusal], operation: str, name: str, text: str
) -> None:
    assert refused(NAMING[operation], client, name) == ("InvalidParameterException", f"{INVALID_KEY} {text}")


def test_create_secret_refuses_the_alias_of_another_region(
    secretsmanager: SecretsManager, key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    code, _ = refused(secretsmanager.client("eu-west-1").create_secret, Name="db", KmsKeyId="alias/pay")
    assert code == "InvalidParameterException"


def test_kms_key_of_another_region_encrypts_the_secrets_of_that_region(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(alias="alias/pay", region="eu-west-1")
    secretsmanager.client("eu-west-1").create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")
    secretsmanager.kms.disable(key)
    with pytest.raises(ClientError, match="DecryptionFailure"):
        secretsmanager.client("eu-west-1").get_secret_value(SecretId="db")


def test_kms_disable_of_the_default_key_affects_one_region(secretsmanager: SecretsManager) -> None:
    elsewhere = secretsmanager.client("eu-west-1")
    elsewhere.create_secret(Name="db", SecretString="one")
    secretsmanager.kms.disable("")
    assert elsewhere.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.parametrize("parameters", [pytest.param({}, id="left out"), pytest.param({"KmsKeyId": ""}, id="empty")])
def test_default_key_that_was_not_named_is_shown_as_default_encryption_key(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", parameters: dict[str, Any]
) -> None:
    client.create_secret(Name="db", SecretString="one", **parameters)
    (version,) = client.list_secret_version_ids(SecretId="db")["Versions"]
    assert version["KmsKeyIds"] == ["DefaultEncryptionKey"]
    assert "KmsKeyId" not in client.describe_secret(SecretId="db")


def test_secret_may_have_a_kms_key_before_it_has_a_value(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    client.create_secret(Name="db", KmsKeyId="alias/pay")
    secretsmanager.kms.disable(key)
    code, _ = refused(client.put_secret_value, SecretId="db", SecretString="one")
    assert code == "EncryptionFailure"


@pytest.mark.parametrize("name", ["alias/new", UNKNOWN_ID, f"{PLACE}:key/{UNKNOWN_ID}", f"{PLACE}:alias/new"])
def test_seed_creates_the_kms_key_that_it_names(secretsmanager: SecretsManager, name: str) -> None:
    secretsmanager.seed("db", "one", kms_key=name)
    secretsmanager.kms.disable(name)
    with pytest.raises(ClientError, match="DecryptionFailure"):
        secretsmanager.client().get_secret_value(SecretId="db")


def test_seed_uses_an_existing_kms_key(secretsmanager: SecretsManager, key: KmsKey) -> None:
    secretsmanager.seed("db", "one", kms_key="alias/pay")
    assert secretsmanager.kms.key("alias/pay") == key


def test_seed_creates_its_kms_key_in_its_own_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", kms_key="alias/new", region="eu-west-1", account=OTHER_ACCOUNT)
    key = secretsmanager.kms.key("alias/new", region="eu-west-1", account=OTHER_ACCOUNT)
    assert key.arn.startswith(f"arn:aws:kms:eu-west-1:{OTHER_ACCOUNT}:key/")


def test_seed_refuses_a_malformed_kms_key(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError, match=rf"can't be seeded: AWS would refuse it with .*{INVALID_KEY} Invalid keyId"):
        secretsmanager.seed("db", "one", kms_key="pay")


@pytest.mark.parametrize("name", ["id", "arn"])
def test_default_key_named_by_id_or_arn_is_shown_by_id_or_arn(secretsmanager: SecretsManager, name: str) -> None:
    client = secretsmanager.client()
    given = getattr(secretsmanager.kms.key(""), name)
    client.create_secret(Name="db", SecretString="x", KmsKeyId=given)
    assert client.describe_secret(SecretId="db")["KmsKeyId"] == given
    assert client.list_secret_version_ids(SecretId="db")["Versions"][0]["KmsKeyIds"] == [given]


@pytest.mark.parametrize("name", ["", "alias", "id", "arn"])
def test_create_secret_without_a_value_does_not_test_the_default_key(secretsmanager: SecretsManager, name: str) -> None:
    key = secretsmanager.kms.key("")
    secretsmanager.kms.disable("")
    client = secretsmanager.client()
    client.create_secret(Name="db", KmsKeyId=getattr(key, name) if name else "")
    assert client.describe_secret(SecretId="db")["Name"] == "db"


def test_kms_key_finds_the_default_key_by_alias_arn_before_its_first_use() -> None:
    kms = SecretsManager().kms
    assert kms.key("arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager") == kms.key("")


@pytest.mark.parametrize("name", ["arn:aws:kms:us-east-1", "arn:aws:s3:::bucket", "no-arn"])
def test_key_refuses_a_name_that_is_no_key(secretsmanager: SecretsManager, name: str) -> None:
    with pytest.raises(UsageError, match="Invalid keyId"):
        secretsmanager.kms.key(name)
