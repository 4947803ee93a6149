"""CreateSecret, UpdateSecret, DeleteSecret, RestoreSecret."""

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Changes, Outcome, deletion_events, new_outcome
from pytest_secretsmanager.engine.errors import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
)
from pytest_secretsmanager.engine.operations.replicas import (
    as_requested_replica,
    require_customer_key,
    with_requested_replicas,
)
from pytest_secretsmanager.engine.operations.replies import identity, replication_status
from pytest_secretsmanager.engine.operations.versions import abandonment, reseal, with_value
from pytest_secretsmanager.engine.ports import Ports, new_suffix
from pytest_secretsmanager.engine.rules import cross_account, guards, replication, rotation, secret_quota
from pytest_secretsmanager.engine.rules.key_uses import RESEALING
from pytest_secretsmanager.engine.rules.retention import SECONDS_PER_DAY
from pytest_secretsmanager.engine.rules.tags import tags_after
from pytest_secretsmanager.engine.state import Deletion, Secret, SecretKey, Secrets, Value

DEFAULT_WINDOW = 30
"""The recovery window of a deleted secret in days, unless the request names one (DOC)."""


def create_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Create a secret, with a first version if the request has a value.

    RECORDED: a repeat with the same token and value succeeds, so AWS checks the token before the name.
    """
    token = guards.require_token(call)
    name = guards.require_name(call.required_text("Name"))
    value = guards.given_value(call)
    existing = guards.find_named(secrets, call, name)
    if existing is not None:
        _require_repeat(existing, call, ports, token, value)
        return Outcome(identity(existing, VersionId=token))
    secret_quota.require_room(secrets, call)
    secret = as_requested_replica(_new_secret(call, name, ports), call, ports)
    secret = with_requested_replicas(secret, call, ports)
    reply = identity(secret)
    if value is not None:
        secret = with_value(secret, call, ports, token, value)
        reply["VersionId"] = token
    else:
        ports.require_key_access(secret, call.principal)
    if secret.replicas:
        reply["ReplicationStatus"] = replication_status(secret, secrets)
    return new_outcome(reply, {secret.key: secret})


def update_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Change a secret's metadata, and add a new current version if the request has a value.

    RECORDED: a repeat with the same token and value succeeds. The API reference says otherwise.
    """
    token = guards.require_token(call) if guards.has_value(call) else None
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    value = guards.given_value(call)
    updated = _with_metadata(secret, call, ports)
    require_customer_key(updated, ports)
    reply = identity(secret)
    if value is not None and token is not None:
        cross_account.require_own_values(secret)
        guards.require_owner(secret, call)
        ports.require_own_key(secret, call)
        updated = with_value(updated, call, ports, token, value)
        reply["VersionId"] = token
    changes: Changes = {} if updated is secret else {secret.key: updated}
    return Outcome(reply, changes, events=abandonment(secret, updated))


def delete_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Schedule a secret's deletion, or delete it immediately with ForceDeleteWithoutRecovery.

    RECORDED: forcing the deletion of a missing secret succeeds; scheduling a deletion turns rotation off.
    """
    force, window = call.flag("ForceDeleteWithoutRecovery"), call.number("RecoveryWindowInDays")
    secret = guards.find(secrets, call, call.required_text("SecretId"))
    if secret is None and not force:
        raise guards.secret_not_found()
    _require_window(force, window)
    if secret is None:
        return _deletion_of_missing_secret(call, ports)
    guards.require_primary(secret)
    guards.require_owner(secret, call)
    replication.require_no_replicas(secret)
    if force:
        # RECORDED: AWS logs the deletion as an event of its own, 5 to 28 seconds later.
        gone: Changes = {secret.key: None}
        return Outcome(identity(secret, DeletionDate=call.time), gone, events=deletion_events(secret, call.time))
    # GUESS: sources disagree on a second deletion; this is AWS's general answer.
    guards.require_not_deleted(secret)
    date = call.time + (window or DEFAULT_WINDOW) * SECONDS_PER_DAY
    scheduled = rotation.turned_off(secret)._replace(deletion=Deletion(call.time, date), changed=call.time)
    return Outcome(identity(secret, DeletionDate=date), {secret.key: scheduled})


def restore_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Cancel a scheduled deletion. GUESS: without one, the call succeeds and changes nothing.

    GUESS: rotation, which the deletion has turned off, stays off.
    """
    secret = guards.require_secret(secrets, call)
    guards.require_primary(secret)
    guards.require_restorable(secret)
    if secret.deletion is None:
        return Outcome(identity(secret))
    return Outcome(identity(secret), {secret.key: secret._replace(deletion=None, changed=call.time)})


def _require_repeat(secret: Secret, call: Call, ports: Ports, token: str, value: Value | None) -> None:
    """Raise AWS's error unless the request repeats the one that created the secret."""
    if value is not None and token in secret.versions:
        with_value(secret, call, ports, token, value)
        return
    if secret.deletion is not None:
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )
    raise ResourceExistsException(f"The operation failed because the secret {secret.name} already exists.")


def _new_secret(call: Call, name: str, ports: Ports) -> Secret:
    key, time = SecretKey(call.region, call.principal.account, name), call.time
    tags = call.structures("Tags")
    return Secret(
        # By position: by their names, they cost twice as much.
        key,
        _new_arn(call, name, ports),
        time,
        time,
        next(ports.numbers),
        call.text("Description") or "",
        ports.key_name(key, call.text("KmsKeyId") or ""),
        call.text("Type") or "",
        None if tags is None else tags_after(None, tags, call),
        owning_service=call.principal.service,
    )


def _new_arn(call: Call, name: str, ports: Ports) -> str:
    return arns.build(call.region, call.principal.account, name, call.arn_suffix or new_suffix(ports.random))


def _with_metadata(secret: Secret, call: Call, ports: Ports) -> Secret:
    """The secret with the metadata of an UpdateSecret request; an empty string removes a member (DOC)."""
    description, kms_key_id, kind = call.text("Description"), call.text("KmsKeyId"), call.text("Type")
    if description is None and kms_key_id is None and kind is None:
        return secret
    updated = secret._replace(
        description=secret.description if description is None else description,
        kms_key_id=secret.kms_key_id if kms_key_id is None else ports.key_name(secret.key, kms_key_id),
        type=secret.type if kind is None else kind,
        changed=call.time,
    )
    if updated.kms_key_id == secret.kms_key_id:
        return updated
    # DOC: a caller from another account can move a secret neither to the default key nor away from it.
    ports.require_own_key(secret, call)
    ports.require_own_key(updated, call)
    ports.require_key_access(updated, call.principal, RESEALING)
    return reseal(updated, ports, call.principal)


def _require_window(force: bool, window: int | None) -> None:
    """REPORTED: AWS checks the range before the conflict."""
    if window is not None and not 7 <= window <= 30:
        raise InvalidParameterException("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
    if force and window is not None:
        raise InvalidParameterException(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
        )


def _deletion_of_missing_secret(call: Call, ports: Ports) -> Outcome:
    secret_id = call.required_text("SecretId")
    arn = secret_id if arns.is_arn(secret_id) else _new_arn(call, secret_id, ports)
    return Outcome({"ARN": arn, "Name": secret_id, "DeletionDate": call.time})
