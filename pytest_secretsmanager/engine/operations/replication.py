"""ReplicateSecretToRegions, RemoveRegionsFromReplication, StopReplicationToReplica; ReplicationStatus in replies."""

from typing import cast

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Outcome, Reply
from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.errors import InvalidParameterException, InvalidRequestException
from pytest_secretsmanager.engine.operations.cross_account import stop_following
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.rules import cross_account, guards, replication
from pytest_secretsmanager.engine.state import Replica, Secret, Secrets


def replicate_secret_to_regions(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Request replicas. DOC: in the reply, they are in progress.

    GUESS: AWS replicates again to a region that already has a replica, under the key of this request.
    """
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    cross_account.require_own_values(secret)
    asked = with_requested_replicas(secret, call, ports.regions)
    return Outcome(
        {"ARN": secret.arn, "ReplicationStatus": status_list(asked, secrets)},
        {secret.key: changed(asked, changed=call.time)},
    )


def remove_regions_from_replication(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Delete the replicas in some regions immediately."""
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    regions = call.texts("RemoveReplicaRegions") or []
    if not secret.replicas.keys() >= {*regions}:
        # GUESS: no public source says what AWS answers for a region without a replica.
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
    """Turn a replica into an independent secret, from the replica's region or account (DOC). The refusal is a GUESS."""
    replica = guards.require_live(secrets, call)
    if cross_account.primary_of(replica) is not None:
        return stop_following(secrets, call, replica)
    if not replica.is_replica or replica.primary_region is None:
        raise InvalidRequestException("You can't stop replication of a secret that isn't a replica.")
    promoted = changed(replica, primary_region=None, changed=call.time)
    # The primary exists: while it has replicas, it can be neither deleted nor overwritten.
    primary = cast("Secret", secrets.get(replica.key._replace(region=replica.primary_region)))
    left = {region: one for region, one in primary.replicas.items() if region != replica.key.region}
    released = replication.with_replicas(primary, left)
    return Outcome({"ARN": replica.arn}, {replica.key: promoted, primary.key: released})


def with_requested_replicas(secret: Secret, call: Call, regions: Regions) -> Secret:
    """The secret with the replicas that a request adds, all in progress."""
    asked = {
        cast("str", item.get("Region", "")): Replica(
            kms_key_id=cast("str", item.get("KmsKeyId", "")), overwrite=call.flag("ForceOverwriteReplicaSecret")
        )
        for item in call.structures("AddReplicaRegions") or ()
    }
    for region in asked:
        if not regions.can_replicate(secret.key.region, region):
            raise _invalid_region()
    return replication.with_replicas(secret, {**secret.replicas, **asked})


def status_list(secret: Secret, secrets: Secrets) -> list[dict[str, object]]:
    """ReplicationStatus in replies. DOC: LastAccessedDate is the replica's own."""
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
