"""The log: the properties of an event, and a sequence that can't be changed."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager import Event, LabelMove, SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO = "1" * 32, "2" * 32
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_log_is_empty_before_the_first_call(secretsmanager: SecretsManager) -> None:
    assert len(secretsmanager.log) == 0
    assert list(secretsmanager.log) == []
    assert repr(secretsmanager.log) == "<log of 0 calls>"


def test_log_shows_calls_newest_last(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.create_secret(Name="a")
    client.list_secrets()
    client.delete_secret(SecretId="a")
    assert [event.operation for event in secretsmanager.log] == ["CreateSecret", "ListSecrets", "DeleteSecret"]
    assert repr(secretsmanager.log) == "<log of 3 calls>"
    assert (
        repr(secretsmanager.log[:1])
        == "[<CreateSecret(Name='a', ClientRequestToken='"
        + str(secretsmanager.log[0].request["ClientRequestToken"])
        + "')>]"
    )


def test_log_has_indexes_and_slices_like_a_list(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    for name in "abcd":
        client.create_secret(Name=name)
    log = secretsmanager.log
    assert [log[0].request["Name"], log[-1].request["Name"]] == ["a", "d"]
    assert [event.request["Name"] for event in log[1:3]] == ["b", "c"]
    assert [event.request["Name"] for event in log[::-1]] == ["d", "c", "b", "a"]
    assert [event.request["Name"] for event in reversed(log)] == ["d", "c", "b", "a"]
    with pytest.raises(IndexError):
        _ = log[4]


def test_log_may_grow_during_an_iteration(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.create_secret(Name="a")
    walked = 0
    for event in secretsmanager.log:
        client.describe_secret(SecretId=str(event.request["Name"]))
        walked += 1
    assert walked == 1
    assert len(secretsmanager.log) == 2


def test_event_shows_principal_time_region_and_account_of_its_call(secretsmanager: SecretsManager, clock: Any) -> None:
    clock.advance(90)
    answer = secretsmanager.client("eu-west-1", aws_account_id="999999999999").list_secrets()
    event = secretsmanager.log[-1]
    assert isinstance(event, Event)
    assert event.time == NOW + timedelta(seconds=90)
    assert (event.region, event.account) == ("eu-west-1", "999999999999")
    assert event.principal == "arn:aws:iam::999999999999:user/test"
    assert event.request_id == answer["ResponseMetadata"]["RequestId"]
    assert event.within is None


def test_event_shows_the_request_without_the_secret_value(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one")
    client.put_secret_value(SecretId="db", SecretString="to-hide", ClientRequestToken=TWO)
    event = secretsmanager.log[-1]
    assert event.request == {"SecretId": "db", "ClientRequestToken": TWO}
    assert event.hidden == {"SecretString"}
    assert repr(event) == f"<PutSecretValue(SecretId='db', ClientRequestToken='{TWO}', SecretString=(hidden))>"


def test_event_without_hidden_members_shows_none(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.list_secrets()
    assert secretsmanager.log[-1].hidden == frozenset()
    assert repr(secretsmanager.log[-1]) == "<ListSecrets()>"


def test_repr_of_an_event_names_all_hidden_members(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one")
    client.put_secret_value(SecretId="db", SecretBinary=b"to-hide", ClientRequestToken=TWO, RotationToken="9" * 36)
    event = secretsmanager.log[-1]
    assert event.hidden == {"SecretBinary", "RotationToken"}
    assert repr(event).endswith("RotationToken=(hidden), SecretBinary=(hidden))>")


def test_event_of_a_write_shows_the_response(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    answer = client.create_secret(Name="db", SecretString="x", ClientRequestToken=ONE)
    assert secretsmanager.log[-1].response == {"ARN": answer["ARN"], "Name": "db", "VersionId": ONE}


def test_event_shows_times_of_the_response_in_seconds(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "x")
    client.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    response = secretsmanager.log[-1].response
    assert response is not None
    assert response["DeletionDate"] == (NOW + timedelta(days=7)).timestamp()


def test_event_shows_times_inside_the_response_in_seconds(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "x", replicas=["eu-west-1"])
    secretsmanager.client("eu-west-1").get_secret_value(SecretId="db")
    reply = client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "ap-south-1"}])
    [response] = [event.response for event in secretsmanager.log if event.operation == "ReplicateSecretToRegions"]
    assert response is not None
    day = datetime(2026, 1, 2, tzinfo=UTC)
    assert reply["ReplicationStatus"][0]["LastAccessedDate"] == day
    assert response["ReplicationStatus"][0]["LastAccessedDate"] == day.timestamp()


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("get_secret_value", {"SecretId": "db"}),
        ("describe_secret", {"SecretId": "db"}),
        ("list_secrets", {}),
        ("list_secret_version_ids", {"SecretId": "db"}),
        ("get_random_password", {}),
    ],
    ids=str,
)
def test_event_of_a_read_shows_no_response(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", operation: str, arguments: dict[str, str]
) -> None:
    secretsmanager.seed("db", "to-hide")
    getattr(client, operation)(**arguments)
    assert secretsmanager.log[-1].response is None
    assert secretsmanager.log[-1].error is None


def test_event_of_a_refused_call_shows_error_and_message(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")
    event = secretsmanager.log[-1]
    assert event.error == "ResourceNotFoundException"
    assert event.error_message == "Secrets Manager can't find the specified secret."
    assert event.response is None
    assert repr(event) == "<GetSecretValue(SecretId='db') -> ResourceNotFoundException>"


def test_batch_get_secret_value_logs_each_read_as_its_own_event(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("a", "x")
    client.batch_get_secret_value(SecretIdList=["a", "b"])
    assert [(event.operation, event.within, event.error) for event in secretsmanager.log] == [
        ("BatchGetSecretValue", None, None),
        ("GetSecretValue", "BatchGetSecretValue", None),
        ("GetSecretValue", "BatchGetSecretValue", "ResourceNotFoundException"),
    ]


def test_event_returns_copies_of_request_response_and_record(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one")
    client.put_secret_value(SecretId="db", SecretString="two", VersionStages=["BLUE"], ClientRequestToken=TWO)
    event: Any = secretsmanager.log[-1]
    event.request["SecretId"] = "changed"
    event.request["VersionStages"].append("changed")
    event.response["Name"] = "changed"
    event.response["VersionStages"].clear()
    event.record["requestParameters"]["versionStages"].append("changed")
    event.record["eventName"] = "changed"
    assert event.request == {"SecretId": "db", "VersionStages": ["BLUE"], "ClientRequestToken": TWO}
    assert event.response["Name"] == "db"
    assert event.response["VersionStages"] == ["BLUE"]
    assert event.record["requestParameters"]["versionStages"] == ["BLUE"]
    assert event.record["eventName"] == "PutSecretValue"


def test_log_does_not_change_with_the_arguments_of_a_past_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one")
    stages = ["BLUE"]
    client.put_secret_value(SecretId="db", SecretString="two", VersionStages=stages)
    stages.append("GREEN")
    assert secretsmanager.log[-1].request["VersionStages"] == ["BLUE"]


@pytest.mark.parametrize("name", ["operation", "request", "response", "error", "time", "record", "anything"])
def test_event_attribute_can_not_be_set(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", name: str
) -> None:
    client.list_secrets()
    with pytest.raises(AttributeError):
        setattr(secretsmanager.log[-1], name, "changed")


def test_log_can_not_be_changed(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.list_secrets()
    log: Any = secretsmanager.log
    with pytest.raises(TypeError):
        log[0] = "changed"
    with pytest.raises(TypeError):
        del log[0]
    with pytest.raises(AttributeError):
        secretsmanager.log = []  # type: ignore[misc, assignment]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ((None,), ["CreateSecret", "GetSecretValue", "GetSecretValue"]),
        (("GetSecretValue",), ["GetSecretValue", "GetSecretValue"]),
        (("GetSecretValue", "ResourceNotFoundException"), ["GetSecretValue"]),
        ((None, None, {"SecretId": "b"}), ["GetSecretValue"]),
        ((None, None, {"Name": "a", "SecretString": "x"}), []),
    ],
    ids=str,
)
def test_log_matching_finds_calls_by_operation_error_and_fields(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", query: tuple[Any, ...], names: list[str]
) -> None:
    client.create_secret(Name="a", SecretString="x")
    client.get_secret_value(SecretId="a")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="b")
    assert [event.operation for event in secretsmanager.log.matching(*query)] == names


def test_label_move_names_its_parts(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.create_secret(Name="db", SecretString="x", ClientRequestToken=ONE)
    (move,) = secretsmanager.secret("db").history
    assert move == LabelMove(label="AWSCURRENT", source=None, target=ONE, time=NOW, operation="CreateSecret")


def test_seed_is_not_logged(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", "two", versions=["one"], tags={"team": "pay"})
    secretsmanager.seed("db", "again", deleted=True)
    assert len(secretsmanager.log) == 0
    assert view.history == []


def test_recreated_secret_has_its_own_history(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.create_secret(Name="db", SecretString="x", ClientRequestToken=ONE)
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    client.create_secret(Name="db", SecretString="y", ClientRequestToken=TWO)
    assert [(move.source, move.target) for move in secretsmanager.secret("db").history] == [(None, TWO)]
