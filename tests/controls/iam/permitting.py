"""Policies of these tests, and the refusal of a call."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

SESSION = "arn:aws:sts::123456789012:assumed-role/{}/pytest"


def allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    """A policy that allows these actions of Secrets Manager, or of another service by a name with a colon."""
    return {"Version": "2012-10-17", "Statement": [statement("Allow", *actions, resource=resource, **more)]}


def deny(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement("Deny", *actions, resource=resource, **more)]}


def statement(effect: str, *actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    named = [action if ":" in action or action == "*" else f"secretsmanager:{action}" for action in actions]
    return {"Effect": effect, "Action": named, "Resource": resource, **more}


def refusal(call: Callable[..., Any], **parameters: Any) -> str:
    """The text with which a call is refused for lack of a permission."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException", error
    return error["Message"]
