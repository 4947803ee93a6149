"""The text about a secret that is not there: what was asked for, the nearest name, and where else that name is.

The assertions and the report of a failing test say it in the same words.
"""

from collections.abc import Iterable, Sequence
from heapq import nlargest

from pytest_secretsmanager.engine.errors import nearest
from pytest_secretsmanager.engine.state import Secret, SecretKey

__tracebackhide__ = True

_PLACES = 3
"""How many places one line names."""

_MANY = 500
"""How many names are compared letter by letter."""


def no_secret(asked: str, key: SecretKey, present: Sequence[Secret]) -> str:
    """What is said of a secret that was asked for, by name or ARN, and is not among those present."""
    own = next((secret for secret in present if secret.key == key), None)
    if own is not None:
        return (
            f"no secret has the ARN {asked!r}; {key.name!r} is {own.arn} (made anew since, or with another suffix; a "
            "seed that is named by its ARN has just that one)"
        )
    return f"no secret {asked!r} in {place_text(key.region, key.account)}{where_else(key, present)}"


def where_else(key: SecretKey, present: Sequence[Secret]) -> str:
    """The end of a text about a secret that is not there: where else its name is, or which name is nearest."""
    elsewhere = [_place_and_state(secret) for secret in present if secret.name == key.name and secret.key != key]
    if elsewhere:
        return f"; it is in {_some(elsewhere)}"
    here = [secret.name for secret in present if secret.key[:2] == key[:2]]
    if here:
        return nearest(key.name, _alike(key.name, here)) or f"; {len(here)} others are there"
    if not present:
        return "; no secret is there at all"
    places, names = [place_text(*secret.key[:2]) for secret in present], {secret.name for secret in present}
    return f"; no secret is there at all, but in {_some(places)}{nearest(key.name, _alike(key.name, sorted(names)))}"


def _alike(name: str, names: Sequence[str]) -> Sequence[str]:
    """Of a great many names those that begin and end most as this one does: each real comparison takes long."""
    if len(names) <= _MANY:
        return names
    return nlargest(_MANY, names, key=lambda other: _common(name, other) + _common(name[::-1], other[::-1]))


def _common(one: str, other: str) -> int:
    """How many characters two names have in common at their beginning."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def place_text(region: str, account: str) -> str:
    """Region and account, as texts name them."""
    return f"{region} of account {account}"


def _place_and_state(secret: Secret) -> str:
    return place_text(*secret.key[:2]) + ("" if secret.deletion is None else " (scheduled for deletion)")


def _some(places: Iterable[str]) -> str:
    different = list(dict.fromkeys(places))
    more = len(different) - _PLACES
    return " and in ".join(different[:_PLACES]) + (f" and in {more} more places" if more > 0 else "")
