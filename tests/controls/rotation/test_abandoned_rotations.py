"""Calls that end a held rotation."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from rotating import DELETED_BY_FORCE, NOON, STEPS, events_of_aws, rotate
from rotation_function import Database

from pytest_secretsmanager import SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


def test_secret_deleted_and_restored_during_a_rotation_rotates_again(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        run = rotate(sm)
        sm.client().delete_secret(SecretId="db")
        sm.client().restore_secret(SecretId="db")
    assert run.state == "abandoned"
    sm.client().update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=run.token)
    assert rotate(sm).state == "succeeded"


Ending = Callable[["SecretsManagerClient", str], object]

ENDINGS: dict[str, tuple[Ending, list[str]]] = {
    "CancelRotateSecret": (lambda client, _: client.cancel_rotate_secret(SecretId="db"), []),
    "DeleteSecret": (lambda client, _: client.delete_secret(SecretId="db"), []),
    "DeleteSecret by force": (
        lambda client, _: client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True),
        DELETED_BY_FORCE,
    ),
    "PutSecretValue": (
        lambda client, _: client.put_secret_value(SecretId="db", SecretString="by hand"),
        ["RotationAbandoned"],
    ),
    "UpdateSecret": (
        lambda client, _: client.update_secret(SecretId="db", SecretString="by hand"),
        ["RotationAbandoned"],
    ),
}
"""The calls that end a running rotation, and the events that AWS logs for it."""

EACH_ENDING = pytest.mark.parametrize("ending", ENDINGS)


@EACH_ENDING
def test_held_rotation_is_abandoned_when_a_call_ends_it(sm: SecretsManager, database: Database, ending: str) -> None:
    end, _ = ENDINGS[ending]
    with sm.rotation.hold("db", after="createSecret") as hold:
        run = rotate(sm)
        end(sm.client(), run.token)
    assert hold.run == run
    assert (run.state, [step.step for step in run.steps], run.error) == ("abandoned", ["createSecret"], None)
    assert database == {"app": "one"}


@EACH_ENDING
def test_abandoned_rotation_is_logged_with_the_events_of_the_call_that_ended_it(
    sm: SecretsManager, database: Database, ending: str
) -> None:
    end, logged = ENDINGS[ending]
    with sm.rotation.hold("db", after="createSecret"):
        end(sm.client(), rotate(sm).token)
    assert events_of_aws(sm) == ["RotationStarted", *logged]


@pytest.mark.parametrize("ending", ["PutSecretValue", "UpdateSecret", "CancelRotateSecret"])
def test_rotation_held_after_finish_secret_is_abandoned_when_a_call_ends_it(
    sm: SecretsManager, database: Database, ending: str
) -> None:
    with sm.rotation.hold("db", after="finishSecret"):
        run = rotate(sm)
        ENDINGS[ending][0](sm.client(), run.token)
    assert (run.state, run.ended, [step.step for step in run.steps]) == ("abandoned", NOON, STEPS)


def test_held_rotation_is_abandoned_when_another_version_gets_awspending(
    sm: SecretsManager, database: Database
) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        run = rotate(sm)
        sm.client().put_secret_value(SecretId="db", SecretString="x", VersionStages=["AWSPENDING"])
    assert run.state == "abandoned"
    assert events_of_aws(sm) == ["RotationStarted", "RotationAbandoned"]


def test_held_rotation_is_abandoned_when_its_version_loses_awspending(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        run = rotate(sm)
        sm.client().update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=run.token)
    assert run.state == "abandoned"
    assert events_of_aws(sm) == ["RotationStarted", "RotationAbandoned"]


def test_put_secret_value_removes_awspending_from_a_held_rotation(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
        sm.client().put_secret_value(SecretId="db", SecretString="by hand")
        sm.assert_no_label("db", "AWSPENDING")


def test_cancel_rotate_secret_leaves_awspending_on_its_version(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        run = rotate(sm)
        assert sm.client().cancel_rotate_secret(SecretId="db")["VersionId"] == run.token
    sm.assert_label("db", "AWSPENDING", run.token)


@pytest.mark.parametrize("ending", ["CancelRotateSecret", "DeleteSecret", "PutSecretValue"])
def test_abandoned_rotation_is_not_retried(sm: SecretsManager, database: Database, ending: str) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        ENDINGS[ending][0](sm.client(), rotate(sm).token)
    sm.clock.advance(days=400)
    assert len(sm.rotation.runs) == 1


def test_secret_rotates_again_after_put_secret_value_ended_a_rotation(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret"):
        rotate(sm)
        sm.client().put_secret_value(SecretId="db", SecretString='{"username": "app", "password": "one"}')
    rotate(sm)
    sm.assert_rotated("db")
