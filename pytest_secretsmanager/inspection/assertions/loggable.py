"""Refuse questions that the log can never answer: unknown operations, errors and fields."""

from collections.abc import Mapping, Sequence

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import SERVICE_EVENTS
from pytest_secretsmanager.engine.errors import ServiceError, UsageError, nearest
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.inspection.assertions.field_types import require_field_type

__tracebackhide__ = True


def require_operation(operation: object) -> str:
    """Refuse an operation that is not a str."""
    if not isinstance(operation, str):
        raise UsageError(f"an operation is a str such as 'GetSecretValue', not {type(operation).__name__}")
    return operation


def require_loggable(operation: str | None, fields: Mapping[str, object], arguments: Sequence[str] = ()) -> None:
    """Refuse names that no logged call can have: the assertion could never hold, or never fail.

    `arguments` are the helper's own, which a misspelt field may stand for.
    """
    if operation is not None:
        require_operation(operation)
    if operation in SERVICE_EVENTS:
        _require_event_fields(operation, fields)
        return
    if operation is not None and operation not in OPERATIONS:
        if operation in model.operation_names():
            raise UsageError(f"{operation} is not supported yet by pytest-secretsmanager, so it is never logged")
        raise UsageError(f"no operation {operation!r}{nearest(operation, (*OPERATIONS, *SERVICE_EVENTS))}")
    described = [model.operation(name) for name in (OPERATIONS if operation is None else [operation])]
    hidden = {member for each in described for member in each.hidden}
    known = {
        member: shape
        for each in described
        for member, shape in each.input_shape.members.items()
        if member not in each.hidden
    }
    for name, value in fields.items():
        if name in hidden:
            raise UsageError(f"AWS never logs {name}, so no call can match it; compare the value with assert_value")
        if name not in known:
            whose = "no operation has a" if operation is None else f"{operation} has no"
            meant = [*known, *arguments] if name[:1].islower() else known  # members begin with a capital
            raise UsageError(f"{whose} request field {name!r}{nearest(name, meant)}")
        require_field_type(name, known[name], value)


def require_error(operation: str | None, error: str | None) -> None:
    """Refuse an error code that no logged call can have."""
    if error is None:
        return
    if operation in SERVICE_EVENTS:
        raise UsageError(f"{operation} is an event, which has no error code; leave error out")
    if not isinstance(error, str):
        raise UsageError(f"error is a code such as 'ResourceNotFoundException', not {type(error).__name__}")
    codes = {kind.__name__ for kind in ServiceError.__subclasses__()}
    if error not in codes:
        raise UsageError(f"no error {error!r}{nearest(error, codes)} (errors of hooks and Stubbers are not logged)")


def _require_event_fields(event: str, fields: Mapping[str, object]) -> None:
    for name, value in fields.items():
        if name != "SecretId":
            raise UsageError(f"{event} is an event: its only field is 'SecretId', an ARN, not {name!r}")
        require_field_type(name, model.operation("DescribeSecret").input_shape.members[name], value)
