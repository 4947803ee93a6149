"""Request rates through the service: the refusal, its log entry, and the work that counts for no rate."""

import pytest

from pytest_secretsmanager.engine.above_rate import AboveRateError
from pytest_secretsmanager.engine.errors import ThrottlingException
from pytest_secretsmanager.engine.rates import RateLimit

TOKEN = "v1".ljust(32, "-")
THROTTLED = ("ThrottlingException", "Rate exceeded")


def begin(world, operation=None, burst=1, rate=1):
    limit = RateLimit(matches=lambda call: operation in (None, call.operation), rate=rate, burst=burst)
    world.service.conditions.begin([limit])
    return limit


def test_a_call_above_the_rate_is_refused_and_logged(world):
    limit = begin(world)
    world.call("ListSecrets")
    assert world.refused("ListSecrets") == THROTTLED
    assert [entry.error_code for entry in world.entries] == [None, "ThrottlingException"]
    assert limit.met == 1


def test_a_rate_is_checked_before_the_request_is(world):
    begin(world, burst=0, rate=0)
    assert world.refused("GetSecretValue", SecretId="no such secret") == THROTTLED


def test_a_call_that_is_refused_for_another_reason_takes_a_token(world):
    begin(world, "GetSecretValue")
    assert world.refused("GetSecretValue", SecretId="none")[0] == "ResourceNotFoundException"
    assert world.refused("GetSecretValue", SecretId="none") == THROTTLED


def test_call_within_rates_neither_runs_nor_logs_a_call_above_the_rate(world):
    limit = begin(world, burst=0, rate=0)
    with pytest.raises(AboveRateError):
        world.service.call_within_rates(world.request("CreateSecret", Name="db", ClientRequestToken=TOKEN))
    assert (world.service.secrets(), world.entries, limit.met) == ([], [], 0)


def test_a_refused_value_can_be_found_as_any_refused_value(world):
    begin(world, burst=0, rate=0)
    with pytest.raises(ThrottlingException):
        world.call("CreateSecret", Name="db", SecretString="hunter2", ClientRequestToken=TOKEN)
    assert [value for _, value in world.service.refusals.values()] == ["hunter2"]
    assert "SecretString" not in world.entries[0].request


def test_a_seed_counts_for_no_rate(world):
    begin(world, burst=0, rate=0)
    world.service.seed(world.request("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN))
    assert world.state("db").versions


def test_the_reads_of_a_batch_count_for_no_rate_of_get_secret_value(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    begin(world, "GetSecretValue", burst=0, rate=0)
    assert len(world.call("BatchGetSecretValue", SecretIdList=["db"])["SecretValues"]) == 1


def test_replication_by_aws_counts_for_no_rate(world):
    begin(world, burst=1, rate=0)
    regions = [{"Region": "eu-west-1"}]
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN, AddReplicaRegions=regions)
    assert {secret.key.region for secret in world.service.secrets()} == {"us-east-1", "eu-west-1"}


def test_a_rollback_takes_back_a_rate_that_began_inside(world):
    with world.service.rolled_back():
        begin(world, burst=0, rate=0)
    world.call("ListSecrets")
    assert not world.service.limits_rates


def test_a_rollback_restores_a_rate_that_ended_inside(world):
    limit = begin(world, burst=0, rate=0)
    with world.service.rolled_back():
        world.service.conditions.clear()
        world.call("ListSecrets")
    assert world.service.conditions.has(limit)
    assert world.refused("ListSecrets") == THROTTLED


def test_a_refusal_above_the_rate_leaves_the_rotation_that_made_the_call_running(world):
    """The service recovers from every other error that is not AWS's."""
    refusals = []

    def rotate(event):
        if event["Step"] == "createSecret":
            with pytest.raises(AboveRateError):
                world.service.call_within_rates(world.request("ListSecrets"))
            refusals.append(event["Step"])
            put = {"SecretId": "db", "SecretString": "two", "ClientRequestToken": event["ClientRequestToken"]}
            world.call("PutSecretValue", **put, VersionStages=["AWSPENDING"])
        elif event["Step"] == "finishSecret":
            move = {"RemoveFromVersionId": TOKEN, "MoveToVersionId": event["ClientRequestToken"]}
            world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="AWSCURRENT", **move)

    arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
    world.functions[arn] = rotate
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    begin(world, "ListSecrets", burst=0, rate=0)
    world.call("RotateSecret", SecretId="db", ClientRequestToken="v2".ljust(32, "-"), RotationLambdaARN=arn)
    assert refusals == ["createSecret"]
    assert [run.state for run in world.service.runs] == ["succeeded"]
