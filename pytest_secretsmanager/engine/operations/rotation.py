"""RotateSecret, CancelRotateSecret."""

from typing import cast

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Outcome, RunRotation
from pytest_secretsmanager.engine.errors import (
    AccessDeniedException,
    InvalidParameterException,
    InvalidRequestException,
)
from pytest_secretsmanager.engine.operations.replies import identity
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import cross_account, guards, rotation, rotation_start
from pytest_secretsmanager.engine.state import RotationConfiguration, Secret, Secrets


def rotate_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Store the rotation configuration, and start a rotation or, with RotateImmediately false, the function's trial.

    RECORDED: AWS stores the whole configuration or nothing, and a later call without parameters uses the stored one.
    The function's steps are an effect: they run after the call is committed. A repeat with the same token starts no
    rotation (DOC), but stores a different configuration (GUESS).
    """
    from pytest_secretsmanager.engine.rules import schedule

    token = guards.require_token(call, InvalidParameterException)
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    cross_account.require_own_values(secret)
    if call.text("RotationLambdaARN") is not None:
        guards.require_owner(secret, call)  # GUESS: a request can set the rules of managed rotation, but no function
    reply = identity(secret, VersionId=token)
    is_repeat = token in secret.versions
    configuration = _configuration(secret, call)
    if is_repeat and configuration == secret.rotation:
        return Outcome(reply)
    window = schedule.next_window(configuration.rules, call.time)
    configured = secret._replace(rotation=configuration._replace(window=window, again=None), changed=call.time)
    rotation.require_complete(secret)
    _require_invokable(configured, ports)
    if is_repeat:
        return Outcome(reply, {secret.key: configured})
    if not call.flag("RotateImmediately", default=True):
        tried = RunRotation(secret.key, secret.arn, token, rotation_start.function_of(configured), test=True)
        return Outcome(reply, {secret.key: configured}, then=(tried,) if tried.function else ())
    return rotation_start.begin(configured, token, call.time, ports.version_quota)._replace(reply=reply)


def cancel_rotate_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Turn rotation off, and end a rotation that is under way. DOC: AWSPENDING and the rules stay.

    REPORTED: the call also works on secrets that a service manages, and a second call succeeds. GUESS: for a secret
    that never rotated, the call succeeds and changes nothing.
    """
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    if secret.rotation is None:
        return Outcome(identity(secret))
    attempt = secret.rotation.attempt
    cancelled = rotation.turned_off(secret)._replace(changed=call.time)
    reply = identity(secret) if attempt is None else identity(secret, VersionId=attempt.token)
    return Outcome(reply, {secret.key: cancelled})


# --- configuration -------------------------------------------------------------------------------------------------


def _configuration(secret: Secret, call: Call) -> RotationConfiguration:
    """The stored rotation configuration with the request's members. The next window is still the stored one."""
    from pytest_secretsmanager.engine.rules import schedule

    stored = secret.rotation or RotationConfiguration()
    rules, metadata = call.structure("RotationRules"), call.structures("ExternalSecretRotationMetadata")
    return stored._replace(
        enabled=True,
        function=call.text("RotationLambdaARN") or stored.function,
        rules=stored.rules if rules is None else schedule.rules_of(rules),
        metadata=stored.metadata if metadata is None else tuple(map(_item, metadata)),
        role=call.text("ExternalSecretRotationRoleArn") or stored.role,
    )


def _item(item: dict[str, object]) -> tuple[str, str]:
    return cast("str", item.get("Key", "")), cast("str", item.get("Value", ""))


def _require_invokable(secret: Secret, ports: Ports) -> None:
    """Require a function that AWS may invoke (RECORDED texts), or AWS or a vendor that rotates without one (DOC)."""
    function = rotation_start.function_of(secret)
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
