"""Resource policies as Secrets Manager takes them: refusing malformed ones, and finding public ones.

This module knows no secrets. The grammar of policies is in `iam.documents`.
"""

import re

from pytest_secretsmanager.engine.errors import MalformedPolicyDocumentException
from pytest_secretsmanager.engine.rules.iam.documents import MalformedPolicy, Policy, Statement, parse_policy

_NARROWING = {"aws:sourcearn", "aws:sourceaccount", "aws:sourcevpc", "aws:sourcevpce"}
"""DOC: a grant to everyone is not public if one of these condition keys restricts it to fixed values."""

_PINNING = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"}
"""The operators that restrict a key. With `IfExists`, `ForAllValues:` or `Null`, a request without the key passes."""

_WILDCARD = re.compile(r"[*?]")


def parse(text: str) -> Policy:
    """A resource policy. Raise MalformedPolicyDocumentException if the text is not a policy.

    DOC (old user guide): "This resource policy contains a syntax error." The cause of the error says which one.
    """
    try:
        return parse_policy(text, name="resource policy", with_principals=True)
    except MalformedPolicy as fault:
        raise MalformedPolicyDocumentException("This resource policy contains a syntax error.") from fault


def is_public(policy: Policy) -> bool:
    """Return whether a statement allows everyone, without a condition that restricts the caller.

    >>> is_public(parse('{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'))
    True
    """
    return any(
        statement.effect == "Allow" and _names_everyone(statement) and not _is_narrowed(statement)
        for statement in policy.statements
    )


def _names_everyone(statement: Statement) -> bool:
    return statement.principals is None or "*" in statement.principals.get("AWS", ())


def _is_narrowed(statement: Statement) -> bool:
    return any(
        key.lower() in _NARROWING and not any(map(_WILDCARD.search, values))
        for operator, tests in statement.conditions.items()
        if operator.lower() in _PINNING
        for key, values in tests.items()
    )
