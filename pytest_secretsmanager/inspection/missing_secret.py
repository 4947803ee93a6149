"""The text about a secret that doesn't exist: its name, the nearest name, and the other places that have that name.

The assertions and the report of a failing test use the same words.
"""

from collections.abc import Iterable, Sequence
from heapq import nlargest

from pytest_secretsmanager.engine.errors import nearest
from pytest_secretsmanager.engine.state import Secret, SecretKey

__tracebackhide__ = True

_PLACES = 3
"""The number of places that one line names."""

_MANY = 500
"""The number of names that are compared letter by letter."""


def missing_secret_text(asked: str, key: SecretKey, present: Sequence[Secret]) -> str:
    """The text about a secret that was asked for, by name or ARN, and is not among those present."""
    own = next((secret for secret in present if secret.key == key), None)
    if own is not None:
        return (
            f"no secret has the ARN {asked!r}; {key.name!r} is {own.arn} (the secret was created again, or has "
            "another suffix; a seed that is named by an ARN gets exactly that ARN)"
        )
    return f"no secret {asked!r} in {place_text(key.region, key.account)}{where_else(key, present)}"


def where_else(key: SecretKey, present: Sequence[Secret]) -> str:
    """The end of that text: the other places that have the name, or the nearest name."""
    elsewhere = [_place_and_state(secret) for secret in present if secret.name == key.name and secret.key != key]
    if elsewhere:
        return f"; it is in {_some(elsewhere)}"
    here = [secret.name for secret in present if secret.key.place == key.place]
    if here:
        return nearest(key.name, _alike(key.name, here)) or f"; it has {len(here)} other secrets"
    if not present:
        return "; there are no secrets"
    places, names = [place_text(*secret.key.place) for secret in present], {secret.name for secret in present}
    return f"; there are secrets only in {_some(places)}{nearest(key.name, _alike(key.name, sorted(names)))}"


def _alike(name: str, names: Sequence[str]) -> Sequence[str]:
    """The names that begin and end most like this one, if there are many: a real comparison takes long."""
    if len(names) <= _MANY:
        return names
    return nlargest(_MANY, names, key=lambda other: _common(name, other) + _common(name[::-1], other[::-1]))


def _common(one: str, other: str) -> int:
    """The number of characters that two names have in common at their beginning."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def place_text(region: str, account: str) -> str:
    """Region and account in words."""
    return f"{region} of account {account}"


def _place_and_state(secret: Secret) -> str:
    return place_text(*secret.key.place) + ("" if secret.deletion is None else " (scheduled for deletion)")


def _some(places: Iterable[str]) -> str:
    different = list(dict.fromkeys(places))
    more = len(different) - _PLACES
    return " and in ".join(different[:_PLACES]) + (f" and in {more} more places" if more > 0 else "")
