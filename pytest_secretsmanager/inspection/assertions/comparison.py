"""Expected and found values: whether they are equal, and their difference in words.

A text shows a value only where the test itself compared it.
"""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import zip_longest

from pytest_secretsmanager.engine.tracebacks import take_out_own_frames
from pytest_secretsmanager.inspection.matching import ABSENT
from pytest_secretsmanager.inspection.views import VersionView
from pytest_secretsmanager.inspection.wording import count_text


def is_version(version: VersionView, expected: object) -> bool:
    return version == expected if isinstance(expected, VersionView) else is_value(version, expected)


def is_value(version: VersionView, expected: object, *, partial: bool = False) -> bool:
    is_equal = _contains if partial else _is_same
    try:
        return is_equal(_comparable(version.value, expected), expected)
    except Exception as error:  # raised by an `__eq__` of the test's
        take_out_own_frames(error, of_crashes=True)
        raise


def _contains(found: object, expected: object) -> bool:
    """Whether a JSON object has the expected members, in nested objects too. Lists are compared whole."""
    if isinstance(expected, Mapping):
        return isinstance(found, dict) and all(
            name in found and _contains(found[name], item) for name, item in expected.items()
        )
    return _is_same(found, expected)


def _is_same(found: object, expected: object) -> bool:
    """Whether two JSON values are the same. Unlike in Python, true and 1 are not."""
    if isinstance(found, dict) and isinstance(expected, Mapping):
        return found.keys() == expected.keys() and all(_is_same(found[name], expected[name]) for name in found)
    if isinstance(found, list) and isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(_is_same, found, expected))
    if isinstance(expected, bool | int | float) and isinstance(found, bool) != isinstance(expected, bool):
        return False
    return bool(found == expected)


def _comparable(value: str | bytes | None, expected: object) -> object:
    """The value to compare: parsed if the test expects neither a `str` nor `bytes`."""
    if isinstance(expected, str | bytes) or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def comparison_text(version: VersionView, expected: object, *, partial: bool = False) -> str:
    """The expected value above the found one, or the members in which they differ."""
    if isinstance(expected, VersionView):
        return f"  expected: {expected.id}\n  found:    {version.id}"
    found = _comparable(version.value, expected)
    if _members_of(found, expected, partial) is not None:
        return "\n".join(_members_text("", found, expected, partial))
    expected_text, found_text = value_texts(expected, found)
    return f"  expected: {expected_text}\n  found:    {found_text}{_json_hint(version.value, expected)}"


def _json_hint(found: str | bytes | None, expected: object) -> str:
    """Advice for a JSON text that differs only in its spelling."""
    if not (isinstance(found, str) and isinstance(expected, str)):
        return ""
    try:
        one, other = json.loads(found), json.loads(expected)
        if not isinstance(other, dict | list) or not _is_same(one, other):
            return ""
    except (ValueError, RecursionError):
        return ""
    return f"\nequal as JSON: pass the {type(other).__name__} to ignore the spelling"


def _members_text(path: str, found: object, expected: object, partial: bool) -> Iterator[str]:
    """A line for each member in which two JSON objects or lists differ."""
    inside = partial and not isinstance(found, list)
    for place, one, other in _members_of(found, expected, inside) or ():
        if _contains(one, other) if inside else _is_same(one, other):
            continue
        if _members_of(one, other, inside) is not None:
            yield from _members_text(f"{path}{place} > ", one, other, inside)
        else:
            expected_text, found_text = value_texts(other, one)
            hint = _key_hint(place, found, expected) if one is ABSENT else ""
            yield f"  {path}{place}: expected {expected_text}, found {found_text}{hint}"


_MOST_COMPARED = 30
_LONGEST_KEY = 60
"""Finding the nearest key takes time for each pair of keys, and for each pair of characters."""


def _key_hint(key: str, found: object, expected: object) -> str:
    """The unexpected key of the found object that is nearest to a missing one, both as Python writes them."""
    if not (isinstance(found, dict) and isinstance(expected, Mapping)) or len(key) > _LONGEST_KEY:
        return ""
    if max(len(found), len(expected)) > _MOST_COMPARED:
        return ""
    others = (repr(other) for other in found if other not in expected and len(other) < _LONGEST_KEY)
    close = get_close_matches(key, others, n=1, cutoff=0.8)
    return f"; did you mean {close[0]}?" if close else ""


def _members_of(found: object, expected: object, partial: bool) -> list[tuple[str, object, object]] | None:
    """The members of two objects or of two lists, in pairs; None for anything else."""
    if isinstance(found, dict) and isinstance(expected, Mapping):
        keys = expected if partial else {**expected, **found}
        return [(repr(key), found.get(key, ABSENT), expected.get(key, ABSENT)) for key in keys]
    if isinstance(found, list) and isinstance(expected, list | tuple):
        pairs = zip_longest(found, expected, fillvalue=ABSENT)
        return [(f"[{index}]", one, other) for index, (one, other) in enumerate(pairs)]
    return None


LONGEST_WHOLE = 200
"""Characters of a text that is shown whole."""

_AROUND = 40
"""Characters of a longer text that are shown on either side of the first difference."""


def value_texts(expected: object, found: object) -> tuple[str, str]:
    """Two values as a failure shows them; of long texts only the part around the first difference."""
    if isinstance(expected, str | bytes) and type(found) is type(expected):
        shorter, longer = sorted((len(expected), len(found)))
        if longer > LONGEST_WHOLE:
            start = next((index for index in range(shorter) if expected[index] != found[index]), shorter)
            return _around(expected, start), _around(found, start)
    return plain_text(expected), _found_text(expected, found)


def _found_text(expected: object, found: object) -> str:
    """The found value, without any part that the test did not name."""
    if found and isinstance(found, dict | list):
        return "{…}" if isinstance(found, dict) else "[…]"
    if isinstance(expected, Mapping | list | tuple):
        return _type_text(found)
    return "a value" if expected is ABSENT else plain_text(found)


def _type_text(value: object) -> str:
    if isinstance(value, str):
        return f"a text of {count_text(len(value), 'character')}"
    if isinstance(value, bytes):
        return f"a binary value of {count_text(len(value), 'byte')}"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "a number" if is_number else plain_text(value)


def _around(text: str | bytes, start: int) -> str:
    unit = "characters" if isinstance(text, str) else "bytes"
    first = max(0, start - _AROUND)
    return f"{text[first : start + _AROUND]!r} (from {first} of {len(text):,} {unit})"


def plain_text(value: object) -> str:
    return "nothing" if value is ABSENT else repr(value)
