"""AssociateCrossAccountReplica, DisassociateCrossAccountReplica."""

from pytest_secretsmanager.engine.call import Call, Outcome, Reply
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import (
    AccessDeniedException,
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    ServiceError,
)
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import cross_account, guards, key_uses, labels
from pytest_secretsmanager.engine.state import CrossAccountPrimary, CrossAccountReplica, Secret, Secrets


def associate_cross_account_replica(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Link a replica in another account. DOC: a second call repairs the link, and a failed call changes nothing.

    The engine has no organizations. GUESS: all accounts are in one, so no ReplicaRestriction excludes any.
    """
    primary = _own_primary(secrets, call)
    cross_account.require_own_values(primary)
    arn = call.required_text("CrossAccountReplicaARN")
    cross_account.require_another_account(arn, call.region, call.account, "replica")
    replica = _replica_made_for(primary, guards.find(secrets, call, arn), arn)
    _require_room(primary, arn)
    _try_keys(primary, replica, call.principal, ports)
    entry = CrossAccountReplica(role=call.text("ReplicationRoleARN") or "")
    reply: Reply = {"ARN": primary.arn, "CrossAccountReplicaARN": arn, "ReplicationStatus": entry.status}
    begun = CrossAccountPrimary(arn=primary.arn, status=entry.status)
    changes = {
        primary.key: cross_account.with_replica(primary, arn, entry)._replace(changed=call.time),
        replica.key: cross_account.with_primary(replica, begun)._replace(changed=call.time),
    }
    return Outcome(reply, changes)


def disassociate_cross_account_replica(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """End a link. DOC: the replica stays unchanged, as `Detached`. GUESS: the primary no longer shows it."""
    primary = _own_primary(secrets, call)
    arn = call.required_text("CrossAccountReplicaARN")
    if arn not in cross_account.replicas_of(primary):
        # GUESS: no public source says what AWS answers if the ARN is not one of the secret's replicas.
        raise InvalidParameterException(f"The secret {arn} isn't a cross-account replica of this secret.")
    released = cross_account.with_replica(primary, arn, None)._replace(changed=call.time)
    replica = cross_account.at(arn, secrets)
    if replica is None or not cross_account.linked(primary, replica):
        return Outcome(_link(primary, arn), {primary.key: released})
    detached = cross_account.with_primary(replica, CrossAccountPrimary(arn=primary.arn, status="Detached"))
    return Outcome(_link(primary, arn), {primary.key: released, replica.key: detached._replace(changed=call.time)})


def _link(primary: Secret, arn: str) -> Reply:
    return {"ARN": primary.arn, "CrossAccountReplicaARN": arn}


def _own_primary(secrets: Secrets, call: Call) -> Secret:
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    cross_account.require_same_account(secret, call, "primary")
    return secret


def _replica_made_for(primary: Secret, replica: Secret | None, arn: str) -> Secret:
    """Require that the secret of that ARN was created as a replica of `primary` (DOC). The text is a GUESS."""
    if replica is None:
        raise guards.secret_not_found()
    known = cross_account.primary_of(replica)
    if known is None or known.arn != primary.arn:
        raise InvalidRequestException(f"The secret {arn} wasn't created as a cross-account replica of {primary.arn}.")
    return replica


def _require_room(primary: Secret, arn: str) -> None:
    """DOC: a primary has at most one cross-account replica. The text is a GUESS."""
    if [other for other in cross_account.associated(primary) if other != arn]:
        raise LimitExceededException("A primary secret can have at most one cross-account replica.")


def _try_keys(primary: Secret, replica: Secret, caller: Principal, ports: Ports) -> None:
    """DOC: AWS tries both keys, the primary's by decrypting. The code for an unusable key is a GUESS."""
    current = primary.version_with(labels.CURRENT)
    try:
        if current is not None and current.sealed is not None:
            ports.open(primary, current.id, current.sealed, caller)
        ports.require_key_access(replica, caller, key_uses.LINKING)
    except AccessDeniedException:
        raise
    except ServiceError as error:
        raise InvalidRequestException(error.message) from None
