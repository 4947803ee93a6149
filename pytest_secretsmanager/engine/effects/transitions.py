"""The changes that AWS itself makes: it begins due rotations, tries functions, ends rotations and forced deletions.

All functions are pure, as operations are: each takes a secret and returns the outcome to commit.
"""

import json
from collections.abc import Callable

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import EventName, Outcome, deletion_events, own_work, rotation_event
from pytest_secretsmanager.engine.callers import service_in
from pytest_secretsmanager.engine.errors import InvalidRequestException
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import labels, rotation, rotation_start
from pytest_secretsmanager.engine.state import Secret, Value

__tracebackhide__ = True

_NEW_PASSWORD_LENGTH = 32


def act_due(secret: Secret, time: float, ports: Ports, new_token: Callable[[], str]) -> Outcome:
    """End the forced deletion that is due, or else begin the rotation that is due.

    RECORDED: AWS logs the beginning and the end of a deletion in the same second, when the deletion is over.
    """
    if secret.deletion is not None and secret.deletion.is_forced:
        return own_work({secret.key: None}, events=deletion_events(secret, time))
    return rotate_due(secret, time, ports, new_token)


def rotate_due(secret: Secret, time: float, ports: Ports, new_token: Callable[[], str]) -> Outcome:
    """Begin the rotation that is due, or retry a failed one under its own token."""
    attempt = None if secret.rotation is None else secret.rotation.attempt
    if attempt is not None:
        return rotation_start.start(rotation.tried_again(secret), attempt.token)
    token = rotation.pending_token(secret) or new_token()
    try:
        return rotation_start.begin(secret, token, time, ports.version_quota)
    except InvalidRequestException as error:
        failed = rotation_event("RotationFailed", secret, token, error.message)
        return own_work({secret.key: rotation.given_up(secret, time)}, events=(failed,))


def rotate_by_aws(secret: Secret, token: str, time: float, ports: Ports) -> Outcome:
    """Rotate a secret without a function: another AWS service or another vendor manages it.

    Only that service knows the new value. GUESS: in a JSON object, `password` changes; any other value stays the same,
    in a new version.
    """
    current = secret.version_with(labels.CURRENT)
    pending = secret.versions[token]
    aws = service_in(secret.key.account)
    value: Value = ("SecretString", b"{}")
    if current is not None and current.sealed is not None:
        value = _renewed((current.member, ports.open(secret, current.id, current.sealed, aws)), ports)
    member, plain = value
    filled = pending._replace(member=member, sealed=ports.seal(secret, token, plain, aws))
    placed = labels.make_current(secret.labels, token)
    promoted = secret._replace(versions={**secret.versions, token: filled}, labels=placed)
    return completion(promoted, token, time)


def trial(secret: Secret, token: str, time: float, ports: Ports) -> Outcome:
    """The secret during the trial of its function: AWSPENDING holds a copy of the current value (RECORDED)."""
    rotation.require_complete(secret)
    tried = rotation.with_trial(secret, token, time)
    current = secret.version_with(labels.CURRENT)
    if current is not None and current.sealed is not None:
        aws = service_in(secret.key.account)
        plain = ports.open(secret, current.id, current.sealed, aws)
        copy = tried.versions[token]._replace(member=current.member, sealed=ports.seal(secret, token, plain, aws))
        tried = tried._replace(versions={**tried.versions, token: copy})
    return own_work({secret.key: tried}, events=(rotation_event("TestRotationStarted", secret, token),))


def trial_over(secret: Secret, token: str, error_message: str | None) -> Outcome:
    """The secret after the trial of its function, successful or not."""
    name: EventName = "TestRotationSucceeded" if error_message is None else "TestRotationFailed"
    event = rotation_event(name, secret, token, error_message)
    return own_work({secret.key: rotation.without_trial(secret, token)}, events=(event,))


def completion(secret: Secret, token: str, time: float) -> Outcome:
    """The end of a rotation after its last step: a success if its version has AWSCURRENT, else a failure.

    GUESS: for AWS, a function that moves AWSCURRENT to no new version has failed.
    """
    if rotation.is_current(secret, token):
        succeeded = rotation_event("RotationSucceeded", secret, token)
        return own_work({secret.key: rotation.completed(secret, token, time)}, events=(succeeded,))
    return failure(secret, token, time, f"AWSCURRENT has not come to version {token}")


def failure(secret: Secret, token: str, time: float, message: str) -> Outcome:
    """The failure of a rotation, with its CloudTrail event."""
    failed = rotation_event("RotationFailed", secret, token, message)
    return own_work({secret.key: rotation.failed(secret, time)}, events=(failed,))


def _renewed(value: Value, ports: Ports) -> Value:
    member, plain = value
    try:
        content = json.loads(plain)
    except (ValueError, RecursionError):
        return value
    if not isinstance(content, dict) or "password" not in content:
        return value
    content["password"] = "".join(ports.random.choices(arns.SUFFIX_ALPHABET, k=_NEW_PASSWORD_LENGTH))
    return member, json.dumps(content).encode()
