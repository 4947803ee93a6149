"""Rotation of secrets that another AWS service or an external vendor manages."""

import json
import re
from datetime import UTC, datetime

import pytest
from rotation_calls import (
    FUNCTION,
    ROLE,
    STEPS,
    V1,
    V2,
    V3,
    described,
    events,
    labels,
    rotate,
    rotate_managed,
    states,
    value,
)

from pytest_secretsmanager.engine.call import RunRotation


def test_a_managed_secret_rotates_without_a_function(world, managed):
    managed(SecretString="one")
    rotate_managed(world, RotationRules={"AutomaticallyAfterDays": 7})
    assert labels(world, "rds!db") == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert events(world) == ["RotationStarted", "RotationSucceeded"]
    assert described(world, "rds!db") == {
        "RotationEnabled": True,
        "RotationRules": {"AutomaticallyAfterDays": 7},
        "LastRotatedDate": world.now,
        "NextRotationDate": datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC).timestamp(),
    }


@pytest.mark.parametrize(
    "content",
    ['{"username": "app", "password": "one"}', '{"password": null, "username": "app"}'],
    ids=["text password", "null password"],
)
def test_the_rotation_of_a_managed_secret_makes_a_new_password(world, managed, content):
    managed(SecretString=content)
    rotate_managed(world)
    rotate_managed(world, V3)
    before, after = json.loads(value(world, "AWSPREVIOUS", "rds!db")), json.loads(value(world, name="rds!db"))
    assert len({content, before["password"], after["password"]}) == 3
    assert re.fullmatch("[A-Za-z0-9]{32}", after["password"])
    assert (after.keys(), after["username"]) == ({"username", "password"}, "app")


@pytest.mark.parametrize(
    "content",
    [
        {"SecretString": "hunter2"},
        {"SecretString": '["password"]'},
        {"SecretString": '"password"'},
        {"SecretString": '{"username": "app"}'},
        {"SecretString": '{"password": "one"'},
        {"SecretString": "\ud800"},
        {"SecretBinary": b"\x00\xff"},
    ],
    ids=["text", "a JSON list", "a JSON text", "no password", "cut JSON", "lone surrogate", "binary"],
)
def test_the_rotation_of_a_managed_secret_copies_a_value_without_a_password(world, managed, content):
    managed(**content)
    rotate_managed(world)
    reply = world.call("GetSecretValue", SecretId="rds!db")
    assert reply["VersionId"] == V2
    assert {member: shown for member, shown in reply.items() if member in content} == content


def test_the_rotation_of_a_managed_secret_changes_the_password_in_a_binary_value(world, managed):
    managed(SecretBinary=b'{"password": "one"}')
    rotate_managed(world)
    content = json.loads(world.call("GetSecretValue", SecretId="rds!db")["SecretBinary"])
    assert re.fullmatch("[A-Za-z0-9]{32}", content["password"])


def test_the_rotation_of_an_empty_managed_secret_puts_an_empty_object(world, managed):
    managed()
    rotate_managed(world)
    assert (labels(world, "rds!db"), value(world, name="rds!db")) == ({"AWSCURRENT": V2}, "{}")


def test_a_test_rotation_of_a_managed_secret_runs_nothing(world, managed):
    managed(SecretString="one")
    rotate_managed(world, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 7})
    assert (labels(world, "rds!db"), events(world)) == ({"AWSCURRENT": V1}, [])
    assert described(world, "rds!db")["RotationRules"] == {"AutomaticallyAfterDays": 7}


def test_rotate_secret_sets_the_date_of_the_last_change_when_it_stores_rules(world, managed):
    managed(SecretString="one")
    world.pass_days(1)
    rotate_managed(world, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 7})
    assert world.call("DescribeSecret", SecretId="rds!db")["LastChangedDate"] == world.now


def test_a_managed_secret_rotates_when_its_window_opens(world, managed):
    managed(SecretString="one")
    rotate_managed(world, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 7})
    world.pass_days(7)
    assert world.call("GetSecretValue", SecretId="rds!db")["VersionId"] not in (V1, V2)
    assert labels(world, "rds!db")["AWSPREVIOUS"] == V1


def test_the_managing_service_may_give_a_managed_secret_a_function(world, managed, function):
    managed(SecretString="one")
    rotate_managed(world, by="rds", RotationLambdaARN=FUNCTION, RotateImmediately=False)
    assert (function.steps, described(world, "rds!db")["RotationLambdaARN"]) == (["testSecret"], FUNCTION)


@pytest.fixture
def external(world):
    """A secret of another vendor."""
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, Type="GitLabAccessToken")


METADATA = [{"Key": "adminSecretArn", "Value": "admin"}, {"Key": "host", "Value": "gitlab.example"}]


def test_an_external_secret_rotates_with_a_role(world, external):
    request = {"ExternalSecretRotationRoleArn": ROLE, "ExternalSecretRotationMetadata": METADATA}
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V2, **request)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert described(world) == {"RotationEnabled": True, "LastRotatedDate": world.now, **request}


def test_the_role_and_metadata_of_an_external_secret_stay_stored(world, external):
    request = {"ExternalSecretRotationRoleArn": ROLE, "ExternalSecretRotationMetadata": METADATA}
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V2, **request)
    before = described(world)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert (described(world), labels(world)["AWSCURRENT"]) == (before, V3)


def test_rotate_secret_replaces_the_metadata_of_an_external_secret(world, external):
    request = {"SecretId": "db", "ExternalSecretRotationRoleArn": ROLE}
    world.call("RotateSecret", ClientRequestToken=V2, ExternalSecretRotationMetadata=METADATA, **request)
    world.call("RotateSecret", ClientRequestToken=V3, ExternalSecretRotationMetadata=METADATA[:1], **request)
    assert described(world)["ExternalSecretRotationMetadata"] == METADATA[:1]


def test_an_external_secret_rotates_with_a_function_as_well(world, external, function):
    rotate(world)
    assert function.steps == STEPS


def test_the_rotation_of_a_managed_secret_copies_json_that_is_too_deep_to_parse(world):
    deep = "[" * 60_000
    world.call("CreateSecret", Name="rds", SecretString=deep, ClientRequestToken=V1, by="rds")
    world.call("RotateSecret", SecretId="rds", ClientRequestToken=V2)
    assert world.call("GetSecretValue", SecretId="rds") | {"VersionId": V2, "SecretString": deep} == world.call(
        "GetSecretValue", SecretId="rds"
    )


def test_a_managed_rotation_cancelled_before_it_runs_changes_nothing(world):
    """As when another thread cancels between RotateSecret's commit and its effects."""
    world.call("CreateSecret", Name="rds", SecretString="one", ClientRequestToken=V1, by="rds")
    before = world.state("rds")
    world.service.effects.run([RunRotation(before.key, before.arn, V2, function="")])
    assert (states(world), world.state("rds")) == (["abandoned"], before)


def test_a_part_that_an_item_of_metadata_lacks_is_empty(world, external):
    request = {"SecretId": "db", "ExternalSecretRotationRoleArn": ROLE}
    half = [{"Key": "host"}, {"Value": "gitlab.example"}]
    world.call("RotateSecret", ClientRequestToken=V2, ExternalSecretRotationMetadata=half, **request)
    whole = [{"Key": "host", "Value": ""}, {"Key": "", "Value": "gitlab.example"}]
    assert described(world)["ExternalSecretRotationMetadata"] == whole
