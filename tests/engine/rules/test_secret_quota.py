"""The quota of secrets in one region of an account, here of three."""

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager, UsageError
from pytest_secretsmanager.engine.rules import secret_quota

TEXT = "You can't have more than 3 secrets in a Region."


@pytest.fixture(autouse=True)
def _three(monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager) -> None:
    monkeypatch.setattr(secret_quota, "SECRET_QUOTA", 3)
    for name in ("a", "b", "c"):
        secretsmanager.seed(name)


def refused(secretsmanager: SecretsManager, name: str = "d") -> None:
    before = [*secretsmanager.secrets]
    with pytest.raises(ClientError) as caught:
        secretsmanager.client().create_secret(Name=name)
    assert caught.value.response["Error"] == {"Code": "LimitExceededException", "Message": TEXT}
    assert [*secretsmanager.secrets] == before


def test_aws_has_a_quota_of_half_a_million_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert secret_quota.SECRET_QUOTA == 500_000


def test_a_full_region_refuses_one_more_secret(secretsmanager: SecretsManager) -> None:
    refused(secretsmanager)


def test_a_full_region_refuses_a_seed(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError, match=TEXT):
        secretsmanager.seed("d")


def test_a_full_region_accepts_a_repeat_of_its_last_creation(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    client.delete_secret(SecretId="c", ForceDeleteWithoutRecovery=True)
    for _ in range(2):
        client.create_secret(Name="d", SecretString="x", ClientRequestToken="t" * 32)


def test_a_full_region_accepts_new_versions_and_reseeded_secrets(secretsmanager: SecretsManager) -> None:
    secretsmanager.client().put_secret_value(SecretId="a", SecretString="x")
    secretsmanager.seed("a", "y")
    secretsmanager.assert_value("a", "y")


@pytest.mark.parametrize("place", [{"region": "eu-west-1"}, {"account": "999999999999"}], ids=["region", "account"])
def test_another_place_has_its_own_quota(secretsmanager: SecretsManager, place: dict[str, str]) -> None:
    assert secretsmanager.seed("d", **place).name == "d"  # type: ignore[arg-type]


def test_a_deleted_secret_makes_room(secretsmanager: SecretsManager) -> None:
    secretsmanager.client().delete_secret(SecretId="b", ForceDeleteWithoutRecovery=True)
    secretsmanager.client().create_secret(Name="d")
    refused(secretsmanager, "e")


def test_a_secret_that_is_scheduled_for_deletion_counts_until_it_is_gone(secretsmanager: SecretsManager) -> None:
    secretsmanager.client().delete_secret(SecretId="b", RecoveryWindowInDays=7)
    refused(secretsmanager)
    secretsmanager.clock.advance(days=7)
    secretsmanager.client().create_secret(Name="d")
