"""RotateSecret and CancelRotateSecret, and the rotations that AWS begins and makes by itself."""

import json
from collections.abc import Callable
from typing import cast

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, EventName, Outcome, RunRotation, rotation_event
from pytest_secretsmanager.engine.errors import (
    AccessDeniedException,
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
)
from pytest_secretsmanager.engine.operations.replies import identity
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards, labels, rotation, schedule
from pytest_secretsmanager.engine.state import Rotation, Secret, Secrets, Value, changed

_NEW_PASSWORD_LENGTH = 32


def rotate_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Stores how a secret rotates, and has it rotate now, or, with RotateImmediately false, only tries the function.

    RECORDED: all or nothing is stored, and a later call without parameters uses what is stored. The steps of the
    function are an effect: they run when the answer is there. A repeat with the same token starts nothing (DOC).
    """
    token = guards.require_token(call, InvalidParameterException)
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    if call.text("RotationLambdaARN") is not None:
        guards.require_owner(secret, call)  # GUESS: managed rotation takes rules, and no function
    reply = identity(secret, VersionId=token)
    if token in secret.versions:
        return Outcome(reply)
    configured = changed(secret, rotation=_configuration(secret, call), changed=call.time)
    rotation.require_complete(secret)
    _require_invokable(configured, ports)
    if not call.flag("RotateImmediately", default=True):
        tried = RunRotation(secret.key, secret.arn, token, _function_of(configured), test=True)
        return Outcome(reply, {secret.key: configured}, then=(tried,) if tried.function else ())
    return _begin(configured, token, call.time, ports)._replace(reply=reply)


def cancel_rotate_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Turns rotation off, and ends one that is under way. DOC: AWSPENDING stays where it is, and so do the rules.

    GUESS: a secret that never rotated is left as it is, with success; one that AWS manages keeps its rotation.
    """
    secret = guards.require_writable(secrets, call)
    if secret.rotation is None:
        return Outcome(identity(secret))
    attempt = secret.rotation.attempt
    off = changed(secret.rotation, enabled=False, attempt=None, window=None)
    cancelled = changed(secret, rotation=off, changed=call.time)
    reply = identity(secret) if attempt is None else identity(secret, VersionId=attempt.token)
    return Outcome(reply, {secret.key: cancelled})


# --- what AWS does by itself -----------------------------------------------------------------------------------------


def rotate_due(secret: Secret, time: float, ports: Ports, new_token: Callable[[], str]) -> Outcome:
    """Begins the rotation that has fallen due, or tries a failed one again under its own token."""
    attempt = None if secret.rotation is None else secret.rotation.attempt
    if attempt is not None:
        return _running(rotation.tried_again(secret), attempt.token)
    token = rotation.pending_token(secret) or new_token()
    try:
        return _begin(secret, token, time, ports)
    except InvalidRequestException as error:
        failed = rotation_event("RotationFailed", secret, token, error.message)
        return Outcome({}, {secret.key: rotation.given_up(secret, time)}, events=(failed,))


def rotate_by_aws(secret: Secret, token: str, time: float, ports: Ports) -> Outcome:
    """The rotation of a secret that has no function of its own: another service manages it, or another vendor.

    What the new value is, nobody but that service knows. GUESS: in a JSON object the `password` is a new one; anything
    else stays as it is, in a new version.
    """
    current = secret.versions.get(secret.labels.get(labels.CURRENT, ""))
    pending = secret.versions[token]
    if current is None or current.sealed is None:
        member, plain = _renewed(("SecretString", b"{}"), ports)
    else:
        member, plain = _renewed((current.member, ports.open(secret, current.id, current.sealed)), ports)
    filled = changed(pending, member=member, sealed=ports.seal(secret, token, plain))
    placed = labels.make_current(secret.labels, token)
    promoted = changed(secret, versions={**secret.versions, token: filled}, labels=placed)
    return completion(promoted, token, time)


def trial(secret: Secret, token: str, time: float, ports: Ports) -> Outcome:
    """The secret while its function is tried: a copy of the current value sits under AWSPENDING (RECORDED)."""
    rotation.require_complete(secret)
    tried = rotation.with_trial(secret, token, time)
    current = secret.versions.get(secret.labels.get(labels.CURRENT, ""))
    if current is not None and current.sealed is not None:
        plain = ports.open(secret, current.id, current.sealed)
        copy = changed(tried.versions[token], member=current.member, sealed=ports.seal(secret, token, plain))
        tried = changed(tried, versions={**tried.versions, token: copy})
    return Outcome({}, {secret.key: tried}, events=(rotation_event("TestRotationStarted", secret, token),))


def trial_over(secret: Secret, token: str, error_message: str | None) -> Outcome:
    """The secret once its function has been tried, with success or without."""
    name: EventName = "TestRotationSucceeded" if error_message is None else "TestRotationFailed"
    event = rotation_event(name, secret, token, error_message)
    return Outcome({}, {secret.key: rotation.without_trial(secret, token)}, events=(event,))


def completion(secret: Secret, token: str, time: float) -> Outcome:
    """A rotation's end, once all steps have run: success if AWSCURRENT has come to its version, else a failure.

    That AWS takes a function which promotes nothing for a failed one is a GUESS.
    """
    if rotation.is_current(secret, token):
        succeeded = rotation_event("RotationSucceeded", secret, token)
        return Outcome({}, {secret.key: rotation.completed(secret, token, time)}, events=(succeeded,))
    return failure(secret, token, time, f"AWSCURRENT has not come to version {token}")


def failure(secret: Secret, token: str, time: float, message: str) -> Outcome:
    """A rotation that has failed, with what CloudTrail says of it."""
    failed = rotation_event("RotationFailed", secret, token, message)
    return Outcome({}, {secret.key: rotation.failed(secret, time)}, events=(failed,))


def _begin(secret: Secret, token: str, time: float, ports: Ports) -> Outcome:
    try:
        return _running(rotation.announced(secret, token, time, ports.version_quota), token)
    except LimitExceededException as error:
        # RotateSecret does not declare LimitExceededException; which code it sends instead is a GUESS.
        raise InvalidRequestException(error.message) from None


def _running(secret: Secret, token: str) -> Outcome:
    started = rotation_event("RotationStarted", secret, token)
    run = RunRotation(secret.key, secret.arn, token, _function_of(secret))
    return Outcome({}, {secret.key: secret}, events=(started,), then=(run,))


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


# --- configuration -------------------------------------------------------------------------------------------------


def _configuration(secret: Secret, call: Call) -> Rotation:
    """How the secret rotates from now on: what the request says, else what is stored."""
    stored = secret.rotation or Rotation()
    rules, metadata = call.structure("RotationRules"), call.structures("ExternalSecretRotationMetadata")
    configured = changed(
        stored,
        enabled=True,
        function=call.text("RotationLambdaARN") or stored.function,
        rules=stored.rules if rules is None else schedule.rules_of(rules),
        metadata=stored.metadata if metadata is None else tuple(map(_item, metadata)),
        role=call.text("ExternalSecretRotationRoleArn") or stored.role,
    )
    return changed(configured, window=schedule.next_window(configured.rules, call.time))


def _item(item: dict[str, object]) -> tuple[str, str]:
    return cast("str", item.get("Key", "")), cast("str", item.get("Value", ""))


def _function_of(secret: Secret) -> str:
    return "" if secret.rotation is None else secret.rotation.function


def _require_invokable(secret: Secret, ports: Ports) -> None:
    """A function that AWS may invoke (RECORDED texts), unless AWS or a vendor rotates this secret without one (DOC)."""
    function = _function_of(secret)
    if not function:
        if _is_rotated_by_aws(secret):
            return
        raise InvalidRequestException("No Lambda rotation function ARN is associated with this secret.")
    arn = arns.parse_function(function)
    if arn is None or arn.region != secret.key.region:
        raise InvalidParameterException(
            "Invalid rotation Lambda ARN. Ensure the ARN matches format "
            "arn:aws:lambda:<region>:<account>:function:<functionName>."
        )
    if ports.function(function) is None:
        raise AccessDeniedException(
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
            "access to the principal secretsmanager.amazonaws.com."
        )


def _is_rotated_by_aws(secret: Secret) -> bool:
    external = bool(secret.type) and secret.rotation is not None and bool(secret.rotation.role)
    return secret.owning_service is not None or external
