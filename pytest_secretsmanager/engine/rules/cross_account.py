"""Links between secrets of two accounts: how to read and change them, and which calls they forbid.

DOC: both secrets are in one region and partition, and each has its own ARN, policy, key and tags. AWS copies only
values, and the labels that say which one is current.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import InvalidParameterException, InvalidRequestException
from pytest_secretsmanager.engine.state import (
    CrossAccountPrimary,
    CrossAccountReplica,
    Links,
    LinkStatus,
    Secret,
    SecretKey,
    Secrets,
)

_NONE: Mapping[str, CrossAccountReplica] = MappingProxyType({})


def primary_of(secret: Secret) -> CrossAccountPrimary | None:
    """The primary in another account that a secret was created for, even if it is `Pending` or `Detached`."""
    return None if secret.links is None else secret.links.primary


def replicas_of(secret: Secret) -> Mapping[str, CrossAccountReplica]:
    """The replicas of a secret in other accounts, by ARN, including `Detached` ones, which AWS no longer updates."""
    return _NONE if secret.links is None else secret.links.replicas


def linked(secret: Secret | None, replica: Secret) -> bool:
    """Return whether the secret and the replica link to each other."""
    primary = primary_of(replica)
    return (
        secret is not None and primary is not None and primary.arn == secret.arn and replica.arn in replicas_of(secret)
    )


def with_primary(secret: Secret, primary: CrossAccountPrimary | None) -> Secret:
    """The secret as the replica of that primary; None: as an independent secret."""
    return secret._replace(links=None if primary is None else Links(primary=primary))


def with_replica(secret: Secret, arn: str, replica: CrossAccountReplica | None) -> Secret:
    """The primary with that replica, at its place if it has one; None: without it."""
    known = replicas_of(secret)
    without = {other: entry for other, entry in known.items() if other != arn}
    replicas = without if replica is None else {**known, arn: replica}
    return secret._replace(links=Links(replicas=replicas) if replicas else None)


def with_status(secret: Secret, arn: str, status: LinkStatus, message: str = "") -> Secret:
    """The primary with a new status of its replica of that ARN."""
    return with_replica(secret, arn, replicas_of(secret)[arn]._replace(status=status, message=message))


def associated(secret: Secret) -> list[str]:
    """The ARNs of the replicas that AWS updates. GUESS: a `Detached` one no longer counts."""
    return [arn for arn, replica in replicas_of(secret).items() if replica.status != "Detached"]


def in_progress(secret: Secret) -> list[str]:
    """The ARNs of the replicas that are not up to date."""
    return [arn for arn, replica in replicas_of(secret).items() if replica.status == "InProgress"]


def with_replicas_in_progress(before: Secret | None, after: Secret) -> Secret:
    """The primary with its replicas in progress again, if values or labels have changed."""
    if before is None or after.links is None or _copied(before) == _copied(after):
        return after
    in_sync = [arn for arn, replica in after.links.replicas.items() if replica.status == "InSync"]
    for arn in in_sync:
        after = with_status(after, arn, "InProgress")
    return after


def newly_in_progress(primary: Secret, secrets: Secrets) -> dict[SecretKey, Secret]:
    """The replicas whose own status becomes `InProgress` because their primary's entry is, by key."""
    replicas = [at(arn, secrets) for arn in in_progress(primary)]
    known = CrossAccountPrimary(arn=primary.arn, status="InProgress")
    return {
        replica.key: with_primary(replica, known)
        for replica in replicas
        if replica is not None and primary_of(replica) != known
    }


def _copied(secret: Secret) -> tuple[object, ...]:
    versions = {version.id: (version.number, version.sealed is not None) for version in secret.versions.values()}
    return versions, secret.labels


def at(arn: str, secrets: Secrets) -> Secret | None:
    """The secret of a full ARN, or None."""
    parsed = arns.parse(arn)
    found = None if parsed is None else secrets.get(SecretKey(*parsed[:3]))
    return None if found is None or found.arn != arn else found


# --- refusals ------------------------------------------------------------------------------------------------------


def require_another_account(arn: str, region: str, account: str, what: str) -> None:
    """DOC: the other secret is in the same region and partition, but another account. Code and texts are a GUESS."""
    parsed = arns.parse(arn)
    if parsed is None or parsed.partial:
        raise InvalidParameterException(f"The ARN of the {what} secret isn't the full ARN of a secret: {arn}")
    if parsed.region != region or arns.split(arn).partition != arns.partition(region):
        raise InvalidParameterException(f"The {what} secret must be in the same AWS Region and partition: {arn}")
    if parsed.account == account:
        raise InvalidParameterException(f"The {what} secret must be in a different AWS account: {arn}")


def require_same_account(secret: Secret, call: Call, role: str) -> None:
    """DOC: the caller belongs to the account that owns the secret. Code and text are a GUESS."""
    if secret.key.account != call.account:
        raise InvalidRequestException(f"You must call this operation from the account that owns the {role} secret.")


def require_own_values(secret: Secret) -> None:
    """Refuse changes to a replica's values, which come from its primary. GUESS, by analogy with regional replicas.

    This also applies while the replica is `Pending` or `Detached`. DOC: only StopReplicationToReplica ends it.
    """
    if primary_of(secret) is not None:
        raise InvalidParameterException(
            "Operation not permitted on a cross-account replica secret. Call must be made in primary secret's account."
        )


def reason_to_stay(secret: Secret) -> str | None:
    """The reason why a secret can't be deleted (DOC), or None. Code and texts are a GUESS, after regional replicas'."""
    if primary_of(secret) is not None:
        return f"You can't delete secret {secret.arn} that is a cross-account replica. Stop its replication first."
    if replicas := associated(secret):
        return f"You can't delete secret {secret.arn} that still has cross-account replicas [{', '.join(replicas)}]."
    return None
