"""Members that the replies of several operations share."""

from collections.abc import Iterable

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
    copy = secrets.get(secret.key._replace(region=region))
    accessed = copy.accessed if copy is not None and replication.is_replica_of(copy, secret) else None
    entry: dict[str, object] = {
        "Region": region,
        "KmsKeyId": replica.kms_key_id or arns.DEFAULT_KMS_ALIAS,
        "Status": replica.status,
    }
    optional = {"StatusMessage": replica.message, "LastAccessedDate": accessed}
    return {**entry, **present(optional.items())}


def cross_account_links(secret: Secret) -> Reply:
    """CrossAccountPrimary and CrossAccountReplicas in DescribeSecret's reply, each only if it exists (DOC)."""
    reply: Reply = {}
    if (primary := cross_account.primary_of(secret)) is not None:
        members = {
            "PrimarySecretARN": primary.arn,
            "ReplicationStatus": primary.status,
            "StatusMessage": primary.message,
        }
        reply["CrossAccountPrimary"] = present(members.items())
    if replicas := cross_account.replicas_of(secret):
        reply["CrossAccountReplicas"] = [_entry(arn, replica) for arn, replica in replicas.items()]
    return reply


def _entry(arn: str, replica: CrossAccountReplica) -> Reply:
    members = {
        "ReplicaSecretARN": arn,
        "ReplicationRoleARN": replica.role,
        "ReplicationStatus": replica.status,
        "StatusMessage": replica.message,
    }
    return present(members.items())


def present(members: Iterable[tuple[str, object]]) -> Reply:
    """The members of a reply that are not empty. The date 0, the first moment of 1970, is not empty."""
    return {name: value for name, value in members if value or value == 0}
