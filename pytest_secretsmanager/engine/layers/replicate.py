"""What a change of a secret means for its replicas: they are in progress again, and follow once it is committed."""

from collections.abc import Callable
from typing import TypeVar

from pytest_secretsmanager.engine.call import Changes, Outcome, Replicate
from pytest_secretsmanager.engine.rules import cross_account, replication
from pytest_secretsmanager.engine.state import Secret, Secrets

__tracebackhide__ = True


_Asked = TypeVar("_Asked")


def replicate(inner: Callable[[_Asked], Outcome], secrets: Secrets) -> Callable[[_Asked], Outcome]:
    """Let replicas follow every change of their primary: by a call, by a seed, or by AWS itself."""

    def handle(asked: _Asked) -> Outcome:
        outcome = inner(asked)
        return followed(outcome, secrets) if outcome.changes else outcome

    return handle


def followed(outcome: Outcome, secrets: Secrets) -> Outcome:
    """The outcome with the replicas of what it changes in progress, and first of all the effect that they follow."""
    if not _has_replicas(outcome.changes):
        return outcome
    replicated = {
        key: secret for key, secret in outcome.changes.items() if secret is not None and _is_replicated(secret)
    }
    following = {key: _following(secrets.get(key), secret) for key, secret in replicated.items()}
    then = [Replicate(key) for key, secret in following.items() if _has_to_follow(secret)]
    told = {
        key: secret
        for primary in following.values()
        for key, secret in cross_account.newly_in_progress(primary, secrets).items()
    }
    return outcome._replace(changes={**told, **outcome.changes, **following}, then=(*then, *outcome.then))


def _following(before: Secret | None, after: Secret) -> Secret:
    return cross_account.following(before, replication.following(before, after))


def _has_to_follow(secret: Secret) -> bool:
    return bool(replication.regions_in_progress(secret) or cross_account.in_progress(secret))


def _is_replicated(secret: Secret) -> bool:
    return bool(secret.replicas) or secret.links is not None


def _has_replicas(changes: Changes) -> bool:
    """Whether any secret of a change is replicated: a plain loop, since every write passes here and few are."""
    for secret in changes.values():  # noqa: SIM110 - any() costs twice as much
        if secret is not None and (secret.replicas or secret.links is not None):
            return True
    return False
