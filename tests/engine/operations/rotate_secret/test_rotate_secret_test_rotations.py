"""RotateSecret with RotateImmediately false: a test rotation runs testSecret only."""

from datetime import UTC, datetime
from math import inf

import pytest
from rotation_calls import (
    EVERY_30_DAYS,
    FUNCTION,
    KMS_DISABLED,
    LABEL_QUOTA_MET,
    STEPS,
    V1,
    V2,
    VERSION_QUOTA_MET,
    described,
    events,
    fail,
    labels,
    place_labels,
    put,
    put_versions,
    rotate,
    states,
    try_out,
    value,
)

from pytest_secretsmanager.engine.errors import ServiceError


def test_a_test_rotation_runs_only_testsecret(world, db, function):
    try_out(world)
    (event,) = function.events
    assert (event["Step"], event["SecretId"], event["ClientRequestToken"]) == ("testSecret", db, V2)


@pytest.mark.parametrize("content", [{"SecretString": "one €"}, {"SecretBinary": b"\x00\xff"}], ids=["text", "binary"])
def test_a_test_rotation_places_awspending_on_a_copy_of_the_current_value(world, function, content):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1, **content)
    seen = []
    function.on["testSecret"] = lambda: seen.append(
        world.call("GetSecretValue", SecretId="db", VersionId=V2, VersionStage="AWSPENDING")
    )
    try_out(world)
    assert {member: shown for member, shown in seen[0].items() if member in content} == content


def test_a_test_rotation_of_an_empty_secret_has_no_value_under_awspending(world, function):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1)
    seen = []

    def look():
        seen.append(labels(world))
        with pytest.raises(ServiceError, match="can't find the specified secret value for staging label: AWSPENDING"):
            value(world, "AWSPENDING")

    function.on["testSecret"] = look
    try_out(world)
    assert (seen, events(world)[-1]) == ([{"AWSPENDING": V2}], "TestRotationSucceeded")


def test_a_test_rotation_deletes_its_version_at_the_end(world, db):
    before = world.state("db")
    try_out(world)
    after = world.state("db")
    assert (after.versions, after.labels, after.versions_made) == (before.versions, before.labels, before.versions_made)


def test_a_test_rotation_stores_function_and_rules(world, db):
    try_out(world, RotationRules=EVERY_30_DAYS)
    assert described(world) == {
        "RotationEnabled": True,
        "RotationLambdaARN": FUNCTION,
        "RotationRules": EVERY_30_DAYS,
        "NextRotationDate": datetime(2026, 4, 2, 23, 59, 59, tzinfo=UTC).timestamp(),
    }


def test_a_test_rotation_is_logged_as_a_test_rotation(world, db):
    try_out(world)
    assert events(world) == ["TestRotationStarted", "TestRotationSucceeded"]
    assert {entry.request_id for entry in world.entries if entry.by_service} == {f"Rotation-{db}-{V2}"}


def test_the_version_of_a_test_rotation_has_the_date_of_the_test(world, db, function):
    seen = []
    world.pass_days(1)
    function.on["testSecret"] = lambda: seen.append(
        world.call("GetSecretValue", SecretId="db", VersionStage="AWSPENDING")["CreatedDate"]
    )
    try_out(world)
    assert seen == [world.now]


def test_a_test_rotation_copies_the_value_under_a_customer_key(world, function):
    world.create_key("alias/pay")
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    seen = []
    function.on["testSecret"] = lambda: seen.append(value(world, "AWSPENDING"))
    try_out(world)
    assert seen == ["one"]


def test_a_failed_test_rotation_is_logged_and_keeps_function_and_rules(world, db, function):
    function.on["testSecret"] = fail(ConnectionError("refused"))
    try_out(world, RotationRules=EVERY_30_DAYS)
    assert events(world) == [
        "TestRotationStarted",
        ("TestRotationFailed", f"Error when executing lambda {FUNCTION} during testSecret step"),
    ]
    assert (described(world)["RotationEnabled"], labels(world)) == (True, {"AWSCURRENT": V1})


def test_a_failed_test_rotation_is_not_retried(world, db, function):
    function.on["testSecret"] = fail(ConnectionError("refused"))
    try_out(world)
    assert world.service.next_due == inf


def test_a_secret_rotates_in_its_window_after_a_test_rotation(world, db, function):
    try_out(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(30)
    assert value(world) == "two"
    assert function.steps == ["testSecret", *STEPS]


def test_rotate_secret_takes_the_token_of_a_test_rotation(world, db, function):
    try_out(world)
    rotate(world)
    assert (labels(world)["AWSCURRENT"], function.steps) == (V2, ["testSecret", *STEPS])


@pytest.mark.parametrize(
    ("fill", "text"),
    [
        pytest.param(lambda world: put_versions(world, range(99)), VERSION_QUOTA_MET[1], id="versions"),
        pytest.param(lambda world: place_labels(world, 19), LABEL_QUOTA_MET[1], id="labels"),
    ],
)
def test_a_test_rotation_meets_no_quota_and_deletes_no_version(world, db, function, fill, text):
    fill(world)
    before = world.state("db")
    try_out(world)
    after = world.state("db")
    assert events(world) == ["TestRotationStarted", "TestRotationSucceeded"]
    assert (after.versions, after.labels) == (before.versions, before.labels)


def test_a_test_rotation_under_a_disabled_key_fails(world, function):
    key = world.create_key("alias/pay")
    create = {"Name": "db", "SecretString": "one", "ClientRequestToken": V1, "KmsKeyId": "alias/pay"}
    arn = world.call("CreateSecret", **create)["ARN"]
    world.keys.put(key, state="Disabled")
    try_out(world)
    text = f"Secrets Manager can't decrypt the secret value: {key.arn} {KMS_DISABLED}"
    assert (events(world), function.events) == ([("TestRotationFailed", text)], [])
    assert [entry.request_id for entry in world.entries if entry.by_service] == [f"Rotation-{arn}-{V2}"]
    assert described(world)["RotationEnabled"] is True


def test_a_test_rotation_deletes_no_old_version(world, db, function):
    put_versions(world, range(98))
    world.pass_days(2)
    before = world.state("db").versions
    try_out(world)
    assert world.state("db").versions == before


def test_a_write_during_a_test_rotation_does_not_abandon_it(world, db, function):
    function.on["testSecret"] = lambda: put(world)
    try_out(world)
    assert events(world) == ["TestRotationStarted", "TestRotationSucceeded"]


def test_a_test_rotation_succeeds_when_its_function_deletes_the_secret(world, db, function):
    function.on["testSecret"] = lambda: world.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    try_out(world)
    assert (states(world), world.service.secrets()) == (["succeeded"], [])
