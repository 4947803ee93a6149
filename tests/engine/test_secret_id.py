"""SecretId: which secret the member names, and when it is refused, for every operation that takes one.

`test_accounts.py` tests the secrets of other accounts, `replicas/test_replica_refusals.py` the operations that a
replica refuses.
"""

import pytest

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.operations import OPERATIONS

V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
REPLICA = "arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-a1b2c3"
POLICY = (
    '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::210987654321:root"}, '
    '"Action": "secretsmanager:GetSecretValue", "Resource": "*"}}'
)

REQUESTS = {
    "AssociateCrossAccountReplica": {"CrossAccountReplicaARN": REPLICA},
    "CancelRotateSecret": {},
    "DeleteResourcePolicy": {},
    "DeleteSecret": {},
    "DescribeSecret": {},
    "DisassociateCrossAccountReplica": {"CrossAccountReplicaARN": REPLICA},
    "GetResourcePolicy": {},
    "GetSecretValue": {},
    "ListResourcePolicies": {},
    "ListSecretVersionIds": {},
    "PutResourcePolicy": {"ResourcePolicy": POLICY},
    "PutSecretValue": {"SecretString": "two", "ClientRequestToken": V2},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
    "RestoreSecret": {},
    "RotateSecret": {"RotationLambdaARN": FUNCTION, "ClientRequestToken": V2},
    "StopReplicationToReplica": {},
    "TagResource": {"Tags": [{"Key": "a", "Value": "1"}]},
    "UntagResource": {"TagKeys": ["a"]},
    "UpdateSecret": {"Description": "main"},
    "UpdateSecretVersionStage": {"VersionStage": "blue", "MoveToVersionId": V1},
    "ValidateResourcePolicy": {"ResourcePolicy": POLICY},
}
"""A request of each operation that takes a SecretId, without that member."""

OF_DELETED_SECRETS = {"DescribeSecret", "ListSecretVersionIds", "RestoreSecret"}
"""The operations that take a secret scheduled for deletion."""

OF_REPLICAS = {
    *["DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListResourcePolicies", "ListSecretVersionIds"],
    *["StopReplicationToReplica", "ValidateResourcePolicy"],
}
"""The operations that take a replica."""

NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
INVALID_NAME = (
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)
TOO_LONG = (
    "ValidationException",
    f"1 validation error detected: Value '{'x' * 64} ...' at 'secretId' failed to satisfy constraint: "
    "Member must have length less than or equal to 2048",
)
MARKED_FOR_DELETION = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)


def operations(left_out=frozenset()):
    """A parameter for each operation that the installed botocore knows."""
    return pytest.mark.parametrize(
        "operation", [name for name in REQUESTS if name in OPERATIONS and name not in left_out]
    )


def create(world):
    """The ARN of `db`, whose rotation function Secrets Manager may invoke."""
    world.functions[FUNCTION] = lambda _: None
    return world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)["ARN"]


def outcome(world, operation, secret_id):
    """The reply, or the code and text of the refusal."""
    try:
        return world.call(operation, SecretId=secret_id, **REQUESTS[operation])
    except ServiceError as error:
        return error.code, error.message


def refused(world, operation, secret_id, **caller):
    return world.refused(operation, SecretId=secret_id, **REQUESTS[operation], **caller)


def test_the_requests_of_this_module_cover_every_operation_that_takes_a_secret_id():
    taking = {name for name in OPERATIONS if "SecretId" in model.operation(name).input_shape.members}
    assert taking == REQUESTS.keys() & OPERATIONS.keys()


@operations()
@pytest.mark.parametrize(
    ("secret_id", "refusal"),
    [
        pytest.param("nowhere", NOT_FOUND, id="unknown name"),
        pytest.param("arn:aws:secretsmanager:us-east-1:123456789012:secret:no-a1b2c3", NOT_FOUND, id="unknown ARN"),
        pytest.param("a b", INVALID_NAME, id="bad name"),
        pytest.param("x" * 2_049, TOO_LONG, id="id too long"),
    ],
)
def test_an_operation_refuses_a_secret_id_that_names_no_secret(world, operation, secret_id, refusal):
    create(world)
    assert refused(world, operation, secret_id) == refusal


@operations()
@pytest.mark.parametrize("length", [None, -7], ids=["full ARN", "partial ARN"])
def test_an_operation_answers_for_an_arn_as_for_the_name(new_world, operation, length):
    by_name, by_arn = new_world(), new_world()
    create(by_name)
    arn = create(by_arn)
    assert outcome(by_arn, operation, arn[:length]) == outcome(by_name, operation, "db")


@operations()
@pytest.mark.parametrize("by", ["name", "ARN"])
def test_an_operation_finds_no_secret_of_another_region(world, operation, by):
    arn = create(world)
    assert refused(world, operation, "db" if by == "name" else arn, region="eu-west-1") == NOT_FOUND


# --- deleted secrets and replicas ------------------------------------------------------------------------------------


@operations(left_out=OF_DELETED_SECRETS)
def test_an_operation_refuses_a_secret_scheduled_for_deletion(world, operation):
    create(world)
    world.call("DeleteSecret", SecretId="db")
    assert refused(world, operation, "db") == MARKED_FOR_DELETION


@pytest.mark.parametrize("operation", sorted(OF_DELETED_SECRETS))
def test_an_operation_takes_a_secret_scheduled_for_deletion(world, operation):
    create(world)
    world.call("DeleteSecret", SecretId="db")
    assert outcome(world, operation, "db")["Name"] == "db"


@operations()
@pytest.mark.parametrize("by", ["name", "ARN"])
@pytest.mark.parametrize(
    "deletion",
    [{"ForceDeleteWithoutRecovery": True}, {"RecoveryWindowInDays": 7}],
    ids=["deleted by force", "recovery window passed"],
)
def test_an_operation_finds_no_deleted_secret(world, operation, by, deletion):
    arn = create(world)
    world.call("DeleteSecret", SecretId="db", **deletion)
    world.pass_days(7)
    assert refused(world, operation, "db" if by == "name" else arn) == NOT_FOUND


@pytest.mark.parametrize("operation", sorted(OF_REPLICAS & OPERATIONS.keys()))
def test_an_operation_takes_a_replica(world, operation):
    world.make_replica("copy", SecretString="one")
    assert isinstance(outcome(world, operation, "copy"), dict)
