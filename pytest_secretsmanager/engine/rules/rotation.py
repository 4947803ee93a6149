"""The state machine of a rotation: announced, then complete, failed and retried, or abandoned.

DOC: before its first step, a rotation announces its version under AWSPENDING, without a value. It is complete when that
version has AWSCURRENT. All functions that change a secret return a new one.
"""

from math import inf

from pytest_secretsmanager.engine.errors import InvalidRequestException
from pytest_secretsmanager.engine.rules import labels, retention
from pytest_secretsmanager.engine.state import (
    RotationAttempt,
    RotationConfiguration,
    RotationRules,
    Secret,
    Version,
    Window,
)

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TEST_STEPS = ("testSecret",)

RETRY_SECONDS = (60, 120, 240, 480, 960)
"""The delay before each further try of a failed rotation. DOC: AWS tries several times. How often is a GUESS.

All tries are within an hour, the shortest window that AWS allows.
"""


def require_complete(secret: Secret) -> None:
    """Refuse to begin a rotation while AWSPENDING and AWSCURRENT are on different versions (DOC; REPORTED text).

    REPORTED: it can begin if the rotation that left AWSPENDING there was cancelled. GUESS: it can't begin while the
    previous rotation has promoted its version and is not over yet.
    """
    if pending_token(secret) is not None or _is_running(secret):
        raise InvalidRequestException("A previous rotation isn't complete. That rotation will be reattempted.")


def pending_token(secret: Secret) -> str | None:
    """The version under AWSPENDING that is waiting to become current, or None."""
    pending = secret.labels.get(labels.PENDING)
    is_cancelled = secret.rotation is not None and pending == secret.rotation.cancelled
    return None if is_cancelled or pending == secret.labels.get(labels.CURRENT) else pending


def due_at(secret: Secret) -> float | None:
    """The time of the next scheduled rotation or retry; None if there is none.

    GUESS: a rotation runs as soon as its window opens. DOC: it can run at any time in the window. RECORDED: it ran five
    minutes after the window opened.
    """
    rotation = secret.rotation
    if rotation is None or not rotation.enabled:
        return None
    return _opening(rotation) if rotation.attempt is None else rotation.attempt.retry


def retry_at(secret: Secret) -> float | None:
    """The time of a failed rotation's next try, or None."""
    attempt = _rotation(secret).attempt
    return None if attempt is None else attempt.retry


def announced(secret: Secret, token: str, time: float, quota: int) -> Secret:
    """The secret after a rotation has begun: its new version has AWSPENDING and no value yet."""
    begun = secret._replace(rotation=_rotation(secret)._replace(attempt=RotationAttempt(token=token), cancelled=None))
    if token in secret.versions:
        return begun
    added = _with_version(begun, token, time)._replace(changed=time)
    labels.require_room(added.labels)
    return retention.with_room(added, time, quota)


def with_trial(secret: Secret, token: str, time: float) -> Secret:
    """The secret during its function's trial. The trial's version has AWSPENDING and doesn't count for the quota."""
    return _with_version(secret, token, time)


def without_trial(secret: Secret, token: str) -> Secret:
    """The secret after the trial of its function: AWS deletes the trial's version (DOC).

    If the function has made that version current, it stays, since a secret keeps its current version.
    """
    tried = secret.versions.get(token)
    if tried is None:
        return secret
    if is_current(secret, token):
        return secret._replace(labels=_not_pending(secret.labels, token))
    left = retention.without(secret, [token])
    return left._replace(
        versions_made=secret.versions_made - (tried.number == secret.versions_made),
        labels={label: holder for label, holder in secret.labels.items() if holder != token},
    )


def running_token(secret: Secret) -> str | None:
    """The token of the rotation that is under way and is not waiting for its next try, or None."""
    return _token(secret) if _is_running(secret) else None


def goes_on(secret: Secret | None, token: str) -> bool:
    """Return whether the rotation is still under way: not over, cancelled, abandoned or deleted with its secret."""
    return secret is not None and _token(secret) == token


def is_current(secret: Secret, token: str | None) -> bool:
    """Return whether the version of a rotation has become the current one."""
    return token is not None and secret.labels.get(labels.CURRENT) == token


def completed(secret: Secret, token: str, time: float) -> Secret:
    """The secret after a successful rotation. REPORTED: AWS removes AWSPENDING from the new current version."""
    rotated = _rotation(secret)._replace(last=time)
    over = secret._replace(labels=_not_pending(secret.labels, token), changed=time, rotation=rotated)
    return _counting_from(over, time)


def failed(secret: Secret, time: float) -> Secret:
    """The secret after a failed step: labels stay, and AWS tries the rotation again, several times (DOC)."""
    attempt = _rotation(secret).attempt
    if attempt is None or attempt.failures == len(RETRY_SECONDS):
        return given_up(secret, time)
    retry = time + RETRY_SECONDS[attempt.failures]
    return _with_attempt(secret, attempt._replace(failures=attempt.failures + 1, retry=retry))


def tried_again(secret: Secret) -> Secret:
    """The secret while a failed rotation runs again."""
    attempt = _rotation(secret).attempt
    return secret if attempt is None else _with_attempt(secret, attempt._replace(retry=None))


def given_up(secret: Secret, time: float) -> Secret:
    """The secret after the last try of its rotation: the next rotation is in the next window.

    RECORDED: the date that AWS shows does not change, so in the end it is in the past. That AWS tries again in later
    windows is a GUESS.
    """
    rotation = _rotation(secret)
    opening = _opening(rotation)
    if opening is None or opening > time:
        return secret._replace(rotation=rotation._replace(attempt=None))
    ahead = _next_window(rotation.rules, time)
    return secret._replace(rotation=rotation._replace(attempt=None, again=inf if ahead is None else ahead.opens))


def turned_off(secret: Secret) -> Secret:
    """The secret with rotation turned off, until RotateSecret turns it on again. A rotation under way ends.

    Function and rules stay (DOC). AWSPENDING stays too, but blocks no later rotation (REPORTED).
    """
    if secret.rotation is None:
        return secret
    pending = secret.labels.get(labels.PENDING)
    off = secret.rotation._replace(enabled=False, attempt=None, window=None, again=None, cancelled=pending)
    return secret._replace(rotation=off)


def after_new_value(secret: Secret, time: float) -> Secret:
    """The secret after a version other than its rotation's has become current.

    DOC: this restarts the time until the next rotation. It ends a rotation under way, and AWS removes its AWSPENDING.
    """
    if secret.rotation is None or is_current(secret, _token(secret)):
        return secret
    placed = secret.labels if _token(secret) is None else labels.without_label(secret.labels, labels.PENDING)
    return _counting_from(secret._replace(labels=placed), time)


def after_labels_moved(secret: Secret, time: float) -> Secret:
    """The secret after labels have moved. A rotation ends when its version has no label left (GUESS)."""
    token = _token(secret)
    return secret if token is None or secret.labels_of(token) else given_up(secret, time)


def abandoned_token(before: Secret, after: Secret) -> str | None:
    """The token of the rotation that a change ended, or None."""
    return _token(before) if _token(after) is None else None


def _rotation(secret: Secret) -> RotationConfiguration:
    return secret.rotation or RotationConfiguration()


def _opening(rotation: RotationConfiguration) -> float | None:
    """The time at which the next window opens, None for never."""
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
    return secret._replace(rotation=_rotation(secret)._replace(attempt=attempt))


def _not_pending(placed: labels.Placement, token: str) -> labels.Placement:
    return labels.without_label(placed, labels.PENDING) if placed.get(labels.PENDING) == token else placed


def _with_version(secret: Secret, token: str, time: float) -> Secret:
    number = secret.versions_made + 1
    version = Version(id=token, number=number, created=time, member="SecretString", sealed=None)
    placed = labels.with_label(secret.labels, labels.PENDING, token)
    return secret._replace(versions={**secret.versions, token: version}, versions_made=number, labels=placed)


def _counting_from(secret: Secret, time: float) -> Secret:
    """The secret without a rotation under way. Unless rotation is off, the next one is counted from that time."""
    rotation = _rotation(secret)
    window = _next_window(rotation.rules, time) if rotation.enabled else None
    return secret._replace(rotation=rotation._replace(attempt=None, window=window, again=None))


def _next_window(rules: RotationRules | None, since: float) -> Window | None:
    """The window of the next rotation by these rules; None for never."""
    if rules is None:
        return None
    from pytest_secretsmanager.engine.rules import schedule

    return schedule.next_window(rules, since)
