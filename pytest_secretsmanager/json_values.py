"""Refuses a seeded value that has no JSON form. The error names the place in it, and shows no value."""

import json
from collections.abc import Iterable
from math import isfinite
from typing import Any

from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True

_LONGEST = 200
"""Characters of a place that a text shows."""


def require_json(value: object, rule: str) -> None:
    """Raise UsageError unless a value has a JSON form. `rule` begins its text.

    >>> require_json({"ports": [5432, {1, 2}]}, "a seeded value is a JSON value")
    Traceback (most recent call last):
    pytest_secretsmanager.UsageError: a seeded value is a JSON value, and ['ports'][1] in it is of the type set
    """
    try:
        if _has_json_form(value):
            return
        place, innermost = _without_json_form(value)
    except RecursionError:
        raise UsageError(f"{rule}, and this one contains itself, or is nested too deeply") from None
    where = "this one" if not place else f"{place if len(place) <= _LONGEST else f'…{place[-_LONGEST:]}'} in it"
    raise UsageError(f"{rule}, and {where} {_reason_of(innermost)}")


def _has_json_form(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False, check_circular=False)
    except (TypeError, ValueError):
        return False
    return True


def _without_json_form(value: object) -> tuple[str, object]:
    """The place of the innermost value that has no JSON form, and this value."""
    for key, member in _members_of(value):
        if not _has_json_form(member):
            place, innermost = _without_json_form(member)
            return f"[{key!r}]{place}", innermost
    return "", value


def _members_of(value: Any) -> Iterable[tuple[object, object]]:
    """The members of a list, or of an object whose keys have a JSON form: only these keys are shown."""
    if isinstance(value, dict):
        return value.items() if all(map(_is_key, value)) else ()
    return enumerate(value) if isinstance(value, list | tuple) else ()


def _is_key(key: object) -> bool:
    return isinstance(key, str | int | bool | None) or (isinstance(key, float) and isfinite(key))


def _reason_of(value: object) -> str:
    """The reason why a value has no JSON form."""
    if isinstance(value, float):
        return f"is {value}, which JSON does not have"
    if isinstance(value, int):
        return "is an integer with too many digits"
    for key in value if isinstance(value, dict) else ():
        if not _is_key(key):
            return f"has the key {key}" if isinstance(key, float) else f"has a key of the type {type(key).__name__}"
    return f"is of the type {type(value).__name__}"
