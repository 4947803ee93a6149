"""The repr and the arguments of a hold, and its rollback."""

import gc
import weakref

import pytest
from replicating import EU, statuses

from pytest_secretsmanager import SecretsManager, UsageError


@pytest.mark.parametrize(
    ("region", "where"), [(None, "all regions"), ("eu-west-1", "eu-west-1")], ids=["all regions", "one region"]
)
def test_repr_of_a_replication_hold_shows_its_region_and_state(secretsmanager, region, where):
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
            id="region as a number",
        ),
        pytest.param(
            {"region": ["eu-west-1"]},
            "the region of a hold is a str such as 'us-east-1', not ['eu-west-1']",
            id="several regions",
        ),
        pytest.param({"polls": 0}, "polls is a number of DescribeSecret calls, at least 1, not 0", id="no polls"),
        pytest.param(
            {"polls": -1}, "polls is a number of DescribeSecret calls, at least 1, not -1", id="negative polls"
        ),
        pytest.param(
            {"polls": 1.5}, "polls is a number of DescribeSecret calls, at least 1, not 1.5", id="half a poll"
        ),
        pytest.param(
            {"polls": "2"}, "polls is a number of DescribeSecret calls, at least 1, not '2'", id="polls as text"
        ),
        pytest.param(
            {"polls": True}, "polls is a number of DescribeSecret calls, at least 1, not True", id="polls as a flag"
        ),
    ],
)
def test_replication_hold_refuses_invalid_arguments(client, secretsmanager, arguments, message):
    with pytest.raises(UsageError) as caught:
        secretsmanager.replication.hold(**arguments)
    assert str(caught.value) == message


def test_refused_replication_hold_holds_nothing(client, secretsmanager):
    with pytest.raises(UsageError):
        secretsmanager.replication.hold("eu-west-1", polls=0)
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU])
    assert statuses(client) == {"eu-west-1": "InSync"}


def test_replication_hold_refuses_an_unknown_region_and_names_the_nearest(secretsmanager):
    with pytest.raises(UsageError, match=r"^the region of a hold is 'eu-wset-1', which .* 'eu-west-1'"):
        secretsmanager.replication.hold("eu-wset-1")


def test_rollback_of_a_decorated_function_ends_its_replication_hold():
    manager = SecretsManager()

    @manager
    def holding():
        manager.replication.hold(polls=1)

    @manager
    def replicating():
        manager.seed("db", "one", replicas=["eu-west-1"])
        return manager.client().describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"]

    holding()
    assert manager._parts.service._watchers.of_calls == []
    assert replicating() == "InSync"


def test_a_resumed_replication_hold_is_freed_without_the_garbage_collector(secretsmanager):
    gc.disable()
    try:
        hold = secretsmanager.replication.hold(polls=1)
        hold.resume()
        is_alive = weakref.ref(hold)
        del hold
        assert is_alive() is None
    finally:
        gc.enable()
