"""Resource policies as documents: parsing them, and finding public ones. This module knows no secrets."""

import json
import re
from collections.abc import Mapping
from typing import cast

from pytest_secretsmanager.engine.errors import MalformedPolicyDocumentException

_PRINCIPALS = ("Principal", "NotPrincipal")
_ACTIONS = ("Action", "NotAction")
_RESOURCES = ("Resource", "NotResource")
_ELEMENTS = {"Sid", "Effect", "Condition", *_PRINCIPALS, *_ACTIONS, *_RESOURCES}
_NARROWING = {"aws:sourcearn", "aws:sourceaccount", "aws:sourcevpc", "aws:sourcevpce"}
"""DOC: a grant to everyone is not public if one of these condition keys restricts it to fixed values."""

_PINNING = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"}
"""The operators that restrict a key. With `IfExists`, `ForAllValues:` or `Null`, a request without the key passes."""

_WILDCARD = re.compile(r"[*?]")


def parse(text: str) -> list[Mapping[str, object]]:
    """The statements of a resource policy. Raise MalformedPolicyDocumentException if the text is not a policy.

    DOC (old user guide): "This resource policy contains a syntax error."
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _syntax_error() from None
    if not isinstance(document, dict) or not document.keys() <= {"Version", "Id", "Statement"}:
        raise _syntax_error()
    if document.get("Version", "2012-10-17") not in ("2012-10-17", "2008-10-17"):
        raise _syntax_error()
    if not isinstance(document.get("Id", ""), str):
        raise _syntax_error()
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements or not all(map(_is_statement, statements)):
        raise _syntax_error()
    return cast("list[Mapping[str, object]]", statements)


def is_public(statements: list[Mapping[str, object]]) -> bool:
    """Return whether a statement allows everyone, without a condition that restricts the caller.

    >>> is_public(parse('{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'))
    True
    """
    return any(
        statement["Effect"] == "Allow" and _names_everyone(statement) and not _is_narrowed(statement)
        for statement in statements
    )


def _is_statement(statement: object) -> bool:
    return (
        isinstance(statement, dict)
        and statement.keys() <= _ELEMENTS
        and statement.get("Effect") in ("Allow", "Deny")
        and all(len(statement.keys() & set(pair)) == 1 for pair in (_PRINCIPALS, _ACTIONS, _RESOURCES))
        and all(_is_text_or_texts(statement[name]) for name in (*_ACTIONS, *_RESOURCES) if name in statement)
        and all(_is_principal(statement[name]) for name in _PRINCIPALS if name in statement)
        and _is_condition(statement.get("Condition", {}))
        and isinstance(statement.get("Sid", ""), str)
    )


def _is_text_or_texts(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and value != [] and all(isinstance(item, str) for item in value)
    )


def _is_principal(value: object) -> bool:
    if isinstance(value, dict):
        kinds = {"AWS", "Service", "Federated", "CanonicalUser"}
        return value != {} and value.keys() <= kinds and all(map(_is_text_or_texts, value.values()))
    return value == "*"


def _is_condition(value: object) -> bool:
    """Return whether the value maps operators to keys, and keys to plain values or lists of them (DOC)."""
    return isinstance(value, dict) and all(
        isinstance(tests, dict) and not any(isinstance(item, dict | list) for item in _items(tests))
        for tests in value.values()
    )


def _items(tests: Mapping[str, object]) -> list[object]:
    return [item for values in tests.values() for item in _as_list(values)]


def _names_everyone(statement: Mapping[str, object]) -> bool:
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        return "*" in _as_list(principal.get("AWS"))
    return principal == "*" or "NotPrincipal" in statement


def _is_narrowed(statement: Mapping[str, object]) -> bool:
    conditions = cast("dict[str, dict[str, object]]", statement.get("Condition", {}))
    return any(
        key.lower() in _NARROWING and not any(_WILDCARD.search(str(value)) for value in _as_list(values))
        for operator, tests in conditions.items()
        if operator.lower() in _PINNING
        for key, values in tests.items()
    )


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # Python's parser accepts NaN and Infinity, which are not JSON


def _syntax_error() -> MalformedPolicyDocumentException:
    return MalformedPolicyDocumentException("This resource policy contains a syntax error.")
