"""DeleteSecret."""

import pytest

TOKEN = "token".ljust(32, "-")
MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
WINDOW = (
    "InvalidParameterException",
    "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
)
DAY = 86_400


def test_delete_secret_returns_arn_name_and_deletion_date(client):
    arn = client.create_secret(Name="db", SecretString="one")["ARN"]
    reply = client.delete_secret(SecretId="db")
    assert reply.keys() - {"ResponseMetadata"} == {"ARN", "Name", "DeletionDate"}
    assert (reply["ARN"], reply["Name"]) == (arn, "db")


@pytest.mark.parametrize(
    ("request_", "days"),
    [
        ({}, 30),
        ({"RecoveryWindowInDays": 7}, 7),
        ({"RecoveryWindowInDays": 30}, 30),
        ({"RecoveryWindowInDays": 8, "ForceDeleteWithoutRecovery": False}, 8),
        ({"ForceDeleteWithoutRecovery": True}, 0),
    ],
    ids=["default", "shortest", "longest", "not forced", "forced"],
)
def test_the_deletion_date_of_delete_secret_is_the_end_of_the_recovery_window(world, request_, days):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    assert world.call("DeleteSecret", SecretId="db", **request_)["DeletionDate"] == world.now + days * DAY


def test_a_scheduled_deletion_keeps_the_secret_and_its_labels(client, secretsmanager):
    secretsmanager.seed("db", "two", versions=["one"])
    labels = secretsmanager.secret("db").labels
    date = client.delete_secret(SecretId="db")["DeletionDate"]
    assert secretsmanager.secret("db").labels == labels
    assert secretsmanager.secret("db").deleted == date


@pytest.mark.secret("db", "one")
def test_delete_secret_by_force_deletes_the_secret_at_once(client, secretsmanager):
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert not secretsmanager.secrets


@pytest.mark.secret("db", "one", deleted=True)
def test_delete_secret_by_force_ends_a_scheduled_deletion_at_once(client, secretsmanager):
    reply = client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert reply["Name"] == "db"
    assert not secretsmanager.secrets


def test_delete_secret_by_force_succeeds_for_an_unknown_name(client, secretsmanager):
    reply = client.delete_secret(SecretId="nowhere", ForceDeleteWithoutRecovery=True)
    assert reply["Name"] == "nowhere"
    assert reply["ARN"].startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:nowhere-")
    assert reply["DeletionDate"] is not None
    assert not secretsmanager.secrets


def test_delete_secret_by_force_returns_an_unknown_arn_as_given(client):
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:nowhere-a1b2c3"
    reply = client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert (reply["ARN"], reply["Name"]) == (arn, arn)


def test_delete_secret_sets_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    world.pass_days(1)
    world.call("DeleteSecret", SecretId="db")
    assert world.state("db").changed == world.now


def events(world):
    return [(entry.operation, entry.request_id) for entry in world.entries if entry.by_service]


def test_delete_secret_by_force_logs_start_and_end_of_the_deletion_with_its_minute(world):
    arn = world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)["ARN"]
    world.now += 61
    world.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    request_id = f"SecretDeleteMessage:{arn}:2026-03-03T12:01Z:Forced"
    assert events(world) == [("StartSecretVersionDelete", request_id), ("EndSecretVersionDelete", request_id)]


def test_the_end_of_a_recovery_window_logs_no_deletion_of_versions(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    world.call("DeleteSecret", SecretId="db")
    world.pass_days(31)
    world.call("ListSecrets")
    assert events(world) == []


def test_delete_secret_by_force_logs_no_deletion_of_versions_for_an_unknown_name(world):
    world.call("DeleteSecret", SecretId="nowhere", ForceDeleteWithoutRecovery=True)
    assert events(world) == []


@pytest.mark.secret("db", "one")
@pytest.mark.secret("managed", "one", owning_service="rds")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"SecretId": "nowhere", "ForceDeleteWithoutRecovery": False}, *MISSING, id="no such secret, not forced"
        ),
        pytest.param({"SecretId": "db", "RecoveryWindowInDays": 6}, *WINDOW, id="window too short"),
        pytest.param({"SecretId": "db", "RecoveryWindowInDays": 31}, *WINDOW, id="window too long"),
        pytest.param({"SecretId": "db", "RecoveryWindowInDays": 0}, *WINDOW, id="no window"),
        pytest.param(
            {"SecretId": "db", "RecoveryWindowInDays": 6, "ForceDeleteWithoutRecovery": True},
            *WINDOW,
            id="window too short, and forced",
        ),
        pytest.param(
            {"SecretId": "db", "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
            "InvalidParameterException",
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            id="forced with a window",
        ),
        pytest.param(
            {"SecretId": "a b", "ForceDeleteWithoutRecovery": True},
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
            id="bad name, forced",
        ),
        pytest.param(
            {"SecretId": "managed"},
            "InvalidRequestException",
            "This secret is managed by an AWS service, and you must use that service to update it.",
            id="managed by a service",
        ),
    ],
)
def test_delete_secret_refuses_a_request(client, refused, request_, code, message):
    assert refused(client.delete_secret, **request_) == (code, message)
