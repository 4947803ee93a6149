"""`sm.events`: the events that EventBridge would deliver."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager import Rotation, SecretsManager, UsageError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

NATIVE = "Secret Label Updated"
API_CALL = "AWS API Call via CloudTrail"
POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", '
    '"Action": "secretsmanager:DeleteSecret", "Resource": "*"}]}'
)
SERVICE_EVENT = "AWS Service Event via CloudTrail"


def labels_moved(sm: SecretsManager) -> list[tuple[str, int | str]]:
    """The label and the version's number of each native event."""
    return [
        (event["detail"]["labelUpdated"], sm.secret(event["resources"][0]).version(event["detail"]["versionId"]).number)
        for event in sm.events
        if event["detail-type"] == NATIVE
    ]


def via_cloudtrail(sm: SecretsManager) -> list[str]:
    return [event["detail"]["eventName"] for event in sm.events if event["detail-type"] != NATIVE]


# --- Secret Label Updated --------------------------------------------------------------------------------------------


@pytest.mark.secret("app/db", "one")
def test_secret_label_updated_event_has_the_form_that_aws_documents(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    put = client.put_secret_value(SecretId="app/db", SecretString="two")
    event = secretsmanager.events[0]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", event.pop("id"))
    assert event == {
        "version": "0",
        "detail-type": "Secret Label Updated",
        "source": "aws.secretsmanager",
        "account": "123456789012",
        "time": f"{secretsmanager.log[0].time:%Y-%m-%dT%H:%M:%SZ}",
        "region": "us-east-1",
        "resources": [put["ARN"]],
        "detail": {"name": "app/db", "labelUpdated": "AWSCURRENT", "versionId": put["VersionId"]},
    }


def rotate(sm: SecretsManager) -> object:
    return sm.client().rotate_secret(SecretId="app/db")


def update_stage(**members: Any) -> Callable[[SecretsManager], object]:
    def call(sm: SecretsManager) -> object:
        versions = sm.secret("app/db").versions
        named = {name: versions[value - 1].id if isinstance(value, int) else value for name, value in members.items()}
        return sm.client().update_secret_version_stage(SecretId="app/db", **named)

    return call


@pytest.mark.secret("app/db", '{"password": "two"}', versions=["one"], owning_service="rds")
@pytest.mark.parametrize(
    ("act", "moved"),
    [
        pytest.param(
            lambda sm: sm.client().update_secret(SecretId="app/db", SecretString="x"),
            [("AWSCURRENT", 3)],
            id="new current version: no event of AWSPREVIOUS",
        ),
        pytest.param(
            lambda sm: sm.client().put_secret_value(SecretId="app/db", SecretString="x", VersionStages=["AWSPENDING"]),
            [],
            id="no event of AWSPENDING",
        ),
        pytest.param(
            lambda sm: sm.client().put_secret_value(
                SecretId="app/db", SecretString="x", VersionStages=["blue", "AWSCURRENT", "green"]
            ),
            [("AWSCURRENT", 3), ("blue", 3), ("green", 3)],
            id="one event of each custom label",
        ),
        pytest.param(
            update_stage(VersionStage="AWSCURRENT", MoveToVersionId=1, RemoveFromVersionId=2),
            [("AWSCURRENT", 1)],
            id="AWSCURRENT back to an older version",
        ),
        pytest.param(
            update_stage(VersionStage="blue", MoveToVersionId=1), [("blue", 1)], id="placed for the first time"
        ),
        pytest.param(
            update_stage(VersionStage="AWSCURRENT", MoveToVersionId=2, RemoveFromVersionId=2), [], id="moved nowhere"
        ),
        pytest.param(update_stage(VersionStage="AWSPREVIOUS", RemoveFromVersionId=1), [], id="removed"),
        pytest.param(rotate, [("AWSCURRENT", 3)], id="moved by a rotation"),
        pytest.param(
            lambda sm: sm.client().tag_resource(SecretId="app/db", Tags=[{"Key": "k", "Value": "v"}]), [], id="tagged"
        ),
    ],
)
def test_secret_label_updated_event_is_sent_when_a_label_moves_to_another_version(
    secretsmanager: SecretsManager, act: Callable[[SecretsManager], object], moved: list[tuple[str, int]]
) -> None:
    if act is not rotate:
        secretsmanager.seed("app/db", "two", versions=["one"])
    act(secretsmanager)
    assert labels_moved(secretsmanager) == moved


def test_create_secret_sends_secret_label_updated_of_its_first_version(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.create_secret(Name="app/db", SecretString="one")
    assert labels_moved(secretsmanager) == [("AWSCURRENT", 1)]


@pytest.mark.secret("app/db", "one")
def test_removed_label_sends_no_secret_label_updated_event(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    update_stage(VersionStage="blue", MoveToVersionId=1)(secretsmanager)
    update_stage(VersionStage="blue", RemoveFromVersionId=1)(secretsmanager)
    client.delete_secret(SecretId="app/db", ForceDeleteWithoutRecovery=True)
    assert sum(event["detail-type"] == NATIVE for event in secretsmanager.events) == 1


@pytest.mark.secret("app/db", "one", replicas=["eu-west-1"])
def test_replica_sends_its_own_secret_label_updated_event(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.put_secret_value(SecretId="app/db", SecretString="two")
    places = [
        (event["region"], event["resources"]) for event in secretsmanager.events if event["detail-type"] == NATIVE
    ]
    arn = secretsmanager.secret("app/db").arn
    assert places == [("us-east-1", [arn]), ("eu-west-1", [arn.replace("us-east-1", "eu-west-1")])]


# --- via CloudTrail --------------------------------------------------------------------------------------------------


@pytest.mark.secret("app/db", "one")
def test_write_call_sends_an_event_with_its_cloudtrail_record(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.tag_resource(SecretId="app/db", Tags=[{"Key": "team", "Value": "pay"}])
    (event,) = secretsmanager.events
    assert event["detail"] == secretsmanager.log[0].record
    assert (event["detail-type"], event["source"], event["resources"]) == (API_CALL, "aws.secretsmanager", [])
    assert (event["account"], event["region"]) == ("123456789012", "us-east-1")
    assert event["time"] == event["detail"]["eventTime"]
    assert event["id"] != event["detail"]["eventID"]


@pytest.mark.secret("app/db", "one")
@pytest.mark.parametrize(
    "read",
    [
        lambda client: client.get_secret_value(SecretId="app/db"),
        lambda client: client.batch_get_secret_value(SecretIdList=["app/db"]),
        lambda client: client.describe_secret(SecretId="app/db"),
        lambda client: client.list_secrets(),
        lambda client: client.get_random_password(),
        lambda client: client.validate_resource_policy(ResourcePolicy=POLICY),
    ],
    ids=["get", "batch", "describe", "list", "password", "validate"],
)
def test_read_call_sends_no_event(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", read: Callable[[Any], object]
) -> None:
    read(client)
    assert list(secretsmanager.events) == []


def test_refused_write_call_sends_an_event_with_its_error_code(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.put_secret_value(SecretId="app/db", SecretString="one")
    (event,) = secretsmanager.events
    assert (event["detail-type"], event["detail"]["errorCode"]) == (API_CALL, "ResourceNotFoundException")


def test_scheduled_rotation_sends_service_events(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/db", '{"password": "one"}', owning_service="rds", rotation=Rotation(days=30))
    secretsmanager.clock.advance(days=31)
    told = [(event["detail-type"], event["detail"].get("eventName")) for event in secretsmanager.events]
    assert told == [(SERVICE_EVENT, "RotationStarted"), (NATIVE, None), (SERVICE_EVENT, "RotationSucceeded")]


@pytest.mark.secret("app/db", "one")
def test_secret_label_updated_event_comes_before_the_event_of_its_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.put_secret_value(SecretId="app/db", SecretString="two")
    assert [event["detail-type"] for event in secretsmanager.events] == [NATIVE, API_CALL]


def test_call_of_another_account_sends_its_event_in_that_account(secretsmanager: SecretsManager) -> None:
    other = secretsmanager.client("eu-west-1", aws_account_id="111122223333")
    other.create_secret(Name="app/db", SecretString="one")
    assert {(event["account"], event["region"]) for event in secretsmanager.events} == {("111122223333", "eu-west-1")}


# --- sm.events -------------------------------------------------------------------------------------------------------


@pytest.mark.secret("app/db", "one", versions=["zero"])
def test_seed_sends_no_event(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/other", "one", replicas=["eu-west-1"])
    assert len(secretsmanager.events) == 0


def test_events_show_no_secret_value(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.create_secret(Name="app/db", SecretString="hunter2")
    client.put_secret_value(SecretId="app/db", SecretBinary=b"hunter2")
    events = list(secretsmanager.events)
    assert len(events) == 4
    assert "hunter2" not in json.dumps(events)
    assert "hunter2" not in repr(secretsmanager.events)


def test_events_return_equal_but_separate_dicts_each_time(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.create_secret(Name="app/db", SecretString="one")
    before = list(secretsmanager.events)
    secretsmanager.events[1]["detail"]["requestParameters"].clear()
    assert list(secretsmanager.events) == before
    assert len({event["id"] for event in before}) == 2


def test_events_have_indexes_and_slices(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.create_secret(Name="app/db", SecretString="one")
    client.delete_secret(SecretId="app/db")
    events = secretsmanager.events
    assert events[-1]["detail"]["eventName"] == "DeleteSecret"
    assert [event["detail-type"] for event in events[:2]] == [NATIVE, API_CALL]
    assert events is secretsmanager.events


def test_log_clear_removes_the_events(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.create_secret(Name="app/db", SecretString="one")
    secretsmanager.log.clear()
    client.delete_secret(SecretId="app/db")
    assert via_cloudtrail(secretsmanager) == ["DeleteSecret"]


def test_rollback_removes_the_events_of_its_block(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.create_secret(Name="app/db", SecretString="one")
    with secretsmanager.snapshot():
        client.delete_secret(SecretId="app/db")
    assert via_cloudtrail(secretsmanager) == ["CreateSecret"]


def test_repr_of_events_counts_them_by_detail_type(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    assert repr(secretsmanager.events) == "<events: none>"
    client.create_secret(Name="app/db", SecretString="one")
    client.delete_secret(SecretId="app/db")
    assert repr(secretsmanager.events) == f"<events: 1 {NATIVE}, 2 {API_CALL}>"


def test_events_matching_finds_events_by_a_pattern(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.create_secret(Name="app/db", SecretString="one")
    client.delete_secret(SecretId="app/db")
    found = secretsmanager.events.matching({"detail": {"eventName": ["DeleteSecret", "RestoreSecret"]}})
    assert [event["detail"]["eventName"] for event in found] == ["DeleteSecret"]
    with pytest.raises(UsageError, match="did you mean 'detail'"):
        secretsmanager.events.matching({"details": {}})
