"""The state machine of a rotation: announced, then complete, failed and tried again, or abandoned.

DOC: a rotation announces its version under AWSPENDING, without a value, before its first step; it is complete when
AWSCURRENT has come to that version. All functions return a new secret.
"""

from math import inf

from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.errors import InvalidRequestException
from pytest_secretsmanager.engine.rules import labels, retention, schedule
from pytest_secretsmanager.engine.state import RotationAttempt, RotationConfiguration, Secret, Version

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TEST_STEPS = ("testSecret",)

RETRY_SECONDS = (60, 120, 240, 480, 960)
"""How long a failed rotation waits for each further try. DOC that it is tried several times; how often is a GUESS.

All tries fall within an hour, the shortest window that AWS knows.
"""


def require_complete(secret: Secret) -> None:
    """A rotation can't begin while AWSPENDING sits on another version than AWSCURRENT (DOC; REPORTED text).

    REPORTED: it can where the rotation that left it there was cancelled. GUESS: it can't while the one before has
    promoted its version and is not over yet.
    """
    if pending_token(secret) is not None or _is_running(secret):
        raise InvalidRequestException("A previous rotation isn't complete. That rotation will be reattempted.")


def pending_token(secret: Secret) -> str | None:
    """The version that waits under AWSPENDING to become the current one, None when there is none."""
    pending = secret.labels.get(labels.PENDING)
    is_cancelled = secret.rotation is not None and pending == secret.rotation.cancelled
    return None if is_cancelled or pending == secret.labels.get(labels.CURRENT) else pending


def due_at(secret: Secret) -> float | None:
    """When AWS rotates this secret by itself next, or tries again; None: not as things stand.

    That a rotation runs as soon as its window opens is a GUESS: DOC says at any time in it, RECORDED is five minutes
    after it has opened.
    """
    rotation = secret.rotation
    if rotation is None or not rotation.enabled:
        return None
    return _opening(rotation) if rotation.attempt is None else rotation.attempt.retry


def retry_at(secret: Secret) -> float | None:
    """When a rotation that failed is tried again, None when it is not."""
    attempt = _rotation(secret).attempt
    return None if attempt is None else attempt.retry


def announced(secret: Secret, token: str, time: float, quota: int) -> Secret:
    """The secret once a rotation has begun: its version is there under AWSPENDING, and has no value yet."""
    begun = changed(secret, rotation=changed(_rotation(secret), attempt=RotationAttempt(token=token), cancelled=None))
    if token in secret.versions:
        return begun
    added = changed(_with_version(begun, token, time), changed=time)
    labels.require_room(added.labels)
    return retention.with_room(added, time, quota)


def with_trial(secret: Secret, token: str, time: float) -> Secret:
    """The secret while its function is tried: with a version under AWSPENDING that no other one has to go for."""
    return _with_version(secret, token, time)


def without_trial(secret: Secret, token: str) -> Secret:
    """The secret once its function has been tried: the version made for that is gone again (DOC).

    One that the function has made current stays, since a secret keeps its current version.
    """
    tried = secret.versions.get(token)
    if tried is None:
        return secret
    if is_current(secret, token):
        return changed(secret, labels=_not_pending(secret.labels, token))
    left = retention.without(secret, [token])
    return changed(
        left,
        versions_made=secret.versions_made - (tried.number == secret.versions_made),
        labels={label: holder for label, holder in secret.labels.items() if holder != token},
    )


def running_token(secret: Secret) -> str | None:
    """The token of a rotation that is under way and does not wait for its next try; None when there is none."""
    return _token(secret) if _is_running(secret) else None


def goes_on(secret: Secret | None, token: str) -> bool:
    """Whether a rotation is still the one under way: not cancelled, abandoned or gone with its secret."""
    return secret is not None and _token(secret) == token


def is_current(secret: Secret, token: str | None) -> bool:
    """Whether the version of a rotation has become the current one."""
    return token is not None and secret.labels.get(labels.CURRENT) == token


def completed(secret: Secret, token: str, time: float) -> Secret:
    """The secret once its rotation is over. REPORTED: AWSPENDING goes from the new current version by itself."""
    rotated = changed(_rotation(secret), last=time)
    over = changed(secret, labels=_not_pending(secret.labels, token), changed=time, rotation=rotated)
    return _counting_from(over, time)


def failed(secret: Secret, time: float) -> Secret:
    """The secret once a step has failed: labels stay as they are, and the rotation is tried again, some times (DOC)."""
    attempt = _rotation(secret).attempt
    if attempt is None or attempt.failures == len(RETRY_SECONDS):
        return given_up(secret, time)
    retry = time + RETRY_SECONDS[attempt.failures]
    return _with_attempt(secret, changed(attempt, failures=attempt.failures + 1, retry=retry))


def tried_again(secret: Secret) -> Secret:
    """The secret while a failed rotation runs once more."""
    attempt = _rotation(secret).attempt
    return secret if attempt is None else _with_attempt(secret, changed(attempt, retry=None))


def given_up(secret: Secret, time: float) -> Secret:
    """The secret once its rotation is tried no more: the next one falls in the window that is to open next.

    RECORDED: the date that is shown stays as it was, in the past at last. That AWS tries again in later windows is a
    GUESS.
    """
    rotation = _rotation(secret)
    opening = _opening(rotation)
    if opening is None or opening > time:
        return changed(secret, rotation=changed(rotation, attempt=None))
    ahead = schedule.next_window(rotation.rules, time)
    return changed(secret, rotation=changed(rotation, attempt=None, again=inf if ahead is None else ahead.opens))


def turned_off(secret: Secret) -> Secret:
    """The secret once it rotates no more, until RotateSecret turns it on again; a rotation under way is over.

    Function and rules stay (DOC), and so does AWSPENDING, which keeps no later rotation from beginning (REPORTED).
    """
    if secret.rotation is None:
        return secret
    pending = secret.labels.get(labels.PENDING)
    off = changed(secret.rotation, enabled=False, attempt=None, window=None, again=None, cancelled=pending)
    return changed(secret, rotation=off)


def after_new_value(secret: Secret, time: float) -> Secret:
    """The secret once somebody has made another version current than its rotation was to.

    DOC: that restarts the count to the next rotation, and ends one that is under way, whose AWSPENDING goes.
    """
    if secret.rotation is None or is_current(secret, _token(secret)):
        return secret
    placed = secret.labels if _token(secret) is None else labels.without_label(secret.labels, labels.PENDING)
    return _counting_from(changed(secret, labels=placed), time)


def after_labels_moved(secret: Secret, time: float) -> Secret:
    """The secret once labels have moved. A rotation whose version has no label left is over (GUESS)."""
    token = _token(secret)
    return secret if token is None or secret.labels_of(token) else given_up(secret, time)


def abandoned_token(before: Secret, after: Secret) -> str | None:
    """The token of a rotation that was under way before a change and is not after it, None when there is none."""
    return _token(before) if _token(after) is None else None


def _rotation(secret: Secret) -> RotationConfiguration:
    return secret.rotation or RotationConfiguration()


def _opening(rotation: RotationConfiguration) -> float | None:
    """When the window opens in which AWS rotates next, None for never."""
    if rotation.again is not None:
        return rotation.again
    return None if rotation.window is None else rotation.window.opens


def _token(secret: Secret) -> str | None:
    rotation = secret.rotation
    return None if rotation is None or rotation.attempt is None else rotation.attempt.token


def _is_running(secret: Secret) -> bool:
    attempt = _rotation(secret).attempt
    return attempt is not None and attempt.retry is None


def _with_attempt(secret: Secret, attempt: RotationAttempt) -> Secret:
    return changed(secret, rotation=changed(_rotation(secret), attempt=attempt))


def _not_pending(placed: labels.Placement, token: str) -> labels.Placement:
    return labels.without_label(placed, labels.PENDING) if placed.get(labels.PENDING) == token else placed


def _with_version(secret: Secret, token: str, time: float) -> Secret:
    number = secret.versions_made + 1
    version = Version(id=token, number=number, created=time, member="SecretString", sealed=None)
    placed = labels.with_label(secret.labels, labels.PENDING, token)
    return changed(secret, versions={**secret.versions, token: version}, versions_made=number, labels=placed)


def _counting_from(secret: Secret, time: float) -> Secret:
    """The secret with no rotation under way, and the next one counted from that time, unless rotation is off."""
    rotation = _rotation(secret)
    window = schedule.next_window(rotation.rules, time) if rotation.enabled else None
    return changed(secret, rotation=changed(rotation, attempt=None, window=window, again=None))
