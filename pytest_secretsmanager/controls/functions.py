"""Lambda functions of a test: handlers that Secrets Manager invokes in this process, as AWS Lambda would."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pytest_secretsmanager.doors.running import RunningFunction
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.ports import Function
from pytest_secretsmanager.engine.regions import Regions

__tracebackhide__ = True

Handler: TypeAlias = Callable[[Any, Any], Any]
"""A Lambda handler: called with the event, a dict, and the context."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


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
        from pytest_secretsmanager.controls.handlers import LambdaContext, acting_as, run_apart_from_loops
        from pytest_secretsmanager.surroundings.function import run_function

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
                return acting_as(caller, lambda: handler(event, context))

            return run_apart_from_loops(call, name)

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
