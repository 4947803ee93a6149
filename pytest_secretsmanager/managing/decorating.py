"""`@SecretsManager()`: each call of a decorated function is answered, and rolled back when it ends."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.managing.answering import answering
from pytest_secretsmanager.managing.parts import Parts
from pytest_secretsmanager.managing.rollback import rolled_back

__tracebackhide__ = True

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

_running: ContextVar[tuple[object, ...]] = ContextVar("running", default=())
"""The outermost decorated calls that this thread or task is in, each of its own manager."""


def decorated(parts: Parts, function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Decorate a function or coroutine function; UsageError for anything else."""
    _require_function(function)

    @functools.wraps(function)
    def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with answering(parts), _rolled_back(parts):
            result = function(*args, **kwargs)
        _require_done(function, result)
        return result

    @functools.wraps(function)
    async def run_async(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Any:
        with answering(parts), _rolled_back(parts):
            return await cast("Any", function(*args, **kwargs))

    return cast("Callable[_Arguments, _Result]", run_async) if inspect.iscoroutinefunction(function) else run


@contextmanager
def _rolled_back(parts: Parts) -> Iterator[None]:
    """The context of a decorated call. Nested decorated calls are rolled back first."""
    outer, running = _running.get(), parts.decorated_call
    if running is not None and running not in outer:
        raise UsageError(
            "a function decorated with this SecretsManager is still running; decorate functions that run at the same "
            "time with one SecretsManager each"
        )

    def begin() -> None:
        if running is None:
            parts.decorated_call = object()
            _running.set((*outer, parts.decorated_call))

    def end() -> None:
        _running.set(outer)  # not by a token: a discarded coroutine may end in another context
        if running is None:
            parts.decorated_call = None

    with taken_back(begin, end), rolled_back(parts):
        yield


def _require_function(function: object) -> None:
    generates = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
    if generates or inspect.isclass(function) or not callable(function):
        advice = (
            "write `with SecretsManager() as sm:` around its yield"
            if generates
            else "for a class, take the fixture secretsmanager, or enter a SecretsManager in setUp"
        )
        kind = "the generator function " if generates else ""
        raise UsageError(
            f"SecretsManager decorates functions and coroutine functions, not {kind}{function!r}; {advice}"
        )


def _require_done(function: Callable[..., object], result: object) -> None:
    """Refuse an unawaited result: by the time it ran, the manager would be inactive."""
    is_done = getattr(result, "done", None)  # of a future
    if inspect.isawaitable(result) and not (callable(is_done) and is_done()):
        if inspect.iscoroutine(result):
            result.close()
        raise UsageError(
            f"{function!r}, decorated with SecretsManager, returned an awaitable, and the SecretsManager would not be "
            "active when it runs: decorate the coroutine function itself"
        )
