"""Which logged calls changed a secret, for a failure that says what changed."""

from collections import Counter
from collections.abc import Iterable

from pytest_secretsmanager.engine import arns, model
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.assertions.comparison import repeated_text
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import place_of


def changers_text(events: Iterable[Event], key: SecretKey, states: tuple[Secret | None, Secret | None]) -> str:
    """The calls that wrote to this secret, and how often each did."""
    places = {key, *(primary for state in states if state is not None and (primary := _primary_of(state)))}
    writes = [event for event in events if event.error is None and _writes_to(event, places)]
    calls = Counter(event.operation for event in writes if not event.by_service)
    own = Counter(event.operation for event in writes if event.by_service)
    told = ", ".join(repeated_text(name, times) for name, times in (calls or own).items())
    return f" by {told}" if told else " (no logged call did it: a seed, or the clock)"


def _primary_of(state: Secret) -> SecretKey | None:
    """Where the primary is that a secret follows, in another region or another account; None: it follows none."""
    if state.is_replica and state.primary_region is not None:
        return state.key._replace(region=state.primary_region)
    elsewhere = cross_account.primary_of(state)
    parsed = None if elsewhere is None else arns.parse(elsewhere.arn)
    return None if parsed is None else SecretKey(parsed.region, parsed.account, parsed.name)


def _writes_to(event: Event, places: set[SecretKey]) -> bool:
    """Whether a call wrote to one of these secrets: the one looked at, or a primary that it follows."""
    if not event.by_service and model.operation(event.operation).reads:
        return False
    return place_of(event, event.request.get("SecretId", event.request.get("Name"))) in places
