"""The service events of a forced deletion, and assertions about them."""

import json
import re
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager import SecretsManager, UsageError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EVENTS = ["StartSecretVersionDelete", "EndSecretVersionDelete"]


@pytest.fixture
def arn(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> str:
    """The ARN of a secret that was deleted by force."""
    secretsmanager.seed("app/db", "two", versions=["one"])
    return client.delete_secret(SecretId="app/db", ForceDeleteWithoutRecovery=True)["ARN"]


def test_forced_deletion_logs_two_service_events_after_its_call(secretsmanager: SecretsManager, arn: str) -> None:
    assert [(event.operation, event.by_service) for event in secretsmanager.log] == [
        ("DeleteSecret", False),
        ("StartSecretVersionDelete", True),
        ("EndSecretVersionDelete", True),
    ]
    assert repr(secretsmanager.log) == "<log of 1 call and 2 events of AWS>"


@pytest.mark.parametrize("name", EVENTS)
def test_record_of_a_deletion_event_has_the_recorded_form(secretsmanager: SecretsManager, arn: str, name: str) -> None:
    (event,) = secretsmanager.log.matching(name)
    record = event.record
    assert json.loads(json.dumps(record)) == record
    assert UUID.fullmatch(record.pop("eventID"))
    assert record == {
        "eventVersion": "1.11",
        "userIdentity": {"accountId": "123456789012", "invokedBy": "secretsmanager.amazonaws.com"},
        "eventTime": "2026-01-02T03:04:05Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "secretsmanager.amazonaws.com",
        "userAgent": "secretsmanager.amazonaws.com",
        "requestParameters": None,
        "responseElements": None,
        "additionalEventData": {"ARN": arn, "Name": "app/db"},
        "requestID": f"SecretDeleteMessage:{arn}:2026-01-02T03:04Z:Forced",
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
    }


def test_record_of_each_deletion_event_has_its_own_id(secretsmanager: SecretsManager, arn: str) -> None:
    ids = [event.record["eventID"] for event in secretsmanager.log]
    assert len(set(ids)) == 3


def test_assert_logged_counts_a_forced_deletion_once(secretsmanager: SecretsManager, arn: str) -> None:
    secretsmanager.assert_logged("DeleteSecret", times=1, SecretId="app/db")
    secretsmanager.assert_log_order("DeleteSecret", *EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_assert_logged_accepts_a_deletion_event_and_its_secret(
    secretsmanager: SecretsManager, arn: str, name: str
) -> None:
    for secret_id in ("app/db", arn):
        secretsmanager.assert_logged(name, times=1, SecretId=secret_id)
    with pytest.raises(UsageError, match="is an event"):
        secretsmanager.assert_logged(name, VersionId="x")


def test_assert_unchanged_names_delete_secret_and_not_its_service_events(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one")
    with pytest.raises(AssertionError, match=r"it was deleted by DeleteSecret$"), secretsmanager.assert_unchanged():
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def test_seed_that_replaces_a_secret_logs_nothing(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.seed("db", "two")
    assert list(secretsmanager.log) == []
