"""The condition keys that a test gives to requests, as IAM compares them: texts, by their names in lower case."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True

ContextText: TypeAlias = str | tuple[str, ...]

_KEY = re.compile(r"[A-Za-z0-9-]+:[^\s]+")


def context_of(given: object) -> dict[str, ContextText]:
    """Return the condition keys of a request. Raises UsageError for a key or a value of another form.

    >>> context_of({"aws:SourceVpce": "vpce-1", "aws:SecureTransport": False, "aws:TagKeys": ["team", "stage"]})
    {'aws:sourcevpce': 'vpce-1', 'aws:securetransport': 'false', 'aws:tagkeys': ('team', 'stage')}
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UsageError(
            'a context maps condition keys to values such as {"aws:SourceVpce": "vpce-1"}, but '
            f"{type(given).__name__} is not a mapping"
        )
    for key in given:
        if not isinstance(key, str) or _KEY.fullmatch(key) is None:
            raise UsageError(f"a condition key is 'service:Name' such as 'aws:SourceVpce', not {key!r}")
    return {key.lower(): _value(key, value) for key, value in given.items()}


def _value(key: str, value: object) -> ContextText:
    if isinstance(value, list | tuple | set | frozenset):
        return tuple([_text(key, item) for item in value])
    return _text(key, value)


def _text(key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise UsageError(
        f"the value of the condition key {key!r} is a str, a number, a bool, a datetime with a time zone, or a list "
        f"of them, not {type(value).__name__}"
    )
