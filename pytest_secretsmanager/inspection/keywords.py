"""Refuse unknown keyword arguments with a text that names the nearest one, which Python's own text does not."""

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import ParamSpec, TypeVar, cast

from pytest_secretsmanager.engine.errors import UsageError, nearest

__tracebackhide__ = True

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def known_keywords(
    **advice: str,
) -> Callable[[Callable[_Arguments, _Result]], Callable[_Arguments, _Result]]:
    """Decorate a function: unknown keyword arguments raise a UsageError that names the nearest one.

    `advice` has a text for arguments that have no near one. Type checkers and editors see the undecorated function.

    >>> @known_keywords(months="write days=30")
    ... def advance(*, days=0): ...
    >>> advance(day=1)
    Traceback (most recent call last):
    pytest_secretsmanager.UsageError: advance has no argument 'day'; did you mean 'days'?
    >>> advance(months=1)
    Traceback (most recent call last):
    pytest_secretsmanager.UsageError: advance has no argument 'months': write days=30
    """

    def checking(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        code = cast("FunctionType", function).__code__  # not by `inspect`, which takes long at import
        known = [name for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if name != "self"]
        called = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]

        @wraps(function)
        def checked(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
            for name in kwargs:
                if name not in known:
                    hint = f": {advice[name]}" if name in advice else nearest(name, known)
                    raise UsageError(f"{called} has no argument {name!r}{hint}")
            return function(*args, **kwargs)

        return checked

    return checking
