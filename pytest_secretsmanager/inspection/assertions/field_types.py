"""Refuse an expected value of another type than its request field: the two could never be equal.

Objects with an `__eq__` of their own pass: `mock.ANY`, views, matchers.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pytest_secretsmanager.engine.errors import UsageError, nearest

if TYPE_CHECKING:
    from botocore.model import Shape

__tracebackhide__ = True

_TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "list": list,
    "structure": dict,
}
"""The type of each botocore shape in logged requests."""

_ARTICLES: dict[type, str] = {int: "an"}

_PLAIN = (str, bytes, int, bool, list, tuple, set, frozenset, dict, type(None))
"""The types that are checked; subclasses are not."""


def require_field_type(name: str, shape: "Shape", value: object) -> None:
    """Refuse a plain value that no logged call can have in this field, in nested lists and dicts too."""
    expected = _TYPES.get(shape.type_name)
    if expected is None or type(value) not in _PLAIN:
        return
    if type(value) is not expected:
        raise UsageError(
            f"{name} is {_ARTICLES.get(expected, 'a')} {expected.__name__}: {_advice(shape, expected, value)}"
        )
    for part, inner, item in _parts_of(shape, value):
        require_field_type(f"{name}{part}", inner, item)


def _parts_of(shape: Any, value: object) -> Iterator[tuple[str, "Shape", object]]:
    """The items of a list, or the members of a structure, each with its shape."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield f"[{number}]", shape.member, item
    elif isinstance(value, dict):
        for member, item in value.items():
            if member not in shape.members:
                known = nearest(member, shape.members) if isinstance(member, str) else ""
                raise UsageError(f"{shape.name} has no member {member!r}{known}")
            yield f"[{member!r}]", shape.members[member], item


def _advice(shape: Any, expected: type, value: object) -> str:
    """Advice on the right spelling."""
    if isinstance(value, tuple | set | frozenset) and expected is list:
        return f"write {[*value]!r}"
    if expected is list and type(value) is _TYPES.get(shape.member.type_name):
        return f"write {[value]!r}"
    if value is None:
        return "None matches no call; unittest.mock.ANY matches every call with this field"
    return f"{type(value).__name__} matches no call"
