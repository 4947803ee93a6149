"""The times at which AWS acts on a secret without a call."""

from pytest_secretsmanager.engine.rules import rotation
from pytest_secretsmanager.engine.state import Secret


def acts_at(secret: Secret) -> float | None:
    """The time of AWS's next action on a secret: the end of a forced deletion, or a rotation. None: no action."""
    if secret.deletion is not None and secret.deletion.is_forced:
        return secret.deletion.due
    return rotation.due_at(secret)
