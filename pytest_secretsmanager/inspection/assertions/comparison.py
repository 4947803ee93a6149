"""What a test expected and what is there, in words. Values are shown only where the test itself compared them."""

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.engine.tracebacks import take_out_own_frames
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import ABSENT
from pytest_secretsmanager.inspection.views import VersionView

# --- comparing -----------------------------------------------------------------------------------------------------


def is_version(version: VersionView, expected: object) -> bool:
    return version == expected if isinstance(expected, VersionView) else is_value(version, expected)


def is_value(version: VersionView, expected: object, *, partial: bool = False) -> bool:
    is_as_expected = is_part if partial else _is_same
    try:
        return is_as_expected(_comparable(version.value, expected), expected)
    except Exception as error:  # of an object that can't be compared
        take_out_own_frames(error, of_crashes=True)
        raise


def is_part(found: object, expected: object) -> bool:
    """Whether a JSON object has all that an expected one names, in objects inside of it too; lists whole."""
    if isinstance(expected, Mapping):
        return isinstance(found, dict) and all(
            name in found and is_part(found[name], item) for name, item in expected.items()
        )
    return _is_same(found, expected)


def _is_same(found: object, expected: object) -> bool:
    """Whether two JSON values are the same; other than in Python, true and 1 are not."""
    if isinstance(found, dict) and isinstance(expected, Mapping):
        return found.keys() == expected.keys() and all(_is_same(found[name], expected[name]) for name in found)
    if isinstance(found, list) and isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(_is_same, found, expected))
    if isinstance(expected, bool | int | float) and isinstance(found, bool) != isinstance(expected, bool):
        return False
    return bool(found == expected)


def _comparable(value: str | bytes | None, expected: object) -> object:
    """The value as it is to be compared: parsed when the test expects something that is neither text nor bytes."""
    if isinstance(expected, str | bytes) or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def compared(version: VersionView, expected: object, *, partial: bool = False) -> str:
    if isinstance(expected, VersionView):
        return f"  expected: {expected.id}\n  found:    {version.id}"
    found = _comparable(version.value, expected)
    if _members_of(found, expected, partial) is not None:
        return "\n".join(_members_text("", found, expected, partial))
    shown_expected, shown_found = _shown_beside(expected, found)
    return f"  expected: {shown_expected}\n  found:    {shown_found}{_json_hint(version.value, expected)}"


def _json_hint(found: str | bytes | None, expected: object) -> str:
    """What to write instead of a JSON text that differs only in how it is spelled."""
    if not (isinstance(found, str) and isinstance(expected, str)):
        return ""
    try:
        one, other = json.loads(found), json.loads(expected)
        if not isinstance(other, dict | list) or not _is_same(one, other):
            return ""
    except (ValueError, RecursionError):
        return ""
    return f"\nequal as JSON: pass the {type(other).__name__}, for which the spelling does not count"


def _members_text(path: str, found: object, expected: object, partial: bool) -> Iterator[str]:
    """The members in which two JSON objects or lists differ, and no others."""
    inside = partial and not isinstance(found, list)
    for place, one, other in _members_of(found, expected, inside) or ():
        if is_part(one, other) if inside else _is_same(one, other):
            continue
        if _members_of(one, other, inside) is not None:
            yield from _members_text(f"{path}{place} > ", one, other, inside)
        else:
            shown_expected, shown_found = _shown_beside(other, one)
            yield f"  {path}{place}: expected {shown_expected}, found {shown_found}"


def _members_of(found: object, expected: object, partial: bool) -> list[tuple[str, object, object]] | None:
    """The members of two objects, or of two lists, side by side; None for anything else."""
    if isinstance(found, dict) and isinstance(expected, Mapping):
        keys = expected if partial else {**expected, **found}
        return [(repr(key), found.get(key, ABSENT), expected.get(key, ABSENT)) for key in keys]
    if isinstance(found, list) and isinstance(expected, list | tuple):
        pairs = zip_longest(found, expected, fillvalue=ABSENT)
        return [(f"[{index}]", one, other) for index, (one, other) in enumerate(pairs)]
    return None


_LONGEST_WHOLE = 200
_AROUND = 40
"""Characters that are shown of a text that is too long to be shown whole, on either side of the first difference."""


def _shown_beside(expected: object, found: object) -> tuple[str, str]:
    """Two values as they are shown beside each other: of long texts, what is around the first difference."""
    if isinstance(expected, str | bytes) and type(found) is type(expected):
        shorter, longer = sorted((len(expected), len(found)))
        if longer > _LONGEST_WHOLE:
            start = next((index for index in range(shorter) if expected[index] != found[index]), shorter)
            return _around(expected, start), _around(found, start)
    return _shown(expected), _found_shown(expected, found)


def _found_shown(expected: object, found: object) -> str:
    """What was found, but nothing of it that the test did not name."""
    if found and isinstance(found, dict | list):
        return "{…}" if isinstance(found, dict) else "[…]"
    if isinstance(expected, Mapping | list | tuple):
        return _kind_text(found)
    return "a value" if expected is ABSENT else _shown(found)


def _kind_text(value: object) -> str:
    if isinstance(value, str):
        return f"a text of {count_text(len(value), 'character')}"
    if isinstance(value, bytes):
        return f"a binary value of {count_text(len(value), 'byte')}"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "a number" if is_number else _shown(value)


def _around(text: str | bytes, start: int) -> str:
    unit = "characters" if isinstance(text, str) else "bytes"
    first = max(0, start - _AROUND)
    return f"{text[first : start + _AROUND]!r} (from {first} of {len(text):,} {unit})"


def _shown(value: object) -> str:
    return "nothing" if value is ABSENT else repr(value)


_TOLD = [name for name in Secret.__slots__ if name not in ("changed", "versions_made", "deleted_versions", "number")]
"""The fields in which a change is told; the others only follow from these."""


def change_text(before: Secret | None, after: Secret | None) -> str:
    """What changed between two states of one secret, without values; empty when it was looked at and no more."""
    if before is None or after is None:
        return "" if before is after else "it was created" if before is None else "it was deleted"
    before, after = without_access(before), without_access(after)
    differing = [name for name in _TOLD if getattr(before, name) != getattr(after, name)]
    return f"{', '.join(differing)} changed" if differing else ""


def without_access(secret: Secret) -> Secret:
    """A secret but for its dates of access, which a read leaves."""
    versions = {version.id: changed(version, accessed=None) for version in secret.versions.values()}
    return changed(secret, accessed=None, versions=versions)


# --- texts ---------------------------------------------------------------------------------------------------------


def labels_text(version: VersionView) -> str:
    return ", ".join(version.labels) or "no label"


def place_text(version: VersionView | None) -> str:
    return "nowhere" if version is None else f"on version {version.number}"


def call_text(operation: str, fields: Mapping[str, object], error: str | None) -> str:
    text = f"{operation}({', '.join(f'{name}={_cut(repr(value))}' for name, value in fields.items())})"
    return f"{text} -> {error}" if error else text


def difference_text(
    event: Event, differing: Mapping[str, object], fields: Mapping[str, object], error: str | None
) -> str:
    """In what a call is not as expected; empty when it is."""
    parts = [
        f"{name}: expected {_cut(shown_expected)}, found {_cut(shown_found)}"
        for name, value in differing.items()
        for shown_expected, shown_found in [_logged_beside(fields[name], value)]
    ]
    if error is not None and event.error != error:
        parts.append(f"expected to be refused with {error}")
    return "; ".join(parts)


def _logged_beside(expected: object, found: object) -> tuple[str, str]:
    """Two values of a request field, of which none is secret."""
    is_text = isinstance(expected, str | bytes) and type(found) is type(expected)
    return _shown_beside(expected, found) if is_text else (_shown(expected), _shown(found))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_WHOLE else f"{text[: _LONGEST_WHOLE - 1]}…"


def repeated_text(name: str, times: int) -> str:
    return f"{name} ×{times}" if times > 1 else name


def count_text(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
