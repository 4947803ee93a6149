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


def test_the_answer_names_the_new_version(sm: SecretsManager, database: Database) -> None:
    reply = sm.client().rotate_secret(SecretId="db", ClientRequestToken=V2)
    del reply["ResponseMetadata"]  # type: ignore[misc]
    assert reply == {"ARN": sm.secret("db").arn, "Name": "db", "VersionId": V2}


def test_the_new_version_is_current_and_the_old_one_is_previous(sm: SecretsManager, database: Database) -> None:
    rotate(sm, ClientRequestToken=V2)
    sm.assert_labels("db", {"AWSCURRENT": V2, "AWSPREVIOUS": V1})


def test_aws_places_awspending_and_takes_it_away_itself(sm: SecretsManager, database: Database) -> None:
    rotate(sm, ClientRequestToken=V2)
    moves = [move for move in sm.secret("db").history if move.label == "AWSPENDING"]
    assert [(move.source, move.target, move.operation) for move in moves] == [
        (None, V2, "RotateSecret"),
        (V2, None, "RotationSucceeded"),
    ]


def test_the_log_shows_the_whole_rotation_in_order(sm: SecretsManager, database: Database) -> None:
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


def test_the_secret_tells_when_it_was_rotated(sm: SecretsManager, database: Database) -> None:
    sm.clock.advance(days=1)
    rotate(sm)
    described = sm.client().describe_secret(SecretId="db")
    assert described["LastRotatedDate"] == described["LastChangedDate"] == NOON + timedelta(days=1)


def test_a_secret_without_a_schedule_tells_no_date_of_its_next_rotation(sm: SecretsManager, database: Database) -> None:
    rotate(sm)
    assert "NextRotationDate" not in sm.client().describe_secret(SecretId="db")


def test_a_later_rotation_needs_no_parameters(sm: SecretsManager, database: Database) -> None:
    first, second = rotate(sm), rotate(sm)
    assert first.function == second.function == sm.client().describe_secret(SecretId="db")["RotationLambdaARN"]
    sm.assert_labels("db", {"AWSCURRENT": second.token, "AWSPREVIOUS": first.token})


def test_a_function_that_runs_each_step_twice_does_no_harm(sm: SecretsManager, database: Database) -> None:
    function = rotation_function(database)

    def twice(event: dict[str, str], context: Any) -> None:
        function(event, context)
        function(event, context)

    rotate(sm, RotationLambdaARN=sm.rotation.register(twice))
    sm.assert_rotated("db")
    sm.assert_value("db", {"username": "app", "password": database["app"]})


def test_what_a_function_returns_counts_for_nothing(sm: SecretsManager, database: Database) -> None:
    function = rotation_function(database)

    def complaining(event: dict[str, str], context: Any) -> dict[str, int]:
        function(event, context)
        return {"statusCode": 500}

    assert rotate(sm, RotationLambdaARN=sm.rotation.register(complaining)).state == "succeeded"


def test_a_secret_of_another_region_is_rotated_by_a_function_of_that_region(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    view = sm.seed("db", value, region="eu-west-1", rotation=Rotation(rotation_function(database)))
    sm.client("eu-west-1").rotate_secret(SecretId="db")
    assert view.json == {"username": "app", "password": database["app"]}
    assert {event.region for event in sm.log} == {"eu-west-1"}


def test_a_replica_follows_a_rotation(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function(database)), replicas=["eu-west-1"])
    run = rotate(sm)
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1}, region="eu-west-1")
    sm.assert_value("db", {"username": "app", "password": database["app"]}, region="eu-west-1")


def test_a_replica_follows_a_rotation_that_was_held(sm: SecretsManager) -> None:
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function({"app": "one"})), replicas=["eu-west-1"])
    with sm.rotation.hold("db", after="finishSecret"):
        run = rotate(sm)
        sm.assert_label("db", "AWSPENDING", run.token, region="eu-west-1")
    sm.assert_labels("db", {"AWSCURRENT": run.token, "AWSPREVIOUS": 1}, region="eu-west-1")


def test_a_replica_that_is_held_back_does_not_follow_a_rotation(sm: SecretsManager) -> None:
    database = {"app": "one"}
    value = {"username": "app", "password": "one"}
    sm.seed("db", value, rotation=Rotation(rotation_function(database)), replicas=["eu-west-1"])
    with sm.replication.hold():
        rotate(sm)
        sm.assert_value("db", value, region="eu-west-1")


def test_a_function_of_another_account_calls_from_there(sm: SecretsManager) -> None:
    there = {"region": "us-east-1", "account": "210987654321"}
    rotation = Rotation(rotation_function({"app": "one"}))
    sm.seed("db", {"username": "app", "password": "one"}, rotation=rotation, account="210987654321")
    stranger = sm.client(aws_account_id="210987654321")
    stranger.rotate_secret(SecretId="db")
    sm.assert_rotated("db", **there)
    assert {event.account for event in sm.log} == {"210987654321"}
    sm.client().list_secrets()
    assert sm.log[-1].account == "123456789012"
