"""Whether a plain value that a request field is compared with is of the field's type: another one is never equal.

Objects with an `__eq__` of their own are free: `mock.ANY`, views, matchers.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pytest_secretsmanager.engine.errors import UsageError, nearest

if TYPE_CHECKING:
    from botocore.model import Shape

__tracebackhide__ = True

_KINDS: dict[str, type] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "list": list,
    "structure": dict,
}
"""The type of each kind of request member, as requests are logged."""

_ARTICLES: dict[type, str] = {int: "an"}

_PLAIN = (str, bytes, int, bool, list, tuple, set, frozenset, dict, type(None))
"""The types whose values are compared by what they are, and no subclasses of these."""


def require_kind(name: str, shape: "Shape", value: object) -> None:
    """Refuses a plain value that no logged call can have in this field, inside of lists and dicts too."""
    kind = _KINDS.get(shape.type_name)
    if kind is None or type(value) not in _PLAIN:
        return
    if type(value) is not kind:
        raise UsageError(f"{name} is {_ARTICLES.get(kind, 'a')} {kind.__name__}: {_advice(shape, kind, value)}")
    for part, inner, item in _parts_of(shape, value):
        require_kind(f"{name}{part}", inner, item)


def _parts_of(shape: Any, value: object) -> Iterator[tuple[str, "Shape", object]]:
    """The items of a list, and the members of a structure, each with its shape."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield f"[{number}]", shape.member, item
    elif isinstance(value, dict):
        for member, item in value.items():
            if member not in shape.members:
                known = nearest(member, shape.members) if isinstance(member, str) else ""
                raise UsageError(f"{shape.name} has no member {member!r}{known}")
            yield f"[{member!r}]", shape.members[member], item


def _advice(shape: Any, kind: type, value: object) -> str:
    """What to write instead."""
    if isinstance(value, tuple | set | frozenset) and kind is list:
        return f"write {[*value]!r}"
    if kind is list and type(value) is _KINDS.get(shape.member.type_name):
        return f"write {[value]!r}"
    if value is None:
        return "None matches no call; unittest.mock.ANY matches any that has it"
    return f"{type(value).__name__} matches no call"
