"""Calling a Lambda handler as Lambda would: with a context, as its own caller, and outside of a running event loop."""

import asyncio
import inspect
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field

from pytest_secretsmanager.doors.daemon_pool import DaemonPool
from pytest_secretsmanager.engine.callers import Principal, acting
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.interrupts import whole

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The context argument of a handler. `get_remaining_time_in_millis` always returns the same time.

    Only `aws_request_id` differs from step to step.
    """

    function_name: str
    invoked_function_arn: str
    aws_request_id: str
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "128"
    client_context: None = None
    identity: None = None
    remaining_time: int = field(default=30_000, repr=False)

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return f"[{self.function_version}]{self.aws_request_id}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would stop the function."""
        return self.remaining_time


def run_apart_from_loops(call: Callable[[], object], name: str) -> object:
    """Call a function in this thread; in another thread if an event loop runs in this one.

    Lambda runs a function in another process, where the function can start a loop of its own (`asyncio.run`).
    """
    if asyncio._get_running_loop() is None:  # noqa: SLF001 - asyncio documents it for code that must not raise
        return call()
    elsewhere = DaemonPool(1, name)
    running = elsewhere.submit(copy_context().run, call)
    try:
        return running.result()
    finally:
        elsewhere.shutdown(wait=running.done())  # an interrupt does not wait for a function that blocks


def acting_as(principal: Principal, body: Callable[[], object]) -> object:
    """Run a function whose clients call as this principal, in this thread or task."""
    before = acting.get()
    return whole(lambda: acting.set(principal), body, lambda: acting.set(before))


def require_handler(handler: object) -> None:
    """Raise UsageError for a handler that Lambda could not call."""
    if not callable(handler) or inspect.isclass(handler):
        raise UsageError(f"a rotation function is called as handler(event, context); {handler!r} can't be")
    if inspect.iscoroutinefunction(handler):
        raise UsageError("a rotation function is a plain function, not a coroutine function: Lambda does not await it")
    try:
        inspect.signature(handler).bind({}, None)
    except TypeError:
        raise UsageError(
            f"a rotation function is called as handler(event, context); {handler!r} takes other arguments"
        ) from None
    except ValueError:
        return  # a callable without a signature
