"""The tests of an event pattern for one value: an exact value, or a filter such as `{"prefix": "app/"}`.

EventBridge documents the filters and their forms (DOC, EventBridge UG, "comparison operators").
"""

import json
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias, cast

from pytest_secretsmanager.engine.errors import UsageError, nearest

__tracebackhide__ = True

Test: TypeAlias = Callable[[object], bool]
"""Whether one value of an event matches. The value is neither a list nor an object."""

LeavesTest: TypeAlias = Callable[[list[object]], bool]
"""Whether the values of a field match. A list in an event has several values, and a missing field has none."""

_LARGEST_NUMBER = 5_000_000_000


def refusal(path: str, text: str) -> UsageError:
    """The error for a pattern that EventBridge would refuse."""
    return UsageError(f"event pattern{f', at {path}' if path else ''}: {text}")


def one_of(expected: list[object], path: str) -> LeavesTest:
    """The test for the list of a pattern: one of its items matches."""
    if not expected:
        raise refusal(path, "the list is empty, so it would match nothing: write values or filters")
    tests = [_of_item(item, path) for item in expected]
    return lambda leaves: any(test(leaves) for test in tests)


def _of_item(item: object, path: str) -> LeavesTest:
    if not isinstance(item, Mapping):
        return _any_leaf(_exactly(item, path))
    if len(item) != 1:
        raise refusal(path, f"a filter has one name and one value, not {len(item)} ({_names(item)}); write one each")
    ((name, argument),) = item.items()
    if name == "exists":
        return _exists(argument, path)
    if name not in _FILTERS:
        raise refusal(path, f"no filter {name!r}{nearest(str(name), [*map(str, _FILTERS), 'exists'])}")
    return _any_leaf(_FILTERS[name](argument, path))


def _names(item: Mapping[object, object]) -> str:
    return ", ".join(repr(name) for name in list(item)[:5]) or "none"


def _any_leaf(test: Test) -> LeavesTest:
    return lambda leaves: any(map(test, leaves))


def _exists(argument: object, path: str) -> LeavesTest:
    """DOC: only a field with a value of its own exists; an object of fields does not count."""
    if not isinstance(argument, bool):
        raise refusal(path, f"'exists' is True or False, not {short_repr(argument)}")
    return lambda leaves: bool(leaves) is argument


def _exactly(expected: object, path: str) -> Test:
    """DOC: texts match exactly, numbers by their spelling: 300 is not 300.0."""
    if expected is not None and not isinstance(expected, str | int | float):
        raise refusal(
            path,
            "a list has texts, numbers, True, False, None or filters such as {'prefix': …}, not "
            f"{short_repr(expected)}",
        )
    written = json.dumps(expected)
    return lambda value: json.dumps(value) == written


def _prefix(argument: object, path: str) -> Test:
    return _at_an_end(argument, path, "prefix", str.startswith)


def _suffix(argument: object, path: str) -> Test:
    return _at_an_end(argument, path, "suffix", str.endswith)


def _at_an_end(argument: object, path: str, name: str, has: Callable[[str, str], bool]) -> Test:
    if isinstance(argument, Mapping) and list(argument) == ["equals-ignore-case"]:
        lower = _text(argument["equals-ignore-case"], path, name).lower()
        return lambda value: isinstance(value, str) and has(value.lower(), lower)
    expected = _text(argument, path, name)
    return lambda value: isinstance(value, str) and has(value, expected)


def _equals_ignore_case(argument: object, path: str) -> Test:
    expected = _text(argument, path, "equals-ignore-case").lower()
    return lambda value: isinstance(value, str) and value.lower() == expected


def _wildcard(argument: object, path: str) -> Test:
    r"""DOC: `*` stands for any text, `\*` for a star, `\\` for a backslash; two stars may not follow each other."""
    text = _text(argument, path, "wildcard")
    parts = re.findall(r"\\.?|\*+|[^\\*]+", text, re.DOTALL)
    for part in parts:
        if part.startswith("**"):
            raise refusal(path, f"'wildcard' has two stars side by side in {text!r}: write one")
        if part.startswith("\\") and part not in ("\\*", "\\\\"):
            raise refusal(
                path, rf"'wildcard' has a backslash in {text!r} that escapes neither * nor \: write \\ for it"
            )
    expression = "".join(".*" if part == "*" else re.escape(part.removeprefix("\\") or part) for part in parts)
    compiled = re.compile(expression, re.DOTALL)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _cidr(argument: object, path: str) -> Test:
    text = _text(argument, path, "cidr")
    try:
        network = ip_network(text)
    except ValueError as error:
        raise refusal(path, f"'cidr' is a block of IP addresses such as '10.0.0.0/24': {error}") from None

    def is_inside(value: object) -> bool:
        try:
            return isinstance(value, str) and ip_address(value) in network
        except ValueError:
            return False

    return is_inside


# --- numbers ---------------------------------------------------------------------------------------------------------

_Compare: TypeAlias = Callable[[Any, Any], Any]

_LOWER: dict[object, _Compare] = {">": gt, ">=": ge}
_UPPER: dict[object, _Compare] = {"<": lt, "<=": le}
_OPERATORS: dict[object, _Compare] = {"=": eq, **_LOWER, **_UPPER}


def _numeric(argument: object, path: str) -> Test:
    """DOC: one comparison, or a range with the lower end first; numbers up to five billion."""
    form = "'numeric' is an operator and a number, as ['>', 0], or a range, as ['>=', 0, '<', 5]"
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        raise refusal(path, f"{form}, not {short_repr(argument)}")
    operators, numbers = argument[::2], [_number(number, path) for number in argument[1::2]]
    if len(argument) == 4:
        compares = [_operator(name, path) for name in operators]
        if compares[0] not in _LOWER.values() or compares[1] not in _UPPER.values():
            raise refusal(path, f"a range begins with > or >= and ends with < or <=, not {short_repr(operators)}")
        if numbers[0] >= numbers[1]:
            raise refusal(path, f"the range from {numbers[0]} to {numbers[1]} is empty: the lower number comes first")
    tests = [(_operator(name, path), number) for name, number in zip(operators, numbers, strict=True)]
    return lambda value: _is_number(value) and all(holds(value, number) for holds, number in tests)


def _operator(name: object, path: str) -> _Compare:
    if not isinstance(name, str) or name not in _OPERATORS:
        raise refusal(
            path, f"'numeric' has no operator {short_repr(name)}; its operators are {', '.join(map(str, _OPERATORS))}"
        )
    return _OPERATORS[name]


def _number(value: object, path: str) -> float:
    if not _is_number(value):
        raise refusal(path, f"'numeric' compares with a number, not with {short_repr(value)}")
    number = cast("float", value)
    if not abs(number) <= _LARGEST_NUMBER:  # before float(…), which raises for a long int; this also refuses NaN
        raise refusal(path, "'numeric' compares with numbers from -5e9 to 5e9")
    return float(number)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- anything-but ----------------------------------------------------------------------------------------------------


def _anything_but(argument: object, path: str) -> Test:
    """DOC: texts or numbers, one or a list; or a filter of texts, with one text or a list."""
    if isinstance(argument, Mapping):
        return _none_of(_refused_texts(argument, path))
    values = argument if isinstance(argument, list) else [argument]
    are_texts = all(isinstance(value, str) for value in values)
    if not values or not (are_texts or all(map(_is_number, values))):
        raise refusal(
            path, f"'anything-but' has a text, a number, or a list of texts or of numbers, not {short_repr(argument)}"
        )
    return _none_of([_exactly(value, path) for value in values])


def _none_of(tests: list[Test]) -> Test:
    return lambda value: not any(test(value) for test in tests)


def _refused_texts(argument: Mapping[object, object], path: str) -> list[Test]:
    if len(argument) != 1 or (name := next(iter(argument))) not in _FILTERS_OF_TEXTS:
        hint = nearest(str(next(iter(argument), "")), map(str, _FILTERS_OF_TEXTS))
        raise refusal(path, f"'anything-but' takes one filter of texts, not {_names(argument)}{hint}")
    found = argument[name]
    texts = found if isinstance(found, list) else [found]
    if not texts or "" in texts:
        raise refusal(path, f"'anything-but' with {name!r} has texts that are not empty, not {short_repr(found)}")
    return [_FILTERS_OF_TEXTS[name](_text(text, path, str(name)), path) for text in texts]


def _text(value: object, path: str, name: str) -> str:
    if not isinstance(value, str):
        raise refusal(path, f"{name!r} has a text, not {short_repr(value)}")
    return value


def short_repr(value: object) -> str:
    """The repr of a part of a pattern, at most 60 characters of it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


_FILTERS_OF_TEXTS: dict[object, Callable[[object, str], Test]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
}
_FILTERS: dict[object, Callable[[object, str], Test]] = {
    **_FILTERS_OF_TEXTS,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
}

FILTER_NAMES = frozenset((*_FILTERS, "exists"))
"""The names of all filters. No event has a field with such a name."""
