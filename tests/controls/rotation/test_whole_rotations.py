"""Rotations that begin with RotateSecret, from end to end."""

from datetime import timedelta
from typing import Any

from rotating import NOON, V1, V2, rotate
from rotation_function import Database, rotation_function

from pytest_secretsmanager import Rotation, SecretsManager


def test_a_rotation_changes_the_password_of_the_secret_and_of_the_database(
    sm: SecretsManager, database: Database
) -> None:
    rotate(sm)
    assert database["app"] != "one"
    sm.assert_history("db", [{"username": "app", "password": "one"}, {"username": "app", "password": database["app"]}])


def test_rotate_secret_returns_the_id_of_the_new_version(sm: SecretsManager, database: Database) -> None:
    reply = sm.client().rotate_secret(SecretId="db", ClientRequestToken=V2)
    del reply["ResponseMetadata"]  # type: ignore[misc]
    assert reply == {"ARN": sm.secret("db").arn, "Name": "db", "VersionId": V2}


def test_rotation_moves_awscurrent_to_the_new_version_and_awsprevious_to_the_old_one(
    sm: SecretsManager, database: Database
) -> None:
    rotate(sm, ClientRequestToken=V2)
    sm.assert_labels("db", {"AWSCURRENT": V2, "AWSPREVIOUS": V1})


def test_rotation_places_awspending_at_its_start_and_removes_it_at_its_end(
    sm: SecretsManager, database: Database
) -> None:
    rotate(sm, ClientRequestToken=V2)
    moves = [move for move in sm.secret("db").history if move.label == "AWSPENDING"]
    assert [(move.source, move.target, move.operation) for move in moves] == [
        (None, V2, "RotateSecret"),
        (V2, None, "RotationSucceeded"),
    ]


def test_log_shows_the_calls_and_service_events_of_a_rotation_in_order(sm: SecretsManager, database: Database) -> None:
    rotate(sm)
    assert [event.operation for event in sm.log] == [
        "RotateSecret",
        "RotationStarted",
        *("DescribeSecret", "GetSecretValue", "GetSecretValue", "GetRandomPassword", "PutSecretValue"),
        *("DescribeSecret", "GetSecretValue", "GetSecretValue"),
        *("DescribeSecret", "GetSecretValue"),
        *("DescribeSecret", "DescribeSecret", "UpdateSecretVersionStage"),
        "RotationSucceeded",
    ]


def test_describe_secret_shows_the_last_rotated_date_of_a_rotation(sm: SecretsManager, database: Database) -> None:
    sm.clock.advance(days=1)
    rotate(sm)
    described = sm.client().describe_secret(SecretId="db")
    assert described["LastRotatedDate"] == described["LastChangedDate"] == NOON + timedelta(days=1)


def test_describe_secret_shows_no_next_rotation_date_without_a_schedule(sm: SecretsManager, database: Database) -> None:
    rotate(sm)
    assert "NextRotationDate" not in sm.client().describe_secret(SecretId="db")


def test_rotate_secret_reuses_the_function_of_the_rotation_before(sm: SecretsManager, database: Database) -> None:
    first, second = rotate(sm), rotate(sm)
    assert first.function == second.function == sm.client().describe_secret(SecretId="db")["RotationLambdaARN"]
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": first.token})


def test_rotation_succeeds_when_its_function_runs_each_step_twice(sm: SecretsManager, database: Database) -> None:
    function = rotation_function(database)

    def twice(event: dict[str, str], context: Any) -> None:
        function(event, context)
        function(event, context)

    rotate(sm, RotationLambdaARN=sm.rotation.register(twice))
    sm.assert_rotated("db")
    sm.assert_value("db", {"username": "app", "password": database["app"]})


def test_rotation_ignores_the_return_value_of_its_function(sm: SecretsManager, database: Database) -> None:
    function = rotation_function(database)

    def complaining(event: dict[str, str], context: Any) -> dict[str, int]:
        function(event, context)
        return {"statusCode": 500}

    assert rotate(sm, RotationLambdaARN=sm.rotation.register(complaining)).state == "succeeded"


def test_rotation_in_another_region_runs_a_function_of_that_region(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    view = sm.seed("db", value, region="eu-west-1", rotation=Rotation(rotation_function(database)))
    sm.client("eu-west-1").rotate_secret(SecretId="db")
    assert view.json == {"username": "app", "password": database["app"]}
    assert {event.region for event in sm.log} == {"eu-west-1"}


def test_replica_shows_the_version_that_a_rotation_made(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function(database)), replicas=["eu-west-1"])
    run = rotate(sm)
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1}, region="eu-west-1")
    sm.assert_value("db", {"username": "app", "password": database["app"]}, region="eu-west-1")


def test_replica_shows_the_version_of_a_held_rotation_after_it_resumes(sm: SecretsManager) -> None:
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function({"app": "one"})), replicas=["eu-west-1"])
    with sm.rotation.hold("db", after="finishSecret"):
        run = rotate(sm)
        sm.assert_label("db", "AWSPENDING", run.token, region="eu-west-1")
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1}, region="eu-west-1")


def test_replication_hold_keeps_the_old_value_in_the_replica_during_a_rotation(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function(database)), replicas=["eu-west-1"])
    with sm.replication.hold():
        rotate(sm)
        sm.assert_value("db", value, region="eu-west-1")


def test_function_of_a_secret_in_another_account_calls_as_that_account(sm: SecretsManager) -> None:
    there = {"region": "us-east-1", "account": "210987654321"}
    rotation = Rotation(rotation_function({"app": "one"}))
    sm.seed("db", {"username": "app", "password": "one"}, rotation=rotation, account="210987654321")
    stranger = sm.client(aws_account_id="210987654321")
    stranger.rotate_secret(SecretId="db")
    sm.assert_rotated("db", **there)
    assert {event.account for event in sm.log} == {"210987654321"}
    sm.client().list_secrets()
    assert sm.log[-1].account == "123456789012"
