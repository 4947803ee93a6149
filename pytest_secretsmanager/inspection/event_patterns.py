"""Event patterns as EventBridge documents them: parsed once, when a test subscribes, then matched with each event.

A pattern has the form of an event: objects nest in the same way, and a list has the allowed values of a field. All
fields of a pattern have to match, and one item of each list. Fields that the pattern does not name are ignored.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.inspection.event_filters import FILTER_NAMES, LeavesTest, one_of, refusal, short_repr

__tracebackhide__ = True

EVENT_FIELDS = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
"""The top-level fields of every event."""

_OF_REPLAYS = "replay-name"
"""EventBridge adds this field to events that are replayed from an archive; rules test for its absence."""

_OR = "$or"

Matches: TypeAlias = Callable[[Mapping[str, object]], bool]


def matcher(pattern: object) -> Matches:
    """Parse a pattern. Raises UsageError for a pattern that EventBridge would refuse.

    A top-level name that no event has, and a filter outside a list, are refused too: EventBridge treats them as names
    of fields, which never match.

    >>> matches = matcher({"detail": {"labelUpdated": [{"anything-but": {"prefix": "AWS"}}]}})
    >>> matches({"detail": {"labelUpdated": "blue"}}), matches({"detail": {"labelUpdated": "AWSCURRENT"}})
    (True, False)
    >>> matcher({"detial": {"labelUpdated": ["blue"]}})
    Traceback (most recent call last):
    pytest_secretsmanager.UsageError: event pattern: an event has no 'detial'; did you mean 'detail'?
    """
    if not isinstance(pattern, Mapping):
        raise UsageError(f"an event pattern is a dict, not {type(pattern).__name__}; json.loads reads one from JSON")
    _require_known(pattern)
    return _object(pattern, "")


def _require_known(pattern: Mapping[object, object]) -> None:
    alternatives = pattern.get(_OR)
    for alternative in alternatives if isinstance(alternatives, list) else ():
        if isinstance(alternative, Mapping):
            _require_known(alternative)
    for name in pattern:
        if name not in (*EVENT_FIELDS, _OF_REPLAYS, _OR):
            raise refusal("", f"an event has no {name!r}{nearest(str(name), EVENT_FIELDS)}")


def _object(pattern: Mapping[object, object], path: str) -> Matches:
    if not pattern:
        raise refusal(path, "it is empty: name a field")
    tests = [_field(name, expected, path) for name, expected in pattern.items()]
    return lambda event: all(test(event) for test in tests)


def _field(name: object, expected: object, path: str) -> Matches:
    if not isinstance(name, str):
        raise refusal(path, f"the name of a field is a str, not {name!r}")
    if name == _OR:
        return _alternatives(expected, path)
    if path and name in FILTER_NAMES:
        raise refusal(path, f"a filter is in a list: write [{{{name!r}: {short_repr(expected)}}}]")
    inner = f"{path}.{name}" if path else name
    if isinstance(expected, Mapping):
        nested = _object(expected, inner)
        return lambda event: _is_within(nested, event.get(name))
    if not isinstance(expected, list):
        raise refusal(inner, f"the values of a field are a list: write [{expected!r}]")
    leaves_match: LeavesTest = one_of(expected, inner)
    return lambda event: leaves_match(_leaves(event[name]) if name in event else [])


def _alternatives(expected: object, path: str) -> Matches:
    """DOC: `$or` has two patterns or more. One of them has to match, and the other fields as well."""
    if not isinstance(expected, list) or len(expected) < 2 or not all(isinstance(one, Mapping) for one in expected):
        raise refusal(path, f"{_OR!r} has a list of two patterns or more")
    tests = [_object(alternative, path) for alternative in expected]
    return lambda event: any(test(event) for test in tests)


def _is_within(nested: Matches, value: object) -> bool:
    """Whether an object matches, or one of a list does. A missing object matches only tests for absence."""
    if isinstance(value, list):
        return any(_is_within(nested, item) for item in value)
    return nested(value if isinstance(value, Mapping) else {})


def _leaves(value: object) -> list[object]:
    """The single values of a field. DOC: one value of a list in an event has to match."""
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [] if isinstance(value, Mapping) else [value]
