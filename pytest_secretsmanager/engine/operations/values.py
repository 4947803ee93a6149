"""GetSecretValue, BatchGetSecretValue, PutSecretValue, UpdateSecretVersionStage."""

from collections.abc import Sequence

from pytest_secretsmanager.engine.call import Call, Changes, Handler, Outcome, Part, Reply, new_outcome
from pytest_secretsmanager.engine.errors import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceNotFoundException,
    ServiceError,
)
from pytest_secretsmanager.engine.operations.replies import identity
from pytest_secretsmanager.engine.operations.versions import abandonment, with_value
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards, labels, retention, rotation
from pytest_secretsmanager.engine.rules.secret_pages import page_of_secrets
from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey, Secrets, Version

BATCH_PAGE = 20


def get_secret_value(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """The value of one version: by id, by label, or the current one. RECORDED: AWS records the day of the access."""
    secret = guards.require_live(secrets, call)
    version, sealed = _requested_version(secret, call.text("VersionId"), call.text("VersionStage"))
    ports.require_own_key(secret, call)
    return _read(secret, version, sealed, call, ports)


def batch_get_secret_value(secrets: Secrets, call: Call, read: Handler) -> Outcome:
    """The current values of some secrets, by id or by filters. `read` answers a GetSecretValue for each.

    The reply lists each read that fails.
    """
    _require_ids_or_filters(call)
    ids = call.texts("SecretIdList")
    if ids is not None:
        _require_different(ids)
        return _batch(ids, None, call, read)
    found, token = page_of_secrets(
        secrets,
        call,
        _is_readable,
        {"Filters": call.structures("Filters")},
        size=call.number("MaxResults") or BATCH_PAGE,
    )
    return _batch([secret.arn for secret in found], token, call, read)


def put_secret_value(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Store a value in a new version, and move labels to it. The ClientRequestToken is the version's id.

    RECORDED: a repeat with the same token and value changes nothing, and its reply has the version's current labels. A
    repeat with another value is refused, since versions never change. DOC: if a rotation has announced a version under
    the token, the value goes into that version.
    """
    token = guards.require_token(call)
    secret = guards.require_writable(secrets, call)
    value = guards.require_value(call)
    ports.require_own_key(secret, call)
    updated = with_value(secret, call, ports, token, value, call.texts("VersionStages"))
    changes: Changes = {} if updated is secret else {secret.key: updated}
    return new_outcome(_put_reply(updated, token), changes, abandonment(secret, updated))


def update_secret_version_stage(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Attach one label to a version, move it to another, or remove it."""
    secret = guards.require_writable(secrets, call)
    remove_from, move_to = call.text("RemoveFromVersionId"), call.text("MoveToVersionId")
    if remove_from is None and move_to is None:
        # That it fails is a GUESS, and so is the text.
        raise InvalidParameterException("You must provide either RemoveFromVersionId or MoveToVersionId.")
    for version_id in (remove_from, move_to):
        if version_id is not None:
            guards.require_version(secret, version_id)
    placed = labels.after_update_stage(secret.labels, call.required_text("VersionStage"), remove_from, move_to)
    labels.require_room(placed)
    updated = rotation.after_labels_moved(secret._replace(labels=placed, changed=call.time), call.time)
    return Outcome(identity(secret), {secret.key: updated}, events=abandonment(secret, updated))


def _put_reply(secret: Secret, version_id: str) -> Reply:
    """RECORDED of a listing: a version without labels has no VersionStages."""
    reply: Reply = {"ARN": secret.arn, "Name": secret.key.name, "VersionId": version_id}
    if stages := secret.labels_of(version_id):
        reply["VersionStages"] = list(stages)
    return reply


# --- reading -----------------------------------------------------------------------------------------------------


def _requested_version(secret: Secret, version_id: str | None, label: str | None) -> tuple[Version, Sealed]:
    """The version that a request asks for, by id, by label or by both, and its value."""
    if version_id is None:
        label = label or labels.CURRENT
        version = secret.version_with(label)
    else:
        version = guards.require_version(secret, version_id)
        if label is not None and secret.labels.get(label) != version_id:
            raise InvalidRequestException(
                "You provided a VersionStage that is not associated to the provided VersionId."
            )
    if version is None or version.sealed is None:
        # RECORDED for a label. GUESS: if the request has only an id, the error names the id.
        asked = f"staging label: {label}" if label is not None else f"VersionId: {version_id}"
        raise ResourceNotFoundException(f"Secrets Manager can't find the specified secret value for {asked}")
    return version, version.sealed


def _read(secret: Secret, version: Version, sealed: Sealed, call: Call, ports: Ports) -> Outcome:
    plain = ports.open(secret, version.id, sealed, call.principal)
    reply: Reply = {
        "ARN": secret.arn,
        "Name": secret.key.name,
        "VersionId": version.id,
        version.member: plain if version.member == "SecretBinary" else plain.decode(errors=guards.STRING_ERRORS),
        "CreatedDate": version.created,
    }
    if stages := secret.labels_of(version.id):
        reply["VersionStages"] = list(stages)
    return new_outcome(reply, _note_access(secret, version, call.time))


def _note_access(secret: Secret, version: Version, time: float) -> Changes:
    """Set the day of the last access, for the secret and for the version (RECORDED)."""
    day = time - time % retention.SECONDS_PER_DAY
    if secret.accessed == day == version.accessed:
        return {}
    versions = {**secret.versions, version.id: version._replace(accessed=day)}
    return {secret.key: secret._replace(accessed=day, versions=versions)}


def _require_ids_or_filters(call: Call) -> None:
    """The texts are REPORTED (moto's pull request 7592). GUESS: a request with neither gets the second one."""
    ids, wanted = call.texts("SecretIdList"), call.structures("Filters")
    if wanted is None and call.number("MaxResults") is not None:
        raise InvalidParameterException(
            "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."
        )
    if (ids is None) == (wanted is None):
        raise InvalidParameterException("Either 'SecretIdList' or 'Filters' must be provided, but not both.")


def _require_different(ids: Sequence[str]) -> None:
    """Refuse a batch that has one id twice (REPORTED). Code and text are a GUESS."""
    if len({*ids}) < len(ids):
        raise InvalidParameterException("You can't specify the same secret more than once in SecretIdList.")


def _is_readable(secret: Secret) -> bool:
    """Whether a batch by filters can read a secret. GUESS: it skips those that are scheduled for deletion."""
    return secret.deletion is None


def _batch(ids: Sequence[str], token: str | None, call: Call, read: Handler) -> Outcome:
    values, errors, parts = [], [], []
    changes: dict[SecretKey, Secret | None] = {}
    for secret_id in ids:
        parameters = {"SecretId": secret_id}
        try:
            one = read(call._replace(operation="GetSecretValue", parameters=parameters))
        except ServiceError as error:
            errors.append({"SecretId": secret_id, "ErrorCode": error.code, "Message": error.message})
            parts.append(Part("GetSecretValue", parameters, error.code, error.message, error.decision))
        else:
            values.append(one.reply)
            changes.update(one.changes)
            parts.append(Part("GetSecretValue", parameters, decision=one.decision))
    reply: Reply = {"SecretValues": values, "Errors": errors}
    if token is not None:
        reply["NextToken"] = token
    return Outcome(reply, changes, tuple(parts))
