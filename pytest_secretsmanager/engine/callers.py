"""The callers of Secrets Manager: accounts, the credentials that clients sign with, and the identity of a call."""

import secrets
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Principal
from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True

acting_account: ContextVar[str | None] = ContextVar("acting_account", default=None)
"""The account of the rotation function that runs in this thread or task. Clients made in it belong to this account."""

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Long-term credentials: an access key id and the secret access key that signs."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


def new_key_pair() -> KeyPair:
    """Return credentials in AWS's form that can't be guessed."""
    return KeyPair("AKIA" + "".join(secrets.choice(_BASE32) for _ in range(16)), secrets.token_urlsafe(30))


def require_account(account: object, what: str = "account") -> None:
    """Raise UsageError unless `account` is twelve digits. `what` names the account in the error."""
    if not (isinstance(account, str) and len(account) == 12 and account.isascii() and account.isdigit()):
        raise UsageError(f"is a str of twelve digits such as '123456789012', not {account!r}", subject=what)


@lru_cache(maxsize=1024)
def user_of(account: str, region: str) -> Principal:
    """Return an account's default IAM user, the caller when a test names no other.

    >>> user_of("123456789012", "us-east-1").arn
    'arn:aws:iam::123456789012:user/test'
    """
    return Principal(account, f"arn:{arns.partition(region)}:iam::{account}:user/test")
