"""The number of secrets that a region of an account can have."""

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import LimitExceededException
from pytest_secretsmanager.engine.state import Secrets

SECRET_QUOTA = 500_000
"""DOC: the quotas page."""


def require_room(secrets: Secrets, call: Call) -> None:
    """Refuse a new secret in a full region. The text is a GUESS, and so is that scheduled deletions count."""
    region, account = call.region, call.principal.account
    count = secrets.count(region, account)
    if count >= SECRET_QUOTA and count - secrets.count_gone(region, account, call.time) >= SECRET_QUOTA:
        raise LimitExceededException(f"You can't have more than {SECRET_QUOTA} secrets in a Region.")
