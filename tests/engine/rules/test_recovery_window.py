"""DeleteSecret's recovery window: once the clock has passed it, the secret is gone and its name is free."""

from datetime import timedelta

import pytest

from pytest_secretsmanager import SecretNotFound

MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")

WINDOWS = pytest.mark.parametrize(
    ("request_", "days"),
    [({}, 30), ({"RecoveryWindowInDays": 7}, 7), ({"RecoveryWindowInDays": 30}, 30)],
    ids=["default", "7", "30"],
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
def test_the_deletion_date_is_the_end_of_the_window(client, secretsmanager, request_, days):
    client.create_secret(Name="db", SecretString="one")
    date = client.delete_secret(SecretId="db", **request_)["DeletionDate"]
    assert date - secretsmanager.log[-1].time == timedelta(days=days)
    assert secretsmanager.secret("db").deleted == date


@WINDOWS
def test_the_date_that_is_shown_is_the_one_of_the_call(client, secretsmanager, request_, days):
    client.create_secret(Name="db", SecretString="one")
    client.delete_secret(SecretId="db", **request_)
    called = secretsmanager.log[-1].time
    secretsmanager.clock.advance(days=1)
    (listed,) = client.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert listed["DeletedDate"] == client.describe_secret(SecretId="db")["DeletedDate"] == called


@WINDOWS
def test_up_to_its_end_the_secret_can_be_restored(client, secretsmanager, request_, days):
    client.create_secret(Name="db", SecretString="one")
    date = client.delete_secret(SecretId="db", **request_)["DeletionDate"]
    secretsmanager.clock.set(date - timedelta(minutes=1))
    client.restore_secret(SecretId="db")
    secretsmanager.clock.advance(days=365)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


@WINDOWS
def test_at_its_end_the_secret_is_gone(client, secretsmanager, refused, request_, days):
    client.create_secret(Name="db", SecretString="one")
    date = client.delete_secret(SecretId="db", **request_)["DeletionDate"]
    secretsmanager.clock.set(date)
    assert refused(client.restore_secret, SecretId="db") == MISSING


def test_a_batch_tells_that_it_is_not_there(client, gone):
    reply = client.batch_get_secret_value(SecretIdList=["db"])
    assert [(entry["ErrorCode"], entry["Message"]) for entry in reply["Errors"]] == [MISSING]


def test_no_batch_by_filters_finds_it(client, gone):
    assert client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["db"]}])["SecretValues"] == []


@pytest.mark.parametrize("deleted_too", [True, False])
def test_no_list_has_it(client, gone, deleted_too):
    assert client.list_secrets(IncludePlannedDeletion=deleted_too)["SecretList"] == []


def test_a_forced_deletion_of_it_succeeds_as_of_any_name(client, gone):
    assert client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)["Name"] == "db"


def test_up_to_the_end_the_name_is_taken(client, secretsmanager, deleted, refused):
    secretsmanager.clock.advance(days=29)
    assert refused(client.create_secret, Name="db", SecretString="new") == (
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )


def test_its_name_is_free_again_and_the_new_secret_has_another_arn(client, gone):
    new = client.create_secret(Name="db", SecretString="new")
    assert new["ARN"] != gone
    assert new["ARN"][:-6] == gone[:-6]
    assert client.get_secret_value(SecretId="db")["SecretString"] == "new"


def test_the_new_secret_begins_anew(client, secretsmanager, gone):
    client.create_secret(Name="db", SecretString="new", ClientRequestToken=V2)
    view = secretsmanager.secret("db")
    assert [(version.id, version.number) for version in view.versions] == [(V2, 1)]
    assert view.deleted is None
    assert [move.target for move in view.history] == [V2]


def test_the_token_of_the_gone_secret_is_free_again(client, gone):
    assert client.create_secret(Name="db", SecretString="new", ClientRequestToken=V1)["VersionId"] == V1


def test_the_new_secret_does_not_go_by_the_old_arn(client, gone, refused):
    client.create_secret(Name="db", SecretString="new")
    assert refused(client.get_secret_value, SecretId=gone) == MISSING


def test_a_seed_may_take_the_name(client, secretsmanager, gone):
    secretsmanager.seed("db", "seeded")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "seeded"


# --- views -----------------------------------------------------------------------------------------------------------


def test_the_view_of_a_scheduled_secret_shows_it_still(secretsmanager, deleted):
    secretsmanager.clock.advance(days=29)
    assert secretsmanager.secret("db").value == "one"


def test_there_is_no_view_of_a_gone_secret(secretsmanager, gone):
    with pytest.raises(SecretNotFound, match="no secret 'db' in us-east-1"):
        secretsmanager.secret("db")


def test_the_mapping_lacks_it(secretsmanager, deleted):
    assert list(secretsmanager.secrets) == ["db"]
    secretsmanager.clock.advance(days=30)
    assert (list(secretsmanager.secrets), "db" in secretsmanager.secrets, len(secretsmanager.secrets)) == ([], False, 0)


def test_a_view_taken_before_says_that_it_is_not_there_any_more(secretsmanager, deleted):
    view = secretsmanager.secret("db")
    secretsmanager.clock.advance(days=30)
    assert repr(view) == "<secret 'db': not there any more>"
    with pytest.raises(SecretNotFound):
        _ = view.value


def test_a_clock_that_goes_back_finds_it_again(secretsmanager, deleted):
    """A secret goes by the time of each look, so nothing is lost by a look at the future."""
    before = secretsmanager.clock.now
    secretsmanager.clock.advance(days=30)
    secretsmanager.clock.set(before)
    assert secretsmanager.secret("db").value == "one"


@pytest.mark.parametrize("of", [(), ("db",)], ids=["any secret", "this secret"])
def test_to_be_gone_in_the_end_is_a_change(secretsmanager, deleted, of):
    unchanged = secretsmanager.assert_unchanged(*of)
    with pytest.raises(AssertionError, match="'db' in us-east-1: it was deleted"), unchanged:
        secretsmanager.clock.advance(days=30)


def test_that_time_passes_before_the_end_is_no_change_of_a_secret(secretsmanager, deleted):
    with secretsmanager.assert_unchanged():
        secretsmanager.clock.advance(days=29)


def test_to_be_deleted_and_gone_within_the_block_is_a_change(client, secretsmanager):
    secretsmanager.seed("other", "x")

    def delete():
        client.delete_secret(SecretId="other", RecoveryWindowInDays=7)
        secretsmanager.clock.advance(days=8)

    unchanged = secretsmanager.assert_unchanged()
    with pytest.raises(AssertionError, match="'other' in us-east-1: it was deleted"), unchanged:
        delete()
