"""What AWS logs while it deletes a secret by force, and that it is in no assertion's way."""

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


def test_both_events_stand_behind_the_call_once_for_all_versions(secretsmanager: SecretsManager, arn: str) -> None:
    assert [(event.operation, event.by_service) for event in secretsmanager.log] == [
        ("DeleteSecret", False),
        ("StartSecretVersionDelete", True),
        ("EndSecretVersionDelete", True),
    ]
    assert repr(secretsmanager.log) == "<log of 1 call and 2 events of AWS>"


@pytest.mark.parametrize("name", EVENTS)
def test_the_record_is_laid_out_as_recorded(secretsmanager: SecretsManager, arn: str, name: str) -> None:
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


def test_each_event_has_an_id_of_its_own(secretsmanager: SecretsManager, arn: str) -> None:
    ids = [event.record["eventID"] for event in secretsmanager.log]
    assert len(set(ids)) == 3


def test_the_call_is_counted_once(secretsmanager: SecretsManager, arn: str) -> None:
    secretsmanager.assert_logged("DeleteSecret", times=1, SecretId="app/db")
    secretsmanager.assert_log_order("DeleteSecret", *EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_asserted_by_name_and_secret(secretsmanager: SecretsManager, arn: str, name: str) -> None:
    for secret_id in ("app/db", arn):
        secretsmanager.assert_logged(name, times=1, SecretId=secret_id)
    with pytest.raises(UsageError, match="is an event"):
        secretsmanager.assert_logged(name, VersionId="x")


def test_a_change_is_told_by_the_call_and_not_by_the_events(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one")
    with pytest.raises(AssertionError, match=r"it was deleted by DeleteSecret$"), secretsmanager.assert_unchanged():
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def test_a_seed_that_takes_the_place_of_another_logs_nothing(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.seed("db", "two")
    assert list(secretsmanager.log) == []
