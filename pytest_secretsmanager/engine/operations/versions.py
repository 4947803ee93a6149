"""Changes of a secret's versions that several operations share: a new value, or a new KMS key."""

from collections.abc import Sequence

from pytest_secretsmanager.engine.call import Call, ServiceEvent, rotation_event
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import ResourceExistsException
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import labels, retention, rotation
from pytest_secretsmanager.engine.state import Secret, Value, Version, of_fields, with_versions


def with_value(
    secret: Secret, call: Call, ports: Ports, token: str, value: Value, stages: Sequence[str] | None = None
) -> Secret:
    """The secret with that value under that token: in a new version, or in one that a rotation has announced.

    A repeat changes nothing. Raise ResourceExistsException if the token's version has another value, since versions
    never change (RECORDED).
    """
    existing = secret.versions.get(token)
    if existing is None or existing.sealed is None:
        return _with_new_version(secret, call, ports, token, value, stages, existing)
    if (existing.member, ports.open(secret, token, existing.sealed, call.principal)) != value:
        raise ResourceExistsException(
            f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret "
            f"{secret.arn}."
        )
    return secret


def _with_new_version(
    secret: Secret,
    call: Call,
    ports: Ports,
    version_id: str,
    value: Value,
    stages: Sequence[str] | None,
    announced: Version | None,
) -> Secret:
    placed = labels.after_new_version(secret.labels, version_id, stages)
    labels.require_room(placed)
    (member, plain), time = value, call.time
    made = secret.versions_made
    number, created = (made + 1, time) if announced is None else (announced.number, announced.created)
    sealed = ports.seal(secret, version_id, plain, call.principal)
    versions = {**secret.versions, version_id: of_fields(Version, (version_id, number, created, member, sealed, None))}
    updated = with_versions(secret, time, versions, placed, max(made, number))
    updated = retention.with_room(updated, time, ports.version_quota)
    if secret.rotation is None:
        return updated
    if placed.get(labels.CURRENT) == version_id:
        updated = rotation.after_new_value(updated, call.time)
    return rotation.after_labels_moved(updated, call.time)


def abandonment(before: Secret, after: Secret) -> tuple[ServiceEvent, ...]:
    """AWS's log entry for a rotation that a write has ended (DOC), or none."""
    if before.rotation is None:
        return ()
    token = rotation.abandoned_token(before, after)
    return () if token is None else (rotation_event("RotationAbandoned", after, token),)


def reseal(secret: Secret, ports: Ports, caller: Principal) -> Secret:
    """The secret after a change of its KMS key. AWS encrypts the versions with one of its three labels again (DOC)."""
    marked = {secret.labels.get(label) for label in (labels.CURRENT, labels.PENDING, labels.PREVIOUS)}
    versions = dict(secret.versions)
    for version in secret.versions.values():
        if version.id in marked and version.sealed is not None:
            plain = ports.open(secret, version.id, version.sealed, caller)
            versions[version.id] = version._replace(sealed=ports.seal(secret, version.id, plain, caller))
    return secret._replace(versions=versions)
