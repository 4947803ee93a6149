"""`SecretsManager` as a decorator."""

import asyncio
import contextvars
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from application import read

from pytest_secretsmanager import SecretsManager, UsageError


def test_decorated_function_is_answered_and_returns_its_result() -> None:
    sm = SecretsManager()
    sm.seed("db", "hunter2")

    @sm
    def password(name: str, *, suffix: str = "") -> str:
        return read(name) + suffix

    assert password("db", suffix="!") == "hunter2!"


def test_decorated_function_is_rolled_back_after_each_call() -> None:
    sm = SecretsManager()
    sm.seed("db", "one")

    @sm
    def write() -> list[str | bytes | None]:
        sm.client().put_secret_value(SecretId="db", SecretString="two")
        sm.client().create_secret(Name="new")
        return [version.value for version in sm.secret("db").versions]

    assert write() == ["one", "two"]
    assert write() == ["one", "two"]
    assert list(sm.secrets) == ["db"]
    sm.assert_value("db", "one")
    assert len(sm.log) == 0


def test_decorated_function_that_raises_is_rolled_back() -> None:
    sm = SecretsManager()

    @sm
    def write() -> None:
        sm.client().create_secret(Name="new")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert list(sm.secrets) == []
    assert len(sm.log) == 0


def test_decorated_coroutine_function_is_answered_and_rolled_back() -> None:
    sm = SecretsManager()
    sm.seed("db", "one")

    @sm
    async def write(value: str) -> list[str | bytes | None]:
        await asyncio.sleep(0)
        sm.client().put_secret_value(SecretId="db", SecretString=value)
        await asyncio.sleep(0)
        return [version.value for version in sm.secret("db").versions]

    assert inspect.iscoroutinefunction(write)
    for value in ("two", "three"):
        coroutine: Any = write(value)
        assert asyncio.run(coroutine) == ["one", value]
    assert len(sm.secret("db").versions) == 1


def test_decorated_function_may_call_itself() -> None:
    sm = SecretsManager()

    @sm
    def create(depth: int) -> list[int]:
        sm.client().create_secret(Name=f"secret-{depth}")
        return [len(sm.secrets), *(create(depth - 1) if depth else []), len(sm.secrets)]

    assert create(2) == [1, 2, 3, 3, 2, 1]
    assert len(sm.secrets) == 0


def test_decorated_function_keeps_its_name_and_signature() -> None:
    @SecretsManager()
    def documented(first: int, *, second: str = "") -> str:
        """The docstring."""
        return f"{first}{second}"

    assert (documented.__name__, documented.__doc__) == ("documented", "The docstring.")
    assert str(inspect.signature(documented)) == "(first: int, *, second: str = '') -> str"


def generator() -> Iterator[int]:
    yield 1


async def async_generator() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(int, id="class"),
        pytest.param(3, id="number"),
    ],
)
def test_decorator_refuses_classes_and_other_objects(target: Any) -> None:
    with pytest.raises(UsageError) as refusal:
        SecretsManager()(target)
    assert str(refusal.value) == (
        f"SecretsManager decorates functions and coroutine functions, not {target!r}; for a class, take the fixture "
        "secretsmanager, or enter a SecretsManager in setUp"
    )


@pytest.mark.parametrize("target", [generator, async_generator])
def test_decorator_tells_a_generator_function_to_use_the_context_manager(target: Any) -> None:
    with pytest.raises(UsageError) as refusal:
        SecretsManager()(target)
    assert str(refusal.value) == (
        "SecretsManager decorates functions and coroutine functions, not the generator function "
        f"{target!r}; write `with SecretsManager() as sm:` around its yield"
    )


def test_decorator_without_parentheses_raises_usage_error() -> None:
    with pytest.raises(UsageError, match=r"write @SecretsManager\(\)"):
        SecretsManager(read)  # type: ignore[arg-type]


def test_decorated_coroutine_functions_of_one_manager_can_not_run_at_the_same_time() -> None:
    sm = SecretsManager()

    @sm
    async def work(name: str) -> None:
        sm.client().create_secret(Name=name)
        await asyncio.sleep(0)

    async def both() -> list[object]:
        return await asyncio.gather(work("a"), work("b"), return_exceptions=True)

    done, refused = asyncio.run(both())
    assert done is None
    assert isinstance(refused, UsageError)
    assert "decorate functions that run at the same time with one SecretsManager each" in str(refused)


def test_a_decorated_function_is_refused_in_another_thread_also_after_a_nested_call() -> None:
    sm = SecretsManager()
    work = sm(lambda: "done")

    @sm
    def outer() -> str:
        work()
        with ThreadPoolExecutor(1) as pool, pytest.raises(UsageError, match="is still running"):
            pool.submit(work).result()
        return work()

    assert outer() == "done"


def test_a_task_of_an_earlier_decorated_call_is_refused_inside_a_later_one() -> None:
    sm = SecretsManager()
    work = sm(lambda: "done")

    async def call_when(begun: asyncio.Event) -> str:
        await begun.wait()
        return work()

    @sm
    async def earlier(begun: asyncio.Event) -> "asyncio.Task[str]":
        return asyncio.create_task(call_when(begun))

    @sm
    async def later(begun: asyncio.Event, task: "asyncio.Task[str]") -> None:
        sm.seed("of-the-later-one")
        begun.set()
        with pytest.raises(UsageError, match="is still running"):
            await task
        assert list(sm.secrets) == ["of-the-later-one"]

    async def both() -> None:
        begun = asyncio.Event()
        await later(begun, await earlier(begun))

    asyncio.run(both())


def test_a_decorated_task_that_outlives_its_decorated_caller_leaves_the_manager_usable() -> None:
    sm = SecretsManager()

    @sm
    async def task(may_end: asyncio.Event) -> None:
        sm.seed("of-the-task")
        await may_end.wait()

    @sm
    async def caller(may_end: asyncio.Event) -> "asyncio.Task[None]":
        return asyncio.create_task(task(may_end), name="started here")

    async def outlive() -> None:
        may_end = asyncio.Event()
        started = await caller(may_end)
        await asyncio.sleep(0)
        may_end.set()
        await started

    asyncio.run(outlive())
    assert list(sm.secrets) == []
    assert sm(lambda: "a later call")() == "a later call"


def test_decorated_function_rolls_back_keys_functions_and_clock() -> None:
    sm = SecretsManager()
    sm.kms.create_key(alias="alias/pay")
    before = sm.clock.now

    @sm
    def turn() -> str:
        sm.kms.disable("alias/pay")
        sm.kms.create_key(alias="alias/new")
        sm.clock.advance(days=40)
        return sm.rotation.register(lambda *_: None, name="rotate")

    first = turn()
    assert sm.kms.key("alias/pay").state == "Enabled"
    with pytest.raises(UsageError):
        sm.kms.key("alias/new")
    assert (sm.clock.now - before).days == 0
    assert turn() == first


def test_decorated_coroutine_that_is_closed_early_leaves_its_manager() -> None:
    """The garbage collector closes a coroutine in another context."""
    sm = SecretsManager()

    @sm
    async def work() -> None:
        await asyncio.sleep(0)

    coroutine: Any = work()
    contextvars.copy_context().run(coroutine.send, None)
    contextvars.copy_context().run(coroutine.close)
    asyncio.run(work())


def returns_a_coroutine() -> Any:
    return asyncio.sleep(0)


async def coroutine_function() -> None:
    """Does nothing."""


class AsyncCallable:
    async def __call__(self) -> None:
        """Does nothing."""


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(returns_a_coroutine, id="function that returns a coroutine"),
        pytest.param(lambda: coroutine_function(), id="wrapper of a coroutine function"),
        pytest.param(AsyncCallable(), id="object with an async call method"),
    ],
)
def test_decorated_function_that_returns_an_unawaited_coroutine_is_refused(function: Callable[[], Any]) -> None:
    with pytest.raises(
        UsageError, match="returned an awaitable, and the SecretsManager would not be active when it runs"
    ):
        SecretsManager()(function)()


def test_decorated_function_may_return_a_future_that_is_done() -> None:
    @SecretsManager()
    def gives_a_future() -> asyncio.Future[int]:
        done = asyncio.get_running_loop().create_future()
        done.set_result(7)
        return done

    async def test() -> int:
        return await gives_a_future()

    assert asyncio.run(test()) == 7
