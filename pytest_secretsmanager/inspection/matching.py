"""Whether a logged call matches a question: its fields are as expected, and it names the same secret."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.named_secret import NamedSecret, key_of

__tracebackhide__ = True

ABSENT = object()
"""Stands for an absent value, since None may be a value."""


class LoggedCall(Protocol):
    """The part of a logged call that a question is about."""

    @property
    def request(self) -> Mapping[str, Any]: ...
    @property
    def region(self) -> str: ...
    @property
    def account(self) -> str: ...


def differing_fields(event: LoggedCall, expected: Mapping[str, object]) -> dict[str, object]:
    """The fields in which a call differs from the expected ones, with its values (ABSENT: it has no such field)."""
    request = event.request
    actual = {name: request.get(name, ABSENT) for name in expected}
    return {
        name: value
        for name, value in actual.items()
        if value is ABSENT
        or (expected[name] != value and not (name == "SecretId" and _is_same(event, expected[name], value)))
    }


def _is_same(event: LoggedCall, expected: object, secret_id: object) -> bool:
    """Whether a call named the expected secret in another way: by its name, its ARN or its view."""
    wanted = key_of(expected) if isinstance(expected, NamedSecret) else key_in(event, expected)
    return wanted is not None and wanted == key_in(event, secret_id) and not _are_two_arns(expected, secret_id)


def _are_two_arns(expected: object, secret_id: object) -> bool:
    """Whether both are whole ARNs: a secret that was created again under its name has another ARN."""
    parsed = [arns.parse(text) for text in (expected, secret_id) if isinstance(text, str)]
    return len(parsed) == 2 and all(arn is not None and not arn.partial for arn in parsed)


def key_in(event: LoggedCall, secret_id: object) -> SecretKey | None:
    """The key of the secret that an id names in a call; None if it is not a str."""
    return key_from(secret_id, event.region, event.account) if isinstance(secret_id, str) else None


@lru_cache(maxsize=4096)
def key_from(secret_id: str, region: str, account: str) -> SecretKey:
    """The key of the secret that a name or an ARN means in a call from this region and account."""
    arn = arns.parse(secret_id)
    return SecretKey(region, account, secret_id) if arn is None else SecretKey(*arn[:3])
