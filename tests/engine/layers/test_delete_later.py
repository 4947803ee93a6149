"""Forced deletions that take their time: the answers meanwhile, and the end."""

import pytest

from pytest_secretsmanager.engine.deletions import LONGEST, SHORTEST, AsynchronousDeletion

TOKEN = "v1".ljust(32, "-")
DELETED = ("InvalidRequestException", "You can't perform this operation on the secret because it was deleted.")
TAKEN = (
    "InvalidRequestException",
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
)
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
STATEMENT = '{"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*"}'


def begin(world, seconds=10.0, matches=lambda _: True, random_seed=0):
    condition = AsynchronousDeletion(matches=matches, seconds=seconds, random_seed=random_seed)
    world.service.conditions.begin([condition])
    return condition


def create(world, name="db", value="one"):
    return world.call("CreateSecret", Name=name, SecretString=value, ClientRequestToken=TOKEN)


def delete(world, name="db"):
    return world.call("DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def deleting(world):
    """A world in which a secret is being deleted, for ten seconds."""
    create(world)
    begin(world)
    delete(world)
    return world


REFUSED = {
    "GetSecretValue": {},
    "PutSecretValue": {"SecretString": "two", "ClientRequestToken": TOKEN},
    "UpdateSecret": {"Description": "new"},
    "UpdateSecretVersionStage": {"VersionStage": "A", "MoveToVersionId": TOKEN},
    "DeleteSecret": {"RecoveryWindowInDays": 7},
    "RestoreSecret": {},
    "TagResource": {"Tags": [{"Key": "a", "Value": "b"}]},
    "UntagResource": {"TagKeys": ["a"]},
    "GetResourcePolicy": {},
    "PutResourcePolicy": {"ResourcePolicy": f'{{"Version": "2012-10-17", "Statement": [{STATEMENT}]}}'},
    "DeleteResourcePolicy": {},
    "RotateSecret": {"ClientRequestToken": "v2".ljust(32, "-")},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
}


@pytest.mark.parametrize(("operation", "parameters"), REFUSED.items(), ids=REFUSED)
def test_a_secret_that_is_being_deleted_refuses_this_operation(deleting, operation, parameters):
    assert deleting.refused(operation, SecretId="db", **parameters) == DELETED


def test_create_secret_is_refused_while_a_secret_of_the_name_is_being_deleted(deleting):
    refusal = deleting.refused("CreateSecret", Name="db", SecretString="two", ClientRequestToken="v2".ljust(32, "-"))
    assert refusal == TAKEN


def test_describe_secret_shows_a_secret_that_is_being_deleted(deleting):
    reply = deleting.call("DescribeSecret", SecretId="db")
    assert reply["DeletedDate"] == deleting.now


def test_list_secrets_leaves_out_a_secret_that_is_being_deleted(deleting):
    assert deleting.call("ListSecrets")["SecretList"] == []
    assert len(deleting.call("ListSecrets", IncludePlannedDeletion=True)["SecretList"]) == 1


def test_a_second_forced_deletion_succeeds_and_changes_nothing(deleting):
    before = deleting.state("db")
    deleting.now += 5
    assert delete(deleting)["Name"] == "db"
    assert deleting.state("db") is before


def test_the_name_is_free_when_the_time_is_over(deleting):
    deleting.now += 9.9
    deleting.refused("CreateSecret", Name="db", ClientRequestToken="v2".ljust(32, "-"))
    deleting.now += 0.1
    deleting.service.run_due(deleting.now)
    assert deleting.refused("DescribeSecret", SecretId="db") == NOT_FOUND
    assert create(deleting)["Name"] == "db"


def test_aws_logs_the_deletion_once_at_its_end(deleting):
    deleting.now += 10
    deleting.service.run_due(deleting.now)
    deleting.service.run_due(deleting.now)
    logged = [(entry.operation, entry.time) for entry in deleting.entries if entry.by_service]
    assert logged == [("StartSecretVersionDelete", deleting.now), ("EndSecretVersionDelete", deleting.now)]
    assert deleting.service.secrets() == []


def test_the_end_of_a_deletion_is_due_on_the_clock(deleting):
    assert deleting.service.next_due == deleting.now + 10


def test_a_deletion_that_has_begun_ends_after_the_condition_has_ended(deleting):
    deleting.service.conditions.clear()
    assert deleting.refused("GetSecretValue", SecretId="db") == DELETED
    deleting.now += 10
    deleting.service.run_due(deleting.now)
    assert deleting.service.secrets() == []


def test_a_forced_deletion_is_over_at_once_after_the_condition_has_ended(deleting):
    deleting.service.conditions.clear()
    delete(deleting)
    assert deleting.service.secrets() == []


def test_a_rollback_restores_a_secret_that_was_deleted_inside_and_its_end(deleting):
    end = deleting.service.next_due
    with deleting.service.rolled_back():
        deleting.now += 10
        deleting.service.run_due(deleting.now)
    deleting.now -= 10
    assert deleting.service.next_due == end
    assert deleting.refused("GetSecretValue", SecretId="db") == DELETED


def test_a_forced_deletion_ends_a_scheduled_one(world):
    create(world)
    world.call("DeleteSecret", SecretId="db")
    begin(world)
    delete(world)
    assert world.refused("RestoreSecret", SecretId="db") == DELETED


def test_a_forced_deletion_turns_rotation_off(world):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:never-runs"
    world.functions[arn] = lambda _: None
    create(world)
    rules = {"AutomaticallyAfterDays": 1}
    rotation = {"RotationLambdaARN": arn, "RotationRules": rules, "RotateImmediately": False}
    world.call("RotateSecret", SecretId="db", ClientRequestToken="v2".ljust(32, "-"), **rotation)
    begin(world)
    delete(world)
    assert world.service.next_due == world.now + 10


def test_a_deletion_that_does_not_match_is_over_at_once(world):
    create(world)
    begin(world, matches=lambda call: call.text("SecretId") != "db")
    delete(world)
    assert world.service.secrets() == []


def test_a_scheduled_deletion_keeps_its_window(world):
    create(world)
    condition = begin(world)
    world.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    assert (world.state("db").deletion.due, condition.met) == (world.now + 7 * 86_400, 0)


def test_the_forced_deletion_of_a_missing_secret_succeeds(world):
    begin(world)
    assert delete(world, "none")["Name"] == "none"


def lengths(world, random_seed):
    names = [f"s{number}" for number in range(8)]
    condition = begin(world, seconds=None, random_seed=random_seed)
    for name in names:
        create(world, name)
        delete(world, name)
    world.service.conditions.end([condition])
    return [world.state(name).deletion.due - world.now for name in names]


def test_deletions_take_recorded_times_that_the_seed_makes_repeatable(new_world):
    taken = lengths(new_world(), 1)
    assert taken == lengths(new_world(), 1) != lengths(new_world(), 2)
    assert all(SHORTEST <= length <= LONGEST for length in taken)
    assert len({*taken}) == 8
