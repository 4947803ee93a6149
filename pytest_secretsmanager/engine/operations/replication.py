"""ReplicateSecretToRegions, RemoveRegionsFromReplication, StopReplicationToReplica, and the copying itself."""

from collections.abc import Iterator
from typing import cast

from pytest_secretsmanager.engine import arns, model
from pytest_secretsmanager.engine.call import Call, EventName, Outcome, Reply, ServiceEvent
from pytest_secretsmanager.engine.errors import InvalidParameterException, InvalidRequestException, ServiceError
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards, replication
from pytest_secretsmanager.engine.state import Replica, Secret, Secrets, Version, changed


def replicate_secret_to_regions(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Asks for replicas. DOC: they are in progress when the answer comes.

    GUESS: a region that has a replica already is replicated to once more, under the key that this request names.
    """
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    asked = with_replicas_asked_for(secret, call)
    return Outcome(
        {"ARN": secret.arn, "ReplicationStatus": status_list(asked, secrets)},
        {secret.key: changed(asked, changed=call.time)},
    )


def remove_regions_from_replication(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Deletes the replicas of some regions, at once."""
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    regions = call.texts("RemoveReplicaRegions") or []
    if not secret.replicas.keys() >= {*regions}:
        # GUESS: no public source says what a region without a replica brings.
        raise _invalid_region()
    left = {region: replica for region, replica in secret.replicas.items() if region not in regions}
    updated = changed(replication.with_replicas(secret, left), changed=call.time)
    gone = {
        key: None
        for key in (secret.key._replace(region=region) for region in regions)
        if replication.is_replica_of(secrets.get(key), secret)
    }
    reply: Reply = {"ARN": secret.arn, "ReplicationStatus": status_list(updated, secrets)}
    return Outcome(reply, {secret.key: updated, **gone})


def stop_replication_to_replica(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Makes a replica a secret of its own; called in the replica's region (DOC). The refusal is a GUESS."""
    replica = guards.require_live(secrets, call)
    if not replica.is_replica or replica.primary_region is None:
        raise InvalidRequestException("You can't stop replication of a secret that isn't a replica.")
    promoted = changed(replica, primary_region=None, changed=call.time)
    primary = secrets.get(replica.key._replace(region=replica.primary_region))
    if primary is None or not replication.is_replica_of(replica, primary):
        return Outcome({"ARN": replica.arn}, {replica.key: promoted})
    left = {region: one for region, one in primary.replicas.items() if region != replica.key.region}
    released = replication.with_replicas(primary, left)
    return Outcome({"ARN": replica.arn}, {replica.key: promoted, primary.key: released})


def with_replicas_asked_for(secret: Secret, call: Call) -> Secret:
    """The secret with the replicas of a request, in progress all of them."""
    asked = {
        cast("str", item.get("Region", "")): Replica(
            kms_key_id=cast("str", item.get("KmsKeyId", "")), overwrite=call.flag("ForceOverwriteReplicaSecret")
        )
        for item in call.structures("AddReplicaRegions") or ()
    }
    for region in asked:
        if region == secret.key.region or not model.is_region(region, arns.partition(secret.key.region)):
            raise _invalid_region()
    return replication.with_replicas(secret, {**secret.replicas, **asked})


def status_list(secret: Secret, secrets: Secrets) -> list[dict[str, object]]:
    """ReplicationStatus as replies show it: LastAccessedDate is the replica's own (DOC)."""
    return [_status(secret, region, replica, secrets) for region, replica in secret.replicas.items()]


def _status(secret: Secret, region: str, replica: Replica, secrets: Secrets) -> dict[str, object]:
    present = secrets.get(secret.key._replace(region=region))
    accessed = present.accessed if present is not None and replication.is_replica_of(present, secret) else None
    entry: dict[str, object] = {
        "Region": region,
        "KmsKeyId": replica.kms_key_id or arns.DEFAULT_KMS_ALIAS,
        "Status": replica.status,
    }
    optional = {"StatusMessage": replica.message, "LastAccessedDate": accessed}
    return {**entry, **{name: value for name, value in optional.items() if value}}


def _invalid_region() -> InvalidParameterException:
    return InvalidParameterException("Invalid replica region.")


# --- copying -------------------------------------------------------------------------------------------------------


def replicated(primary: Secret, region: str, time: float, secrets: Secrets, ports: Ports) -> Outcome:
    """The replica of one region as the primary is now, and the primary with the status that this came to."""
    key = primary.key._replace(region=region)
    present = secrets.get(key)
    if present is not None and guards.is_gone(present, time):
        present = None
    try:
        _require_place(primary, present, region)
        copy = _copy(primary, present if replication.is_replica_of(present, primary) else None, region, time, ports)
    except ReplicationRefused as refusal:
        return _failure(primary, region, str(refusal))
    except ServiceError as error:
        # REPORTED that a key which does not work fails the replication and not the call; the text is a GUESS.
        return _failure(primary, region, error.message)
    updated = replication.with_status(primary, region, "InSync", replication.SUCCEEDED)
    succeeded = _event("ReplicationSucceeded", primary, region)
    return Outcome({}, {key: copy, primary.key: updated}, events=(succeeded,))


class ReplicationRefused(Exception):  # noqa: N818 - the reason of a failed replication, which is no error of a call
    """Another secret stands where the replica is to go."""


def _require_place(primary: Secret, present: Secret | None, region: str) -> None:
    """No other secret of that name stands there, unless it may be overwritten."""
    if present is None or replication.is_replica_of(present, primary):
        return
    if present.is_replica:
        # REPORTED, and that overwriting does not help.
        raise ReplicationRefused(f"Secret name {primary.name} is currently replicated to {region} with a different arn")
    if not primary.replicas[region].overwrite:
        # GUESS: moto's text has the form of the one above, the model's example has another.
        raise ReplicationRefused(f"Secret name {primary.name} already exists in region {region}.")


def _failure(primary: Secret, region: str, reason: str) -> Outcome:
    message = f"Replication failed: {reason}"
    updated = replication.with_status(primary, region, "Failed", message)
    failed = _event("ReplicationFailed", primary, region, message)
    return Outcome({}, {primary.key: updated}, events=(failed,))


def _event(name: EventName, primary: Secret, region: str, error_message: str | None = None) -> ServiceEvent:
    """What AWS logs. That it logs replication is DOC, the names and the form are a GUESS."""
    return ServiceEvent(name, primary.key, primary.arn, f"Replication-{primary.arn}-{region}", error_message)


def _copy(primary: Secret, present: Secret | None, region: str, time: float, ports: Ports) -> Secret:
    key = primary.key._replace(region=region)
    copy = Secret(
        key=key,
        arn=arns.in_region(primary.arn, region),
        created=time if present is None else present.created,
        changed=time,
        description=primary.description,
        kms_key_id=ports.key_name(key, primary.replicas[region].kms_key_id),
        type=primary.type,
        tags=primary.tags,
        labels=primary.labels,
        versions_made=primary.versions_made,
        accessed=None if present is None else present.accessed,
        policy=primary.policy,
        owning_service=primary.owning_service,
        primary_region=primary.key.region,
    )
    return changed(copy, versions={version.id: version for version in _versions(primary, copy, present, ports)})


def _versions(primary: Secret, copy: Secret, present: Secret | None, ports: Ports) -> Iterator[Version]:
    """The primary's versions, sealed for the replica; those that it has already stay, since versions never change."""
    kept = present.versions if present is not None and present.kms_key_id == copy.kms_key_id else {}
    for version in primary.versions.values():
        own = kept.get(version.id)
        if own is not None and own.sealed is not None:
            yield own
        elif version.sealed is None:
            yield version
        else:
            plain = ports.open(primary, version.id, version.sealed)
            yield changed(version, sealed=ports.seal(copy, version.id, plain), accessed=None)
