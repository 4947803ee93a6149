"""What a change of a secret means for its replicas: they are in progress again, and follow once it is committed."""

from pytest_secretsmanager.engine.call import Call, Changes, Handler, Outcome, Replicate
from pytest_secretsmanager.engine.rules import replication
from pytest_secretsmanager.engine.state import Secrets

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""


def replicate(inner: Handler, secrets: Secrets) -> Handler:
    """Lets replicas follow whatever operation has changed their primary."""

    def handle(call: Call) -> Outcome:
        outcome = inner(call)
        return followed(outcome, secrets) if outcome.changes else outcome

    return handle


def followed(outcome: Outcome, secrets: Secrets) -> Outcome:
    """The outcome with the replicas of what it changes in progress, and first of all the effect that they follow."""
    if not _has_replicas(outcome.changes):
        return outcome
    primaries = {key: secret for key, secret in outcome.changes.items() if secret is not None and secret.replicas}
    following = {key: replication.following(secrets.get(key), secret) for key, secret in primaries.items()}
    then = [Replicate(key) for key, secret in following.items() if replication.regions_in_progress(secret)]
    return outcome._replace(changes={**outcome.changes, **following}, then=(*then, *outcome.then))


def _has_replicas(changes: Changes) -> bool:
    """Whether any secret of a change is replicated: a plain loop, since every write passes here and few are."""
    for secret in changes.values():  # noqa: SIM110 - any() costs twice as much
        if secret is not None and secret.replicas:
            return True
    return False
