"""UpdateSecret with a new key: which versions it encrypts again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from kms_keys import STATES, V1, V2, V3, V4, Refusal, turn

from pytest_secretsmanager import KmsKey, SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]


@pytest.fixture
def five(client: "SecretsManagerClient", four: None) -> str:
    """The same, and a version without a label. Return its id."""
    five = "version-5".ljust(32, "-")
    client.put_secret_value(SecretId="db", SecretString="5", ClientRequestToken=five, VersionStages=["green"])
    client.update_secret_version_stage(SecretId="db", VersionStage="green", RemoveFromVersionId=five)
    return five


def keys_shown(client: "SecretsManagerClient") -> dict[str, str]:
    """Return the key that ListSecretVersionIds shows for each version."""
    listed = client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    return {entry["VersionId"]: key for entry in listed for key in entry["KmsKeyIds"]}


def readable(client: "SecretsManagerClient") -> set[str]:
    """Return the versions that can be read."""
    found = set()
    for version in keys_shown(client):
        try:
            client.get_secret_value(SecretId="db", VersionId=version)
        except client.exceptions.DecryptionFailure:
            continue
        found.add(version)
    return found


@pytest.mark.parametrize(("new", "shown"), [("alias/new", "alias/new"), ("", "DefaultEncryptionKey")])
def test_update_secret_reencrypts_only_versions_with_labels_of_aws(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str, shown: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    old = dict.fromkeys([V4, five], "alias/pay")
    assert keys_shown(client) == {**dict.fromkeys([V1, V2, V3], shown), **old}


@pytest.mark.parametrize("new", ["alias/new", ""])
def test_reencrypted_versions_can_be_read_when_the_old_key_is_disabled(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    secretsmanager.kms.disable("alias/pay")
    assert readable(client) == {V1, V2, V3}


@pytest.mark.parametrize("new", ["alias/new", ""])
def test_versions_under_the_old_key_can_be_read_when_the_new_key_is_disabled(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    secretsmanager.kms.disable(new)
    assert readable(client) == {V4, five}


@pytest.mark.usefixtures("four")
def test_reencryption_changes_only_the_key_of_a_version(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def told() -> list[tuple[object, ...]]:
        return [(v.id, v.number, v.value, v.created, v.labels) for v in secretsmanager.secret("db").versions]

    before = told()
    client.update_secret(SecretId="db", KmsKeyId="")
    assert told() == before


@pytest.mark.usefixtures("four")
def test_put_secret_value_after_a_change_of_key_uses_the_new_key(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    secretsmanager.kms.disable("alias/pay")
    client.put_secret_value(SecretId="db", SecretString="new")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "new"


@pytest.mark.usefixtures("four")
def test_update_secret_with_an_empty_key_returns_to_the_default_key(client: "SecretsManagerClient") -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    assert "KmsKeyId" not in client.describe_secret(SecretId="db")


@pytest.mark.usefixtures("four")
def test_version_is_reencrypted_at_the_change_of_key_after_it_gets_awscurrent(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    """A moved label encrypts nothing by itself: the next change of key does."""
    client.update_secret(SecretId="db", KmsKeyId="")
    client.update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=V2, MoveToVersionId=V4
    )
    assert keys_shown(client)[V4] == "alias/pay"
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId="alias/new")
    assert keys_shown(client)[V4] == "alias/new"


@pytest.mark.usefixtures("four")
def test_update_secret_ignores_a_disabled_key_of_versions_it_does_not_reencrypt(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    secretsmanager.kms.disable("alias/pay")
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId="alias/new")
    assert readable(client) == {V1, V2, V3}


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("state", STATES)
def test_update_secret_is_refused_when_the_old_key_is_off(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    key: KmsKey,
    refused: Callable[..., Refusal],
    state: str,
) -> None:
    turn(secretsmanager, state, key)
    code, message = STATES[state][0]
    assert refused(client.update_secret, SecretId="db", KmsKeyId="") == (code, message.format(arn=key.arn))


@pytest.mark.usefixtures("four")
def test_versions_stay_readable_when_their_alias_moves_to_another_key(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    newer = secretsmanager.kms.create_key(alias="alias/pay")
    client.put_secret_value(SecretId="db", SecretString="new", ClientRequestToken="n" * 32)
    secretsmanager.kms.disable(newer)
    assert readable(client) == {V1, V2, V3, V4}
