"""The environment: what a client needs to be built at all, while a manager answers; and that of a Lambda function.

Region and credentials are set if, and only if, they are unset, and what was set is taken back when the last manager is
left. A function sees its own variables while it runs. Setting and taking back can both be repeated, after an interrupt.
"""

import os
from collections.abc import Callable, Collection, Mapping
from threading import get_ident

from pytest_secretsmanager.doors.default_region import REGION_VARIABLE
from pytest_secretsmanager.engine import arns, partitions
from pytest_secretsmanager.engine.interrupts import whole
from pytest_secretsmanager.engine.locks import Lock

CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}

_CREDENTIALS_VARIABLES = {name.upper(): value for name, value in CREDENTIALS.items()}

_lock = Lock()
_in_use: tuple[object, ...] = ()
_set: dict[str, str] = {}
"""The variables that were set here, with their values. One that has another value now was set elsewhere since."""


def region_named() -> str | None:
    """The region in which a client calls that names none and is made outside of functions; None when none is set."""
    return _own(REGION_VARIABLE) or None


def unset_variables(region: str) -> dict[str, str]:
    """The variables that are unset, or set by this module only, with what they need to be."""
    return {name: value for name, value in _wanted(region).items() if _own(name) in (None, _set.get(name))}


def enter(user: object, region: str) -> None:
    """Sets what is unset, for one more user."""
    global _in_use
    with _lock:
        _in_use = (*_in_use, user)
        for name, value in _wanted(region).items():
            if name in _before:
                if _before[name] is None:
                    _set[name] = _before[name] = value
            elif name not in os.environ:
                _set[name] = value
                os.environ[name] = value


def leave(user: object) -> None:
    """Takes back what was set and has its value still, when this user was the last one. Once more does nothing."""
    global _in_use
    with _lock:
        _in_use = tuple([other for other in _in_use if other is not user])
        if _in_use:
            return
        for name, value in _set.items():
            if name in _before:
                if _before[name] == value:
                    _before[name] = None
            elif os.environ.get(name) == value:
                del os.environ[name]
        _set.clear()


def _wanted(region: str) -> dict[str, str]:
    return {REGION_VARIABLE: region, **_CREDENTIALS_VARIABLES}


def _own(name: str) -> str | None:
    """What a variable is when no function runs; None: unset."""
    return _before[name] if name in _before else os.environ.get(name)


# --- functions -----------------------------------------------------------------------------------------------------

_ENDPOINT = "SECRETS_MANAGER_ENDPOINT"
"""The variable in which AWS's own rotation functions look for the endpoint of their client."""

_before: dict[str, str | None] = {}
"""What the variables of running functions are when no function runs."""

_running: tuple[tuple[object, Mapping[str, str]], ...] = ()


def run_function(function: object, region: str, name: str, body: Callable[[], object]) -> object:
    """Runs a function with the variables that Lambda sets for it; several may run, in any order.

    An environment is the whole process's, so other threads see it meanwhile. `function` is any object that stands for
    this one.
    """
    variables: dict[str, str] = {}

    def begin() -> None:
        global _running
        with _lock:
            variables.update(_variables(region, name))
            for variable in variables.keys() - _before.keys():
                _before[variable] = os.environ.get(variable)
            _running = (*_running, (function, variables))
            _show_running()

    def end() -> None:
        global _running
        with _lock:
            _running = tuple(other for other in _running if other[1] is not variables)
            _show_running()

    return whole(begin, body, end)


def end_functions(functions: Collection[object]) -> None:
    """Takes back the variables of these functions, though they may run still."""
    global _running
    with _lock:
        _running = tuple(other for other in _running if other[0] not in functions)
        _show_running()


def _variables(region: str, name: str) -> dict[str, str]:
    if_unset = {
        _ENDPOINT: f"https://secretsmanager.{region}.{partitions.dns_suffix(arns.partition(region))}",
        **_CREDENTIALS_VARIABLES,
    }
    unset = {
        variable: value for variable, value in if_unset.items() if variable not in os.environ or variable in _before
    }
    return {"AWS_REGION": region, REGION_VARIABLE: region, "AWS_LAMBDA_FUNCTION_NAME": name, **unset}


def _show_running() -> None:
    """Sets each variable as the function that began last has it, or back to what it was."""
    for variable, before in tuple(_before.items()):
        value = next((others[variable] for _, others in reversed(_running) if variable in others), None)
        shown = before if value is None else value
        if shown is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = shown
        if value is None:
            del _before[variable]


# --- forking -------------------------------------------------------------------------------------------------------


def _after_fork_in_child() -> None:
    """Takes back the variables of functions that ran in other threads: those are not there any more."""
    end_functions([function for function, _ in _running if getattr(function, "thread", None) != get_ident()])


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
