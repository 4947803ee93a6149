"""The environment: what a client needs to be built at all, while anybody answers; and that of a Lambda function.

Region and credentials are set if, and only if, they are unset, and what was set is taken back when the last one leaves.
A function sees its own variables while it runs.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from pytest_secretsmanager.engine import arns, model

CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}

_CREDENTIALS_VARIABLES = {name.upper(): value for name, value in CREDENTIALS.items()}

_lock = Lock()
_in_use = 0
_set: dict[str, str] = {}
"""What was set, as it was set: a variable that is otherwise now is somebody else's."""


DEFAULT_REGION = "us-east-1"


def region_named() -> str | None:
    """The region in which a client calls that names none, as the environment says; None when it says nothing."""
    return os.environ.get("AWS_DEFAULT_REGION") or None


def unset_variables(region: str) -> dict[str, str]:
    """The variables that nobody but us has set, with what they need to be."""
    return {name: value for name, value in _wanted(region).items() if os.environ.get(name) in (None, _set.get(name))}


def enter(region: str) -> None:
    """Sets what is unset, for one more user."""
    global _in_use
    with _lock:
        _in_use += 1
        unset = {name: value for name, value in _wanted(region).items() if name not in os.environ}
        os.environ.update(unset)
        _set.update(unset)


def leave() -> None:
    """Takes back what was set and is as it was set, when this user was the last one."""
    global _in_use
    with _lock:
        _in_use -= 1
        if _in_use:
            return
        for name, value in _set.items():
            if os.environ.get(name) == value:
                del os.environ[name]
        _set.clear()


def _wanted(region: str) -> dict[str, str]:
    return {"AWS_DEFAULT_REGION": region, **_CREDENTIALS_VARIABLES}


# --- functions -----------------------------------------------------------------------------------------------------

_ENDPOINT = "SECRETS_MANAGER_ENDPOINT"
"""The variable in which AWS's own rotation functions look for the endpoint of their client."""

_before: dict[str, str | None] = {}
_running: list[dict[str, str]] = []


@contextmanager
def of_function(region: str, name: str) -> Iterator[None]:
    """The variables that Lambda sets for a function, while it runs; several may run, in any order.

    An environment is the whole process's, so other threads see it meanwhile.
    """
    variables = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_LAMBDA_FUNCTION_NAME": name}
    if_unset = {
        _ENDPOINT: f"https://secretsmanager.{region}.{model.dns_suffix(arns.partition(region))}",
        **_CREDENTIALS_VARIABLES,
    }
    with _lock:
        variables |= {name: value for name, value in if_unset.items() if name not in os.environ or name in _before}
        for variable in variables.keys() - _before.keys():
            _before[variable] = os.environ.get(variable)
        _running.append(variables)
        _show_running()
    try:
        yield
    finally:
        with _lock:
            _running[:] = [others for others in _running if others is not variables]
            _show_running()


def _show_running() -> None:
    """Sets each variable as the function that began last has it, or back to what it was."""
    for variable, before in list(_before.items()):
        value = next((others[variable] for others in reversed(_running) if variable in others), None)
        if value is None:
            del _before[variable]
            value = before
        if value is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = value
