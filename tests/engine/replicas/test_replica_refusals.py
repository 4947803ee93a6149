"""Replicas refuse writes, and their primary can't be deleted."""

import pytest
from replica_views import AP, EU, ON_REPLICA, POLICY, V1, tags

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.operations import OPERATIONS

# --- writing to a replica --------------------------------------------------------------------------------------------


ON_THE_REPLICA = {
    "CancelRotateSecret": [{}],
    "DeleteResourcePolicy": [{}],
    "DeleteSecret": [{}, {"ForceDeleteWithoutRecovery": True}, {"RecoveryWindowInDays": 7}],
    "PutResourcePolicy": [{"ResourcePolicy": POLICY}],
    "PutSecretValue": [{"SecretString": "four"}, {"SecretString": "four", "VersionStages": ["blue"]}],
    "RemoveRegionsFromReplication": [{"RemoveReplicaRegions": ["eu-west-1"]}],
    "ReplicateSecretToRegions": [{"AddReplicaRegions": [AP]}],
    "RestoreSecret": [{}],
    "RotateSecret": [{}, {"RotateImmediately": False}],
    "TagResource": [{"Tags": tags(a="b")}],
    "UntagResource": [{"TagKeys": ["team"]}],
    "UpdateSecret": [{"Description": "other"}, {"SecretString": "four"}, {"KmsKeyId": "alias/eu"}, {}],
    "UpdateSecretVersionStage": [{"VersionStage": "blue", "MoveToVersionId": V1}],
}
"""Each operation that writes a secret, with requests. StopReplicationToReplica is left out: it is for replicas."""

if "AssociateCrossAccountReplica" in OPERATIONS:
    elsewhere = {"CrossAccountReplicaARN": "arn:aws:secretsmanager:eu-west-1:210987654321:secret:copy-AbCdEf"}
    ON_THE_REPLICA |= {
        "AssociateCrossAccountReplica": [elsewhere],
        "DisassociateCrossAccountReplica": [elsewhere],
    }


def method_of(client, operation):
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return getattr(client, methods[operation])


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        pytest.param(operation, request, id=f"{operation} {', '.join(request)}".strip())
        for operation, requests in ON_THE_REPLICA.items()
        for request in requests
    ],
)
def test_a_replica_refuses_the_write(eu, refused, operation, request_):
    assert refused(method_of(eu, operation), SecretId="db", **request_) == ON_REPLICA


def test_the_requests_to_a_replica_cover_every_operation_that_writes_a_secret():
    writing = {
        name
        for name in OPERATIONS
        if "SecretId" in model.operation(name).input_shape.members and not model.operation(name).reads
    }
    assert ON_THE_REPLICA.keys() == writing - {"StopReplicationToReplica"}


@pytest.mark.usefixtures("db")
def test_a_refused_write_to_a_replica_is_logged(eu, secretsmanager, refused):
    refused(eu.put_secret_value, SecretId="db", SecretString="four")
    event = secretsmanager.log[-1]
    assert (event.operation, event.region, event.error) == (
        "PutSecretValue",
        "eu-west-1",
        "InvalidParameterException",
    )


# --- deleting a primary ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [{}, {"RecoveryWindowInDays": 7}, {"ForceDeleteWithoutRecovery": True}],
    ids=["default window", "window", "forced"],
)
def test_delete_secret_refuses_a_primary_with_replicas(client, refused, request_):
    regions = [{"Region": region} for region in ("us-west-2", "ap-northeast-2", "eu-west-1")]
    arn = client.create_secret(Name="db", SecretString="one", AddReplicaRegions=regions)["ARN"]
    assert refused(client.delete_secret, SecretId="db", **request_) == (
        "InvalidParameterException",
        f"You can't delete secret {arn} that still has replica regions [ap-northeast-2, eu-west-1, us-west-2].",
    )


def test_delete_secret_refuses_a_primary_whose_replication_failed(client, refused):
    regions = [EU | {"KmsKeyId": "alias/nope"}]
    arn = client.create_secret(Name="db", SecretString="one", AddReplicaRegions=regions)["ARN"]
    assert refused(client.delete_secret, SecretId="db") == (
        "InvalidParameterException",
        f"You can't delete secret {arn} that still has replica regions [eu-west-1].",
    )
