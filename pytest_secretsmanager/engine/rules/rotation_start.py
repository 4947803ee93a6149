"""The start of a rotation: its announced version, its entry in the log, and the effect that runs its steps."""

from pytest_secretsmanager.engine.call import Outcome, RunRotation, own_work, rotation_event
from pytest_secretsmanager.engine.errors import InvalidRequestException, LimitExceededException
from pytest_secretsmanager.engine.rules import rotation
from pytest_secretsmanager.engine.state import Secret

__tracebackhide__ = True


def begin(secret: Secret, token: str, time: float, quota: int) -> Outcome:
    """Announce the version of a rotation, and request its steps."""
    try:
        return start(rotation.announced(secret, token, time, quota), token)
    except LimitExceededException as error:
        # RotateSecret does not declare LimitExceededException. The code that it sends instead is a GUESS.
        raise InvalidRequestException(error.message) from None


def start(secret: Secret, token: str) -> Outcome:
    """Request the steps of a rotation whose version is announced, from the first step."""
    started = rotation_event("RotationStarted", secret, token)
    run = RunRotation(secret.key, secret.arn, token, function_of(secret))
    return own_work({secret.key: secret}, events=(started,), then=(run,))


def function_of(secret: Secret) -> str:
    """The ARN of the function that rotates this secret; empty if AWS rotates it without one."""
    return "" if secret.rotation is None else secret.rotation.function
