"""`sm.faults.asynchronous_deletion`: the time that a forced deletion takes, as clients see it."""

from datetime import timedelta

import pytest

from pytest_secretsmanager import SecretNotFound, SecretsManager, UsageError


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    """Stop the real time, so that only the test moves the clock."""
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)


def delete(sm, name="db"):
    return sm.client().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.mark.secret("db", "one")
def test_the_name_of_a_secret_deleted_by_force_is_taken_until_its_time_has_passed(secretsmanager, client):
    secretsmanager.faults.asynchronous_deletion(seconds=10)
    delete(secretsmanager)
    secretsmanager.clock.advance(seconds=9.9)
    with pytest.raises(client.exceptions.InvalidRequestException, match="already scheduled for deletion"):
        client.create_secret(Name="db", SecretString="two")
    with pytest.raises(client.exceptions.InvalidRequestException, match="because it was deleted"):
        client.get_secret_value(SecretId="db")
    secretsmanager.clock.advance(seconds=0.1)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")
    client.create_secret(Name="db", SecretString="two")
    secretsmanager.assert_value("db", "two")


@pytest.mark.secret("db", "one")
def test_code_that_waits_for_the_name_gets_it_in_the_recorded_time(secretsmanager, client):
    secretsmanager.faults.asynchronous_deletion()
    delete(secretsmanager)
    before = secretsmanager.clock.now
    while True:
        try:
            client.create_secret(Name="db", SecretString="two")
            break
        except client.exceptions.InvalidRequestException:
            secretsmanager.clock.advance(seconds=1)
    assert timedelta(seconds=5) <= secretsmanager.clock.now - before <= timedelta(seconds=29)


@pytest.mark.secret("db", "one")
def test_the_log_has_the_deletion_at_the_time_of_its_end(secretsmanager):
    secretsmanager.faults.asynchronous_deletion(seconds=10)
    asked = secretsmanager.clock.now
    delete(secretsmanager)
    assert [event.operation for event in secretsmanager.log] == ["DeleteSecret"]
    secretsmanager.clock.advance(seconds=60)
    ended = [(event.operation, event.time) for event in secretsmanager.log if event.by_service]
    at = asked + timedelta(seconds=10)
    assert ended == [("StartSecretVersionDelete", at), ("EndSecretVersionDelete", at)]


@pytest.mark.secret("db", "one")
def test_the_view_of_a_secret_shows_when_its_forced_deletion_ends(secretsmanager):
    secretsmanager.faults.asynchronous_deletion(seconds=10)
    delete(secretsmanager)
    assert secretsmanager.secret("db").deleted == secretsmanager.clock.now + timedelta(seconds=10)
    secretsmanager.clock.advance(seconds=10)
    assert "db" not in secretsmanager.secrets


@pytest.mark.secret("db", "one")
def test_a_seed_replaces_a_secret_that_is_being_deleted(secretsmanager):
    secretsmanager.faults.asynchronous_deletion(seconds=10)
    delete(secretsmanager)
    secretsmanager.seed("db", "two")
    secretsmanager.clock.advance(seconds=60)
    secretsmanager.assert_value("db", "two")


@pytest.mark.secret("db", "one")
@pytest.mark.secret("other", "one")
def test_the_deletions_can_be_limited_to_one_secret(secretsmanager):
    slow = secretsmanager.faults.asynchronous_deletion(seconds=10, secret="db")
    delete(secretsmanager, "db")
    delete(secretsmanager, "other")
    assert [*secretsmanager.secrets] == ["db"]
    assert slow.met == 1


@pytest.mark.secret("db", "one")
def test_a_snapshot_restores_a_deletion_that_ended_inside(secretsmanager, client):
    secretsmanager.faults.asynchronous_deletion(seconds=10)
    delete(secretsmanager)
    with secretsmanager.snapshot():
        secretsmanager.clock.advance(seconds=60)
        client.create_secret(Name="db", SecretString="two")
    with pytest.raises(client.exceptions.InvalidRequestException, match="because it was deleted"):
        client.get_secret_value(SecretId="db")
    secretsmanager.clock.advance(seconds=10)
    assert [event.operation for event in secretsmanager.log if event.by_service][-1] == "EndSecretVersionDelete"


@pytest.mark.secret("db", "one")
def test_a_snapshot_takes_back_a_deletion_that_began_inside(secretsmanager, client):
    with secretsmanager.snapshot():
        secretsmanager.faults.asynchronous_deletion(seconds=10)
        delete(secretsmanager)
    secretsmanager.clock.advance(seconds=60)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.secret("db", "one")
def test_a_deletion_that_has_begun_ends_after_its_block(secretsmanager, client):
    with secretsmanager.faults.asynchronous_deletion(seconds=10):
        delete(secretsmanager)
    with pytest.raises(client.exceptions.InvalidRequestException, match="because it was deleted"):
        client.get_secret_value(SecretId="db")
    secretsmanager.clock.advance(seconds=10)
    client.create_secret(Name="db")


@pytest.mark.secret("db", "one")
def test_a_stale_read_sees_a_secret_after_the_end_of_its_deletion(secretsmanager, client):
    secretsmanager.faults.asynchronous_deletion(seconds=10)
    delete(secretsmanager)
    secretsmanager.faults.stale_reads(1000)
    secretsmanager.clock.advance(seconds=10)
    with pytest.raises(client.exceptions.ResourceNotFoundException):  # the date of its end counts in any state
        client.get_secret_value(SecretId="db")


def test_the_same_seed_gives_the_same_times():
    def ends(random_seed):
        with SecretsManager() as sm:
            sm.faults.asynchronous_deletion(random_seed=random_seed)
            found = []
            for name in ("a", "b", "c"):
                sm.seed(name, "one")
                delete(sm, name)
                found.append(sm.secret(name).deleted - sm.clock.now)
            return found

    assert ends(1) == ends(1) != ends("one")


WRONG = {
    "zero": ({"seconds": 0}, UsageError, "not 0"),
    "negative": ({"seconds": -1}, UsageError, "not -1"),
    "text": ({"seconds": "5"}, UsageError, "not '5'"),
    "more than a day": ({"seconds": 100_000}, UsageError, "seconds"),
    "seed": ({"random_seed": None}, UsageError, "random_seed is an int or a str, not NoneType"),
    "missing secret": ({"secret": "dbs"}, SecretNotFound, "db"),
    "unknown argument": ({"second": 1}, UsageError, "did you mean 'seconds'"),
}


@pytest.mark.secret("db", "one")
@pytest.mark.parametrize(("arguments", "error", "text"), WRONG.values(), ids=WRONG)
def test_asynchronous_deletion_refuses_a_wrong_argument(secretsmanager, arguments, error, text):
    with pytest.raises(error, match=text):
        secretsmanager.faults.asynchronous_deletion(**arguments)


def test_asynchronous_deletion_shows_its_time(secretsmanager):
    assert (
        repr(secretsmanager.faults.asynchronous_deletion()) == "<forced deletions that take 5 to 28 seconds: in force>"
    )
