"""Lambda functions of a test: handlers that Secrets Manager invokes in this process, as AWS Lambda would."""

import asyncio
import inspect
import re
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pytest_secretsmanager.doors.daemon_pool import DaemonPool
from pytest_secretsmanager.doors.running import RunningFunction
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.callers import Principal, acting, user_of
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.interrupts import whole
from pytest_secretsmanager.engine.ports import Function
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.surroundings.function import run_function

__tracebackhide__ = True

Handler: TypeAlias = Callable[[Any, Any], Any]
"""A Lambda handler: called with the event, a dict, and the context."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


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


def _run(call: Callable[[], object], name: str) -> object:
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


def _acting_as(principal: Principal, body: Callable[[], object]) -> object:
    """Run a function whose clients call as this principal, in this thread or task."""
    before = acting.get()
    return whole(lambda: acting.set(principal), body, lambda: acting.set(before))


class Functions:
    """The functions that are registered, by ARN."""

    def __init__(
        self,
        new_request_id: Callable[[], str],
        answering: Callable[[str, Callable[[RunningFunction], object]], object],
        regions: Regions,
    ) -> None:
        """`answering` runs the function of an ARN, and answers its calls by its own manager."""
        self.by_arn: dict[str, Function] = {}
        self._handlers: dict[str, Handler] = {}
        self._new_request_id = new_request_id
        self._answering = answering
        self._regions = regions

    def checkpoint(self) -> Restore:
        """Return a function that restores the functions that are registered now."""
        return checkpoint(self.by_arn, self._handlers)

    def add(self, handler: Handler, arn: str) -> None:
        """Register a handler under an ARN, in place of an earlier one."""
        parsed = arns.parse_function(arn)
        if parsed is None or parsed.qualifier is not None:
            raise UsageError(f"the ARN of a function is arn:aws:lambda:<region>:<account>:function:<name>, not {arn!r}")
        region, account, name, _ = parsed
        self._regions.require(region, "the region in the ARN of a function")
        caller = user_of(account, region)

        def invoke(event: Mapping[str, str]) -> object:
            context = LambdaContext(name, arn, self._new_request_id())

            def call() -> object:
                """Called in the thread of the handler, so that its surroundings last as long as the handler runs."""
                return self._answering(
                    arn, lambda running: run_function(PROCESS.environment, running, region, name, act)
                )

            def act() -> object:
                return _acting_as(caller, lambda: handler(event, context))

            return _run(call, name)

        self._handlers[arn] = handler
        self.by_arn[arn] = invoke

    def free_arn(self, handler: Handler, name: str | None, region: str, account: str) -> str:
        """The ARN for a handler: of `name`, else of the handler's own name, with a number if that is taken."""
        if name is not None and _NAME.fullmatch(name) is None:
            raise UsageError(f"a function's name has 1 to 64 letters, digits, - or _, not {name!r}")
        place = f"arn:{arns.partition(region)}:lambda:{region}:{account}:function:"
        if name is not None:
            return place + name
        own = re.sub(r"[^A-Za-z0-9_-]", "", getattr(handler, "__name__", type(handler).__name__))[:60] or "function"
        candidates = (f"{place}{own}{'' if number == 1 else f'-{number}'}" for number in range(1, len(self.by_arn) + 2))
        return next(arn for arn in candidates if self._handlers.get(arn, handler) == handler)


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
