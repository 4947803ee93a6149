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
    """The same with a version that has no label; its id."""
    five = "version-5".ljust(32, "-")
    client.put_secret_value(SecretId="db", SecretString="5", ClientRequestToken=five, VersionStages=["green"])
    client.update_secret_version_stage(SecretId="db", VersionStage="green", RemoveFromVersionId=five)
    return five


def keys_shown(client: "SecretsManagerClient") -> dict[str, str]:
    """The key under which each version is listed."""
    listed = client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    return {entry["VersionId"]: key for entry in listed for key in entry["KmsKeyIds"]}


def readable(client: "SecretsManagerClient") -> set[str]:
    """The versions that can be read."""
    found = set()
    for version in keys_shown(client):
        try:
            client.get_secret_value(SecretId="db", VersionId=version)
        except client.exceptions.DecryptionFailure:
            continue
        found.add(version)
    return found


@pytest.mark.parametrize(("new", "shown"), [("alias/new", "alias/new"), ("", "DefaultEncryptionKey")])
def test_an_update_encrypts_aws_labelled_versions_anew_and_no_others(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str, shown: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    old = dict.fromkeys([V4, five], "alias/pay")
    assert keys_shown(client) == {**dict.fromkeys([V1, V2, V3], shown), **old}


@pytest.mark.parametrize("new", ["alias/new", ""])
def test_with_the_old_key_disabled_the_versions_encrypted_anew_can_be_read(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    secretsmanager.kms.disable("alias/pay")
    assert readable(client) == {V1, V2, V3}


@pytest.mark.parametrize("new", ["alias/new", ""])
def test_with_the_new_key_disabled_the_others_can_be_read(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    secretsmanager.kms.disable(new)
    assert readable(client) == {V4, five}


@pytest.mark.usefixtures("four")
def test_encryption_anew_changes_nothing_else(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    def told() -> list[tuple[object, ...]]:
        return [(v.id, v.number, v.value, v.created, v.labels) for v in secretsmanager.secret("db").versions]

    before = told()
    client.update_secret(SecretId="db", KmsKeyId="")
    assert told() == before


@pytest.mark.usefixtures("four")
def test_new_versions_come_under_the_new_key(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    secretsmanager.kms.disable("alias/pay")
    client.put_secret_value(SecretId="db", SecretString="new")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "new"


@pytest.mark.usefixtures("four")
def test_an_empty_name_returns_to_the_default_key(client: "SecretsManagerClient") -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    assert "KmsKeyId" not in client.describe_secret(SecretId="db")


@pytest.mark.usefixtures("four")
def test_a_version_under_the_old_key_goes_to_the_new_one_once_it_has_a_label_of_aws(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    """It is the next change of key that takes it along: labels themselves encrypt nothing."""
    client.update_secret(SecretId="db", KmsKeyId="")
    client.update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=V2, MoveToVersionId=V4
    )
    assert keys_shown(client)[V4] == "alias/pay"
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId="alias/new")
    assert keys_shown(client)[V4] == "alias/new"


@pytest.mark.usefixtures("four")
def test_an_old_key_may_be_off_when_only_versions_that_stay_under_it_need_it(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    secretsmanager.kms.disable("alias/pay")
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId="alias/new")
    assert readable(client) == {V1, V2, V3}


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("state", STATES)
def test_an_old_key_that_is_off_keeps_its_versions(
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
def test_values_under_an_alias_stay_readable_when_it_moves_to_another_key(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    newer = secretsmanager.kms.create_key(alias="alias/pay")
    client.put_secret_value(SecretId="db", SecretString="new", ClientRequestToken="n" * 32)
    secretsmanager.kms.disable(newer)
    assert readable(client) == {V1, V2, V3, V4}
