"""Service events of rotations in the log: their CloudTrail records, and assertions about them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager import Rotation, SecretsManager, UsageError, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO = "1" * 32, "2" * 32
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:function"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EVENTS = [
    *("RotationStarted", "RotationSucceeded", "RotationFailed", "RotationAbandoned"),
    *("TestRotationStarted", "TestRotationSucceeded", "TestRotationFailed"),
]


@pytest.fixture(autouse=True)
def _a_secret_that_rotates(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """`db`, with a function that makes two calls: it puts a value and promotes it."""

    def function(event: dict[str, str], _: object) -> None:
        secret, token = event["SecretId"], event["ClientRequestToken"]
        if event["Step"] == "createSecret":
            client.put_secret_value(
                SecretId=secret,
                ClientRequestToken=token,
                SecretString="to-be-hidden",
                VersionStages=["AWSPENDING"],
                RotationToken=event["RotationToken"],
            )
        if event["Step"] == "finishSecret":
            client.update_secret_version_stage(
                SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=ONE, MoveToVersionId=token
            )

    secretsmanager.seed("db", Version("one", id=ONE), rotation=Rotation(function))


def rotate(sm: SecretsManager, **parameters: Any) -> None:
    sm.client().rotate_secret(SecretId="db", ClientRequestToken=TWO, **parameters)


def fail(sm: SecretsManager) -> None:
    sm.rotation.fail("setSecret", ConnectionError("to-be-hidden"))
    rotate(sm)


def abandon(sm: SecretsManager) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
        sm.client().put_secret_value(SecretId="db", SecretString="to-be-hidden")


def fail_a_trial(sm: SecretsManager) -> None:
    sm.rotation.fail("testSecret", ConnectionError("to-be-hidden"))
    rotate(sm, RotateImmediately=False)


CAUSES: dict[str, tuple[Callable[[SecretsManager], None], str | None]] = {
    "RotationStarted": (rotate, None),
    "RotationSucceeded": (rotate, None),
    "RotationFailed": (fail, f"Error when executing lambda {FUNCTION} during setSecret step"),
    "RotationAbandoned": (abandon, None),
    "TestRotationStarted": (lambda sm: rotate(sm, RotateImmediately=False), None),
    "TestRotationSucceeded": (lambda sm: rotate(sm, RotateImmediately=False), None),
    "TestRotationFailed": (fail_a_trial, f"Error when executing lambda {FUNCTION} during testSecret step"),
}
"""For each event: an action that causes it, and its errorMessage."""

EACH_EVENT = pytest.mark.parametrize("name", EVENTS)


def event_of(sm: SecretsManager, name: str) -> Any:
    """Cause an event and return it."""
    CAUSES[name][0](sm)
    (event,) = sm.log.matching(name)
    return event


# --- events ----------------------------------------------------------------------------------------------------------


def test_log_shows_service_events_among_the_calls_and_marks_them(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    assert [(event.operation, event.by_service) for event in secretsmanager.log] == [
        ("RotateSecret", False),
        ("RotationStarted", True),
        ("PutSecretValue", False),
        ("UpdateSecretVersionStage", False),
        ("RotationSucceeded", True),
    ]


@EACH_EVENT
def test_service_event_names_its_secret_and_has_no_response(secretsmanager: SecretsManager, name: str) -> None:
    event = event_of(secretsmanager, name)
    assert event.request == {"SecretId": secretsmanager.secret("db").arn}
    assert (event.response, event.hidden, event.within) == (None, frozenset(), None)


@EACH_EVENT
def test_service_event_has_secrets_manager_as_its_principal(secretsmanager: SecretsManager, name: str) -> None:
    event = event_of(secretsmanager, name)
    assert (event.principal, event.account, event.region) == (
        "secretsmanager.amazonaws.com",
        "123456789012",
        "us-east-1",
    )


@EACH_EVENT
def test_service_event_of_a_failure_has_a_message_and_no_error_code(secretsmanager: SecretsManager, name: str) -> None:
    event = event_of(secretsmanager, name)
    assert (event.error, event.error_message) == (None, CAUSES[name][1])


@EACH_EVENT
def test_repr_of_a_service_event_names_the_secret(secretsmanager: SecretsManager, name: str) -> None:
    event = event_of(secretsmanager, name)
    assert repr(event) == f"<{name}(SecretId='{secretsmanager.secret('db').arn}')>"


def test_service_event_has_the_time_of_its_occurrence(secretsmanager: SecretsManager) -> None:
    with secretsmanager.rotation.hold("db", before="finishSecret"):
        rotate(secretsmanager)
        secretsmanager.clock.advance(hours=1)
    times = [event.time for event in secretsmanager.log if event.by_service]
    assert times == [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2026, 1, 2, 4, 4, 5, tzinfo=UTC)]


def test_repr_of_the_log_counts_calls_and_service_events(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    assert repr(secretsmanager.log) == "<log of 3 calls and 2 events of AWS>"


def test_repr_of_the_log_uses_the_singular_for_one_call_and_one_event(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.hold("db", before="createSecret")
    rotate(secretsmanager)
    assert repr(secretsmanager.log) == "<log of 1 call and 1 event of AWS>"


# --- records ---------------------------------------------------------------------------------------------------------


@EACH_EVENT
def test_record_of_a_service_event_has_the_documented_form(secretsmanager: SecretsManager, name: str) -> None:
    record = event_of(secretsmanager, name).record
    arn, message = secretsmanager.secret("db").arn, CAUSES[name][1]
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
        "additionalEventData": {"SecretId": arn},
        "requestID": f"Rotation-{arn}-{TWO}",
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        **({} if message is None else {"errorMessage": message}),
    }


@EACH_EVENT
def test_record_of_a_service_event_is_json_and_shows_no_value(secretsmanager: SecretsManager, name: str) -> None:
    record = event_of(secretsmanager, name).record
    assert json.loads(json.dumps(record)) == record
    assert "to-be-hidden" not in json.dumps(record)


def test_record_of_a_service_event_names_region_and_account_of_the_secret(secretsmanager: SecretsManager) -> None:
    place: Any = {"region": "eu-west-1", "account": "999999999999"}
    secretsmanager.seed("db", {"password": "x"}, owning_service="rds", rotation=Rotation(days=1), **place)
    secretsmanager.clock.advance(days=1)
    for event in secretsmanager.log:
        assert event.record["awsRegion"] == "eu-west-1"
        assert event.record["userIdentity"]["accountId"] == "999999999999"  # type: ignore[index]
        assert event.record["recipientAccountId"] == "999999999999"


def test_record_of_each_service_event_keeps_its_own_id(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.fail("setSecret", ConnectionError, times=2)
    rotate(secretsmanager)
    secretsmanager.clock.advance(hours=1)
    ids = [event.record["eventID"] for event in secretsmanager.log if event.by_service]
    assert len(set(ids)) == len(ids) == 6
    assert ids == [event.record["eventID"] for event in secretsmanager.log if event.by_service]


def test_service_events_of_rotation_retries_share_one_request_id(secretsmanager: SecretsManager) -> None:
    secretsmanager.rotation.fail("setSecret", ConnectionError, times=2)
    rotate(secretsmanager)
    secretsmanager.clock.advance(hours=1)
    ids = {event.request_id for event in secretsmanager.log if event.by_service}
    assert ids == {f"Rotation-{secretsmanager.secret('db').arn}-{TWO}"}


def test_record_of_rotate_secret_names_the_new_version(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    record = secretsmanager.log[0].record
    assert record["eventType"] == "AwsApiCall"
    assert record["requestParameters"] == {"secretId": "db", "clientRequestToken": TWO}
    assert record["responseElements"] == {
        "arn": secretsmanager.secret("db").arn,
        "name": "db",
        "versionId": TWO,
    }


def test_record_of_a_functions_put_secret_value_hides_value_and_rotation_token(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    (event,) = secretsmanager.log.matching("PutSecretValue")
    assert event.hidden == {"SecretString", "RotationToken"}
    assert event.record["requestParameters"] == {
        "secretId": secretsmanager.secret("db").arn,
        "clientRequestToken": TWO,
        "versionStages": ["AWSPENDING"],
    }


# --- assertion helpers -----------------------------------------------------------------------------------------------


@EACH_EVENT
def test_assert_logged_accepts_a_service_event_and_its_secret(secretsmanager: SecretsManager, name: str) -> None:
    CAUSES[name][0](secretsmanager)
    view = secretsmanager.secret("db")
    for secret_id in ("db", view.arn, view):
        secretsmanager.assert_logged(name, times=1, SecretId=secret_id)


def test_assert_logged_of_a_missing_service_event_lists_the_logged_names(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    with pytest.raises(AssertionError) as caught:
        secretsmanager.assert_logged("RotationFailed")
    assert str(caught.value) == (
        "expected RotationFailed() to be logged at least once, found it 0 times\n"
        "no RotationFailed was logged; logged were: RotateSecret, RotationStarted, PutSecretValue, "
        "UpdateSecretVersionStage, RotationSucceeded"
    )


def test_assert_logged_of_a_service_event_names_the_secret_that_it_found(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    arn = secretsmanager.secret("db").arn
    with pytest.raises(AssertionError) as caught:
        secretsmanager.assert_logged("RotationSucceeded", SecretId="other")
    assert str(caught.value) == (
        "expected RotationSucceeded(SecretId='other') to be logged at least once, found it 0 times\n"
        "RotationSucceeded was logged 1 time:\n"
        f"  SecretId: expected 'other', found '{arn}'\n"
        f"    in <RotationSucceeded(SecretId='{arn}')>"
    )


def test_assert_not_logged_passes_for_a_missing_service_event(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.assert_not_logged("RotationFailed")


def test_assert_not_logged_shows_the_service_event_that_it_found(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    with pytest.raises(AssertionError) as caught:
        secretsmanager.assert_not_logged("RotationSucceeded")
    assert str(caught.value) == (
        "expected RotationSucceeded() not to be logged, found it 1 time\n"
        f"  <RotationSucceeded(SecretId='{secretsmanager.secret('db').arn}')>"
    )


@pytest.mark.parametrize(
    "order",
    [
        ["RotateSecret", "RotationStarted", "PutSecretValue", "UpdateSecretVersionStage", "RotationSucceeded"],
        ["RotationStarted", "RotationSucceeded"],
        ["RotateSecret", "RotationSucceeded"],
        ["PutSecretValue", "RotationSucceeded"],
    ],
    ids=" ".join,
)
def test_assert_log_order_passes_for_calls_and_service_events(secretsmanager: SecretsManager, order: list[str]) -> None:
    rotate(secretsmanager)
    secretsmanager.assert_log_order(*order)


def test_assert_log_order_fails_for_a_service_event_in_the_wrong_order(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    with pytest.raises(AssertionError) as caught:
        secretsmanager.assert_log_order("RotationSucceeded", "PutSecretValue")
    assert str(caught.value) == (
        "no PutSecretValue was logged after RotationSucceeded; logged were:\n"
        "  RotateSecret\n"
        "  RotationStarted\n"
        "  PutSecretValue\n"
        "  UpdateSecretVersionStage\n"
        "  RotationSucceeded"
    )


@EACH_EVENT
@pytest.mark.parametrize("helper", ["assert_logged", "assert_not_logged"])
def test_log_assertions_refuse_a_field_that_no_service_event_has(
    secretsmanager: SecretsManager, helper: str, name: str
) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(secretsmanager, helper)(name, ClientRequestToken=TWO)
    assert str(caught.value) == f"{name} is an event: its only field is 'SecretId', an ARN, not 'ClientRequestToken'"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("RotationSucceded", "'RotationSucceeded' or 'TestRotationSucceeded'"),
        ("RotationAbandonned", "'RotationAbandoned'"),
        ("TestRotationStart", "'TestRotationStarted' or 'RotationStarted'"),
    ],
)
def test_assert_logged_suggests_the_nearest_service_event(secretsmanager: SecretsManager, name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        secretsmanager.assert_logged(name)
    assert str(caught.value).startswith(f"no operation {name!r}; did you mean {hint}")


def test_rotation_leaks_no_value_into_log_or_runs(secretsmanager: SecretsManager) -> None:
    rotate(secretsmanager)
    secretsmanager.assert_nothing_leaked(*map(str, secretsmanager.log), *map(str, secretsmanager.rotation.runs))


def test_assert_logged_refuses_an_error_code_for_a_service_event(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError) as caught:
        secretsmanager.assert_logged("RotationFailed", error="InvalidRequestException")
    assert str(caught.value) == "RotationFailed is an event, which has no error code; leave error out"
