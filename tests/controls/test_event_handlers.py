"""`sm.events.subscribe`: the events of a handler, their order, the end of a subscription, and failures."""

# ruff: noqa: PT012 - the end of a block raises

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from pytest_secretsmanager import Rotation, SecretsManager, UsageError
from pytest_secretsmanager.controls import subscriptions
from pytest_secretsmanager.controls.handler_problems import HandlerError
from pytest_secretsmanager.controls.subscriptions import LONGEST_CHAIN
from pytest_secretsmanager.controls.unmet_plans import UnmetPlanError

Event = dict[str, Any]
CURRENT_MOVES = {"detail-type": ["Secret Label Updated"], "detail": {"labelUpdated": ["AWSCURRENT"]}}


def calls(*names: str) -> dict[str, object]:
    return {"detail": {"eventName": list(names)}}


def put(sm: SecretsManager, value: str = "two", name: str = "db") -> None:
    sm.client().put_secret_value(SecretId=name, SecretString=value)


def name_of(event: Event) -> str:
    return str(event["detail"].get("eventName", event["detail-type"]))


def failing(event: Event) -> None:
    raise ValueError("hunter2")


@pytest.fixture
def sm() -> Iterator[SecretsManager]:
    """A manager with one secret, entered."""
    with SecretsManager() as manager:
        manager.seed("db", "one")
        yield manager


@pytest.fixture
def left() -> SecretsManager:
    """A manager with one secret, for tests that enter and leave it."""
    manager = SecretsManager()
    manager.seed("db", "one")
    return manager


# --- which events, and when ------------------------------------------------------------------------------------------


def test_event_handler_is_called_with_the_events_that_match_its_pattern(sm: SecretsManager) -> None:
    seen: list[Event] = []
    sm.events.subscribe(seen.append, pattern=CURRENT_MOVES)
    put(sm)
    assert seen == [event for event in sm.events if event["detail-type"] == "Secret Label Updated"]
    assert len(seen) == 1


def test_event_handler_without_a_pattern_is_called_with_all_events(sm: SecretsManager) -> None:
    seen: list[Event] = []
    sm.events.subscribe(seen.append)
    put(sm)
    assert seen == list(sm.events)
    assert len(seen) == 2


def test_event_handler_runs_before_the_call_returns_and_reads_the_new_value(sm: SecretsManager) -> None:
    read: list[str] = []
    sm.events.subscribe(lambda _: read.append(sm.client().get_secret_value(SecretId="db")["SecretString"]))
    put(sm, "two")
    assert read == ["two", "two"]


def test_event_handler_runs_without_the_lock_of_the_manager(sm: SecretsManager, is_free: Callable[[Any], bool]) -> None:
    found: list[bool] = []
    sm.events.subscribe(lambda _: found.append(is_free(sm._parts.service.lock)))
    put(sm)
    sm.clock.advance(days=1)
    assert found == [True, True]


def test_event_handler_gets_no_event_from_before_its_subscription(sm: SecretsManager) -> None:
    put(sm)
    seen: list[Event] = []
    sm.events.subscribe(seen.append)
    assert seen == []
    sm.client().delete_secret(SecretId="db")
    assert [name_of(event) for event in seen] == ["DeleteSecret"]


def test_event_handler_gets_events_after_the_log_is_cleared(sm: SecretsManager) -> None:
    seen: list[Event] = []
    sm.events.subscribe(seen.append, pattern=CURRENT_MOVES)
    put(sm)
    sm.log.clear()
    put(sm, "three")
    assert len(seen) == 2


def test_event_handler_gets_no_event_of_a_seed(sm: SecretsManager) -> None:
    seen: list[Event] = []
    sm.events.subscribe(seen.append)
    sm.seed("db", "other")
    assert seen == []


def test_event_handler_gets_the_event_of_a_refused_call(sm: SecretsManager) -> None:
    seen: list[Event] = []
    sm.events.subscribe(seen.append, pattern={"detail": {"errorCode": [{"exists": True}]}})
    with pytest.raises(sm.client().exceptions.ResourceNotFoundException):
        put(sm, name="other")
    assert [name_of(event) for event in seen] == ["PutSecretValue"]


def rotate_by_call(sm: SecretsManager) -> None:
    sm.client().rotate_secret(SecretId="rotating")


def rotate_by_clock(sm: SecretsManager) -> None:
    sm.clock.advance(days=31)


def rotate_by_hold(sm: SecretsManager) -> None:
    hold = sm.rotation.hold("rotating", after="finishSecret")
    sm.client().rotate_secret(SecretId="rotating")
    hold.resume()


@pytest.mark.parametrize("rotate", [rotate_by_call, rotate_by_clock, rotate_by_hold])
def test_event_handler_gets_the_events_of_a_rotation_that_a_call_clock_or_hold_started(
    sm: SecretsManager, rotate: Callable[[SecretsManager], None]
) -> None:
    def function(event: dict[str, str], _context: object) -> None:
        if event["Step"] == "finishSecret":
            sm.client().put_secret_value(
                SecretId="rotating", ClientRequestToken=event["ClientRequestToken"], SecretString="new"
            )

    sm.seed("rotating", "old", rotation=Rotation(function, days=30))
    seen: list[str] = []
    sm.events.subscribe(lambda event: seen.append(name_of(event)))
    rotate(sm)
    assert seen[-3:] == ["Secret Label Updated", "PutSecretValue", "RotationSucceeded"]


def test_event_handler_gets_the_events_of_a_held_replica_when_it_is_resumed(sm: SecretsManager) -> None:
    hold = sm.replication.hold("eu-west-1")
    sm.client().replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}])
    seen: list[str] = []
    sm.events.subscribe(lambda event: seen.append(name_of(event)))
    hold.resume()
    assert seen == ["Secret Label Updated", "ReplicationSucceeded"]


def put_in_process(sm: SecretsManager) -> None:
    put(sm)


def put_by_async_client(sm: SecretsManager) -> None:
    session = pytest.importorskip("aiobotocore.session", reason="needs the extra `async`").get_session()

    async def call() -> None:
        async with session.create_client("secretsmanager", sm.region) as client:
            await client.put_secret_value(SecretId="db", SecretString="two")

    asyncio.run(call())


def put_by_endpoint(sm: SecretsManager) -> None:
    env = sm.endpoint().env
    keys = {"aws_access_key_id": env["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": env["AWS_SECRET_ACCESS_KEY"]}
    client = sm.client(endpoint_url=env["AWS_ENDPOINT_URL_SECRETS_MANAGER"], **keys)
    client.put_secret_value(SecretId="db", SecretString="two")


@pytest.mark.parametrize("put_somehow", [put_in_process, put_by_async_client, put_by_endpoint])
def test_event_handler_is_called_for_calls_of_every_kind_of_client(
    sm: SecretsManager, put_somehow: Callable[[SecretsManager], None]
) -> None:
    read: list[str] = []
    sm.events.subscribe(
        lambda _: read.append(boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"]),
        pattern=CURRENT_MOVES,
    )
    put_somehow(sm)
    assert read == ["two"]


# --- order -----------------------------------------------------------------------------------------------------------


def test_event_handlers_get_each_event_in_the_order_of_their_subscription(sm: SecretsManager) -> None:
    seen: list[str] = []
    sm.events.subscribe(lambda event: seen.append(f"first: {name_of(event)}"))
    sm.events.subscribe(lambda event: seen.append(f"second: {name_of(event)}"))
    put(sm)
    assert seen == [
        "first: Secret Label Updated",
        "second: Secret Label Updated",
        "first: PutSecretValue",
        "second: PutSecretValue",
    ]


def test_event_caused_by_a_handler_comes_after_the_waiting_events(sm: SecretsManager) -> None:
    seen: list[str] = []

    def tag(_: Event) -> None:
        sm.client().tag_resource(SecretId="db", Tags=[{"Key": "moved", "Value": "yes"}])
        seen.append("tagged")

    sm.events.subscribe(tag, pattern=CURRENT_MOVES)
    sm.events.subscribe(lambda event: seen.append(name_of(event)))
    put(sm)
    assert seen == ["tagged", "Secret Label Updated", "PutSecretValue", "TagResource"]


def test_each_event_handler_gets_its_own_copy_of_the_event(sm: SecretsManager) -> None:
    seen: list[Event] = []
    sm.events.subscribe(lambda event: event["detail"].clear(), pattern=CURRENT_MOVES)
    sm.events.subscribe(seen.append, pattern=CURRENT_MOVES)
    put(sm)
    assert seen[0]["detail"]["labelUpdated"] == "AWSCURRENT"


def test_event_handler_that_causes_its_own_event_again_is_stopped_with_an_explanation() -> None:
    calls_made: list[Event] = []

    def rewrite(event: Event) -> None:
        calls_made.append(event)
        put(manager, f"again {len(calls_made)}")

    with pytest.raises(HandlerError) as failure, SecretsManager(version_quota=1000) as manager:
        manager.seed("db", "one")
        manager.events.subscribe(rewrite, pattern=calls("PutSecretValue"))
        put(manager)
    assert len(calls_made) == LONGEST_CHAIN
    assert str(failure.value) == (
        "the calls of a handler (rewrite) caused events for handlers 100 times in a row, up to "
        "PutSecretValue, so delivery was broken off: give it a pattern that does not match what the handler itself "
        "causes"
    )


def test_event_handler_that_causes_more_and_more_events_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST_CAUSED", 100)
    names: list[str] = []

    def create(_: Event) -> None:
        names.append(f"new/{len(names)}")
        assert len(names) < 1000
        manager.client().create_secret(Name=names[-1], SecretString="x")  # two events, so two calls

    with pytest.raises(HandlerError) as failure, SecretsManager() as manager:
        manager.seed("db", "one")
        manager.events.subscribe(create)
        put(manager)
    assert str(failure.value).startswith(
        "the calls of a handler (create) caused events for handlers 5 times in a row, up to CreateSecret, so delivery"
    )


def test_event_handler_error_counts_equal_failures_and_lists_the_first_of_many() -> None:
    def failing_by_name(event: Event) -> None:
        raise ValueError

    with pytest.raises(HandlerError) as failure, SecretsManager(version_quota=1000) as manager:
        manager.seed("db", "one")
        manager.events.subscribe(failing_by_name, pattern=CURRENT_MOVES)
        for number in range(3):
            put(manager, f"value {number}")
        for number in range(100):
            manager.client().create_secret(Name=f"new/{number}", SecretString="x")
    first, *others = str(failure.value).splitlines()
    assert first.endswith("called with 'Secret Label Updated' (AWSCURRENT of secret 'db') (3 times)")
    assert len(others) < 50
    assert others[-1].startswith("  … and ")


def test_event_handler_may_start_a_coroutine_with_ensure_future(sm: SecretsManager) -> None:
    read: list[object] = []

    async def reload() -> None:
        read.append(sm.secret("db").value)

    async def run() -> None:
        sm.events.subscribe(lambda _: asyncio.ensure_future(reload()), pattern=CURRENT_MOVES)
        put(sm)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert read == ["two"]


def test_event_handler_is_not_stopped_by_many_events_of_one_call(sm: SecretsManager) -> None:
    sm.seed("rotating", '{"password": "old"}', owning_service="rds", rotation=Rotation(days=1))
    read: list[str] = []
    sm.events.subscribe(
        lambda _: read.append(sm.client().get_secret_value(SecretId="rotating")["VersionId"]), pattern=CURRENT_MOVES
    )
    sm.clock.advance(days=2 * LONGEST_CHAIN)
    assert len(read) > LONGEST_CHAIN


def test_event_of_another_thread_during_a_handler_comes_after_it(sm: SecretsManager) -> None:
    seen: list[str] = []

    def handler(event: Event) -> None:
        seen.append(f"begins {name_of(event)}")
        if name_of(event) == "PutSecretValue":
            other = threading.Thread(target=lambda: sm.client().delete_secret(SecretId="db"))
            other.start()
            other.join(10)
            assert not other.is_alive()
        seen.append("ends")

    sm.events.subscribe(handler, pattern=calls("PutSecretValue", "DeleteSecret"))
    put(sm)
    assert seen == ["begins PutSecretValue", "ends", "begins DeleteSecret", "ends"]


def test_event_handler_gets_each_event_of_many_threads_once_in_the_order_of_the_log(sm: SecretsManager) -> None:
    seen: list[str] = []
    sm.events.subscribe(lambda event: seen.append(event["id"]))

    def create(number: int) -> None:
        for index in range(20):
            sm.client().create_secret(Name=f"secret-{number}-{index}", SecretString="one")

    threads = [threading.Thread(target=create, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert seen == [event["id"] for event in sm.events]
    assert len(seen) == 2 * 80


# --- the end of a subscription ---------------------------------------------------------------------------------------


def test_unsubscribed_event_handler_is_not_called(sm: SecretsManager) -> None:
    seen: list[Event] = []
    subscription = sm.events.subscribe(seen.append)
    subscription.unsubscribe()
    subscription.unsubscribe()
    put(sm)
    assert seen == []


def test_event_subscription_ends_with_its_with_block(sm: SecretsManager) -> None:
    seen: list[Event] = []
    with sm.events.subscribe(seen.append, pattern=CURRENT_MOVES):
        put(sm)
    put(sm, "three")
    assert len(seen) == 1


def test_event_handler_may_unsubscribe_another_handler(sm: SecretsManager) -> None:
    seen: list[Event] = []
    sm.events.subscribe(lambda _: second.unsubscribe())
    second = sm.events.subscribe(seen.append)
    put(sm)
    assert seen == []


def test_event_handler_subscribed_by_a_handler_gets_the_later_events(sm: SecretsManager) -> None:
    seen: list[str] = []

    def first(event: Event) -> None:
        sm.events.subscribe(lambda event: seen.append(name_of(event)))
        sm.client().delete_secret(SecretId="db")

    with sm.events.subscribe(first, pattern=CURRENT_MOVES):
        put(sm)
    assert seen == ["DeleteSecret"]


def test_last_unsubscribe_removes_watcher_and_listener_from_the_service(sm: SecretsManager) -> None:
    with sm.events.subscribe(print), sm.events.subscribe(print):
        assert len(sm._parts.service._watchers.of_calls) == len(sm._parts.service._watchers.of_log) == 1
    assert sm._parts.service._watchers.of_calls == []
    assert sm._parts.service._watchers.of_log == []


def test_rollback_removes_a_subscription_that_was_made_inside(sm: SecretsManager) -> None:
    inner: list[Event] = []
    outer: list[Event] = []
    sm.events.subscribe(outer.append, pattern=CURRENT_MOVES)
    with sm.snapshot():
        sm.events.subscribe(inner.append, pattern=CURRENT_MOVES)
        put(sm)
    put(sm, "three")
    assert (len(inner), len(outer)) == (1, 2)


def test_rollback_removes_the_first_subscription_of_the_manager(sm: SecretsManager) -> None:
    seen: list[Event] = []
    with sm.snapshot():
        subscription = sm.events.subscribe(seen.append)
    put(sm)
    subscription.unsubscribe()
    assert seen == []
    assert sm._parts.service._watchers.of_calls == []


def test_rollback_restores_a_subscription_that_was_ended_inside(sm: SecretsManager) -> None:
    seen: list[Event] = []
    subscription = sm.events.subscribe(seen.append, pattern=CURRENT_MOVES)
    with sm.snapshot():
        subscription.unsubscribe()
        put(sm)
    put(sm, "three")
    assert len(seen) == 1


# --- handlers that fail ----------------------------------------------------------------------------------------------


def test_failed_event_handler_fails_the_end_of_the_block_but_not_the_call(left: SecretsManager) -> None:
    with pytest.raises(HandlerError) as failure, left:
        left.events.subscribe(failing, pattern=CURRENT_MOVES)
        put(left)
        left.assert_value("db", "two")
    line = failing.__code__.co_firstlineno + 1
    assert str(failure.value) == (
        f"the handler failing failed with ValueError at {__file__}:{line}, called with 'Secret Label Updated' "
        "(AWSCURRENT of secret 'db')"
    )
    assert isinstance(failure.value, AssertionError)
    assert str(failure.value.__cause__) == "hunter2"


def test_event_handler_error_lists_every_failure_and_other_handlers_are_called(left: SecretsManager) -> None:
    seen: list[Event] = []
    with pytest.raises(HandlerError) as failure, left:
        left.events.subscribe(failing)
        left.events.subscribe(seen.append)
        put(left)
    assert [line.rpartition(", called")[2] for line in str(failure.value).splitlines()] == [
        " with 'Secret Label Updated' (AWSCURRENT of secret 'db')",
        " with 'AWS API Call via CloudTrail' (PutSecretValue)",
    ]
    assert len(seen) == 2


def test_error_of_a_handler_has_no_refusal_of_the_call_in_its_context(left: SecretsManager) -> None:
    def reading(_: Event) -> None:
        try:
            failing({})
        except ValueError as error:
            raise LookupError from error

    with pytest.raises(HandlerError) as failure, left:
        left.events.subscribe(reading)
        with pytest.raises(left.client().exceptions.ResourceNotFoundException):
            put(left, name="other")
    cause = failure.value.__cause__
    assert isinstance(cause, LookupError)
    assert isinstance(cause.__cause__, ValueError)
    assert cause.__cause__.__context__ is None


def test_system_exit_in_a_handler_is_a_failure(left: SecretsManager) -> None:
    with pytest.raises(HandlerError, match="failed with SystemExit"), left:
        left.events.subscribe(lambda _: exit(1), pattern=CURRENT_MOVES)
        put(left)


def test_interrupt_in_a_handler_reaches_the_caller(sm: SecretsManager) -> None:
    def interrupted(_: Event) -> None:
        raise KeyboardInterrupt

    with sm.events.subscribe(interrupted, pattern=CURRENT_MOVES), pytest.raises(KeyboardInterrupt):
        put(sm)
    seen: list[Event] = []
    sm.events.subscribe(seen.append, pattern=CURRENT_MOVES)
    put(sm, "three")
    assert len(seen) == 1


def test_error_of_the_block_is_raised_with_a_note_on_the_failed_handler(left: SecretsManager) -> None:
    with pytest.raises(ZeroDivisionError) as failure, left:
        left.events.subscribe(failing, pattern=CURRENT_MOVES)
        put(left)
        raise ZeroDivisionError
    (note,) = failure.value.__notes__
    assert note.startswith("the handler failing failed with ValueError")


def test_failed_event_handler_is_reported_once(left: SecretsManager) -> None:
    with pytest.raises(HandlerError), left:
        left.events.subscribe(failing, pattern=CURRENT_MOVES)
        put(left)
    with left:
        pass


def test_failed_event_handler_inside_a_rollback_is_reported_at_its_end(sm: SecretsManager) -> None:
    with pytest.raises(HandlerError), sm.snapshot():
        sm.events.subscribe(failing, pattern=CURRENT_MOVES)
        put(sm)
    sm.assert_value("db", "one")


def test_failed_event_handler_from_before_a_rollback_is_reported_when_the_manager_is_left(left: SecretsManager) -> None:
    with pytest.raises(HandlerError), left:
        left.events.subscribe(failing, pattern=CURRENT_MOVES)
        put(left)
        with left.snapshot():
            pass


def test_error_inside_a_rollback_is_raised_with_a_note_on_the_failed_handler(sm: SecretsManager) -> None:
    with pytest.raises(ZeroDivisionError) as failure, sm.snapshot():
        sm.events.subscribe(failing, pattern=CURRENT_MOVES)
        put(sm)
        raise ZeroDivisionError
    assert len(failure.value.__notes__) == 1


def test_decorated_function_with_a_failed_handler_fails_at_each_call(left: SecretsManager) -> None:
    @left
    def subscribing() -> None:
        left.events.subscribe(failing, pattern=CURRENT_MOVES)
        put(left)

    for _ in range(2):
        with pytest.raises(HandlerError):
            subscribing()


def test_failed_event_handler_is_reported_instead_of_an_unmet_plan(left: SecretsManager) -> None:
    with pytest.raises(HandlerError), left:
        left.rotation.fail("setSecret", ValueError)
        left.events.subscribe(failing, pattern=CURRENT_MOVES)
        put(left)
    with left:
        pass


def test_unmet_plan_is_reported_when_no_handler_failed(left: SecretsManager) -> None:
    with pytest.raises(UnmetPlanError), left:
        left.events.subscribe(print)
        left.rotation.fail("setSecret", ValueError)


# --- refusals --------------------------------------------------------------------------------------------------------


async def coroutine_function(event: Event) -> None:
    """Does nothing."""


class AsyncHandler:
    async def __call__(self, event: Event) -> None:
        """Does nothing."""


def lambda_handler(event: Event, context: object) -> None:
    """A Lambda handler."""


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        (None, "a handler of events is called as handler(event); NoneType can't be"),
        (dict, "a handler of events is called as handler(event); the class dict can't be"),
        (
            coroutine_function,
            "coroutine_function is a coroutine function, which is not awaited; a handler is a plain function: "
            "asyncio.run(…) inside it runs a coroutine, and in an async test asyncio.ensure_future(…) starts one",
        ),
        (
            AsyncHandler(),
            "AsyncHandler is a coroutine function, which is not awaited; a handler is a plain function: asyncio.run(…) "
            "inside it runs a coroutine, and in an async test asyncio.ensure_future(…) starts one",
        ),
        (
            lambda_handler,
            "a handler of events is called as handler(event), and lambda_handler takes other arguments: for a Lambda "
            "handler write lambda event: lambda_handler(event, None)",
        ),
        (
            threading.Event().set,
            "a handler of events is called as handler(event), and Event.set takes no event: write lambda _: "
            "Event.set()",
        ),
    ],
    ids=["None", "class", "coroutine function", "async callable", "Lambda handler", "no parameter"],
)
def test_events_subscribe_refuses_a_handler_that_can_not_be_called_with_an_event(
    sm: SecretsManager, handler: Any, text: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        sm.events.subscribe(handler)
    assert str(refusal.value) == text


def test_event_handler_that_returns_a_coroutine_fails_the_block(left: SecretsManager) -> None:
    with pytest.raises(HandlerError, match="returned a coroutine, which is not awaited"), left:
        left.events.subscribe(lambda event: coroutine_function(event), pattern=CURRENT_MOVES)
        put(left)


def test_events_subscribe_accepts_a_handler_without_a_signature(sm: SecretsManager) -> None:
    sm.events.subscribe({}.update, pattern=calls("NoOperation"))
    put(sm)


def test_events_subscribe_refuses_a_malformed_pattern_at_once(sm: SecretsManager) -> None:
    with pytest.raises(UsageError, match="did you mean 'prefix'"):
        sm.events.subscribe(print, pattern={"source": [{"prefx": "aws"}]})
    assert sm._parts.service._watchers.of_calls == []


def test_events_subscribe_explains_a_misspelt_argument(sm: SecretsManager) -> None:
    misspelt: dict[str, Any] = {"event_pattern": {}}
    with pytest.raises(UsageError, match=r"subscribe has no argument 'event_pattern': write pattern=\{…\}"):
        sm.events.subscribe(print, **misspelt)


def test_repr_of_an_event_subscription_names_its_handler(sm: SecretsManager) -> None:
    assert repr(sm.events.subscribe(lambda_handler.__get__({}))) == "<subscription of lambda_handler>"
