"""Forced deletions that take their time: the secret is only marked, and AWS deletes it when the time is over."""

from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.deletions import Deletions
from pytest_secretsmanager.engine.rules import rotation
from pytest_secretsmanager.engine.state import Deletion, Secret, SecretKey, Secrets

__tracebackhide__ = True


def delete_later(inner: Handler, secrets: Secrets, deletions: Deletions) -> Handler:
    """Mark each secret that DeleteSecret would delete at once. A second forced deletion changes nothing."""

    def handle(call: Call) -> Outcome:
        outcome = inner(call)
        if call.operation != "DeleteSecret" or None not in outcome.changes.values():
            return outcome
        length = deletions.length_of(call)
        if not length:
            return outcome
        marked: dict[SecretKey, Secret | None] = {}
        for key in outcome.changes:
            secret = secrets.get(key)
            if secret is not None and not (secret.deletion is not None and secret.deletion.is_forced):
                marked[key] = _marked(secret, call.time, length)
        return outcome._replace(changes=marked, events=())

    return handle


def _marked(secret: Secret, time: float, length: float) -> Secret:
    return rotation.turned_off(secret)._replace(deletion=Deletion(time, time + length, is_forced=True), changed=time)
