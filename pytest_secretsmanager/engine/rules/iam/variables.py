"""Policy variables: `${aws:username}`, with a default `${aws:username, 'nobody'}`, and `${*}`, `${?}`, `${$}`.

DOC: variables stand in resources, and in the values of string and ARN operators, of policies with Version 2012-10-17.
In older policies, such a text stands for itself. A key with several values can't be a variable.
"""

import re
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.rules.iam.patterns import Literal, Parts
from pytest_secretsmanager.engine.rules.iam.requests import Context

VERSION = "2012-10-17"

_VARIABLE = re.compile(r"\$\{([^${}]*|\$)\}")
_DEFAULT = re.compile(r"\s*([^\s,]+)\s*,\s*'([^']*)'\s*", re.DOTALL)
_CHARACTERS = ("*", "?", "$")


class Variable(NamedTuple):
    """A variable: its key in lower case, its default, and how it is written in the policy."""

    key: str
    default: str | None
    written: str


Template: TypeAlias = tuple[str | Literal | Variable, ...]
"""A text of a policy: variables, and the parts between them as in `patterns.Parts`."""


def template(text: str, *, with_variables: bool) -> Template:
    """Return the parts of a text.

    >>> template("${aws:username}/${*}", with_variables=True)
    ('', Variable(key='aws:username', default=None, written='${aws:username}'), '/', Literal(text='*'), '')
    """
    if not with_variables or "${" not in text:
        return (text,)
    # A split by an expression with one group gives the text between, and the group, in turn.
    pieces = _VARIABLE.split(text)
    return tuple(_variable(piece) if index % 2 else piece for index, piece in enumerate(pieces))


def is_fixed(parts: Template) -> bool:
    """Return whether a text is the same for each request."""
    return not any(isinstance(part, Variable) for part in parts)


def resolved(parts: Template, context: Context) -> Parts | None:
    """Return the text with the values of its variables, None if one has neither a value nor a default."""
    found: list[str | Literal] = []
    for part in parts:
        if isinstance(part, Variable):
            value = value_of(part, context)
            if value is None:
                return None
            found.append(Literal(value))
        else:
            found.append(part)
    return tuple(found)


def value_of(variable: Variable, context: Context) -> str | None:
    """Return the value of a variable, or its default."""
    value = context(variable.key)
    return value if isinstance(value, str) else variable.default


def _variable(inner: str) -> Literal | Variable:
    if inner in _CHARACTERS:
        return Literal(inner)
    with_default = _DEFAULT.fullmatch(inner)
    key, default = with_default.groups() if with_default else (inner.strip(), None)
    return Variable(key.lower(), default, f"${{{inner}}}")
