"""DeleteSecret's recovery window: at its end the secret is deleted and its name is free."""

from datetime import timedelta

import pytest

from pytest_secretsmanager import SecretNotFound

MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")

WINDOWS = pytest.mark.parametrize(
    ("request_", "days"),
    [({}, 30), ({"RecoveryWindowInDays": 7}, 7), ({"RecoveryWindowInDays": 30}, 30)],
    ids=["default window", "7 days", "30 days"],
)


@pytest.fixture
def deleted(client, secretsmanager):
    """The ARN of a secret that is scheduled for deletion in 30 days."""
    arn = client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)["ARN"]
    client.delete_secret(SecretId="db")
    return arn


@pytest.fixture
def gone(secretsmanager, deleted):
    """The ARN of a secret whose recovery window has passed."""
    secretsmanager.clock.advance(days=30)
    return deleted


@WINDOWS
def test_the_deletion_date_is_the_end_of_the_recovery_window(client, secretsmanager, request_, days):
    client.create_secret(Name="db", SecretString="one")
    date = client.delete_secret(SecretId="db", **request_)["DeletionDate"]
    assert date - secretsmanager.log[-1].time == timedelta(days=days)
    assert secretsmanager.secret("db").deleted == date


@WINDOWS
def test_the_deleted_date_is_the_time_of_delete_secret(client, secretsmanager, request_, days):
    client.create_secret(Name="db", SecretString="one")
    client.delete_secret(SecretId="db", **request_)
    called = secretsmanager.log[-1].time
    secretsmanager.clock.advance(days=1)
    (listed,) = client.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert listed["DeletedDate"] == client.describe_secret(SecretId="db")["DeletedDate"] == called


@WINDOWS
def test_restore_secret_restores_a_secret_before_its_recovery_window_ends(client, secretsmanager, request_, days):
    client.create_secret(Name="db", SecretString="one")
    date = client.delete_secret(SecretId="db", **request_)["DeletionDate"]
    secretsmanager.clock.set(date - timedelta(minutes=1))
    client.restore_secret(SecretId="db")
    secretsmanager.clock.advance(days=365)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


@WINDOWS
def test_restore_secret_finds_no_secret_at_the_end_of_its_recovery_window(
    client, secretsmanager, refused, request_, days
):
    client.create_secret(Name="db", SecretString="one")
    date = client.delete_secret(SecretId="db", **request_)["DeletionDate"]
    secretsmanager.clock.set(date)
    assert refused(client.restore_secret, SecretId="db") == MISSING


def test_batch_get_secret_value_lists_an_expired_secret_as_not_found(client, gone):
    reply = client.batch_get_secret_value(SecretIdList=["db"])
    assert [(entry["ErrorCode"], entry["Message"]) for entry in reply["Errors"]] == [MISSING]


def test_the_filters_of_batch_get_secret_value_find_no_expired_secret(client, gone):
    assert client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["db"]}])["SecretValues"] == []


@pytest.mark.parametrize("deleted_too", [True, False], ids=["planned deletions included", "planned deletions left out"])
def test_list_secrets_omits_an_expired_secret(client, gone, deleted_too):
    assert client.list_secrets(IncludePlannedDeletion=deleted_too)["SecretList"] == []


def test_delete_secret_by_force_succeeds_for_an_expired_secret(client, gone):
    assert client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)["Name"] == "db"


def test_create_secret_refuses_the_name_before_the_recovery_window_ends(client, secretsmanager, deleted, refused):
    secretsmanager.clock.advance(days=29)
    assert refused(client.create_secret, Name="db", SecretString="new") == (
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )


def test_create_secret_takes_the_name_of_an_expired_secret_with_another_arn(client, gone):
    new = client.create_secret(Name="db", SecretString="new")
    assert new["ARN"] != gone
    assert new["ARN"][:-6] == gone[:-6]
    assert client.get_secret_value(SecretId="db")["SecretString"] == "new"


def test_a_recreated_secret_has_no_version_or_history_of_the_expired_one(client, secretsmanager, gone):
    client.create_secret(Name="db", SecretString="new", ClientRequestToken=V2)
    view = secretsmanager.secret("db")
    assert [(version.id, version.number) for version in view.versions] == [(V2, 1)]
    assert view.deleted is None
    assert [move.target for move in view.history] == [V2]


def test_create_secret_takes_the_token_of_an_expired_secret(client, gone):
    assert client.create_secret(Name="db", SecretString="new", ClientRequestToken=V1)["VersionId"] == V1


def test_the_arn_of_an_expired_secret_does_not_find_its_successor(client, gone, refused):
    client.create_secret(Name="db", SecretString="new")
    assert refused(client.get_secret_value, SecretId=gone) == MISSING


def test_seed_takes_the_name_of_an_expired_secret(client, secretsmanager, gone):
    secretsmanager.seed("db", "seeded")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "seeded"


# --- views -----------------------------------------------------------------------------------------------------------


def test_secret_returns_a_view_before_the_recovery_window_ends(secretsmanager, deleted):
    secretsmanager.clock.advance(days=29)
    assert secretsmanager.secret("db").value == "one"


def test_secret_raises_secret_not_found_for_an_expired_secret(secretsmanager, gone):
    with pytest.raises(SecretNotFound, match="no secret 'db' in us-east-1"):
        secretsmanager.secret("db")


def test_the_secrets_mapping_omits_an_expired_secret(secretsmanager, deleted):
    assert list(secretsmanager.secrets) == ["db"]
    secretsmanager.clock.advance(days=30)
    assert (list(secretsmanager.secrets), "db" in secretsmanager.secrets, len(secretsmanager.secrets)) == ([], False, 0)


def test_an_older_view_of_an_expired_secret_raises_secret_not_found(secretsmanager, deleted):
    view = secretsmanager.secret("db")
    secretsmanager.clock.advance(days=30)
    assert repr(view) == "secret 'db' in us-east-1: no longer exists"
    with pytest.raises(SecretNotFound):
        _ = view.value


def test_setting_the_clock_back_brings_an_expired_secret_back(secretsmanager, deleted):
    """Each read computes expiry from the clock, so that a read in the future loses nothing."""
    before = secretsmanager.clock.now
    secretsmanager.clock.advance(days=30)
    secretsmanager.clock.set(before)
    assert secretsmanager.secret("db").value == "one"


@pytest.mark.parametrize("of", [(), ("db",)], ids=["all secrets", "this secret"])
def test_assert_unchanged_reports_a_secret_that_expires_in_its_block(secretsmanager, deleted, of):
    unchanged = secretsmanager.assert_unchanged(*of)
    with pytest.raises(AssertionError, match="'db' in us-east-1: it was deleted"), unchanged:
        secretsmanager.clock.advance(days=30)


def test_assert_unchanged_ignores_time_that_passes_before_the_end(secretsmanager, deleted):
    with secretsmanager.assert_unchanged():
        secretsmanager.clock.advance(days=29)


def test_assert_unchanged_reports_a_secret_deleted_and_expired_in_its_block(client, secretsmanager):
    secretsmanager.seed("other", "x")

    def delete():
        client.delete_secret(SecretId="other", RecoveryWindowInDays=7)
        secretsmanager.clock.advance(days=8)

    unchanged = secretsmanager.assert_unchanged()
    with pytest.raises(AssertionError, match="'other' in us-east-1: it was deleted"), unchanged:
        delete()
