"""Idempotency tokens of a repeatable manager, on the long way through a client.

Our listener runs before botocore's own, and after each listener that is registered for one operation only.
"""

from typing import Any

from botocore.client import BaseClient
from botocore.model import OperationModel

from pytest_secretsmanager.doors.responder import responding
from pytest_secretsmanager.engine.ports import new_uuid

__tracebackhide__ = True


def fill_tokens(client: BaseClient) -> None:
    """Let this client fill in repeatable tokens from now on. Idempotent."""
    events: Any = client.meta.events
    events.register_first("before-parameter-build", fill_token, unique_id="pytest-secretsmanager")


def fill_token(params: dict[str, object], model: OperationModel, **_: object) -> None:
    """Put a token into the parameters of a call that a repeatable manager answers. A listener to botocore's event."""
    responder = responding.get()
    if responder is not None and responder.repeatable:
        for member in model.idempotent_members:
            if member not in params:
                params[member] = new_uuid(responder.random)
