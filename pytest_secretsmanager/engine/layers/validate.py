"""The checks of the service itself: the types and limits of its description, which a client may not have checked."""

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.errors import SerializationException, ValidationException
from pytest_secretsmanager.engine.limits import WrongType

__tracebackhide__ = True


def validate(inner: Handler) -> Handler:
    """Refuse a request that the service description does not allow. The error names every limit that it breaks."""

    def handle(call: Call) -> Outcome:
        if not call.accepted:
            _require_within_limits(call)
        return inner(call)

    return handle


def _require_within_limits(call: Call) -> None:
    operation = model.operation(call.operation)
    if operation.accepts(call.parameters):
        return
    try:
        violations = operation.violations(call.parameters)
    except WrongType as error:
        raise SerializationException(str(error)) from None
    if violations:
        count = len(violations)
        texts = "; ".join(map(str, violations))
        raise ValidationException(f"{count} validation error{'' if count == 1 else 's'} detected: {texts}")
