"""An interrupt between a commit and its effects: later calls complete the effects, as AWS would."""

from collections.abc import Callable
from contextlib import nullcontext
from threading import get_ident
from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.engine.effects.progress import Progress


def once(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """Interrupt the first call of a method; later calls pass."""
    method: Callable[..., Any] = getattr(owner, name)
    calls: list[object] = []

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return method(*args, **kwargs)

    monkeypatch.setattr(owner, name, interrupted)


def promoting(sm: SecretsManager) -> Callable[[dict[str, str], object], None]:
    def handler(event: dict[str, str], _: object) -> None:
        secret, token = event["SecretId"], event["ClientRequestToken"]
        if event["Step"] == "createSecret":
            sm.client().put_secret_value(
                SecretId=secret, ClientRequestToken=token, SecretString="two", VersionStages=["AWSPENDING"]
            )
        if event["Step"] == "finishSecret":
            sm.client().update_secret_version_stage(
                SecretId=secret,
                VersionStage="AWSCURRENT",
                RemoveFromVersionId=sm.secret(secret).version("AWSCURRENT").id,
                MoveToVersionId=token,
            )

    return handler


def catch_interrupt_of_a_call(sm: SecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    once(monkeypatch, sm._parts.service._commits, "make")
    with pytest.raises(KeyboardInterrupt):
        sm.client().list_secrets()


def rotate(sm: SecretsManager, **parameters: Any) -> None:
    sm.seed("db", "one")
    arn = sm.rotation.register(promoting(sm))
    with pytest.raises(KeyboardInterrupt):
        sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn, **parameters)


@pytest.mark.parametrize("name", ["start", "_while_busy"])
def test_an_announced_rotation_that_an_interrupt_stopped_is_retried(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    once(monkeypatch, secretsmanager._parts.service.effects.rotations, name)
    rotate(secretsmanager)
    secretsmanager.clock.advance(minutes=1)
    secretsmanager.assert_rotated("db")


@pytest.mark.parametrize(
    ("owner", "name"),
    [("rotations", "start"), ("steps", "succeeds")],
    ids=["before it begins", "in a step"],
)
def test_an_interrupted_rotation_is_logged_as_interrupted(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch, owner: str, name: str
) -> None:
    rotations = secretsmanager._parts.service.effects.rotations
    once(monkeypatch, rotations if owner == "rotations" else rotations._steps, name)
    rotate(secretsmanager)
    assert secretsmanager.log[-1].operation == "RotationFailed"
    assert secretsmanager.log[-1].error_message == "The rotation was interrupted"


def test_a_resumed_rotation_that_an_interrupt_stopped_is_logged_as_interrupted(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretsmanager.seed("db", "one")
    client, arn = secretsmanager.client(), secretsmanager.rotation.register(promoting(secretsmanager))
    with secretsmanager.rotation.hold("db", before="testSecret") as hold:
        client.rotate_secret(SecretId="db", RotationLambdaARN=arn)
        once(monkeypatch, secretsmanager._parts.service.effects.rotations._steps, "succeeds")
        with pytest.raises(KeyboardInterrupt):
            hold.resume()
    (run,) = secretsmanager.rotation.runs
    assert (run.state, run.broken_off) == ("failed", True)
    assert secretsmanager.log[-1].operation == "RotationFailed"
    assert secretsmanager.log[-1].error_message == "The rotation was interrupted"


def test_a_rotation_interrupted_after_its_last_step_has_succeeded(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, Progress, "end")
    rotate(secretsmanager)
    (run,) = secretsmanager.rotation.runs
    assert (run.state, run.broken_off) == ("succeeded", False)
    secretsmanager.assert_rotated("db")


def test_a_cancelled_rotation_interrupted_at_its_end_is_abandoned(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel(event: dict[str, str], _: object) -> None:
        secretsmanager.client().cancel_rotate_secret(SecretId=event["SecretId"])

    once(monkeypatch, Progress, "end")
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(cancel)
    with pytest.raises(KeyboardInterrupt):
        secretsmanager.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    (run,) = secretsmanager.rotation.runs
    assert run.state == "abandoned"


def test_an_interrupted_test_rotation_leaves_no_version(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, secretsmanager._parts.service.effects.rotations._steps, "succeeds")
    rotate(secretsmanager, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 30})
    (run,) = secretsmanager.rotation.runs
    assert (run.test, run.state, run.broken_off) == (True, "failed", True)
    assert secretsmanager.log[-1].operation == "TestRotationFailed"
    assert secretsmanager.log[-1].error_message == "The rotation was interrupted"
    secretsmanager.assert_labels("db", {"AWSCURRENT": 1})


@pytest.mark.parametrize(
    ("immediately", "held"),
    [(True, False), (False, False), (True, True)],
    ids=["rotation", "test rotation", "resumed rotation"],
)
def test_a_function_that_catches_the_interrupt_of_its_own_call_goes_on(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch, immediately: bool, held: bool
) -> None:
    client, promote = secretsmanager.client(), promoting(secretsmanager)

    def interrupted(event: dict[str, str], context: object) -> None:
        if event["Step"] == "testSecret":
            catch_interrupt_of_a_call(secretsmanager, monkeypatch)
        promote(event, context)

    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(interrupted)
    with secretsmanager.rotation.hold("db", before="testSecret") if held else nullcontext():
        client.rotate_secret(SecretId="db", RotationLambdaARN=arn, RotateImmediately=immediately)
    (run,) = secretsmanager.rotation.runs
    assert (run.state, run.broken_off) == ("succeeded", False)


def test_an_interrupt_of_another_call_leaves_a_held_rotation_held(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretsmanager.seed("db", "one")
    client, arn = secretsmanager.client(), secretsmanager.rotation.register(promoting(secretsmanager))
    with secretsmanager.rotation.hold("db", before="testSecret"):
        client.rotate_secret(SecretId="db", RotationLambdaARN=arn)
        catch_interrupt_of_a_call(secretsmanager, monkeypatch)
        secretsmanager.assert_not_logged("RotationFailed")
    secretsmanager.assert_rotated("db")


def test_an_interrupt_after_a_rotated_secret_was_deleted_reaches_the_caller(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretsmanager.seed("db", "one")
    client, arn = secretsmanager.client(), secretsmanager.rotation.register(promoting(secretsmanager))
    client.rotate_secret(SecretId="db", RotationLambdaARN=arn)
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    catch_interrupt_of_a_call(secretsmanager, monkeypatch)


def test_a_rotation_that_an_interrupt_stopped_beside_a_held_one_is_logged_as_interrupted(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretsmanager.seed("held", "one")
    client, arn = secretsmanager.client(), secretsmanager.rotation.register(promoting(secretsmanager), name="other")
    with secretsmanager.rotation.hold("held", before="testSecret"):
        client.rotate_secret(SecretId="held", RotationLambdaARN=arn)
        once(monkeypatch, secretsmanager._parts.service.effects.rotations, "start")
        rotate(secretsmanager)
        assert secretsmanager.log[-1].error_message == "The rotation was interrupted"


def test_a_function_that_rotates_another_secret_and_catches_an_interrupt_goes_on(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, promote = secretsmanager.client(), promoting(secretsmanager)
    other = secretsmanager.rotation.register(promote, name="other")

    def nested(event: dict[str, str], context: object) -> None:
        if event["Step"] == "testSecret":
            client.rotate_secret(SecretId="other", RotationLambdaARN=other)
            catch_interrupt_of_a_call(secretsmanager, monkeypatch)
        promote(event, context)

    for name in ("db", "other"):
        secretsmanager.seed(name, "one")
    client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(nested))
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded", "succeeded"]


def test_replicas_follow_after_an_interrupt_before_the_replication(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    once(monkeypatch, secretsmanager._parts.service.effects.replicas, "update")
    with pytest.raises(KeyboardInterrupt):
        secretsmanager.client().put_secret_value(SecretId="db", SecretString="two")
    assert secretsmanager.secret("db", region="eu-west-1").value == "two"


def test_an_interrupt_after_a_rotation_does_not_change_it(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretsmanager.seed("db", "one")
    client, arn = secretsmanager.client(), secretsmanager.rotation.register(promoting(secretsmanager))
    client.rotate_secret(SecretId="db", RotationLambdaARN=arn)
    once(monkeypatch, secretsmanager._parts.service._commits, "make")
    with pytest.raises(KeyboardInterrupt):
        client.get_secret_value(SecretId="db")
    secretsmanager.assert_rotated("db")
    assert [event.operation for event in secretsmanager.log if event.by_service] == [
        "RotationStarted",
        "RotationSucceeded",
    ]


class InterruptedPosition:
    """A log whose position an interrupt hides. Entries are removed from the real one."""

    def __init__(self, real: Any) -> None:
        self.back_to = real.back_to

    @property
    def position(self) -> int:
        raise KeyboardInterrupt


def test_an_interrupt_before_a_call_leaves_the_log_entry_of_an_earlier_refused_call(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, commits = secretsmanager.client(), secretsmanager._parts.service._commits
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="nowhere")
    monkeypatch.setattr(commits, "_log", InterruptedPosition(commits._log))
    with pytest.raises(KeyboardInterrupt):
        client.list_secrets()
    secretsmanager.assert_logged("GetSecretValue", times=1)


def test_forget_other_threads_frees_a_forked_child_from_running_rotations(secretsmanager: SecretsManager) -> None:
    rotations = secretsmanager._parts.service.effects.rotations
    own, other = (type("Run", (), {"thread": thread})() for thread in (get_ident(), -1))
    rotations._busy = frozenset([own, other])
    rotations.forget_other_threads()
    assert rotations._busy == {own}
