"""The callers of Secrets Manager: accounts, their users and roles, and the credentials that clients sign with.

`Callers` is the one place that knows the principal of an access key id. Every door asks it.
"""

import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True

PrincipalKind: TypeAlias = Literal["IAMUser", "AssumedRole", "AWSService"]
"""The kinds of callers, as CloudTrail names them."""

SERVICE_PRINCIPAL = "secretsmanager.amazonaws.com"
"""The principal of Secrets Manager, which acts without a call when it rotates, replicates or deletes."""

USER_ID, ROLE_ID = "AIDA00000000000000000", "AROA00000000000000000"
"""Ids in AWS's form, the same for every caller: records and policies have them."""


class RoleSession(NamedTuple):
    """The session of an assumed role. `began` is epoch seconds."""

    role_name: str
    role_arn: str
    began: float


NO_CONTEXT: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})


class Principal(NamedTuple):
    """The identity of a caller. `account` is the account that it belongs to, `name` the name of a user or role session.

    `service` names the AWS service that manages secrets of its own in the account, such as `rds`. `session` is None
    unless the caller is an assumed role. `context` has the condition keys of its requests that a test has set, and
    those of its tags, by their names in lower case.
    """

    account: str
    arn: str
    service: str | None = None
    kind: PrincipalKind = "IAMUser"
    name: str = ""
    session: RoleSession | None = None
    context: Mapping[str, str | tuple[str, ...]] = NO_CONTEXT

    def is_named_by(self, named: frozenset[str]) -> bool:
        """Return whether one of these ARNs names this principal. As in IAM, a role's ARN names all its sessions."""
        return self.arn in named or (self.session is not None and self.session.role_arn in named)


@lru_cache(maxsize=1024)
def user_of(account: str, region: str) -> Principal:
    """Return an account's default IAM user, the caller when a test names no other.

    >>> user_of("123456789012", "us-east-1").arn
    'arn:aws:iam::123456789012:user/test'
    """
    return Principal(account, f"arn:{arns.partition(region)}:iam::{account}:user/test", name="test")


def assumed_role(role_arn: str, session_name: str, began: float) -> Principal:
    """Return the principal of a role's session, as STS makes it for AssumeRole.

    >>> assumed_role("arn:aws:iam::123456789012:role/team/app", "tests", 0.0).arn
    'arn:aws:sts::123456789012:assumed-role/app/tests'
    """
    role = arns.split(role_arn)
    role_name = role.resource.rpartition("/")[2]
    arn = f"arn:{role.partition}:sts::{role.account}:assumed-role/{role_name}/{session_name}"
    session = RoleSession(role_name, role_arn, began)
    return Principal(role.account, arn, kind="AssumedRole", name=session_name, session=session)


@lru_cache(maxsize=1024)
def service_in(account: str) -> Principal:
    """Return Secrets Manager itself, acting in an account without a call."""
    return Principal(account, SERVICE_PRINCIPAL, kind="AWSService")


acting: ContextVar[Principal | None] = ContextVar("acting", default=None)
"""The caller that the current thread or task acts for, while a rotation function runs.

A client is this caller unless its credentials were handed out.
"""


# --- credentials -----------------------------------------------------------------------------------------------------

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class KeyPair(NamedTuple):
    """Credentials: an access key id and the secret access key that signs. Temporary ones have a session token."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    def __repr__(self) -> str:
        return f"<key pair {self.access_key_id}>"


def _new_key_pair(*, temporary: bool = False) -> KeyPair:
    """Return credentials in AWS's form that can't be guessed."""
    access_key_id = ("ASIA" if temporary else "AKIA") + "".join(secrets.choice(_BASE32) for _ in range(16))
    return KeyPair(access_key_id, secrets.token_urlsafe(30), secrets.token_urlsafe(150) if temporary else None)


class HandedOut(NamedTuple):
    """Credentials with their principal. None stands for the account's default user, whose ARN depends on the region."""

    pair: KeyPair
    account: str
    principal: Principal | None = None


@dataclass(slots=True, eq=False, repr=False)
class Acting:
    """A block in which clients without credentials of their own act as a principal; None: as the default user.

    `context` has the condition keys of the default user's requests; a principal has its own.
    """

    principal: Principal | None
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    is_over: bool = False
    pair: KeyPair | None = None


_acting_lock = Lock()
"""Held while a block begins or ends. One for all managers: making a lock costs time."""


class Callers:
    """The credentials that a manager has handed out, each with its principal.

    `account` is the account of clients with any other credentials. `handed_out` has the credentials by access key id.
    It is empty in most tests, so a door in this process first checks whether it is. `blocks` are the blocks in which
    clients act as a principal, the innermost last. While there is one, `handed_out` is not empty.
    """

    __slots__ = ("account", "blocks", "handed_out")

    def __init__(self, account: str) -> None:
        self.account = account
        self.handed_out: dict[str, HandedOut] = {}
        self.blocks: tuple[Acting, ...] = ()

    def hand_out(self, principal: Principal) -> KeyPair:
        """Return new credentials of a principal, temporary ones for an assumed role. A rollback takes them back."""
        pair = _new_key_pair(temporary=principal.session is not None)
        self.handed_out[pair.access_key_id] = HandedOut(pair, principal.account, principal)
        return pair

    def hand_out_to_user(self, account: str) -> KeyPair:
        """Return new credentials of an account's default user.

        They are valid until `take_back`. A rollback doesn't take them back, since a program still uses them.
        """
        pair = _new_key_pair()
        self.handed_out[pair.access_key_id] = HandedOut(pair, account)
        return pair

    def take_back(self, pair: KeyPair) -> None:
        """Forget credentials. Can be repeated."""
        self.handed_out.pop(pair.access_key_id, None)

    def principal_of(self, access_key_id: str | None, region: str) -> Principal | None:
        """Return the caller with these credentials in a region; None if they were not handed out."""
        known = self.handed_out.get(access_key_id or "")
        return None if known is None else self.principal_with(known, region)

    def principal_with(self, known: HandedOut, region: str) -> Principal:
        """Return the caller with these credentials in a region.

        The account's own default user acts as the principal of the innermost block. The principal of that block has
        the block's condition keys, whichever of its credentials a client uses.
        """
        if known.principal is None:
            return self.principal_without(region) if known.account == self.account else user_of(known.account, region)
        blocks = self.blocks
        acting = blocks[-1].principal if blocks else None
        return acting if acting is not None and acting.arn == known.principal.arn else known.principal

    def principal_without(self, region: str) -> Principal:
        """Return the caller without credentials that were handed out: of the innermost block, else the default user."""
        blocks = self.blocks
        if not blocks:
            return user_of(self.account, region)
        return blocks[-1].principal or user_of(self.account, region)._replace(context=blocks[-1].context)

    def begin(self, block: Acting) -> None:
        """Begin a block. Blocks may end in any order, and in any thread."""
        with _acting_lock:
            if block.principal is None:
                block.pair = pair = _new_key_pair()  # the block knows it first, so that `end` takes it back
                self.handed_out[pair.access_key_id] = HandedOut(pair, self.account)
            self.blocks = (*self.blocks, block)

    def end(self, block: Acting) -> None:
        """End a block, begun or not. Can be repeated."""
        with _acting_lock:
            block.is_over = True
            if block.pair is not None:
                self.take_back(block.pair)
            self.blocks = tuple([other for other in self.blocks if other is not block])

    def checkpoint(self) -> Restore:
        """Record the principals that have credentials now, and the blocks; return a function that restores them.

        A block that has ended meanwhile stays ended.
        """
        before, blocks = self.handed_out.copy(), self.blocks

        def restore() -> None:
            for known in tuple(self.handed_out.values()):
                if known.principal is not None and known.pair.access_key_id not in before:
                    self.take_back(known.pair)
            self.handed_out |= {key: known for key, known in before.items() if known.principal is not None}
            with _acting_lock:
                for block in self.blocks:
                    if block.pair is not None and block not in blocks:
                        self.take_back(block.pair)
                self.blocks = tuple([block for block in blocks if not block.is_over])

        return restore


# --- accounts --------------------------------------------------------------------------------------------------------


def require_account(account: object, what: str = "account") -> None:
    """Raise UsageError unless `account` is twelve digits. `what` names the account in the error."""
    if not (isinstance(account, str) and len(account) == 12 and account.isascii() and account.isdigit()):
        raise UsageError(f"is a str of twelve digits such as '123456789012', not {account!r}", subject=what)
