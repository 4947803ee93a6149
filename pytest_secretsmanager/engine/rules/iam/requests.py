"""A request as IAM sees it: the action, the resource, the caller, and the condition keys."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.callers import Principal

ContextValue: TypeAlias = str | tuple[str, ...]
"""The value of a condition key as IAM compares it: text, or a tuple of texts for a key that has several values."""

Context: TypeAlias = Callable[[str], ContextValue | None]
"""Returns the value of a condition key by its name in lower case; None if the request does not have the key.

A function and not a mapping: most requests meet no condition, and values cost time.
"""


class Request(NamedTuple):
    """One permission that a call needs.

    `action` is `service:Name`. `resource` is an ARN, or `*` for an action that has no resource. `shown_resource` is the
    resource in AWS's refusal, where it differs; empty for none. `account` owns the resource.
    """

    action: str
    resource: str
    account: str
    principal: Principal
    context: Context
    shown_resource: str
