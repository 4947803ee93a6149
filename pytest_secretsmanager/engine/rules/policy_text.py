"""The text of a resource policy in GetResourcePolicy's reply: AWS parses a policy and writes it again.

RECORDED (cloud-custodian's recordings): the layout is that of Jackson's default pretty printer, and members keep their
order. REPORTED: a list of one principal becomes a string. GUESS: everything else stays as it was put: other lists of
one item, account numbers, numbers, characters outside ASCII.
"""

import json
from collections.abc import Mapping
from typing import cast

_PRINCIPALS = ("Principal", "NotPrincipal")
_INDENT = "  "


class _Number(str):
    """A number, spelled as the policy spells it."""

    __slots__ = ()


def rewritten(text: str) -> str:
    """The text that AWS returns for a policy that `policy.parse` accepts.

    >>> print(rewritten('{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["a", "b"]}]}'))
    {
      "Statement" : [ {
        "Effect" : "Allow",
        "Principal" : {
          "AWS" : "*"
        },
        "Action" : [ "a", "b" ]
      } ]
    }
    """
    document = json.loads(text, parse_int=_Number, parse_float=_Number)
    return _written({**document, "Statement": _normalized(document["Statement"])}, "")


def _normalized(statements: object) -> object:
    if isinstance(statements, list):
        return [_normalized(statement) for statement in statements]
    statement = cast("Mapping[str, object]", statements)
    return {name: _principals(value) if name in _PRINCIPALS else value for name, value in statement.items()}


def _principals(value: object) -> object:
    return {kind: _string_of(ids) for kind, ids in value.items()} if isinstance(value, dict) else value


def _string_of(ids: object) -> object:
    return ids[0] if isinstance(ids, list) and len(ids) == 1 else ids


def _written(value: object, margin: str) -> str:
    """JSON as Jackson writes it: an object spans several lines, a list continues on its first line."""
    if isinstance(value, dict):
        inner = margin + _INDENT
        members = [f"{_quoted(name)} : {_written(item, inner)}" for name, item in value.items()]
        return "{\n" + ",\n".join(inner + member for member in members) + f"\n{margin}}}" if members else "{ }"
    if isinstance(value, list):
        return f"[ {', '.join(_written(item, margin) for item in value)} ]" if value else "[ ]"
    return str(value) if isinstance(value, _Number) else _quoted(value)


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
