"""The end of holds: `resume`, a `with` statement, several holds."""

import pytest
from botocore.exceptions import ClientError
from replicating import AP, EU, current, statuses

# --- resume ----------------------------------------------------------------------------------------------------------


def test_replication_hold_resume_brings_all_regions_in_sync(client, eu, ap, secretsmanager):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    hold.resume()
    assert statuses(client) == {"eu-west-1": "InSync", "ap-south-1": "InSync"}
    assert [current(one) for one in (eu, ap)] == ["one", "one"]


def test_replication_hold_resume_brings_replicas_of_all_secrets_and_accounts_in_sync(client, eu, secretsmanager):
    theirs = "210987654321"
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    client.create_secret(Name="alone", SecretString="one")
    secretsmanager.seed("db", "theirs", account=theirs, replicas=["eu-west-1"])
    hold.resume()
    assert current(eu) == "one"
    assert secretsmanager.secret("db", region="eu-west-1", account=theirs).value == "theirs"


def test_resumed_replication_is_logged_at_the_time_of_the_resume(client, secretsmanager):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    secretsmanager.clock.advance(minutes=5)
    hold.resume()
    asked, followed = secretsmanager.log
    assert followed.operation == "ReplicationSucceeded"
    assert (followed.time - asked.time).total_seconds() >= 300


def test_replication_after_a_resumed_hold_is_not_held(client, eu, secretsmanager):
    secretsmanager.replication.hold().resume()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert current(eu) == "one"


def test_replication_hold_resume_does_nothing_the_second_time(client, secretsmanager):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    hold.resume()
    logged = len(secretsmanager.log)
    with secretsmanager.assert_unchanged():
        hold.resume()
    assert len(secretsmanager.log) == logged


def test_replication_hold_resumed_twice_does_not_end_a_later_hold(client, secretsmanager):
    first = secretsmanager.replication.hold()
    first.resume()
    secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    first.resume()
    assert statuses(client) == {"eu-west-1": "InProgress"}


def test_held_replication_fails_when_it_is_resumed(client, eu, secretsmanager):
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    eu.create_secret(Name="db", SecretString="other")
    assert statuses(client) == {"eu-west-1": "InProgress"}
    hold.resume()
    assert statuses(client) == {"eu-west-1": "Failed"}
    assert current(eu) == "other"


def test_held_replication_keeps_force_overwrite_until_it_is_resumed(client, eu, secretsmanager):
    eu.create_secret(Name="db", SecretString="other")
    hold = secretsmanager.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU], ForceOverwriteReplicaSecret=True)
    client.put_secret_value(SecretId="db", SecretString="two")
    assert current(eu) == "other"
    hold.resume()
    assert current(eu) == "two"


# --- with ------------------------------------------------------------------------------------------------------------


def test_replication_hold_block_holds_until_its_end(client, eu, secretsmanager):
    with secretsmanager.replication.hold("eu-west-1"):
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        assert statuses(client) == {"eu-west-1": "InProgress"}
    assert statuses(client) == {"eu-west-1": "InSync"}
    assert current(eu) == "one"


def test_replication_hold_block_returns_the_hold(client, secretsmanager):
    with secretsmanager.replication.hold() as hold:
        client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
        hold.resume()
        assert statuses(client) == {"eu-west-1": "InSync"}


def test_replication_hold_block_ends_the_hold_when_it_raises(client, eu, secretsmanager):
    client.create_secret(Name="db", SecretString="zero", AddReplicaRegions=[EU])

    def write_and_fail():
        with secretsmanager.replication.hold():
            client.put_secret_value(SecretId="db", SecretString="one")
            client.put_secret_value(SecretId="nowhere", SecretString="one")

    with pytest.raises(ClientError, match="can't find the specified secret"):
        write_and_fail()
    assert current(eu) == "one"


# --- several holds ---------------------------------------------------------------------------------------------------


def test_replication_holds_of_two_regions_end_one_by_one(client, secretsmanager):
    first = secretsmanager.replication.hold("eu-west-1")
    second = secretsmanager.replication.hold("ap-south-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    first.resume()
    assert statuses(client) == {"eu-west-1": "InSync", "ap-south-1": "InProgress"}
    second.resume()
    assert statuses(client) == {"eu-west-1": "InSync", "ap-south-1": "InSync"}


@pytest.mark.parametrize("order", [1, -1], ids=["first hold ends first", "last hold ends first"])
@pytest.mark.parametrize(
    "regions", [("eu-west-1", "eu-west-1"), ("eu-west-1", None)], ids=["same region twice", "region and all regions"]
)
def test_region_under_two_replication_holds_waits_for_both(client, secretsmanager, regions, order):
    first, second = [secretsmanager.replication.hold(region) for region in regions][::order]
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    first.resume()
    assert statuses(client) == {"eu-west-1": "InProgress"}
    second.resume()
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_end_of_a_hold_of_all_regions_frees_the_regions_without_another_hold(client, secretsmanager):
    hold = secretsmanager.replication.hold()
    secretsmanager.replication.hold("eu-west-1")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU, AP])
    hold.resume()
    assert statuses(client) == {"eu-west-1": "InProgress", "ap-south-1": "InSync"}


def test_replication_hold_does_not_hold_another_manager(client, eu, secretsmanager):
    with type(secretsmanager)() as other:
        other.replication.hold()
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert current(eu) == "one"
