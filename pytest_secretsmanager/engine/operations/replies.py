"""Members that the replies of several operations share."""

from pytest_secretsmanager.engine.call import Reply
from pytest_secretsmanager.engine.state import Secret


def identity(secret: Secret, **more: object) -> Reply:
    """A reply with the ARN and name of a secret, and more members."""
    return {"ARN": secret.arn, "Name": secret.name, **more}
