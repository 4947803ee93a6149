"""Stale reads through the service: what a read sees, and that it changes nothing else."""

import pytest

from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.staleness import StaleReads

TOKENS = ["v1".ljust(32, "-"), "v2".ljust(32, "-"), "v3".ljust(32, "-")]
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


def begin(world, seconds=5.0, chance=1.0, matches=lambda _: True):
    condition = StaleReads(matches=matches, seconds=seconds, chance=chance, random_seed=0)
    world.service.conditions.begin([condition])
    return condition


@pytest.fixture
def stale(world):
    """A world with a secret, whose reads are five seconds behind."""
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKENS[0])
    begin(world)
    return world


def put(world, number, value):
    return world.call("PutSecretValue", SecretId="db", SecretString=value, ClientRequestToken=TOKENS[number - 1])


def value_of(world, **parameters):
    return world.call("GetSecretValue", SecretId="db", **parameters)["SecretString"]


def test_get_secret_value_sees_the_value_before_a_write_until_its_time_has_passed(stale):
    put(stale, 2, "two")
    seen = [value_of(stale)]
    for seconds in (4.9, 0.1):
        stale.now += seconds
        seen.append(value_of(stale))
    assert seen == ["one", "one", "two"]


def test_writes_see_the_newest_state(stale):
    assert put(stale, 2, "two") == put(stale, 2, "two")
    assert list(stale.state("db").versions) == TOKENS[:2]


def test_a_secret_that_was_just_created_is_not_found(stale):
    stale.call("CreateSecret", Name="new", ClientRequestToken=TOKENS[1])
    assert stale.refused("DescribeSecret", SecretId="new") == NOT_FOUND
    stale.now += 5
    assert stale.call("DescribeSecret", SecretId="new")["Name"] == "new"


def test_a_secret_that_was_just_deleted_can_be_read_and_does_not_return(stale):
    stale.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    assert value_of(stale) == "one"
    assert stale.service.secrets() == []
    stale.now += 5
    assert stale.refused("GetSecretValue", SecretId="db") == NOT_FOUND


def test_a_secret_that_was_just_recreated_is_read_as_the_former_secret(stale):
    stale.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    stale.call("CreateSecret", Name="db", SecretString="new", ClientRequestToken=TOKENS[2])
    assert value_of(stale) == "one"
    assert list(stale.state("db").versions) == TOKENS[2:]


READS = {
    "DescribeSecret": (lambda world: list(world.call("DescribeSecret", SecretId="db")["VersionIdsToStages"])),
    "ListSecrets": (lambda world: [*world.call("ListSecrets")["SecretList"][0]["SecretVersionsToStages"]]),
    "ListSecretVersionIds": (
        lambda world: [one["VersionId"] for one in world.call("ListSecretVersionIds", SecretId="db")["Versions"]]
    ),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_listing_shows_the_versions_before_a_write(stale, read):
    put(stale, 2, "two")
    assert read(stale) == TOKENS[:1]
    stale.now += 5
    assert set(read(stale)) == {*TOKENS[:2]}


def test_get_resource_policy_shows_no_policy_that_was_just_put(stale):
    statement = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*"}
    policy = f'{{"Version": "2012-10-17", "Statement": [{str(statement).replace(chr(39), chr(34))}]}}'
    stale.call("PutResourcePolicy", SecretId="db", ResourcePolicy=policy)
    assert "ResourcePolicy" not in stale.call("GetResourcePolicy", SecretId="db")


def test_a_batch_sees_all_its_secrets_at_one_time(world):
    for name in ("a", "b"):
        world.call("CreateSecret", Name=name, SecretString="one", ClientRequestToken=TOKENS[0])
    begin(world, chance=0.5)
    for name in ("a", "b"):
        world.call("PutSecretValue", SecretId=name, SecretString="two", ClientRequestToken=TOKENS[1])
    seen = set()
    for _ in range(20):
        values = world.call("BatchGetSecretValue", SecretIdList=["a", "b"])["SecretValues"]
        seen.add(tuple(value["SecretString"] for value in values))
    assert seen == {("one", "one"), ("two", "two")}


def test_a_batch_by_filters_finds_the_secrets_of_its_time(stale):
    stale.call("CreateSecret", Name="db2", SecretString="two", ClientRequestToken=TOKENS[1])
    found = stale.call("BatchGetSecretValue", Filters=[{"Key": "name", "Values": ["db"]}])["SecretValues"]
    assert [value["Name"] for value in found] == ["db"]


# --- accesses --------------------------------------------------------------------------------------------------------


def test_a_stale_read_notes_its_day_and_keeps_the_newest_value(stale):
    put(stale, 2, "two")
    before = stale.state("db")
    value_of(stale)
    after = stale.state("db")
    day = stale.now - stale.now % 86_400
    assert (after.accessed, after.versions[TOKENS[0]].accessed, after.versions[TOKENS[1]].accessed) == (day, day, None)
    assert (after.labels, after.changed) == (before.labels, before.changed)


def test_a_second_stale_read_of_the_day_changes_nothing(stale):
    put(stale, 2, "two")
    value_of(stale)
    before = stale.state("db")
    value_of(stale)
    assert stale.state("db") is before


def test_a_stale_read_of_a_replicated_secret_replicates_nothing(world):
    world.call(
        "CreateSecret",
        Name="db",
        SecretString="one",
        ClientRequestToken=TOKENS[0],
        AddReplicaRegions=[{"Region": "eu-west-1"}],
    )
    begin(world)
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=TOKENS[1])
    logged = len(world.entries)
    value_of(world)
    assert [entry.operation for entry in world.entries[logged:]] == ["GetSecretValue"]


# --- the other chains ------------------------------------------------------------------------------------------------


def test_a_replica_that_was_just_updated_is_read_as_it_was_before(world):
    world.make_replica("db", SecretString="one")
    begin(world)
    world.call("PutSecretValue", region="eu-west-1", SecretId="db", SecretString="two", ClientRequestToken=TOKENS[1])
    assert value_of(world) == "one"
    world.now += 5
    assert value_of(world) == "two"


def test_a_seed_is_read_at_once(stale):
    with stale.service.transaction():
        stale.service.seed(
            stale.request("CreateSecret", Name="seeded", SecretString="one", ClientRequestToken=TOKENS[0])
        )
    assert stale.call("GetSecretValue", SecretId="seeded")["SecretString"] == "one"


def test_replicas_of_a_seed_are_read_at_once(stale):
    regions = [{"Region": "eu-west-1"}]
    parameters = {"Name": "seeded", "SecretString": "one", "ClientRequestToken": TOKENS[0]}
    stale.service.seed(stale.request("CreateSecret", **parameters, AddReplicaRegions=regions))
    reply = stale.call("GetSecretValue", region="eu-west-1", SecretId="seeded")
    assert reply["SecretString"] == "one"


def test_a_refused_seed_leaves_the_history_unchanged(stale):
    put(stale, 2, "two")

    def seed():
        with stale.service.transaction():
            for name in ("db", "none"):
                stale.service.seed(stale.request("TagResource", SecretId=name, Tags=[{"Key": "a", "Value": "b"}]))

    with pytest.raises(ServiceError):
        seed()
    assert value_of(stale) == "one"


def test_a_rollback_restores_the_history(stale):
    with stale.service.rolled_back():
        put(stale, 2, "two")
        assert value_of(stale) == "one"
    put(stale, 3, "three")
    assert value_of(stale) == "one"


def test_a_read_that_fails_in_its_state_is_logged_with_its_error(stale):
    stale.call("CreateSecret", Name="new", ClientRequestToken=TOKENS[1])
    stale.refused("DescribeSecret", SecretId="new")
    assert stale.entries[-1].error_code == "ResourceNotFoundException"


def test_the_chain_of_calls_has_no_layer_of_stale_reads_after_their_end(world):
    put_ = world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKENS[0])
    assert put_["Name"] == "db"
    usual = world.service._chains.calls.__qualname__
    condition = begin(world)
    world.service.conditions.end([condition])
    assert world.service._chains.conditions is None
    assert world.service._chains.calls.__qualname__ == usual
