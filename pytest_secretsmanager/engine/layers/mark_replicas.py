"""A change of a primary marks its replicas as in progress, and asks for their update after the commit."""

from collections.abc import Callable
from typing import TypeVar

from pytest_secretsmanager.engine.call import Changes, Outcome, UpdateReplicas
from pytest_secretsmanager.engine.rules import cross_account, replication
from pytest_secretsmanager.engine.state import Secret, Secrets

__tracebackhide__ = True


_Asked = TypeVar("_Asked")


def mark_replicas(inner: Callable[[_Asked], Outcome], secrets: Secrets) -> Callable[[_Asked], Outcome]:
    """Mark the replicas of each primary that a call, a seed or AWS itself changes."""

    def handle(asked: _Asked) -> Outcome:
        outcome = inner(asked)
        changes = outcome.changes
        return with_replicas_in_progress(outcome, secrets) if changes and _has_replicas(changes) else outcome

    return handle


def with_replicas_in_progress(outcome: Outcome, secrets: Secrets) -> Outcome:
    """The outcome with the replicas of its primaries in progress. Their updates are its first effects."""
    primaries = {
        key: _with_all_in_progress(secrets.get(key), secret)
        for key, secret in outcome.changes.items()
        if secret is not None and _is_replicated(secret)
    }
    updates = [UpdateReplicas(key) for key, primary in primaries.items() if _is_in_progress(primary)]
    replicas = {
        key: replica
        for primary in primaries.values()
        for key, replica in cross_account.newly_in_progress(primary, secrets).items()
    }
    return outcome._replace(changes={**replicas, **outcome.changes, **primaries}, then=(*updates, *outcome.then))


def _with_all_in_progress(before: Secret | None, after: Secret) -> Secret:
    marked = replication.with_replicas_in_progress(before, after)
    return cross_account.with_replicas_in_progress(before, marked)


def _is_in_progress(primary: Secret) -> bool:
    return bool(replication.regions_in_progress(primary) or cross_account.in_progress(primary))


def _is_replicated(secret: Secret) -> bool:
    return bool(secret.replicas) or secret.links is not None


def _has_replicas(changes: Changes) -> bool:
    """Return whether a change has a replicated secret: a plain loop, since every write passes here and few have one."""
    for secret in changes.values():  # noqa: SIM110 - any() costs twice as much
        if secret is not None and (secret.replicas or secret.links is not None):
            return True
    return False
