"""The changes of a secret between two states, and the logged calls that made them. No value is shown."""

from collections import Counter
from collections.abc import Iterable

from pytest_secretsmanager.engine import arns, model
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import key_in
from pytest_secretsmanager.inspection.wording import repeated_text

_DERIVED = ("changed", "versions_made", "deleted_versions", "number")
_REPORTED = [name for name in Secret._fields if name not in _DERIVED]
"""The fields whose change is reported; the others only follow from these."""


def change_text(before: Secret | None, after: Secret | None) -> str:
    """The changes between two states of one secret, without values; empty if there are none but dates of access."""
    if before is None or after is None:
        return "" if before is after else "it was created" if before is None else "it was deleted"
    before, after = without_access(before), without_access(after)
    differing = [name for name in _REPORTED if getattr(before, name) != getattr(after, name)]
    return f"{', '.join(differing)} changed" if differing else ""


def without_access(secret: Secret) -> Secret:
    """The secret without its dates of access, which a read sets."""
    versions = {version.id: version._replace(accessed=None) for version in secret.versions.values()}
    return secret._replace(accessed=None, versions=versions)


def writers_text(
    events: Iterable[Event], key: SecretKey, states: tuple[Secret | None, Secret | None], has_forgotten: bool
) -> str:
    """The calls that wrote to this secret, with the number of each. `has_forgotten`: the log may lack some."""
    keys = {key, *(primary for state in states if state is not None and (primary := _primary_of(state)))}
    writes = [event for event in events if event.error is None and _writes_to(event, keys)]
    calls = Counter(event.operation for event in writes if not event.by_service)
    service_events = Counter(event.operation for event in writes if event.by_service)
    counted = ", ".join(repeated_text(name, times) for name, times in (calls or service_events).items())
    by = f" by {counted}" if counted else ""
    if has_forgotten:
        return f"{by} (log_limit made the log forget calls of this block)"
    return by or " (no logged call did it: a seed, or the clock)"


def _primary_of(state: Secret) -> SecretKey | None:
    """The primary of a replica, in another region or another account; None if the secret is no replica."""
    if state.is_replica and state.primary_region is not None:
        return state.key._replace(region=state.primary_region)
    elsewhere = cross_account.primary_of(state)
    parsed = None if elsewhere is None else arns.parse(elsewhere.arn)
    return None if parsed is None else SecretKey(parsed.region, parsed.account, parsed.name)


def _writes_to(event: Event, keys: set[SecretKey]) -> bool:
    if not event.by_service and model.operation(event.operation).reads:
        return False
    return key_in(event, event.request.get("SecretId", event.request.get("Name"))) in keys
