"""Replicas in other regions: what they share with their primary, and their status in the primary.

DOC: AWS copies value, labels, tags, policy and description; only the KMS key may differ.
"""

from collections.abc import Mapping

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.state import Replica, ReplicaStatus, Secret

SUCCEEDED = "Replication succeeded"


def with_replicas(secret: Secret, replicas: Mapping[str, Replica]) -> Secret:
    """The secret with these replicas, by region. GUESS: without any, the secret has no PrimaryRegion."""
    return secret._replace(replicas=replicas, primary_region=secret.key.region if replicas else None)


def with_replicas_in_progress(before: Secret | None, after: Secret) -> Secret:
    """The secret with its replicas in progress again, if anything that they share has changed."""
    if before is None or not after.replicas or _shared(before) == _shared(after):
        return after
    replicas = {
        region: replica._replace(status="InProgress", message="") if replica.status == "InSync" else replica
        for region, replica in after.replicas.items()
    }
    return after._replace(replicas=replicas)


def regions_in_progress(secret: Secret) -> list[str]:
    """The regions whose replicas are not up to date."""
    return [region for region, replica in secret.replicas.items() if replica.status == "InProgress"]


def with_status(secret: Secret, region: str, status: ReplicaStatus, message: str) -> Secret:
    """The primary after replication to one region has succeeded or failed."""
    ended = secret.replicas[region]._replace(status=status, message=message, overwrite=False)
    return secret._replace(replicas={**secret.replicas, region: ended})


def is_replica_of(secret: Secret | None, primary: Secret) -> bool:
    """Return whether a secret of another region is the primary's replica. DOC: they share name and ARN suffix."""
    return (
        secret is not None
        and secret.primary_region == primary.key.region
        and secret.is_replica
        and secret.arn == arns.in_region(primary.arn, secret.key.region)
    )


def require_no_replicas(secret: Secret) -> None:
    """Refuse to delete a primary with replicas, or a secret that is linked to one in another account."""
    if reason := reason_to_stay(secret):
        raise InvalidParameterException(reason)


def reason_to_stay(secret: Secret) -> str | None:
    """The reason why a secret can't be deleted, or None. A primary can't go before its replicas (REPORTED text)."""
    if not secret.replicas:
        return cross_account.reason_to_stay(secret)
    regions = ", ".join(sorted(secret.replicas))
    return f"You can't delete secret {secret.arn} that still has replica regions [{regions}]."


def _shared(secret: Secret) -> tuple[object, ...]:
    versions = {version.id: (version.number, version.sealed is not None) for version in secret.versions.values()}
    return versions, secret.labels, secret.tags, secret.policy, secret.description, secret.type
