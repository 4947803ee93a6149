"""Members that the replies of several operations share."""

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Reply
from pytest_secretsmanager.engine.rules import cross_account, replication
from pytest_secretsmanager.engine.state import CrossAccountReplica, Replica, Secret, Secrets


def identity(secret: Secret, **more: object) -> Reply:
    """A reply with the ARN and name of a secret, and more members."""
    return {"ARN": secret.arn, "Name": secret.key.name, **more}


def replication_status(secret: Secret, secrets: Secrets) -> list[dict[str, object]]:
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


def cross_account_links(secret: Secret) -> Reply:
    """CrossAccountPrimary and CrossAccountReplicas in DescribeSecret's reply, each only if it exists (DOC)."""
    reply: Reply = {}
    if (primary := cross_account.primary_of(secret)) is not None:
        reply["CrossAccountPrimary"] = _present(
            PrimarySecretARN=primary.arn, ReplicationStatus=primary.status, StatusMessage=primary.message
        )
    if replicas := cross_account.replicas_of(secret):
        reply["CrossAccountReplicas"] = [_entry(arn, replica) for arn, replica in replicas.items()]
    return reply


def _entry(arn: str, replica: CrossAccountReplica) -> Reply:
    return _present(
        ReplicaSecretARN=arn,
        ReplicationRoleARN=replica.role,
        ReplicationStatus=replica.status,
        StatusMessage=replica.message,
    )


def _present(**members: str) -> Reply:
    return {name: value for name, value in members.items() if value}
