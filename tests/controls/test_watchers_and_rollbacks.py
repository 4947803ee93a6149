"""Controls that watch calls, and rollbacks that begin or end inside their time."""

from contextlib import ExitStack

import pytest

from pytest_secretsmanager import Rotation, SecretsManager
from pytest_secretsmanager.engine.call import Call, Outcome

CALL = "AWS API Call via CloudTrail"


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    """A manager with the secrets `db`, which AWS rotates without a function, and `plain`."""
    secretsmanager.seed("plain", "one")
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds", rotation=Rotation(days=30))
    return secretsmanager


def read(sm: SecretsManager) -> None:
    sm.client().get_secret_value(SecretId="db")


def write(sm: SecretsManager) -> None:
    sm.client().put_secret_value(SecretId="plain", SecretString="two")


def is_watched(sm: SecretsManager) -> bool:
    return bool(sm._parts.service._watchers.of_calls or sm._parts.service._watchers.of_log)


def test_between_reads_that_begins_inside_a_rollback_can_be_left_after_it(sm: SecretsManager) -> None:
    with ExitStack() as later:
        with sm.snapshot():
            reads = later.enter_context(sm.rotation.between_reads("db"))
            read(sm)
        read(sm)
        runs = len(sm.rotation.runs)
    assert (reads.reads, reads.rotations, runs) == (1, 1, 0)
    assert not is_watched(sm)


def test_between_reads_that_a_rollback_left_without_a_rotation_fails_with_its_own_error(sm: SecretsManager) -> None:
    with ExitStack() as later:
        with sm.snapshot():
            later.enter_context(sm.rotation.between_reads("db"))
        with pytest.raises(AssertionError, match="secret 'db' was not rotated between reads: it was read 0 times"):
            later.close()


def test_between_reads_that_was_left_inside_a_rollback_does_not_rotate_after_it(sm: SecretsManager) -> None:
    with ExitStack() as block:
        reads = block.enter_context(sm.rotation.between_reads("db"))
        read(sm)
        with sm.snapshot():
            block.close()
        runs = len(sm.rotation.runs)
        read(sm)
        assert (reads.reads, len(sm.rotation.runs)) == (1, runs)
    assert not is_watched(sm)


def test_subscription_that_begins_inside_a_rollback_can_be_ended_after_it(sm: SecretsManager) -> None:
    seen: list[object] = []
    with ExitStack() as later:
        with sm.snapshot():
            later.enter_context(sm.events.subscribe(seen.append, pattern={"detail-type": [CALL]}))
            write(sm)
        write(sm)
    assert len(seen) == 1
    assert not is_watched(sm)


def test_replication_hold_that_begins_inside_a_rollback_can_be_resumed_after_it(sm: SecretsManager) -> None:
    with sm.snapshot():
        hold = sm.replication.hold(polls=1)
    hold.resume()
    assert repr(hold).endswith("resumed>")
    assert not is_watched(sm)


def test_assert_unchanged_that_begins_inside_a_rollback_sees_changes_after_it(sm: SecretsManager) -> None:
    with ExitStack() as later:
        with sm.snapshot():
            later.enter_context(sm.assert_unchanged())
        write(sm)
        with pytest.raises(AssertionError, match="expected no change, found"):
            later.close()


def test_watcher_of_the_service_that_begins_inside_a_rollback_can_end_after_it(sm: SecretsManager) -> None:
    seen: list[str] = []

    def watch(call: Call, _: Outcome) -> None:
        seen.append(call.operation)

    with ExitStack() as later:
        with sm.snapshot():
            later.enter_context(sm._parts.service.watching(watch, lambda: None))
            read(sm)
        read(sm)
    assert seen == ["GetSecretValue"]
    assert not is_watched(sm)
