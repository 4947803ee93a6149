"""Which logged calls changed a secret, for a failure that says what changed."""

from collections import Counter
from collections.abc import Iterable

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.differences import repeated_text
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import place_of


def changers_text(events: Iterable[Event], key: SecretKey, states: tuple[Secret | None, Secret | None]) -> str:
    """The calls that wrote to this secret, and how often each did."""
    is_replica = any(state is not None and state.is_replica for state in states)
    writes = [event for event in events if event.error is None and _writes_to(event, key, is_replica)]
    calls = Counter(event.operation for event in writes if not event.by_service)
    own = Counter(event.operation for event in writes if event.by_service)
    told = ", ".join(repeated_text(name, times) for name, times in (calls or own).items())
    return f" by {told}" if told else " (no logged call did it: a seed, or the clock)"


def _writes_to(event: Event, key: SecretKey, is_replica: bool) -> bool:
    """Whether a call wrote to a secret, or to the primary that a replica follows."""
    if not event.by_service and model.operation(event.operation).reads:
        return False
    where = place_of(event, event.request.get("SecretId", event.request.get("Name")))
    return where is not None and (where == key or (is_replica and where[1:] == key[1:]))
