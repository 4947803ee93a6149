"""ReplicateSecretToRegions, RemoveRegionsFromReplication, StopReplicationToReplica."""

from typing import cast

from pytest_secretsmanager.engine.call import Call, Outcome, Reply
from pytest_secretsmanager.engine.errors import InvalidRequestException
from pytest_secretsmanager.engine.operations.replicas import invalid_region, with_requested_replicas
from pytest_secretsmanager.engine.operations.replies import replication_status
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import cross_account, guards, replication
from pytest_secretsmanager.engine.state import CrossAccountPrimary, Secret, Secrets


def replicate_secret_to_regions(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Request replicas. DOC: in the reply, they are in progress.

    GUESS: AWS replicates again to a region that already has a replica, under the key of this request.
    """
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    cross_account.require_own_values(secret)
    asked = with_requested_replicas(secret, call, ports)
    return Outcome(
        {"ARN": secret.arn, "ReplicationStatus": replication_status(asked, secrets)},
        {secret.key: asked._replace(changed=call.time)},
    )


def remove_regions_from_replication(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Delete the replicas in some regions immediately."""
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    regions = call.texts("RemoveReplicaRegions") or []
    if not secret.replicas.keys() >= {*regions}:
        # GUESS: no public source says what AWS answers for a region without a replica.
        raise invalid_region()
    left = {region: replica for region, replica in secret.replicas.items() if region not in regions}
    updated = replication.with_replicas(secret, left)._replace(changed=call.time)
    gone = {
        key: None
        for key in (secret.key._replace(region=region) for region in regions)
        if replication.is_replica_of(secrets.get(key), secret)
    }
    reply: Reply = {"ARN": secret.arn, "ReplicationStatus": replication_status(updated, secrets)}
    return Outcome(reply, {secret.key: updated, **gone})


def stop_replication_to_replica(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Turn a replica into an independent secret, from the replica's region or account (DOC). The refusal is a GUESS."""
    replica = guards.require_live(secrets, call)
    if cross_account.primary_of(replica) is not None:
        return _stop_cross_account_replication(secrets, call, replica)
    if not replica.is_replica or replica.primary_region is None:
        raise InvalidRequestException("You can't stop replication of a secret that isn't a replica.")
    promoted = replica._replace(primary_region=None, changed=call.time)
    # The primary exists: while it has replicas, it can be neither deleted nor overwritten.
    primary = cast("Secret", secrets.get(replica.key._replace(region=replica.primary_region)))
    left = {region: one for region, one in primary.replicas.items() if region != replica.key.region}
    released = replication.with_replicas(primary, left)
    return Outcome({"ARN": replica.arn}, {replica.key: promoted, primary.key: released})


def _stop_cross_account_replication(secrets: Secrets, call: Call, replica: Secret) -> Outcome:
    """Stop replication to a replica in another account. DOC: its primary then shows it as `Detached`."""
    cross_account.require_same_account(replica, call, "replica")
    freed = cross_account.with_primary(replica, None)._replace(changed=call.time)
    known = cast("CrossAccountPrimary", cross_account.primary_of(replica))
    primary = cross_account.at(known.arn, secrets)
    if primary is None or not cross_account.linked(primary, replica):
        return Outcome({"ARN": replica.arn}, {replica.key: freed})
    left = cross_account.with_status(primary, replica.arn, "Detached")
    return Outcome({"ARN": replica.arn}, {replica.key: freed, primary.key: left})
