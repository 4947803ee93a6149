"""Event patterns as EventBridge documents them: read once, when a test subscribes, and then put to each event.

A pattern has the form of an event: objects nest as they do there, and a list says what a field may be. All fields of a
pattern have to match, and one item of each list. A field that the pattern does not name may be anything.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.inspection.event_filters import FILTER_NAMES, LeavesTest, one_of, refusal, shown

__tracebackhide__ = True

EVENT_FIELDS = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
"""What every event has at its top."""

_OF_REPLAYS = "replay-name"
"""EventBridge adds it to events that are replayed from an archive, and rules ask for its absence."""

_OR = "$or"

Matches: TypeAlias = Callable[[Mapping[str, object]], bool]


def matcher(pattern: object) -> Matches:
    """The test that a pattern stands for. Raises UsageError for a pattern that EventBridge would not take.

    A name at its top that no event has, and a filter outside a list, are refused too: EventBridge takes them for names
    of fields, and then they never match.

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
        raise refusal(path, "it is empty; it names a field at least")
    tests = [_field(name, expected, path) for name, expected in pattern.items()]
    return lambda event: all(test(event) for test in tests)


def _field(name: object, expected: object, path: str) -> Matches:
    if not isinstance(name, str):
        raise refusal(path, f"a field is named by a text, not by {name!r}")
    if name == _OR:
        return _alternatives(expected, path)
    if path and name in FILTER_NAMES:
        raise refusal(path, f"a filter stands in a list: write [{{{name!r}: {shown(expected)}}}]")
    inner = f"{path}.{name}" if path else name
    if isinstance(expected, Mapping):
        nested = _object(expected, inner)
        return lambda event: _is_within(nested, event.get(name))
    if not isinstance(expected, list):
        raise refusal(inner, f"what a field may be stands in a list: write [{expected!r}]")
    leaves_match: LeavesTest = one_of(expected, inner)
    return lambda event: leaves_match(_leaves(event[name]) if name in event else [])


def _alternatives(expected: object, path: str) -> Matches:
    """DOC: `$or` has two patterns or more, of which one has to match, beside the other fields."""
    if not isinstance(expected, list) or len(expected) < 2 or not all(isinstance(one, Mapping) for one in expected):
        raise refusal(path, f"{_OR!r} has a list of two patterns or more")
    tests = [_object(alternative, path) for alternative in expected]
    return lambda event: any(test(event) for test in tests)


def _is_within(nested: Matches, value: object) -> bool:
    """Whether an object matches, or one in a list does; where there is none, only what asks for absence does."""
    if isinstance(value, list):
        return any(_is_within(nested, item) for item in value)
    return nested(value if isinstance(value, Mapping) else {})


def _leaves(value: object) -> list[object]:
    """The single values of a field. DOC: of a list in an event, one value has to match."""
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [] if isinstance(value, Mapping) else [value]
