"""An async call is cancelled, or closed, at each of its awaits: it has happened completely, or not at all.

Each scenario ends at its first suspension, at its second one, and so on until it has no more. A listener to every event
of botocore suspends, so that a call suspends wherever it awaits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from functools import partial
from itertools import product
from typing import Any

import invariants
import pytest
from botocore.config import Config
from put_and_promote import put_and_promote

from pytest_secretsmanager import SecretsManager

pytest.importorskip("aiobotocore", reason="the async door is for clients of aiobotocore")

EVENTS = (
    "provide-client-params",
    "before-parameter-build",
    "before-endpoint-resolution",
    "before-call",
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "response-received",
    "needs-retry",
    "after-call",
)

SUSPENSIONS = 5
"""Each scenario suspends at least so often: in the events before a call is answered, and after it."""

NewClient = Callable[..., Any]
Scenario = Callable[[SecretsManager, Any], Awaitable[object]]


# --- the end of a call at a suspension -------------------------------------------------------------------------------


class EndedAt:
    """Awaits a coroutine and ends it at its `n`-th suspension. `count` is the number of suspensions so far."""

    def __init__(self, n: int, end: "End") -> None:
        self.n, self.count, self.end = n, 0, end

    async def run(self, coroutine: Any) -> None:
        with suppress(asyncio.CancelledError):
            await _Stepped(self, coroutine)


class _Stepped:
    def __init__(self, ended: EndedAt, coroutine: Any) -> None:
        self.ended, self.coroutine = ended, coroutine

    def __await__(self) -> Generator[Any, Any, None]:
        """Pass on what the coroutine waits for, and what comes of it."""
        resume = partial(self.coroutine.send, None)
        while True:
            try:
                waited_for = resume()
            except StopIteration:
                return
            self.ended.count += 1
            if self.ended.count == self.ended.n and not self.ended.end(self.coroutine):
                return
            try:
                yield waited_for
                resume = partial(self.coroutine.send, None)
            except BaseException as error:
                resume = partial(self.coroutine.throw, error)


End = Callable[[Any], bool]
"""Ends a suspended coroutine, and returns whether it goes on, to handle that."""


def cancel(_: Any) -> bool:
    """As `task.cancel()`, `asyncio.timeout` and a failing task group do."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    return True


def close(coroutine: Any) -> bool:
    """As the garbage collector does with a coroutine that nobody awaits any more."""
    coroutine.close()
    return False


# --- scenarios -------------------------------------------------------------------------------------------------------


async def put(_: SecretsManager, client: Any) -> None:
    await client.put_secret_value(SecretId="db", SecretString="two")


async def put_through_throttling(sm: SecretsManager, client: Any) -> None:
    sm.faults.fail("PutSecretValue", "ThrottlingException", times=2, optional=True)
    await put(sm, client)


async def put_with_lost_answers(sm: SecretsManager, client: Any) -> None:
    sm.faults.fail("PutSecretValue", "connection closed", times=2, after=True, optional=True)
    await put(sm, client)


async def put_with_a_slow_answer(sm: SecretsManager, client: Any) -> None:
    with sm.faults.delay("PutSecretValue", 5, optional=True):
        await put(sm, client)


async def put_above_a_rate(sm: SecretsManager, client: Any) -> None:
    with sm.faults.throttle("PutSecretValue", rate=1, burst=1):
        for _ in range(2):
            await put(sm, client)


async def create_with_replicas(_: SecretsManager, client: Any) -> None:
    await client.create_secret(Name="new", SecretString="one", AddReplicaRegions=[{"Region": "ap-south-1"}])


async def rotate(sm: SecretsManager, client: Any) -> None:
    def handler(event: dict[str, str], _: object) -> None:
        put_and_promote(sm.client(), event, "rotated")

    arn = sm.rotation.register(handler)
    await client.rotate_secret(SecretId="db", RotationLambdaARN=arn)


async def read_pages(_: SecretsManager, client: Any) -> None:
    async for page in client.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 1}):
        assert page["SecretList"]


async def put_in_a_snapshot(sm: SecretsManager, client: Any) -> None:
    with sm.snapshot():
        await put(sm, client)


async def put_as_a_role(sm: SecretsManager, client: Any) -> None:
    role = sm.iam.role("app", policy={"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    with sm.iam.acting_as(role):
        await put(sm, client)


async def put_in_another_manager(sm: SecretsManager, client: Any) -> None:
    with SecretsManager() as inner:
        inner.seed("db", "inner's")
        await put(inner, client)


async def put_in_a_decorated_coroutine(_: SecretsManager, client: Any) -> None:
    other = SecretsManager()

    @other
    async def decorated() -> None:
        await client.create_secret(Name="db", SecretString="one")

    try:
        await decorated()
    finally:
        assert dict(other.secrets) == {}
        assert other._parts.entering.depth == 0


RETRYING: list[Scenario] = [put_through_throttling, put_with_lost_answers, put_above_a_rate]
OTHERS: list[Scenario] = [
    put,
    put_with_a_slow_answer,
    create_with_replicas,
    rotate,
    read_pages,
    put_in_a_snapshot,
    put_as_a_role,
    put_in_another_manager,
    put_in_a_decorated_coroutine,
]
ENDS = {"cancelled": cancel, "closed": close}
CASES = [
    pytest.param(scenario, mode, end, id=f"{scenario.__name__}, {mode}, {name}")
    for name, end in ENDS.items()
    for scenario, mode in [*product(RETRYING, ("legacy", "standard", "adaptive")), *product(OTHERS, ("standard",))]
    # CPython closes an async generator in another task, where the one of aiobotocore's paginator fails by itself.
    if (scenario, end) != (read_pages, close)
]


# --- the tests -------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_real_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Suspend in each wait, and fail the test if it takes time."""
    sleep = asyncio.sleep

    async def suspend(seconds: float, result: Any = None) -> Any:
        assert seconds == 0, f"really slept {seconds} seconds"
        return await sleep(0, result)

    monkeypatch.setattr(asyncio, "sleep", suspend)


async def suspend(**_: object) -> None:
    """A listener that suspends, and answers nothing."""
    await asyncio.sleep(0)


async def ended(client: Any, scenario: Scenario, ending: EndedAt) -> None:
    """Run a scenario that ends early, check what is left, and make a call."""
    with SecretsManager() as sm:
        for name in ("db", "other"):
            sm.seed(name, "one", replicas=["eu-west-1"])
        await ending.run(scenario(sm, client))
        assert_whole(sm)
        sm._parts.unmet_plans.forget()
        await put(sm, client)
        assert sm.secret("db").value == "two"
        assert_whole(sm)


def assert_whole(sm: SecretsManager) -> None:
    """Each invariant holds, and each version has the call that wrote it in the log."""
    for invariant in invariants.OF_ANY_STATE:
        invariant(sm)
    written = {token for event in sm.log if not event.error and (token := event.request.get("ClientRequestToken"))}
    for name in sm.secrets:
        assert {version.id for version in sm.secret(name).versions[1:]} <= written
    assert not sm._parts.callers.blocks


@pytest.mark.parametrize(("scenario", "mode", "end"), CASES)
def test_async_call_that_ends_at_any_await_has_happened_or_not(
    new_async_client: NewClient, scenario: Scenario, mode: Any, end: End
) -> None:
    async def end_everywhere() -> int:
        config = Config(retries={"mode": mode, "total_max_attempts": 9})
        async with new_async_client(config=config) as client:
            for event in EVENTS:
                client.meta.events.register(f"{event}.secrets-manager", suspend)
            ending = EndedAt(0, end)
            while ending.count >= ending.n:
                ending = EndedAt(ending.n + 1, end)
                await ended(client, scenario, ending)
        return ending.count

    assert asyncio.run(end_everywhere()) >= SUSPENSIONS
