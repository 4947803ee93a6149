"""Code that waits for a replica: `hold(polls=...)` counts its DescribeSecret calls."""

import pytest
from botocore.exceptions import ClientError
from replicating import AP, EU, current, statuses


class NotInSyncError(Exception):
    """A replica is not in sync in time."""


def wait_until_in_sync(client, secret_id, region, attempts=10, pause=lambda: None):
    """The code under test: poll until the replica is in sync. Return the number of polls, or raise NotInSyncError."""
    for attempt in range(1, attempts + 1):
        entries = client.describe_secret(SecretId=secret_id)["ReplicationStatus"]
        (entry,) = [entry for entry in entries if entry["Region"] == region]
        if entry["Status"] == "InSync":
            return attempt
        if entry["Status"] == "Failed":
            raise NotInSyncError(entry["StatusMessage"])
        pause()
    raise NotInSyncError("in progress still")


def test_polling_code_finds_a_replica_in_sync_at_once_without_a_hold(client):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert wait_until_in_sync(client, "db", "eu-west-1") == 1


@pytest.mark.parametrize("polls", [1, 2, 5])
def test_replication_hold_with_polls_ends_after_that_many_describe_secret_calls(client, eu, secretsmanager, polls):
    secretsmanager.replication.hold("eu-west-1", polls=polls)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert wait_until_in_sync(client, "db", "eu-west-1") == polls + 1
    assert current(eu) == "one"


def test_polling_code_gives_up_on_a_held_replica(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(NotInSyncError, match="in progress still"):
        wait_until_in_sync(client, "db", "eu-west-1", attempts=3)


def test_polling_code_that_gives_up_too_early_fails_under_a_hold_with_polls(client, secretsmanager):
    secretsmanager.replication.hold(polls=3)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(NotInSyncError, match="in progress still"):
        wait_until_in_sync(client, "db", "eu-west-1", attempts=3)
    assert wait_until_in_sync(client, "db", "eu-west-1", attempts=1) == 1


def test_polling_code_sees_a_replication_that_fails_after_its_polls(client, eu, secretsmanager):
    eu.create_secret(Name="db", SecretString="other")
    secretsmanager.replication.hold(polls=2)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(NotInSyncError) as caught:
        wait_until_in_sync(client, "db", "eu-west-1")
    assert str(caught.value) == "Replication failed: Secret name db already exists in region eu-west-1."


def test_polling_code_may_pause_on_the_managers_clock(client, secretsmanager):
    started = secretsmanager.clock.now
    secretsmanager.replication.hold(polls=4)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    wait_until_in_sync(client, "db", "eu-west-1", pause=lambda: secretsmanager.clock.advance(seconds=10))
    assert 40 <= (secretsmanager.clock.now - started).total_seconds() < 50


def test_replication_hold_block_with_polls_counts_describe_secret_calls(client, secretsmanager):
    with secretsmanager.replication.hold(polls=2):
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        assert wait_until_in_sync(client, "db", "eu-west-1") == 3


@pytest.mark.parametrize(
    "look",
    [
        lambda client: client.list_secrets(),
        lambda client: client.get_secret_value(SecretId="db"),
        lambda client: client.list_secret_version_ids(SecretId="db"),
        lambda client: client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[EU]),
        lambda client: client.describe_secret(SecretId="alone"),
        lambda client: client.describe_secret(SecretId="elsewhere"),
    ],
    ids=[
        "ListSecrets",
        "GetSecretValue",
        "ListSecretVersionIds",
        "ReplicateSecretToRegions",
        "DescribeSecret of a secret without replicas",
        "DescribeSecret of a replica in progress elsewhere",
    ],
)
def test_replication_hold_with_polls_counts_only_describe_secret_of_a_held_secret(client, secretsmanager, look):
    secretsmanager.replication.hold("ap-south-1")
    secretsmanager.replication.hold("eu-west-1", polls=1)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.create_secret(Name="elsewhere", SecretString="one", AddReplicaRegions=[AP])
    client.create_secret(Name="alone", SecretString="one")
    look(client)
    assert statuses(client) == {"eu-west-1": "InProgress"}
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_replication_hold_with_polls_does_not_count_describe_secret_of_a_replica_in_sync(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.replication.hold(polls=1)
    statuses(client)
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_replication_hold_with_polls_does_not_count_a_refused_describe_secret(client, secretsmanager):
    secretsmanager.replication.hold(polls=1)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(ClientError):
        client.describe_secret(SecretId="nowhere")
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_replication_hold_with_polls_counts_one_call_for_two_replicas_once(client, secretsmanager):
    secretsmanager.replication.hold(polls=2)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    seen = [statuses(client) for _ in range(3)]
    assert [set(look.values()) for look in seen] == [{"InProgress"}, {"InProgress"}, {"InSync"}]


def test_replication_hold_with_polls_is_over_after_its_last_poll(client, eu, secretsmanager):
    secretsmanager.replication.hold(polls=1)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    statuses(client)
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "two"


class InterruptedList(list):
    """A list that raises after it appends, as a signal handler may."""

    def append(self, item):
        super().append(item)
        raise KeyboardInterrupt


@pytest.mark.parametrize("end", ["resume()", "the end of a with statement"])
def test_replicas_are_in_sync_after_an_interrupt_at_the_end_of_a_hold(client, secretsmanager, monkeypatch, end):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    update = secretsmanager._parts.service.effects.replicas.update
    steps = [raise_interrupt, update]
    monkeypatch.setattr(secretsmanager._parts.service.effects.replicas, "update", lambda key: steps.pop(0)(key))
    with pytest.raises(KeyboardInterrupt):
        hold.resume() if end == "resume()" else hold.__exit__(None, None, None)
    assert statuses(client) == {"eu-west-1": "InSync"}


def raise_interrupt(*_):
    raise KeyboardInterrupt


def test_replication_hold_resume_can_be_repeated_after_an_interrupt(client, secretsmanager, monkeypatch):
    hold = secretsmanager.replication.hold(polls=1)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with monkeypatch.context() as twice:
        twice.setattr(secretsmanager._parts.service, "secrets", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            hold.resume()
    hold.resume()
    assert statuses(client) == {"eu-west-1": "InSync"}


@pytest.mark.parametrize("where", ["its list of holds", "the list of watchers"])
def test_replication_hold_that_is_interrupted_at_its_start_holds_nothing(client, secretsmanager, monkeypatch, where):
    control, service = secretsmanager.replication, secretsmanager._parts.service
    owner, name = (control._held, "places") if where == "its list of holds" else (service._watchers, "of_calls")
    monkeypatch.setattr(owner, name, InterruptedList())
    with pytest.raises(KeyboardInterrupt):
        control.hold(polls=1)
    assert (control._held.places, service._watchers.of_calls) == ([], [])
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_replication_hold_with_polls_can_be_resumed_early(client, secretsmanager):
    hold = secretsmanager.replication.hold(polls=3)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    hold.resume()
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_resumed_replication_hold_counts_no_more_polls(client, secretsmanager):
    secretsmanager.replication.hold(polls=1).resume()
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert [statuses(client) for _ in range(3)] == [{"eu-west-1": "InProgress"}] * 3


def test_two_replication_holds_with_polls_count_separately(client, secretsmanager):
    secretsmanager.replication.hold("eu-west-1", polls=1)
    secretsmanager.replication.hold("ap-south-1", polls=2)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    assert [statuses(client) for _ in range(3)] == [
        {"eu-west-1": "InProgress", "ap-south-1": "InProgress"},
        {"eu-west-1": "InSync", "ap-south-1": "InProgress"},
        {"eu-west-1": "InSync", "ap-south-1": "InSync"},
    ]
