"""Histories: the lives of versions, the stays of labels and the rotations of secrets, by positions of log entries."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from put_and_promote import put_and_promote

from pytest_secretsmanager import Rotation, SecretsManager
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.histories import History, histories_of
from pytest_secretsmanager.inspection.known_secrets import moment_of


def histories(sm: SecretsManager, *named: SecretKey) -> list[History]:
    world = sm._parts.world
    entries = world.entries.since()
    return histories_of(moment_of(world, entries, named), entries)


def only(sm: SecretsManager) -> History:
    (history,) = histories(sm)
    return history


def lives(history: History) -> list[tuple[int | None, int | None, int | None]]:
    """Each version's number, with the positions where its life begins and ends."""
    return [(life.number, life.begin, life.end) for life in history.versions]


def spans(history: History) -> list[tuple[str, int | None, int | None, int | None]]:
    """Each label's stays: the label, the version's number, and the positions where it begins and ends."""
    numbers = {life.id: life.number for life in history.versions}
    return [(span.label, numbers[span.version], span.begin, span.end) for span in history.spans]


def put(sm: SecretsManager, value: str, name: str = "db", **more: object) -> None:
    sm.client().put_secret_value(SecretId=name, SecretString=value, **more)


def test_a_seeded_version_and_its_label_are_older_than_the_log(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.client().get_secret_value(SecretId="db")
    history = only(secretsmanager)
    assert (history.key.name, history.begin, history.end, history.calls) == ("db", None, None, (0,))
    assert lives(history) == [(1, None, None)]
    assert spans(history) == [("AWSCURRENT", 1, None, None)]


def test_a_put_begins_a_life_and_moves_the_labels(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.client().get_secret_value(SecretId="db")
    put(secretsmanager, "two")
    put(secretsmanager, "three")
    history = only(secretsmanager)
    assert lives(history) == [(1, None, None), (2, 1, None), (3, 2, None)]
    assert spans(history) == [
        ("AWSCURRENT", 1, None, 1),
        ("AWSCURRENT", 2, 1, 2),
        ("AWSPREVIOUS", 1, 1, 2),
        ("AWSCURRENT", 3, 2, None),
        ("AWSPREVIOUS", 2, 2, None),
    ]


def test_a_created_secret_begins_with_its_call(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    client.list_secrets()
    client.create_secret(Name="db", SecretString="one")
    history = only(secretsmanager)
    assert (history.begin, lives(history), spans(history)) == (1, [(1, 1, None)], [("AWSCURRENT", 1, 1, None)])


def test_a_secret_without_a_value_begins_with_its_creation_and_not_with_the_first_put(
    secretsmanager: SecretsManager,
) -> None:
    secretsmanager.client().create_secret(Name="db")
    put(secretsmanager, "one")
    history = only(secretsmanager)
    assert (history.begin, lives(history)) == (0, [(1, 1, None)])


def test_a_secret_that_was_created_again_has_two_histories(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    client.create_secret(Name="db", SecretString="one")
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    client.create_secret(Name="db", SecretString="two")
    client.get_secret_value(SecretId="db")
    first, second = histories(secretsmanager)
    last = len(secretsmanager.log) - 1
    assert (first.begin, first.end) == (0, last - 2)
    assert lives(first) == [(1, 0, last - 2)]
    assert (second.begin, second.end, second.calls) == (last - 1, None, (last - 1, last))


def test_calls_count_for_the_secret_that_was_seeded_last_before_them(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    arns = []
    for value in ("one", "two"):
        arns.append(secretsmanager.seed("db", value).arn)
        client.get_secret_value(SecretId="db")
        secretsmanager.clock.advance(seconds=1)
    put(secretsmanager, "three")
    assert [(history.arn, history.calls) for history in histories(secretsmanager)] == [
        (arns[0], (0,)),
        (arns[1], (1, 2)),
    ]


def test_calls_count_for_a_secret_that_only_the_log_has(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    client.create_secret(Name="db", SecretString="one")
    client.get_secret_value(SecretId="db")
    world = secretsmanager._parts.world
    entries = world.entries.since()
    empty = SecretsManager()._parts.world
    (history,) = histories_of(moment_of(empty, entries), entries)
    assert (history.key.name, history.calls, history.begin) == ("db", (0, 1), 0)


def test_calls_by_name_and_by_arn_are_of_one_secret(secretsmanager: SecretsManager) -> None:
    arn = secretsmanager.seed("db", "one").arn
    for secret_id in ("db", arn, arn[:-7]):
        secretsmanager.client().get_secret_value(SecretId=secret_id)
    assert only(secretsmanager).calls == (0, 1, 2)


def test_a_refused_call_counts_for_the_secret_that_it_names_and_changes_nothing(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    with pytest.raises(ClientError):
        secretsmanager.client().get_secret_value(SecretId="db", VersionStage="AWSPENDING")
    with pytest.raises(ClientError):
        secretsmanager.client().get_secret_value(SecretId="other")
    history = only(secretsmanager)
    assert (history.key.name, history.calls, spans(history)) == ("db", (0,), [("AWSCURRENT", 1, None, None)])


def test_a_deleted_version_lives_until_the_write_that_deleted_it(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "0")
    for number in range(1, 100):
        put(secretsmanager, str(number))
        secretsmanager.clock.advance(seconds=1)
    secretsmanager.clock.advance(days=2)
    put(secretsmanager, "last")
    ended = [(number, end) for number, _, end in lives(only(secretsmanager)) if end is not None]
    assert ended == [(number, 99) for number in range(1, len(ended) + 1)]
    assert ended


def test_a_replica_begins_with_its_first_copy_and_follows_its_primary(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.client().replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}])
    put(secretsmanager, "two")
    primary, replica = histories(secretsmanager)
    assert (primary.key.region, replica.key.region) == ("us-east-1", "eu-west-1")
    assert [secretsmanager.log[at].operation for at in (replica.begin or 0, replica.calls[-1])] == [
        "ReplicationSucceeded",
        "ReplicationSucceeded",
    ]
    assert [label for label, number, _, end in spans(replica) if (number, end) == (2, None)] == ["AWSCURRENT"]


@pytest.mark.parametrize("failing", [None, "testSecret"])
def test_a_rotation_has_its_steps_and_spans_from_started_to_its_end(
    secretsmanager: SecretsManager, failing: str | None
) -> None:
    def rotate(event: dict[str, str], _: object) -> None:
        put_and_promote(boto3.client("secretsmanager", region_name="us-east-1"), event, "rotated")

    secretsmanager.seed("db", "one", rotation=Rotation(rotate))
    if failing:
        secretsmanager.rotation.fail(failing, RuntimeError)
    secretsmanager.client().rotate_secret(SecretId="db")
    (rotation,) = only(secretsmanager).rotations
    steps = ("createSecret", "setSecret", "testSecret", "finishSecret")
    assert rotation.steps == (steps if failing is None else steps[:3])
    assert (rotation.state, rotation.failed) == (("failed", failing) if failing else ("succeeded", None))
    assert [secretsmanager.log[at].operation for at in (rotation.begin or 0, rotation.end or 0)] == [
        "RotationStarted",
        "RotationFailed" if failing else "RotationSucceeded",
    ]


def test_a_named_secret_without_a_call_has_a_history_too(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    key = SecretKey("us-east-1", secretsmanager.account, "db")
    assert histories(secretsmanager) == []
    (history,) = histories(secretsmanager, key, key._replace(name="none"))
    assert (history.key, history.calls, lives(history)) == (key, (), [(1, None, None)])


def test_a_secret_begins_with_its_first_creation_and_not_with_a_repeated_one(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    for _ in range(2):
        client.create_secret(Name="db", SecretString="one", ClientRequestToken="6f1ffc6a-dcea-47e2-b23c-18ab9d7cda76")
    assert only(secretsmanager).begin == 0


def test_a_moment_keeps_the_state_of_a_rotation_and_no_object_of_the_test(secretsmanager: SecretsManager) -> None:
    def rotate(event: dict[str, str], context: object) -> None:
        put_and_promote(boto3.client("secretsmanager", region_name="us-east-1"), event, "rotated")

    secretsmanager.seed("db", "one", rotation=Rotation(rotate))
    world = secretsmanager._parts.world
    with secretsmanager.rotation.hold("db", before="finishSecret"):
        secretsmanager.client().rotate_secret(SecretId="db")
        entries = world.entries.since()
        moment = moment_of(world, entries)
    assert secretsmanager.rotation.runs[0].state != "held"
    (history,) = histories_of(moment, entries)
    assert (history.rotations[0].state, len(history.rotations[0].steps)) == ("held", 3)
    assert json.loads(json.dumps(moment.runs)) == [[*run[:3], [*run[3]], *run[4:]] for run in moment.runs]
