"""The repr and the arguments of a hold, and its rollback."""

import pytest
from replicating import EU, statuses

from pytest_secretsmanager import SecretsManager, UsageError


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
    assert manager._service.watchers == []
    assert replicating() == "InSync"
