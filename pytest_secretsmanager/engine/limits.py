"""The limits that the service description sets for a request: a quick test of the whole request, and AWS's wording.

Functions that are compiled once for each shape accept a value within all limits. For any other value, `violations`
lists each broken limit in the wording of AWS's framework (REPORTED forms: `1 validation error detected: Value '…' at
'…' failed to satisfy constraint: …`; member names start in lower case; sensitive values are left out). RECORDED for a
list of structures: each structure prints as its shape and members, and a long value is cut.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from botocore.model import ListShape, Shape, StringShape, StructureShape

_PRINTED = 64
"""The number of characters of a value that AWS prints (RECORDED for a list; that all values are cut is a GUESS)."""

# These functions check the type of a request's value, so until then its type is `Any`.
Accepts: TypeAlias = Callable[[Any], bool]


class Violation(NamedTuple):
    """A limit that a request breaks: the member's path, the value as AWS prints it (None: not printed), the limit."""

    path: str
    value: str | None
    limit: str

    def __str__(self) -> str:
        value = "" if self.value is None else f" {self.value}"
        return f"Value{value} at '{self.path}' failed to satisfy constraint: {self.limit}"


class Limit(NamedTuple):
    """A limit of one shape: a test, and AWS's wording."""

    holds: Accepts
    wording: str


class WrongType(Exception):  # noqa: N818 - caught by the validation layer only
    """A value of a type that the service can't read, in the wording of AWS's JSON parser."""


def limits_of(shape: Shape) -> list[Limit]:
    """The limits that the service description sets for one shape, in the order in which AWS reports them."""
    size: Callable[[Any], int] = len if shape.type_name in ("string", "blob", "list") else int
    unit = "length" if size is len else "value"
    found = []
    if (highest := shape.metadata.get("max")) is not None:
        found.append(
            Limit(lambda value: size(value) <= highest, f"Member must have {unit} less than or equal to {highest}")
        )
    if lowest := shape.metadata.get("min"):
        found.append(
            Limit(lambda value: size(value) >= lowest, f"Member must have {unit} greater than or equal to {lowest}")
        )
    if pattern := shape.metadata.get("pattern"):
        matches = re.compile(pattern).fullmatch
        found.append(
            Limit(
                lambda value: matches(value) is not None, f"Member must satisfy regular expression pattern: {pattern}"
            )
        )
    if isinstance(shape, StringShape) and (enum := shape.enum):
        found.append(Limit(frozenset(enum).__contains__, f"Member must satisfy enum value set: [{', '.join(enum)}]"))
    return found


_PYTHON_TYPES: dict[str, type] = {
    "string": str,
    "blob": bytes,
    "list": list,
    "structure": dict,
    "map": dict,
    "boolean": bool,
}


def _python_type(shape: Shape) -> type:
    return _PYTHON_TYPES.get(shape.type_name, int)


def compile_accepts(shape: Shape) -> Accepts:
    """Compile the quick test of one shape: whether a value has its type and is within all its limits."""
    kind = _python_type(shape)
    tests = [limit.holds for limit in limits_of(shape)]
    if isinstance(shape, StructureShape):
        return _compile_structure(shape)
    if isinstance(shape, ListShape):
        inner = compile_accepts(shape.member)
        tests.append(lambda value: all(map(inner, value)))
    if kind in (str, bytes) and not shape.metadata.keys() & {"pattern", "enum"}:
        # By far the most common limits, in one expression.
        lowest, highest = shape.metadata.get("min", 0), shape.metadata.get("max", sys.maxsize)
        return lambda value: type(value) is kind and lowest <= len(value) <= highest
    return lambda value: type(value) is kind and all(test(value) for test in tests)


def _compile_structure(shape: StructureShape) -> Accepts:
    members = {name: compile_accepts(member) for name, member in shape.members.items()}
    required = tuple(shape.required_members)

    def accepts(value: object) -> bool:
        if type(value) is not dict:
            return False
        for name, item in value.items():
            member = members.get(name)
            if member is None or not member(item):
                return False
        for name in required:  # noqa: SIM110 - all() costs twice as much
            if name not in value:
                return False
        return True

    return accepts


# --- violations, in AWS's wording ---


def violations(shape: Shape, value: object, path: str) -> Iterator[Violation]:
    _require_type(shape, value)
    for limit in limits_of(shape):
        if not limit.holds(value):
            yield Violation(path, None if is_sensitive(shape) else _printed(shape, value), limit.wording)
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        yield from _structure_violations(shape, value, f"{path}." if path else "")
    if isinstance(shape, ListShape) and isinstance(value, list):
        yield from _list_violations(shape, value, path)


def _structure_violations(shape: StructureShape, value: Mapping[str, object], prefix: str) -> Iterator[Violation]:
    for name, member in shape.members.items():
        path = prefix + camel_case(name)
        if value.get(name) is not None:
            yield from violations(member, value[name], path)
        elif name in shape.required_members:
            yield Violation(path, "null", "Member must not be null")


def _list_violations(shape: ListShape, value: list[object], path: str) -> Iterator[Violation]:
    if isinstance(shape.member, StructureShape):
        for index, item in enumerate(value, start=1):
            yield from violations(shape.member, item, f"{path}.{index}.member")
        return
    for item in value:
        _require_type(shape.member, item)
    limits = limits_of(shape.member)
    if not all(limit.holds(item) for limit in limits for item in value):
        wordings = ", ".join(limit.wording for limit in limits)
        yield Violation(path, _printed(shape, value), f"Member must satisfy constraint: [{wordings}]")


def _require_type(shape: Shape, value: object) -> None:
    if type(value) is _python_type(shape):
        return
    if isinstance(value, dict):
        raise WrongType("Start of structure or map found where not expected.")
    if isinstance(value, list):
        raise WrongType("Start of list found where not expected.")
    if shape.type_name in ("structure", "map", "list"):
        raise WrongType(f"Expected {shape.type_name} or null")
    raise WrongType(f"{_json_token(value)} can not be converted to {_JAVA_TYPES.get(shape.type_name, 'Integer')}")


_JAVA_TYPES = {
    "string": "a String",
    "blob": "a Byte Buffer",
    "boolean": "a Boolean",
    "long": "a Long",
    "integer": "an Integer",
}


def _json_token(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return "NUMBER_VALUE" if isinstance(value, int | float) else "STRING_VALUE"


def _printed(shape: Shape, value: object) -> str:
    """A value as AWS's messages print it: in quotes, and cut if it is long."""
    text = _as_java(shape, value)
    return f"'{text}'" if len(text) <= _PRINTED else f"'{text[:_PRINTED]} ...'"


def _as_java(shape: Shape, value: object) -> str:
    """A value as Java prints it; a structure shows only the members that it has."""
    if isinstance(shape, ListShape) and isinstance(value, list):
        return f"[{', '.join(_as_java(shape.member, item) for item in value)}]"
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = shape.members.items()
        shown = [f"{camel_case(name)}={_as_java(member, value[name])}" for name, member in members if name in value]
        return f"{shape.name}({', '.join(shown)})"
    return str(value)


def camel_case(member: str) -> str:
    """A member's name as AWS's messages and CloudTrail spell it.

    >>> camel_case("SecretId"), camel_case("KmsKeyId")
    ('secretId', 'kmsKeyId')
    """
    return member[:1].lower() + member[1:]


def is_sensitive(shape: Shape) -> bool:
    if isinstance(shape, StructureShape):
        return any(map(is_sensitive, shape.members.values()))
    if isinstance(shape, ListShape):
        return is_sensitive(shape.member)
    return bool(shape.metadata.get("sensitive"))
