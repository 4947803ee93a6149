"""Whether a logged call is the one that is asked for: its fields are as expected, and it names the same secret."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.state import SecretKey

if TYPE_CHECKING:
    from pytest_secretsmanager.inspection.log import Event

__tracebackhide__ = True

ABSENT = object()
"""Stands for what is not there: None may be a value."""


def differing_fields(event: "Event", expected: Mapping[str, object]) -> dict[str, object]:
    """The fields in which a call is not as expected, with what it has there (ABSENT: nothing)."""
    request = event.request
    actual = {name: request.get(name, ABSENT) for name in expected}
    return {
        name: value
        for name, value in actual.items()
        if value is ABSENT
        or (expected[name] != value and not (name == "SecretId" and _is_same(event, expected[name], value)))
    }


def _is_same(event: "Event", expected: object, secret_id: object) -> bool:
    """Whether a call named the secret that is expected, though in another way: by name, by ARN; by its view."""
    key = getattr(expected, "key", None)
    wanted = key if isinstance(key, SecretKey) else place_of(event, expected)
    return wanted is not None and wanted == place_of(event, secret_id) and not _are_two_arns(expected, secret_id)


def _are_two_arns(expected: object, secret_id: object) -> bool:
    """Whether these are whole ARNs: those of a secret and of one that was made anew under its name differ."""
    parsed = [arns.parse(text) for text in (expected, secret_id) if isinstance(text, str)]
    return len(parsed) == 2 and all(arn is not None and not arn.partial for arn in parsed)


def place_of(event: "Event", secret_id: object) -> SecretKey | None:
    """The secret that an id means in a call; None when it is no id at all."""
    return key_of(secret_id, event.region, event.account) if isinstance(secret_id, str) else None


def key_of(secret_id: str, region: str, account: str) -> SecretKey:
    """Where a secret is that a call from this region and account names: an ARN says it, a name does not."""
    arn = arns.parse(secret_id)
    return SecretKey(region, account, secret_id) if arn is None else SecretKey(*arn[:3])
