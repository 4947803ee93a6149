"""Every operation of the API that the engine supports: its function, and the request members that it supports.

If a request has a member that the service description has and this table lacks, the engine raises UnsupportedOperation
and does not ignore the member. `tests/house` compares the table with the installed botocore.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.operations import (
    cross_account,
    lifecycle,
    listing,
    passwords,
    policies,
    replication,
    rotation,
    tags,
    values,
)
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.state import Secrets

Run: TypeAlias = Callable[[Secrets, Call, Ports], Outcome]


RunBatch: TypeAlias = Callable[[Secrets, Call, Handler], Outcome]
"""Runs an operation that consists of other calls. The handler answers each of them."""


class Operation(NamedTuple):
    """One operation: its function, and the request members that it supports."""

    run: Run
    members: frozenset[str]


class BatchOperation(NamedTuple):
    """An operation that consists of other calls, each of which passes the layers of a single call."""

    run: RunBatch
    members: frozenset[str]


def _operation(run: Run, members: str) -> Operation:
    return Operation(run, frozenset(members.split()))


_VALUE = "ClientRequestToken SecretString SecretBinary"
_METADATA = "Description KmsKeyId Type"
_PAGE = "MaxResults NextToken"
_REPLICAS = "AddReplicaRegions ForceOverwriteReplicaSecret"

OPERATIONS: dict[str, Operation | BatchOperation] = {
    # lifecycle
    "CreateSecret": _operation(
        lifecycle.create_secret, f"Name Tags CrossAccountPrimaryARN {_METADATA} {_VALUE} {_REPLICAS}"
    ),
    "UpdateSecret": _operation(lifecycle.update_secret, f"SecretId {_METADATA} {_VALUE}"),
    "DeleteSecret": _operation(lifecycle.delete_secret, "SecretId RecoveryWindowInDays ForceDeleteWithoutRecovery"),
    "RestoreSecret": _operation(lifecycle.restore_secret, "SecretId"),
    # values
    "GetSecretValue": _operation(values.get_secret_value, "SecretId VersionId VersionStage"),
    "BatchGetSecretValue": BatchOperation(
        values.batch_get_secret_value, frozenset(["SecretIdList", "Filters", "MaxResults", "NextToken"])
    ),
    "PutSecretValue": _operation(values.put_secret_value, f"SecretId VersionStages RotationToken {_VALUE}"),
    "UpdateSecretVersionStage": _operation(
        values.update_secret_version_stage, "SecretId VersionStage RemoveFromVersionId MoveToVersionId"
    ),
    # listing
    "DescribeSecret": _operation(listing.describe_secret, "SecretId"),
    "ListSecrets": _operation(listing.list_secrets, f"IncludePlannedDeletion Filters SortBy SortOrder {_PAGE}"),
    "ListSecretVersionIds": _operation(listing.list_secret_version_ids, f"SecretId IncludeDeprecated {_PAGE}"),
    # tags
    "TagResource": _operation(tags.tag_resource, "SecretId Tags"),
    "UntagResource": _operation(tags.untag_resource, "SecretId TagKeys"),
    # policies
    "GetResourcePolicy": _operation(policies.get_resource_policy, "SecretId PolicyName"),
    "PutResourcePolicy": _operation(
        policies.put_resource_policy, "SecretId PolicyName ResourcePolicy BlockPublicPolicy"
    ),
    "DeleteResourcePolicy": _operation(policies.delete_resource_policy, "SecretId PolicyName"),
    "ValidateResourcePolicy": _operation(policies.validate_resource_policy, "SecretId ResourcePolicy"),
    "ListResourcePolicies": _operation(policies.list_resource_policies, f"SecretId {_PAGE}"),
    # rotation
    "RotateSecret": _operation(
        rotation.rotate_secret,
        "SecretId ClientRequestToken RotationLambdaARN RotationRules RotateImmediately ExternalSecretRotationMetadata "
        "ExternalSecretRotationRoleArn",
    ),
    "CancelRotateSecret": _operation(rotation.cancel_rotate_secret, "SecretId"),
    # replication
    "ReplicateSecretToRegions": _operation(replication.replicate_secret_to_regions, f"SecretId {_REPLICAS}"),
    "RemoveRegionsFromReplication": _operation(
        replication.remove_regions_from_replication, "SecretId RemoveReplicaRegions"
    ),
    "StopReplicationToReplica": _operation(replication.stop_replication_to_replica, "SecretId"),
    "AssociateCrossAccountReplica": _operation(
        cross_account.associate_cross_account_replica,
        "SecretId CrossAccountReplicaARN ReplicaRestriction ReplicationRoleARN",
    ),
    "DisassociateCrossAccountReplica": _operation(
        cross_account.disassociate_cross_account_replica, "SecretId CrossAccountReplicaARN"
    ),
    # passwords
    "GetRandomPassword": _operation(
        passwords.get_random_password,
        "PasswordLength ExcludeCharacters ExcludeNumbers ExcludePunctuation ExcludeUppercase ExcludeLowercase "
        "IncludeSpace RequireEachIncludedType",
    ),
}

# Clients of an older botocore can't call operations that it does not know.
OPERATIONS = {name: OPERATIONS[name] for name in OPERATIONS if name in model.operation_names()}
