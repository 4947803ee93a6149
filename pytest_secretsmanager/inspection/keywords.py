"""Keyword arguments that a function does not have, refused in words: Python's own text names no nearest one."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pytest_secretsmanager.engine.errors import UsageError, nearest

__tracebackhide__ = True

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def known_keywords(
    **advice: str,
) -> Callable[[Callable[_Arguments, _Result]], Callable[_Arguments, _Result]]:
    """Lets a function refuse unknown keyword arguments with a UsageError that names the nearest one.

    `advice` says what to write instead of arguments that have no near one. Type checkers and editors see the function
    as it is.

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
        known = [name for name in inspect.signature(function).parameters if name != "self"]

        @wraps(function)
        def checked(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
            for name in kwargs:
                if name not in known:
                    hint = f": {advice[name]}" if name in advice else nearest(name, known)
                    raise UsageError(f"{function.__name__} has no argument {name!r}{hint}")
            return function(*args, **kwargs)

        return checked

    return checking
