"""`sm.replication`: replicas held back, code that waits for them, and seeds that bring replicas along."""

import botocore
import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import Rotation, SecretsManager, UsageError, Version

V1, V2, V3 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3))
EU, AP = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}


def statuses(client, secret_id="db"):
    entries = client.describe_secret(SecretId=secret_id).get("ReplicationStatus", [])
    return {entry["Region"]: entry["Status"] for entry in entries}


def current(client, secret_id="db"):
    return client.get_secret_value(SecretId=secret_id)["SecretString"]


def is_there(client, secret_id="db"):
    return secret_id in [secret["Name"] for secret in client.list_secrets()["SecretList"]]


# --- what is held ----------------------------------------------------------------------------------------------------


def test_without_a_hold_a_replica_is_there_when_the_call_returns(client, eu):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "one"


def test_a_replica_that_is_held_stays_in_progress_without_a_message(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert client.describe_secret(SecretId="db")["ReplicationStatus"] == [
        {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"},
    ]


def test_a_replica_that_is_held_from_the_beginning_is_not_there(client, eu, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(ClientError, match="Secrets Manager can't find the specified secret"):
        eu.get_secret_value(SecretId="db")


def test_a_hold_of_all_regions_holds_all(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InProgress"}


def test_a_hold_of_one_region_holds_no_other(client, ap, secretsmanager):
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InSync"}
    assert current(ap) == "one"


def test_the_region_may_be_named(client, secretsmanager):
    secretsmanager.replication.hold(region="eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_a_hold_holds_the_replicas_of_all_secrets(client, ap, secretsmanager):
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    ap.create_secret(Name="mail", SecretString="one", AddReplicaRegions=[EU])
    assert (statuses(client), statuses(ap, "mail")) == ({"eu-west-1": "InProgress"}, {"eu-west-1": "InProgress"})


CHANGES = {
    "ReplicateSecretToRegions": lambda client: client.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[EU]
    ),
    "PutSecretValue": lambda client: client.put_secret_value(SecretId="db", SecretString="two"),
    "UpdateSecret": lambda client: client.update_secret(SecretId="db", Description="main"),
    "TagResource": lambda client: client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "pay"}]),
}


@pytest.mark.secret("db", "one", replicas=["eu-west-1"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_sets_replication_in_motion_is_held(client, secretsmanager, change):
    secretsmanager.replication.hold()
    change(client)
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_a_replica_that_is_in_sync_stays_so_until_its_primary_changes(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.replication.hold()
    assert statuses(client) == {"eu-west-1": "InSync"}
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_nothing_is_logged_of_a_replication_that_is_held(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert [event.operation for event in secretsmanager.log] == ["CreateSecret"]


# --- resuming --------------------------------------------------------------------------------------------------------


def test_resumed_the_replicas_have_followed(client, eu, ap, secretsmanager):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    hold.resume()
    assert statuses(client) == {"eu-west-1": "InSync", "ap-south-1": "InSync"}
    assert [current(one) for one in (eu, ap)] == ["one", "one"]


def test_resumed_the_replicas_of_all_secrets_have_followed(client, eu, secretsmanager):
    theirs = "210987654321"
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.create_secret(Name="alone", SecretString="one")
    secretsmanager.seed("db", "theirs", account=theirs, replicas=["eu-west-1"])
    hold.resume()
    assert current(eu) == "one"
    assert secretsmanager.secret("db", region="eu-west-1", account=theirs).value == "theirs"


def test_resumed_replication_is_logged_at_the_time_of_now(client, secretsmanager):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.clock.advance(minutes=5)
    hold.resume()
    asked, followed = secretsmanager.log
    assert followed.operation == "ReplicationSucceeded"
    assert (followed.time - asked.time).total_seconds() >= 300


def test_what_comes_after_a_resumed_hold_is_not_held(client, eu, secretsmanager):
    secretsmanager.replication.hold().resume()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert current(eu) == "one"


def test_resuming_once_more_does_nothing(client, secretsmanager):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    hold.resume()
    logged = len(secretsmanager.log)
    with secretsmanager.assert_unchanged():
        hold.resume()
    assert len(secretsmanager.log) == logged


def test_resuming_once_more_leaves_a_later_hold(client, secretsmanager):
    first = secretsmanager.replication.hold()
    first.resume()
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    first.resume()
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_a_replication_that_fails_does_so_when_it_is_resumed(client, eu, secretsmanager):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    eu.create_secret(Name="db", SecretString="other")
    assert statuses(client) == {"eu-west-1": "InProgress"}
    hold.resume()
    assert statuses(client) == {"eu-west-1": "Failed"}
    assert current(eu) == "other"


def test_force_is_kept_until_the_replication_is_resumed(client, eu, secretsmanager):
    eu.create_secret(Name="db", SecretString="other")
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    client.put_secret_value(SecretId="db", SecretString="two")
    assert current(eu) == "other"
    hold.resume()
    assert current(eu) == "two"


# --- with ------------------------------------------------------------------------------------------------------------


def test_a_block_holds_until_its_end(client, eu, secretsmanager):
    with secretsmanager.replication.hold("eu-west-1"):
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        assert statuses(client) == {"eu-west-1": "InProgress"}
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "one"


def test_a_block_gives_the_hold(client, secretsmanager):
    with secretsmanager.replication.hold() as hold:
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        hold.resume()
        assert statuses(client) == {"eu-west-1": "InSync"}


def test_a_block_that_an_error_leaves_has_ended_all_the_same(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="zero", AddReplicaRegions=[EU])

    def write_and_fail():
        with secretsmanager.replication.hold():
            client.put_secret_value(SecretId="db", SecretString="one")
            client.put_secret_value(SecretId="nowhere", SecretString="one")

    with pytest.raises(ClientError, match="can't find the specified secret"):
        write_and_fail()
    assert current(eu) == "one"


# --- several ---------------------------------------------------------------------------------------------------------


def test_holds_of_two_regions_end_one_by_one(client, secretsmanager):
    first = secretsmanager.replication.hold("eu-west-1")
    second = secretsmanager.replication.hold("ap-south-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    first.resume()
    assert statuses(client) == {"eu-west-1": "InSync", "ap-south-1": "InProgress"}
    second.resume()
    assert statuses(client) == {"eu-west-1": "InSync", "ap-south-1": "InSync"}


@pytest.mark.parametrize("order", [1, -1], ids=["the first one first", "the last one first"])
@pytest.mark.parametrize("regions", [("eu-west-1", "eu-west-1"), ("eu-west-1", None)], ids=["the same", "all besides"])
def test_a_region_under_two_holds_waits_for_both(client, secretsmanager, regions, order):
    first, second = [secretsmanager.replication.hold(region) for region in regions][::order]
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    first.resume()
    assert statuses(client) == {"eu-west-1": "InProgress"}
    second.resume()
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_the_end_of_a_hold_of_all_lets_go_of_what_no_other_holds(client, secretsmanager):
    hold = secretsmanager.replication.hold()
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    hold.resume()
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InSync"}


def test_another_manager_is_not_held(client, eu, secretsmanager):
    with type(secretsmanager)() as other:
        other.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert current(eu) == "one"


# --- code that waits -------------------------------------------------------------------------------------------------


class NotInSyncError(Exception):
    """A replica did not come in sync in time."""


def wait_until_in_sync(client, secret_id, region, attempts=10, pause=lambda: None):
    """The code under test: asks until the replica is in sync, and tells how often; NotInSyncError if that fails."""
    for attempt in range(1, attempts + 1):
        entries = client.describe_secret(SecretId=secret_id)["ReplicationStatus"]
        (entry,) = [entry for entry in entries if entry["Region"] == region]
        if entry["Status"] == "InSync":
            return attempt
        if entry["Status"] == "Failed":
            raise NotInSyncError(entry["StatusMessage"])
        pause()
    raise NotInSyncError("in progress still")


def test_code_that_waits_sees_a_replica_in_sync_at_once(client):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert wait_until_in_sync(client, "db", "eu-west-1") == 1


@pytest.mark.parametrize("polls", [1, 2, 5])
def test_code_that_waits_comes_through_after_so_many_looks(client, eu, secretsmanager, polls):
    secretsmanager.replication.hold("eu-west-1", polls=polls)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert wait_until_in_sync(client, "db", "eu-west-1") == polls + 1
    assert current(eu) == "one"


def test_code_that_waits_gives_up_on_a_replica_that_is_held(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(NotInSyncError, match="in progress still"):
        wait_until_in_sync(client, "db", "eu-west-1", attempts=3)


def test_code_that_gives_up_too_early_is_found_out(client, secretsmanager):
    secretsmanager.replication.hold(polls=3)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(NotInSyncError, match="in progress still"):
        wait_until_in_sync(client, "db", "eu-west-1", attempts=3)
    assert wait_until_in_sync(client, "db", "eu-west-1", attempts=1) == 1


def test_code_that_waits_sees_the_failure_when_it_comes(client, eu, secretsmanager):
    eu.create_secret(Name="db", SecretString="other")
    secretsmanager.replication.hold(polls=2)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(NotInSyncError) as caught:
        wait_until_in_sync(client, "db", "eu-west-1")
    assert str(caught.value) == "Replication failed: Secret name db already exists in region eu-west-1."


def test_code_that_pauses_on_the_clock_comes_through(client, secretsmanager):
    started = secretsmanager.clock.now
    secretsmanager.replication.hold(polls=4)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    wait_until_in_sync(client, "db", "eu-west-1", pause=lambda: secretsmanager.clock.advance(seconds=10))
    assert 40 <= (secretsmanager.clock.now - started).total_seconds() < 50


def test_in_a_block_looks_are_counted_as_well(client, secretsmanager):
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
def test_other_calls_are_no_looks(client, secretsmanager, look):
    secretsmanager.replication.hold("ap-south-1")
    secretsmanager.replication.hold("eu-west-1", polls=1)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.create_secret(Name="elsewhere", SecretString="one", AddReplicaRegions=[AP])
    client.create_secret(Name="alone", SecretString="one")
    look(client)
    assert statuses(client) == {"eu-west-1": "InProgress"}
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_a_look_at_a_replica_in_sync_is_none(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.replication.hold(polls=1)
    statuses(client)
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_a_look_that_is_refused_is_none(client, secretsmanager):
    secretsmanager.replication.hold(polls=1)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(ClientError):
        client.describe_secret(SecretId="nowhere")
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_a_look_at_two_replicas_in_progress_counts_once(client, secretsmanager):
    secretsmanager.replication.hold(polls=2)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    seen = [statuses(client) for _ in range(3)]
    assert [set(look.values()) for look in seen] == [{"InProgress"}, {"InProgress"}, {"InSync"}]


def test_after_its_last_look_a_hold_is_over(client, eu, secretsmanager):
    secretsmanager.replication.hold(polls=1)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    statuses(client)
    client.put_secret_value(SecretId="db", SecretString="two")
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "two"


class InterruptedList(list):
    """Appends and then raises, as a signal handler may on the way back."""

    def append(self, item):
        super().append(item)
        raise KeyboardInterrupt


@pytest.mark.parametrize("end", ["resume()", "the end of a with statement"])
def test_replicas_follow_though_an_interrupt_ends_the_hold(client, secretsmanager, monkeypatch, end):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    follow = secretsmanager._parts.service.effects.replicas.follow
    steps = [raise_interrupt, follow]
    monkeypatch.setattr(secretsmanager._parts.service.effects.replicas, "follow", lambda key: steps.pop(0)(key))
    with pytest.raises(KeyboardInterrupt):
        hold.resume() if end == "resume()" else hold.__exit__(None, None, None)
    assert statuses(client) == {"eu-west-1": "InSync"}


def raise_interrupt(*_):
    raise KeyboardInterrupt


def test_a_resume_can_be_repeated_until_all_replicas_have_followed(client, secretsmanager, monkeypatch):
    hold = secretsmanager.replication.hold(polls=1)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with monkeypatch.context() as twice:
        twice.setattr(secretsmanager._parts.service, "secrets", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            hold.resume()
    hold.resume()
    assert statuses(client) == {"eu-west-1": "InSync"}


@pytest.mark.parametrize("where", ["its list of holds", "the list of watchers"])
def test_a_hold_whose_beginning_is_interrupted_holds_nothing(client, secretsmanager, monkeypatch, where):
    control, service = secretsmanager.replication, secretsmanager._parts.service
    owner, name = (control._held, "holds") if where == "its list of holds" else (service, "watchers")
    monkeypatch.setattr(owner, name, InterruptedList())
    with pytest.raises(KeyboardInterrupt):
        control.hold(polls=1)
    assert (control._held.holds, service.watchers) == ([], [])
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_a_hold_that_counts_looks_can_be_resumed_before(client, secretsmanager):
    hold = secretsmanager.replication.hold(polls=3)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    hold.resume()
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_a_resumed_hold_counts_no_more_looks(client, secretsmanager):
    secretsmanager.replication.hold(polls=1).resume()
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert [statuses(client) for _ in range(3)] == [{"eu-west-1": "InProgress"}] * 3


def test_each_of_two_holds_counts_its_own_looks(client, secretsmanager):
    secretsmanager.replication.hold("eu-west-1", polls=1)
    secretsmanager.replication.hold("ap-south-1", polls=2)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    assert [statuses(client) for _ in range(3)] == [
        {"eu-west-1": "InProgress", "ap-south-1": "InProgress"},
        {"eu-west-1": "InSync", "ap-south-1": "InProgress"},
        {"eu-west-1": "InSync", "ap-south-1": "InSync"},
    ]


# --- changes while it is held ----------------------------------------------------------------------------------------


def test_a_replica_that_is_held_shows_what_it_had(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        assert (current(client), current(eu)) == ("two", "one")
    assert current(eu) == "two"


def test_several_writes_are_followed_in_one(client, secretsmanager):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
        client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "pay"}])
        client.put_secret_value(SecretId="db", SecretString="three", ClientRequestToken=V3)
        logged = len(secretsmanager.log)
    replica = secretsmanager.secret("db", region="eu-west-1")
    assert [version.value for version in replica.versions] == ["one", "two", "three"]
    assert (replica.labels, replica.tags) == ({"AWSPREVIOUS": V2, "AWSCURRENT": V3}, {"team": "pay"})
    assert [event.operation for event in secretsmanager.log[logged:]] == ["ReplicationSucceeded"]


def test_a_write_and_its_undoing_are_followed_to_their_end(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        secretsmanager.clock.advance(minutes=1)
        client.update_secret(SecretId="db", Description="main")
        client.update_secret(SecretId="db", Description="")
        changed = client.describe_secret(SecretId="db")["LastChangedDate"]
        assert eu.describe_secret(SecretId="db")["LastChangedDate"] < changed
    assert eu.describe_secret(SecretId="db")["LastChangedDate"] == changed


def test_a_read_of_a_replica_that_is_held_keeps_its_date(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        eu.get_secret_value(SecretId="db")
        accessed = eu.describe_secret(SecretId="db")["LastAccessedDate"]
    assert eu.describe_secret(SecretId="db")["LastAccessedDate"] == accessed


def test_a_replica_that_is_held_refuses_writes_as_ever(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.replication.hold()
    client.put_secret_value(SecretId="db", SecretString="two")
    with pytest.raises(ClientError, match="Operation not permitted on a replica secret"):
        eu.put_secret_value(SecretId="db", SecretString="three")


def test_a_primary_whose_replica_is_held_can_not_be_deleted(client, secretsmanager):
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with pytest.raises(ClientError, match=r"that still has replica regions \[eu-west-1\]\."):
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def test_a_region_that_is_removed_while_it_is_held_does_not_come_back(client, eu, secretsmanager):
    with secretsmanager.replication.hold():
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
        assert statuses(client) == {}
    assert not is_there(eu)


def test_a_replica_that_is_removed_while_it_is_held_does_not_come_back(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert not is_there(eu)
    assert current(client) == "two"


def test_a_primary_that_is_deleted_while_it_is_held_leaves_nothing(client, eu, secretsmanager):
    with secretsmanager.replication.hold():
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert not is_there(client)
    assert not is_there(eu)


def test_a_replica_that_is_promoted_while_it_is_held_keeps_what_it_had(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    with secretsmanager.replication.hold():
        client.put_secret_value(SecretId="db", SecretString="two")
        eu.stop_replication_to_replica(SecretId="db")
    assert (current(client), current(eu)) == ("two", "one")


def test_a_region_that_is_added_while_another_is_held_follows_at_once(client, ap, secretsmanager):
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[AP])
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InSync"}
    assert current(ap) == "one"


def test_a_replica_of_a_held_primary_shows_a_rotation_when_it_is_resumed(client, eu, secretsmanager):
    def rotate(event, context):
        if event["Step"] == "finishSecret":
            token = event["ClientRequestToken"]
            client.put_secret_value(SecretId=event["SecretId"], ClientRequestToken=token, SecretString="two")

    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    with secretsmanager.replication.hold():
        client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(rotate))
        assert (current(client), current(eu)) == ("two", "one")
    assert current(eu) == "two"


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "where"), [(None, "all regions"), ("eu-west-1", "eu-west-1")], ids=["all regions", "one region"]
)
def test_a_hold_tells_what_it_holds_and_whether_it_does(secretsmanager, region, where):
    hold = secretsmanager.replication.hold(region)
    before = repr(hold)
    hold.resume()
    assert (before, repr(hold)) == (
        f"<hold of replication to {where}: held>",
        f"<hold of replication to {where}: resumed>",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"region": ""}, "the region of a hold is a str such as 'us-east-1', not ''", id="empty region"),
        pytest.param(
            {"region": 1},
            "the region of a hold is a str such as 'us-east-1', not 1",
            id="no region but a number",
        ),
        pytest.param(
            {"region": ["eu-west-1"]},
            "the region of a hold is a str such as 'us-east-1', not ['eu-west-1']",
            id="several regions",
        ),
        pytest.param({"polls": 0}, "polls is a number of DescribeSecret calls, at least 1, not 0", id="no looks"),
        pytest.param(
            {"polls": -1}, "polls is a number of DescribeSecret calls, at least 1, not -1", id="less than no looks"
        ),
        pytest.param(
            {"polls": 1.5}, "polls is a number of DescribeSecret calls, at least 1, not 1.5", id="half a look"
        ),
        pytest.param(
            {"polls": "2"}, "polls is a number of DescribeSecret calls, at least 1, not '2'", id="looks as text"
        ),
        pytest.param(
            {"polls": True}, "polls is a number of DescribeSecret calls, at least 1, not True", id="looks as a flag"
        ),
    ],
)
def test_what_can_not_be_held_is_told(client, secretsmanager, arguments, message):
    with pytest.raises(UsageError) as caught:
        secretsmanager.replication.hold(**arguments)
    assert str(caught.value) == message


def test_a_hold_that_was_refused_holds_nothing(client, secretsmanager):
    with pytest.raises(UsageError):
        secretsmanager.replication.hold("eu-west-1", polls=0)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InSync"}


# --- seeds -----------------------------------------------------------------------------------------------------------


@pytest.mark.secret("db", "one", replicas=["eu-west-1", "ap-south-1"])
def test_a_marker_brings_replicas_along(client, eu, ap):
    assert statuses(client) == {"eu-west-1": "InSync", "ap-south-1": "InSync"}
    assert [current(one) for one in (client, eu, ap)] == ["one", "one", "one"]


@pytest.mark.parametrize("regions", [["eu-west-1"], ("eu-west-1",)], ids=["list", "tuple"])
def test_the_regions_of_a_seed_are_a(client, eu, secretsmanager, regions):
    secretsmanager.seed("db", "one", replicas=regions)
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "one"


def test_a_seed_gives_the_view_of_the_primary(secretsmanager):
    view = secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    assert view.arn.split(":")[3] == "us-east-1"


def test_seeded_replicas_have_all_that_was_seeded(secretsmanager):
    policy = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}}
    primary = secretsmanager.seed(
        "db",
        "three",
        versions=[Version("one", labels=[]), Version("two", labels=["AWSPREVIOUS", "blue"])],
        tags={"team": "pay"},
        description="main",
        policy=policy,
        replicas=["eu-west-1"],
    )
    replica = secretsmanager.secret("db", region="eu-west-1")
    assert [(version.value, version.id) for version in replica.versions] == [
        (version.value, version.id) for version in primary.versions
    ]
    assert [version.value for version in replica.versions] == ["one", "two", "three"]
    assert (replica.labels, replica.tags) == (primary.labels, {"team": "pay"})
    assert (replica.state.description, replica.state.policy) == ("main", primary.state.policy)


def test_a_seed_without_a_value_has_replicas_without_one(secretsmanager):
    secretsmanager.seed("db", replicas=["eu-west-1"])
    assert secretsmanager.secret("db", region="eu-west-1").versions == []


def test_a_seed_of_no_replicas_is_no_multi_region_secret(client, secretsmanager):
    secretsmanager.seed("db", "one", replicas=[])
    assert "PrimaryRegion" not in client.describe_secret(SecretId="db")


def test_a_seed_of_another_place_has_its_replicas_there(secretsmanager):
    secretsmanager.seed("db", "one", region="eu-west-1", account="210987654321", replicas=["us-east-1"])
    replica = secretsmanager.secret("db", account="210987654321")
    assert replica.state.primary_region == "eu-west-1"
    assert "db" not in secretsmanager.secrets


def test_nothing_is_logged_of_seeds_with_replicas(secretsmanager):
    for value in ("one", "two"):
        secretsmanager.seed("db", value, replicas=["eu-west-1"])
    assert len(secretsmanager.log) == 0
    assert secretsmanager.secret("db", region="eu-west-1").history == []


def test_seeded_replicas_follow_what_is_written(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    client.put_secret_value(SecretId="db", SecretString="two")
    assert current(eu) == "two"


def test_a_seed_that_rotates_may_have_replicas(client, secretsmanager):
    events = []

    def rotate(event, context):
        events.append(event)

    secretsmanager.seed("db", "one", rotation=Rotation(rotate, days=30), replicas=["eu-west-1"])
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert secretsmanager.secret("db", region="eu-west-1").value == "one"
    assert events == []


def test_under_a_hold_seeded_replicas_are_held_too(client, eu, secretsmanager):
    with secretsmanager.replication.hold("eu-west-1"):
        secretsmanager.seed("db", "one", replicas=["eu-west-1"])
        assert statuses(client) == {"eu-west-1": "InProgress"}
        assert not is_there(eu)
    assert current(eu) == "one"


# --- seeds in place of others ----------------------------------------------------------------------------------------


def test_a_seed_takes_the_place_of_a_primary_and_its_replicas(client, eu, ap, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1", "ap-south-1"])
    arn = secretsmanager.seed("db", "two", replicas=["eu-west-1"]).arn
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert eu.get_secret_value(SecretId="db")["ARN"] == arn.replace("us-east-1", "eu-west-1")
    assert current(eu) == "two"
    assert not is_there(ap)


def test_a_seed_without_replicas_takes_the_place_of_a_primary_and_its_replicas(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    secretsmanager.seed("db", "two")
    assert current(client) == "two"
    assert statuses(client) == {}
    assert not is_there(eu)


def test_a_seed_takes_the_place_of_a_primary_whose_replica_is_held(client, eu, secretsmanager):
    with secretsmanager.replication.hold():
        secretsmanager.seed("db", "one", replicas=["eu-west-1"])
        secretsmanager.seed("db", "two")
    assert current(client) == "two"
    assert not is_there(eu)


def test_a_seed_takes_the_place_of_a_managed_primary(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", owning_service="rds", replicas=["eu-west-1"])
    secretsmanager.seed("db", "two")
    assert "OwningService" not in client.describe_secret(SecretId="db")
    assert not is_there(eu)


def test_a_seed_leaves_a_secret_that_was_in_the_way_of_the_one_it_replaces(client, eu, secretsmanager):
    secretsmanager.seed("db", "other", region="eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": "eu-west-1"}])
    secretsmanager.seed("db", "two")
    assert current(eu) == "other"


def test_a_seed_whose_replica_can_not_be_made_is_refused(eu, secretsmanager):
    secretsmanager.seed("db", "other", region="eu-west-1")
    with pytest.raises(UsageError, match=r"no replica in eu-west-1: .*already exists in region eu-west-1"):
        secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    assert list(secretsmanager.secrets) == []
    assert current(eu) == "other"


def test_a_seed_takes_the_place_of_a_replica(client, eu, ap, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1", "ap-south-1"])
    secretsmanager.seed("db", "own", region="eu-west-1")
    client.put_secret_value(SecretId="db", SecretString="two")
    assert [current(one) for one in (client, eu, ap)] == ["two", "own", "two"]
    assert statuses(client) == {"ap-south-1": "InSync"}
    assert "PrimaryRegion" not in eu.describe_secret(SecretId="db")


def test_a_seed_with_replicas_takes_the_place_of_a_replica(client, eu, ap, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    secretsmanager.seed("db", "own", region="eu-west-1", replicas=["ap-south-1"])
    assert [current(one) for one in (client, eu, ap)] == ["one", "own", "own"]
    assert (statuses(client), statuses(eu)) == ({}, {"ap-south-1": "InSync"})


# --- seeds that can not be -------------------------------------------------------------------------------------------

BOTOCORE = f"botocore {botocore.__version__}"
NOT_SO = "secret 'db' can't be seeded: AWS answers"


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        pytest.param(
            ["us-east-1"], f"{NOT_SO} InvalidParameterException: Invalid replica region.", id="its own region"
        ),
        pytest.param(
            ["eu-west-1", "cn-north-1"],
            f"{NOT_SO} InvalidParameterException: Invalid replica region.",
            id="region of another partition",
        ),
        pytest.param(
            ["Ireland"],
            f"the region of a replica of secret 'db' is 'Ireland', which {BOTOCORE} does not know (a newer region "
            "needs a newer botocore, or the option extra_regions)",
            id="no name of a region",
        ),
        pytest.param(
            "eu-west-1",
            "the option 'replicas' of a seed is a list or tuple such as [\"eu-west-1\"], not str",
            id="text",
        ),
        pytest.param([1], "the replicas of a seed are regions, but int is among them", id="a number among them"),
        pytest.param(
            ["eu-west-1", {"Region": "ap-south-1"}],
            "the replicas of a seed are regions, but dict is among them",
            id="as a request has them",
        ),
    ],
)
def test_what_can_not_be_seeded_is_told(secretsmanager, regions, message):
    with pytest.raises(UsageError) as caught:
        secretsmanager.seed("db", "one", replicas=regions)
    assert str(caught.value) == message
    assert not secretsmanager.secrets


def test_a_seed_of_a_deleted_secret_has_no_replicas(secretsmanager):
    with pytest.raises(UsageError) as caught:
        secretsmanager.seed("db", "one", replicas=["eu-west-1"], deleted=True)
    text = str(caught.value)
    assert text.startswith(f"{NOT_SO} InvalidParameterException: You can't delete secret arn:aws:secretsmanager:")
    assert text.endswith("that still has replica regions [eu-west-1].")


@pytest.mark.parametrize("deleted", [False, True], ids=["bad region", "deleted"])
def test_a_seed_that_can_not_be_leaves_what_was_there(client, eu, secretsmanager, deleted):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    with secretsmanager.assert_unchanged(), pytest.raises(UsageError):
        secretsmanager.seed("db", "two", replicas=["eu-west-1" if deleted else "eu-west-99"], deleted=deleted)
    client.put_secret_value(SecretId="db", SecretString="three")
    assert current(eu) == "three"


def test_a_region_that_is_none_is_told_with_the_nearest_one(secretsmanager):
    with pytest.raises(UsageError, match=r"^the region of a hold is 'eu-wset-1', which .* 'eu-west-1'"):
        secretsmanager.replication.hold("eu-wset-1")


def test_a_hold_in_a_decorated_function_is_taken_back_with_it():
    manager = SecretsManager()

    @manager
    def holding():
        manager.replication.hold(polls=1)

    @manager
    def replicating():
        manager.seed("db", "one", replicas=["eu-west-1"])
        return manager.client().describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"]

    holding()
    assert manager._parts.service.watchers == []
    assert replicating() == "InSync"
