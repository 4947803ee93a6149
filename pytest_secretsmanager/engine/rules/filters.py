"""The filters of ListSecrets and BatchGetSecretValue: which secrets a request's `Filters` match.

RECORDED (moto's tests verified against AWS): a secret has to match all filters, and at least one value of each; `!`
negates a value; `name`, `tag-key` and `tag-value` match a prefix and respect case; `description` and `all` match words
and ignore case.
"""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import cast

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.state import Beginnings, Secret

_OF_WORDS = ("description", "all")
"""The filters that match words. The others match the beginning of an attribute."""

_SEPARATOR = re.compile(r"[/\-_+=.@]")
_CASE_BOUNDARY = re.compile(r"([^a-z][a-z]+)")


def tests_of(filters: Sequence[dict[str, object]] | None) -> list[Callable[[Secret], bool]]:
    """The tests that a secret has to pass to match every filter: one for each."""
    return [_compile(entry) for entry in filters or ()]


def beginnings_of(entry: dict[str, object]) -> Beginnings | None:
    """The beginnings of which each matching secret has one; None if the filter leaves them open."""
    key, values = cast("str", entry["Key"]), cast("list[str]", entry["Values"])
    if any(value.startswith("!") for value in values):
        return None
    if key == "name":
        return Beginnings(True, values)
    if key in _OF_WORDS:
        return Beginnings(False, [max(value.lower().split(), key=len) for value in values if value.split()])
    if not all(value.split() for value in values):
        return None
    return Beginnings(False, [value.lower().split()[0] for value in values])  # an attribute's first word begins so


def words_of(secret: Secret) -> set[str]:
    """The words, in lower case, of all attributes that a filter can ask for."""
    texts = [*_all(secret), secret.primary_region, secret.owning_service]
    return {word.lower() for text in texts if text for word in words(text)}


def words(text: str) -> list[str]:
    """The words of an attribute, split at blanks, then at separators, then at changes of case. Unsplit parts count too.

    RECORDED: AWS does not split a part that has two different separators.

    >>> words("COMPANYthings"), words("prod-App"), words("prod-App/x")
    (['COMPANYthings', 'COMPAN', 'Ythings'], ['prod-App', 'prod', 'App'], ['prod-App/x'])
    >>> words("prod/AppBeta")
    ['prod/AppBeta', 'prod', 'AppBeta', 'App', 'Beta']
    """
    found = [word for part in text.split() for word in (part, *_pieces(part))]
    return list(dict.fromkeys(word for word in found if word))


def _pieces(part: str) -> list[str]:
    separators = set(_SEPARATOR.findall(part))
    if len(separators) > 1:
        return []
    pieces = part.split(separators.pop()) if separators else [part]
    return [word for piece in pieces for word in (piece, *_CASE_BOUNDARY.split(piece))]


def _compile(entry: dict[str, object]) -> Callable[[Secret], bool]:
    key, values = cast("str | None", entry.get("Key")), cast("list[str] | None", entry.get("Values"))
    if key is None:
        # Both texts are a GUESS, taken from other emulators.
        raise InvalidParameterException("Invalid filter key")
    if not values:
        raise InvalidParameterException(f"Invalid filter values for key: {key}")
    attributes = _ATTRIBUTES[key]
    tests = [_negatable(value, _has_words if key in _OF_WORDS else _starts_with) for value in values]
    return lambda secret: any(test(attributes(secret)) for test in tests)


def _negatable(value: str, match: Callable[[str], Callable[[str], bool]]) -> Callable[[list[str]], bool]:
    matches = match(value.removeprefix("!"))
    if value.startswith("!"):
        return lambda attributes: not any(map(matches, attributes))
    return lambda attributes: any(map(matches, attributes))


def _starts_with(wanted: str) -> Callable[[str], bool]:
    return lambda attribute: attribute.startswith(wanted)


def _has_words(wanted: str) -> Callable[[str], bool]:
    """The test whether each wanted word starts a word of an attribute."""
    parts = wanted.lower().split()
    can_match = parts and not any(map(_SEPARATOR.fullmatch, parts))  # RECORDED: a separator alone matches nothing

    def matches(attribute: str) -> bool:
        lower = attribute.lower()
        if not can_match or (attribute.isascii() and not all(part in lower for part in parts)):
            return False  # before the words, which take long. Outside ASCII, a text may change with its lower case.
        known = [word.lower() for word in words(attribute)]
        return all(any(word.startswith(part) for word in known) for part in parts)

    return matches


def _tag_keys(secret: Secret) -> list[str]:
    return list(secret.tags or ())


def _tag_values(secret: Secret) -> list[str]:
    return list((secret.tags or {}).values())


def _all(secret: Secret) -> list[str]:
    return [secret.name, secret.description, *_tag_keys(secret), *_tag_values(secret)]


_ATTRIBUTES: dict[str, Callable[[Secret], list[str]]] = {
    "name": lambda secret: [secret.name],
    "description": lambda secret: [secret.description],
    "tag-key": _tag_keys,
    "tag-value": _tag_values,
    "primary-region": lambda secret: [secret.primary_region or ""],
    "owning-service": lambda secret: [secret.owning_service or ""],
    "all": _all,
}

read_by_filters = attrgetter("key", "description", "tags", "primary_region", "owning_service")
"""All that these functions read of a secret."""
