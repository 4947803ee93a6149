"""The requests that IAM decides for a logged call, with the secrets as they were at the time of the call."""

from collections.abc import Sequence
from typing import NamedTuple

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.rules.condition_keys import FindKeyArn
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.engine.rules.key_permissions import key_requests_of
from pytest_secretsmanager.engine.rules.permissions import requests_of
from pytest_secretsmanager.engine.state import FindSecret, KeyParts, Secret, SecretKey

__tracebackhide__ = True


class NeededRequests(NamedTuple):
    """One logged call, and the requests that IAM decides for it, in the order of AWS's checks."""

    entry: Entry
    requests: tuple[Request, ...]


def needed_requests(entries: Sequence[Entry], secrets: FindSecret, key_arn: FindKeyArn) -> list[NeededRequests]:
    """The requests of each logged call, in the order of the log, which must end now. AWS's own events need none."""
    past = _Past(secrets)
    found = []
    for entry in reversed(entries):
        past.go_before(entry)
        if not entry.by_service:
            found.append(NeededRequests(entry, requests_of_entry(entry, past, key_arn)))
    found.reverse()
    return found


def requests_of_entry(entry: Entry, secrets: FindSecret, key_arn: FindKeyArn) -> tuple[Request, ...]:
    """The requests of one logged call. `secrets` has the secrets as they were before it.

    A malformed request has none: AWS refuses it before IAM decides.
    """
    call = Call(entry.operation, entry.request, entry.region, entry.principal, entry.time, entry.request_id)
    if not _is_well_formed(call):
        return ()
    added = entry.principal.context.get
    requests = requests_of(call, secrets, added=added, key_arn=key_arn)
    for use in entry.key_uses:
        requests += key_requests_of(use, call, added=added)
    return requests


def _is_well_formed(call: Call) -> bool:
    """Whether a request keeps the limits of the service description, and has the token and the name that AWS checks."""
    if not model.operation(call.operation).is_within_limits(call.parameters):
        return False
    try:
        guards.require_well_formed(call)
    except ServiceError:
        return False
    return True


class _Past:
    """The secrets as they were before the entry that was reached last, going back from now."""

    def __init__(self, now: FindSecret) -> None:
        self._now = now
        self._former: dict[SecretKey, Secret | None] = {}

    def go_before(self, entry: Entry) -> None:
        """Go back to the moment before a call."""
        self._former.update(entry.before)

    def get(self, key: KeyParts) -> Secret | None:
        """The secret as it was then, in what policies read of it."""
        full = SecretKey(*key)
        return self._former[full] if full in self._former else self._now.get(key)
