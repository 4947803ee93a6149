"""What the replies of several operations have in common."""

from pytest_secretsmanager.engine.call import Reply
from pytest_secretsmanager.engine.state import Secret


def identity(secret: Secret, **more: object) -> Reply:
    """The ARN and name of a secret, and what else an operation answers."""
    return {"ARN": secret.arn, "Name": secret.name, **more}
