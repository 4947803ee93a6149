"""The principals of a resource policy: the callers that a statement names, and how.

DOC (IAM user guide, "Policy evaluation logic"): the way in which a policy names the caller decides whether its grant
is enough. A grant to the caller itself is. A grant to a role leaves its boundary and session policies in force. A grant
to an account leaves the decision to the identity policies of that account.
"""

from enum import IntEnum
from typing import NamedTuple

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.rules.iam.documents import Statement

_COLONS_OF_A_ROOT = 5


class Grant(IntEnum):
    """How a statement names the caller, the strongest way last."""

    NONE = 0
    TO_ACCOUNT = 1
    TO_ROLE = 2
    DIRECT = 3


class Named(NamedTuple):
    """The principals of a statement. `excluding`: all principals but these. The root of an account is its number."""

    everyone: bool
    identities: frozenset[str]
    services: frozenset[str]
    excluding: bool


def named_by(statement: Statement) -> Named:
    """Return the principals of a statement of a resource policy."""
    excluding = statement.principals is None
    found = (statement.not_principals if excluding else statement.principals) or {}
    identities = found.get("AWS", ())
    return Named(
        "*" in identities,
        frozenset(map(_account_or_arn, identities)),
        frozenset(found.get("Service", ())),
        excluding,
    )


def grant(named: Named, principal: Principal) -> Grant:
    """Return how a statement with effect Allow names a caller.

    DOC: a wildcard stands for everyone and only alone, never for a part of an ARN. GUESS: NotPrincipal with Allow names
    a caller unless it lists the caller's account, role or session.
    """
    found = _listed(named, principal)
    if named.excluding:
        return Grant.NONE if found else Grant.DIRECT
    return found


def is_denied(named: Named, principal: Principal, *, bounded: bool) -> bool:
    """Return whether a statement with effect Deny names a caller.

    DOC: a NotPrincipal excepts a user only if it lists its account too, and a session only if it lists its role and its
    account too. It excepts no caller that is `bounded` by a permissions boundary.
    """
    if not named.excluding:
        return _listed(named, principal) is not Grant.NONE
    if bounded:
        return True
    return not named.everyone and not named.identities.union(named.services).issuperset(_identities(principal))


def _listed(named: Named, principal: Principal) -> Grant:
    identities = named.identities
    if named.everyone or principal.arn in identities or principal.arn in named.services:
        return Grant.DIRECT
    if principal.kind == "AWSService":
        return Grant.NONE
    if principal.session is not None and principal.session.role_arn in identities:
        return Grant.TO_ROLE
    if principal.account in identities:
        return Grant.DIRECT if _account_or_arn(principal.arn) == principal.account else Grant.TO_ACCOUNT
    return Grant.NONE


def _identities(principal: Principal) -> set[str]:
    """Return all that a NotPrincipal has to list to except a caller."""
    if principal.kind == "AWSService":
        return {principal.arn}
    role = set() if principal.session is None else {principal.session.role_arn}
    return {_account_or_arn(principal.arn), principal.account, *role}


def _account_or_arn(identity: str) -> str:
    """DOC: the ARN of an account's root stands for the account, as its number does."""
    is_root = identity.endswith(":root") and identity.count(":") == _COLONS_OF_A_ROOT
    return arns.split(identity).account if is_root else identity
