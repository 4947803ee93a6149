"""What an interrupt breaks off between a commit and its effects is made up for: AWS would not have noticed it."""

from collections.abc import Callable
from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager


def once(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """Interrupts the first call of a method in its place; the next one is made."""
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


def rotate(sm: SecretsManager, **parameters: Any) -> None:
    sm.seed("db", "one")
    arn = sm.rotation.register(promoting(sm))
    with pytest.raises(KeyboardInterrupt):
        sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn, **parameters)


@pytest.mark.parametrize("name", ["start", "_while_busy"])
def test_a_rotation_that_was_announced_and_did_not_begin_is_tried_again(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    once(monkeypatch, secretsmanager._parts.service.effects.rotations, name)
    rotate(secretsmanager)
    secretsmanager.clock.advance(minutes=1)
    secretsmanager.assert_rotated("db")


def test_a_rotation_whose_end_was_not_noted_has_succeeded(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, secretsmanager._parts.service.effects.rotations, "_end")
    rotate(secretsmanager)
    (run,) = secretsmanager.rotation.runs
    assert (run.state, run.broken_off) == ("succeeded", False)
    secretsmanager.assert_rotated("db")


def test_a_rotation_that_was_cancelled_and_whose_end_was_not_noted_is_abandoned(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel(event: dict[str, str], _: object) -> None:
        secretsmanager.client().cancel_rotate_secret(SecretId=event["SecretId"])

    once(monkeypatch, secretsmanager._parts.service.effects.rotations, "_end")
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(cancel)
    with pytest.raises(KeyboardInterrupt):
        secretsmanager.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    (run,) = secretsmanager.rotation.runs
    assert run.state == "abandoned"


def test_a_trial_that_was_broken_off_leaves_nothing_of_its_version(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, secretsmanager._parts.service.effects.rotations, "_succeeds")
    rotate(secretsmanager, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 30})
    (run,) = secretsmanager.rotation.runs
    assert (run.test, run.state, run.broken_off) == (True, "failed", True)
    secretsmanager.assert_labels("db", {"AWSCURRENT": 1})


def test_replicas_follow_though_an_interrupt_came_before_they_did(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    once(monkeypatch, secretsmanager._parts.service.effects.replicas, "follow")
    with pytest.raises(KeyboardInterrupt):
        secretsmanager.client().put_secret_value(SecretId="db", SecretString="two")
    assert secretsmanager.secret("db", region="eu-west-1").value == "two"


def test_an_interrupt_long_after_a_rotation_leaves_it_alone(
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


def test_a_child_waits_for_no_rotation_of_another_thread(secretsmanager: SecretsManager) -> None:
    rotations = secretsmanager._parts.service.effects.rotations
    rotations._busy = frozenset([type("Run", (), {"thread": -1})()])
    rotations.forget_other_threads()
    assert not rotations.is_busy
