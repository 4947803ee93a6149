"""The text about a secret that doesn't exist: its name, the nearest name, and the other places that have that name.

The assertions and the report of a failing test use the same words.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from pytest_secretsmanager.engine.errors import nearest
from pytest_secretsmanager.engine.state import Secret, SecretKey

__tracebackhide__ = True

_PLACES = 3
"""The number of places that one line names."""


class Known(Protocol):
    """The secrets of a manager, as this text looks for one: it does not look at all of them."""

    def state_of(self, key: SecretKey) -> Secret | None: ...

    def places(self) -> Sequence[tuple[str, str]]: ...

    def names_like(self, name: str, region: str, account: str) -> Sequence[str]: ...

    def count_within(self, region: str, account: str) -> int: ...


def missing_secret_text(asked: str, key: SecretKey, known: Known) -> str:
    """The text about a secret that was asked for, by name or ARN, and is not among those known."""
    own = known.state_of(key)
    if own is not None:
        return (
            f"no secret has the ARN {asked!r}; {key.name!r} is {own.arn} (the secret was created again, or has "
            "another suffix; a seed that is named by an ARN gets exactly that ARN)"
        )
    return f"no secret {asked!r} in {place_text(key.region, key.account)}{where_else(key, known)}"


def where_else(key: SecretKey, known: Known) -> str:
    """The end of that text: the other places that have the name, or the nearest name."""
    elsewhere = [_place_and_state(secret) for secret in named(key.name, known) if secret.key != key]
    if elsewhere:
        return f"; it is in {_some(elsewhere)}"
    count = known.count_within(*key.place)
    if count:
        return nearest(key.name, known.names_like(key.name, *key.place)) or f"; it has {count:,} other secrets"
    places = known.places()
    if not places:
        return "; there are no secrets"
    names = {name for place in places for name in known.names_like(key.name, *place)}
    return (
        f"; there are secrets only in {_some(place_text(*place) for place in places)}{nearest(key.name, sorted(names))}"
    )


def named(name: str, known: Known) -> list[Secret]:
    """The secrets of that name, in all regions and accounts."""
    found = [known.state_of(SecretKey(region, account, name)) for region, account in known.places()]
    return [secret for secret in found if secret is not None]


def place_text(region: str, account: str) -> str:
    """Region and account in words."""
    return f"{region} of account {account}"


def _place_and_state(secret: Secret) -> str:
    return place_text(*secret.key.place) + ("" if secret.deletion is None else " (scheduled for deletion)")


def _some(places: Iterable[str]) -> str:
    different = list(dict.fromkeys(places))
    more = len(different) - _PLACES
    return " and in ".join(different[:_PLACES]) + (f" and in {more} more places" if more > 0 else "")
