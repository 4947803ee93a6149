"""Replicas in requests: AddReplicaRegions for other regions, CrossAccountPrimaryARN for another account."""

from typing import cast

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import cross_account, replication
from pytest_secretsmanager.engine.state import CrossAccountPrimary, Replica, Secret

_FORBIDDEN_MEMBERS = ("SecretString", "SecretBinary", "Description", "AddReplicaRegions", "Type")
"""The members of CreateSecret that a replica in another account can't have (DOC)."""


def with_requested_replicas(secret: Secret, call: Call, ports: Ports) -> Secret:
    """The secret with the replicas that a request adds, all in progress."""
    requested = call.structures("AddReplicaRegions")
    if not requested:
        return secret
    asked = {
        cast("str", item.get("Region")): Replica(
            kms_key_id=cast("str", item.get("KmsKeyId") or ""), overwrite=call.flag("ForceOverwriteReplicaSecret")
        )
        for item in requested
    }
    for region in asked:
        if not ports.regions.can_replicate(secret.key.region, region):
            raise invalid_region()
    ports.note_replication(secret, {region: one.kms_key_id for region, one in asked.items()}, call.principal)
    return replication.with_replicas(secret, {**secret.replicas, **asked})


def invalid_region() -> InvalidParameterException:
    """AWS's error for a region that the request can't name."""
    return InvalidParameterException("Invalid replica region.")


def as_requested_replica(secret: Secret, call: Call, ports: Ports) -> Secret:
    """The new secret of a CreateSecret request: with a CrossAccountPrimaryARN, a `Pending` replica without a value.

    GUESS: AWS does not check that the primary exists, since the replica's account may not see it.
    """
    arn = call.text("CrossAccountPrimaryARN")
    if arn is None:
        return secret
    for member in _FORBIDDEN_MEMBERS:
        if member in call.parameters:
            # DOC that it is refused; code and text are a GUESS.
            raise InvalidParameterException(f"You can't specify {member} when you create a cross-account replica.")
    cross_account.require_another_account(arn, call.region, call.account, "primary")
    replica = cross_account.with_primary(secret, CrossAccountPrimary(arn=arn))
    require_customer_key(replica, ports)
    return replica


def require_customer_key(secret: Secret, ports: Ports) -> None:
    """DOC: a cross-account replica needs a customer managed key. GUESS: code, text, and that UpdateSecret checks it."""
    if cross_account.primary_of(secret) is not None and ports.under_default_key(secret):
        raise InvalidParameterException("You must specify a customer managed KMS key for a cross-account replica.")
