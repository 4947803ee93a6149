"""`sm.snapshot()`: the end of its block restores the state at its beginning. For each part, see test_rollback.py."""

import asyncio
import warnings
from collections.abc import Iterator

import boto3
import pytest

from pytest_secretsmanager import SecretsManager, Snapshot, UsageError
from pytest_secretsmanager.controls.handler_problems import HandlerError
from pytest_secretsmanager.controls.unmet_plans import UnmetPlanError
from pytest_secretsmanager.inspection.log import entries_of
from pytest_secretsmanager.inspection.past_world import past_world


@pytest.fixture
def sm() -> Iterator[SecretsManager]:
    with SecretsManager() as manager:
        manager.seed("db", "one")
        yield manager


def put(value: str) -> None:
    boto3.client("secretsmanager", region_name="us-east-1").put_secret_value(SecretId="db", SecretString=value)


def test_the_end_of_a_snapshot_restores_value_and_log_of_its_beginning(sm: SecretsManager) -> None:
    put("two")
    snapshot = sm.snapshot()
    put("three")
    with snapshot:
        put("four")
        assert sm.secret("db").value == "four"
    assert sm.secret("db").value == "three"
    sm.assert_logged("PutSecretValue", times=2)


def test_a_snapshot_that_is_never_entered_changes_nothing(sm: SecretsManager) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sm.snapshot()
    put("two")
    assert sm.secret("db").value == "two"


def test_entering_a_snapshot_a_second_time_raises_usage_error(sm: SecretsManager) -> None:
    snapshot = sm.snapshot()
    with snapshot:
        put("two")
    with pytest.raises(UsageError, match=r"^<snapshot> was entered before, and is used once: call snapshot\(\) for"):
        snapshot.__enter__()
    put("three")
    assert sm.secret("db").value == "three"


def test_entering_a_snapshot_inside_itself_raises_usage_error_and_rolls_back(sm: SecretsManager) -> None:
    snapshot = sm.snapshot()

    def enter_again() -> None:
        with snapshot:
            put("two")
            snapshot.__enter__()

    with pytest.raises(UsageError, match="was entered before"):
        enter_again()
    assert sm.secret("db").value == "one"


def test_the_repr_of_a_snapshot_says_whether_it_was_entered(sm: SecretsManager) -> None:
    snapshot = sm.snapshot()
    assert repr(snapshot) == "<snapshot, not entered>"
    with snapshot:
        assert repr(snapshot) == "<snapshot>"


def test_nested_snapshots_each_restore_the_value_at_their_beginning(sm: SecretsManager) -> None:
    with sm.snapshot():
        put("two")
        with sm.snapshot():
            put("three")
        assert sm.secret("db").value == "two"
    assert sm.secret("db").value == "one"


@pytest.mark.parametrize("others", [1, 1_000], ids=["few secrets", "many secrets"])
def test_a_deleted_secret_that_a_snapshot_restores_is_in_its_place_by_age(sm: SecretsManager, others: int) -> None:
    for number in range(others):
        sm.seed(f"other-{number}")
    before = list(sm.secrets)
    with sm.snapshot():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert list(sm.secrets) == before
    assert before[0] == "db"


def test_the_past_of_a_snapshot_has_changed_secrets_in_their_place_by_age(sm: SecretsManager) -> None:
    """The report of a failed test shows this past."""
    sm.seed("unchanged")
    with sm.snapshot():
        sm.seed("new")
        put("two")
        past = past_world(sm._world, 0)
    names = [secret.name for secret in past.present_within(sm.region, sm.account)]
    assert names == ["db", "unchanged", "new"]


def test_a_log_assertion_after_a_snapshot_says_that_a_rollback_took_its_calls_back(sm: SecretsManager) -> None:
    with sm.snapshot():
        put("two")
        with sm.snapshot():
            put("three")
    with pytest.raises(AssertionError) as caught:
        sm.assert_logged("PutSecretValue")
    assert str(caught.value).endswith(
        "no calls\n"
        "  a rollback took back 2 calls: look inside the snapshot(), the decorated function or the test that made them"
    )


def test_a_rollback_counts_calls_that_the_log_has_forgotten() -> None:
    with SecretsManager(log_limit=2) as sm:
        with sm.snapshot():
            for _ in range(10):
                sm.client().list_secrets()
        with pytest.raises(AssertionError, match="a rollback took back 10 calls: "):
            sm.assert_logged("ListSecrets")


def test_a_rollback_that_is_made_again_after_an_interrupt_counts_its_calls_once(sm: SecretsManager) -> None:
    entries = entries_of(sm.log)
    restore = entries.checkpoint()
    put("two")
    for _ in range(2):
        restore()
    assert (len(sm.log), entries.rolled_back) == (0, 1)


def test_an_event_of_aws_is_no_call_that_a_snapshot_took_back(sm: SecretsManager) -> None:
    with sm.snapshot():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
        assert [event.by_service for event in sm.log] == [False, True, True]
    with pytest.raises(AssertionError, match="took back 1 call:"):
        sm.assert_logged("DeleteSecret")


def test_an_exception_passes_through_a_snapshot_after_the_rollback(sm: SecretsManager) -> None:
    problem = ZeroDivisionError("mine")

    def fail() -> None:
        with sm.snapshot():
            put("two")
            raise problem

    with pytest.raises(ZeroDivisionError) as caught:
        fail()
    assert caught.value is problem
    assert sm.secret("db").value == "one"


def test_a_snapshot_rolls_back_a_put_that_a_coroutine_awaits_inside(sm: SecretsManager) -> None:
    async def code_under_test() -> None:
        with sm.snapshot():
            await asyncio.to_thread(put, "two")
            assert sm.secret("db").value == "two"
        assert sm.secret("db").value == "one"

    asyncio.run(code_under_test())


def test_overlapping_snapshots_of_two_tasks_restore_the_first_state(sm: SecretsManager) -> None:
    async def change(value: str, inside: asyncio.Event, go_on: asyncio.Event) -> None:
        with sm.snapshot():
            put(value)
            inside.set()
            await go_on.wait()

    async def both() -> None:
        first_inside, second_inside, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(change("two", first_inside, second_inside))
        await first_inside.wait()
        second = asyncio.create_task(change("three", second_inside, go_on))
        await first
        go_on.set()
        await second

    asyncio.run(both())
    assert sm.secret("db").value == "one"


def test_a_snapshot_in_a_cancelled_task_is_rolled_back(sm: SecretsManager) -> None:
    async def wait_forever(inside: asyncio.Event) -> None:
        with sm.snapshot():
            put("two")
            inside.set()
            await asyncio.Event().wait()

    async def cancel() -> None:
        inside = asyncio.Event()
        task = asyncio.create_task(wait_forever(inside))
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert sm.secret("db").value == "one"


def test_a_snapshot_of_a_manager_that_is_not_entered_rolls_back_seeds() -> None:
    sm = SecretsManager()
    with sm.snapshot():
        sm.seed("db", "one")
    assert list(sm.secrets) == []


def test_the_end_of_a_snapshot_stops_an_endpoint_that_was_started_inside(sm: SecretsManager) -> None:
    with sm.snapshot():
        endpoint = sm.endpoint()
    assert endpoint.is_stopped


def test_the_end_of_a_snapshot_keeps_an_endpoint_that_was_started_before(sm: SecretsManager) -> None:
    endpoint = sm.endpoint()
    with sm.snapshot():
        assert sm.endpoint() is endpoint
    assert not endpoint.is_stopped
    assert sm.endpoint() is endpoint


def test_a_planned_failure_that_no_rotation_in_a_snapshot_met_raises_unmet_plan_error(sm: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError, match="'testSecret'"), sm.snapshot():
        sm.rotation.fail("testSecret", ValueError)


def test_a_failed_event_handler_in_a_snapshot_raises_handler_error_and_rolls_back(sm: SecretsManager) -> None:
    def handler(_: object) -> None:
        raise ValueError

    def deliver() -> None:
        with sm.snapshot():
            sm.events.subscribe(handler)
            put("two")

    with pytest.raises(HandlerError, match="ValueError"):
        deliver()
    assert sm.secret("db").value == "one"


def test_a_handler_that_failed_is_reported_once_where_snapshots_overlap(sm: SecretsManager) -> None:
    def handler(_: object) -> None:
        raise ValueError

    first, second = sm.snapshot(), sm.snapshot()
    first.__enter__()
    sm.events.subscribe(handler)
    put("two")
    second.__enter__()
    with pytest.raises(HandlerError, match="ValueError"):
        first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert list(sm._parts.problems) == []


def test_an_event_handler_that_was_subscribed_in_a_snapshot_is_not_called_after_it(sm: SecretsManager) -> None:
    received: list[object] = []
    with sm.snapshot():
        sm.events.subscribe(received.append)
    put("two")
    assert received == []


def test_a_planned_failure_that_was_met_in_a_snapshot_applies_again_after_it(sm: SecretsManager) -> None:
    arn = sm.rotation.register(lambda *_: None)
    sm.rotation.fail("createSecret", ValueError)
    with sm.snapshot():
        sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
        assert isinstance(sm.rotation.runs[-1].error, ValueError)
    sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    assert isinstance(sm.rotation.runs[-1].error, ValueError)


def test_polls_that_the_block_used_up_end_a_replication_hold_again_after_it(sm: SecretsManager) -> None:
    def status() -> str:
        return sm.client().describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"]

    hold = sm.replication.hold(polls=2)
    sm.seed("db", "one", replicas=["eu-west-1"])
    with sm.snapshot():
        assert [status() for _ in range(3)] == ["InProgress", "InProgress", "InSync"]
    assert [status() for _ in range(3)] == ["InProgress", "InProgress", "InSync"]
    assert "resumed" in repr(hold)


def test_a_snapshot_restores_the_ids_of_a_manager_with_a_random_seed() -> None:
    with SecretsManager(random_seed=1) as sm:
        with sm.snapshot():
            first = sm.seed("db", "one").arn
        assert sm.seed("db", "one").arn == first


def test_sm_snapshot_returns_the_exported_type_snapshot(sm: SecretsManager) -> None:
    assert isinstance(sm.snapshot(), Snapshot)
