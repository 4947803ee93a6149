"""The permissions that each operation needs, on hand-made secrets."""

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.rules.permissions import requests_of
from pytest_secretsmanager.engine.state import CrossAccountPrimary, RotationConfiguration, Secret, SecretKey
from pytest_secretsmanager.engine.store import Store

REGION, ACCOUNT, OTHER_ACCOUNT = "us-east-1", "123456789012", "210987654321"
PLACE = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
ARN = f"{PLACE}:db-Ab12Cd"
OTHER_ARN = f"arn:aws:secretsmanager:{REGION}:{OTHER_ACCOUNT}:secret:db-Xy34Zw"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate"
STORED_FUNCTION = f"arn:aws:lambda:{REGION}:{OTHER_ACCOUNT}:function:stored"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/copies"
NEW = f"{PLACE}:new-??????"

DB = Secret(key=SecretKey(REGION, ACCOUNT, "db"), arn=ARN, created=0.0, changed=0.0)
OTHER = Secret(key=SecretKey(REGION, OTHER_ACCOUNT, "db"), arn=OTHER_ARN, created=0.0, changed=0.0)
ROTATING = DB._replace(
    key=SecretKey(REGION, ACCOUNT, "rotating"),
    arn=f"{PLACE}:rotating-Ab12Cd",
    rotation=RotationConfiguration(function=STORED_FUNCTION),
)
LINKED = cross_account.with_primary(DB, CrossAccountPrimary(arn=OTHER_ARN))._replace(
    key=SecretKey(REGION, ACCOUNT, "linked"),
    arn=f"{PLACE}:linked-Ab12Cd",
)

SECRETS = Store()
SECRETS.apply({secret.key: secret for secret in (DB, OTHER, ROTATING, LINKED)})


def a_call(operation, account=ACCOUNT, **parameters):
    return Call(operation, parameters, REGION, user_of(account, REGION), 0.0, "request")


def needed(operation, **parameters):
    """The permissions of a call as pairs of action and resource."""
    return [(one.action, one.resource) for one in requests_of(a_call(operation, **parameters), SECRETS)]


def own(name, resource=ARN):
    return f"secretsmanager:{name}", resource


TAG = [{"Key": "team", "Value": "pay"}]

ON_ONE_SECRET = [
    "CancelRotateSecret",
    "DeleteResourcePolicy",
    "DeleteSecret",
    "DescribeSecret",
    "DisassociateCrossAccountReplica",
    "GetResourcePolicy",
    "GetSecretValue",
    "ListResourcePolicies",
    "ListSecretVersionIds",
    "PutResourcePolicy",
    "PutSecretValue",
    "RemoveRegionsFromReplication",
    "ReplicateSecretToRegions",
    "RestoreSecret",
    "StopReplicationToReplica",
    "TagResource",
    "UntagResource",
    "UpdateSecret",
    "UpdateSecretVersionStage",
]
"""The operations that need their own action on the secret, and no more."""

NEEDED = [
    pytest.param("CreateSecret", {"Name": "new"}, [own("CreateSecret", NEW)], id="CreateSecret"),
    pytest.param(
        "CreateSecret",
        {"Name": "new", "Tags": TAG, "AddReplicaRegions": [{"Region": "eu-west-1"}]},
        [own("CreateSecret", NEW), own("TagResource", NEW), own("ReplicateSecretToRegions", NEW)],
        id="CreateSecret with tags and replicas",
    ),
    pytest.param(
        "CreateSecret",
        {"Name": "new", "Tags": [], "AddReplicaRegions": []},
        [own("CreateSecret", NEW)],
        id="CreateSecret with empty lists",
    ),
    pytest.param(
        "CreateSecret",
        {"Name": "new", "CrossAccountPrimaryARN": OTHER_ARN},
        [own("CreateSecret", NEW), own("PutResourcePolicy", NEW)],
        id="CreateSecret of a replica in another account",
    ),
    *[pytest.param(operation, {"SecretId": "db"}, [own(operation)], id=operation) for operation in ON_ONE_SECRET],
    *[
        pytest.param(operation, {}, [own(operation, "*")], id=operation)
        for operation in ("GetRandomPassword", "ListSecrets")
    ],
    pytest.param(
        "BatchGetSecretValue", {"SecretIdList": ["db"]}, [own("BatchGetSecretValue", "*")], id="BatchGetSecretValue"
    ),
    pytest.param(
        "BatchGetSecretValue",
        {"Filters": [{"Key": "name", "Values": ["db"]}]},
        [own("BatchGetSecretValue", "*"), own("ListSecrets", "*")],
        id="BatchGetSecretValue with filters",
    ),
    pytest.param(
        "ValidateResourcePolicy",
        {"SecretId": "db", "ResourcePolicy": "{}"},
        [own("ValidateResourcePolicy"), own("PutResourcePolicy")],
        id="ValidateResourcePolicy",
    ),
    pytest.param(
        "ValidateResourcePolicy",
        {"ResourcePolicy": "{}"},
        [own("ValidateResourcePolicy", "*"), own("PutResourcePolicy", "*")],
        id="ValidateResourcePolicy without a secret",
    ),
    pytest.param("RotateSecret", {"SecretId": "db"}, [own("RotateSecret")], id="RotateSecret without a function"),
    pytest.param(
        "RotateSecret",
        {"SecretId": "db", "RotationLambdaARN": FUNCTION},
        [own("RotateSecret"), ("lambda:InvokeFunction", FUNCTION)],
        id="RotateSecret with a function",
    ),
    pytest.param(
        "RotateSecret",
        {"SecretId": "rotating"},
        [own("RotateSecret", ROTATING.arn), ("lambda:InvokeFunction", STORED_FUNCTION)],
        id="RotateSecret with the stored function",
    ),
    pytest.param(
        "RotateSecret",
        {"SecretId": "db", "ExternalSecretRotationRoleArn": ROLE},
        [own("RotateSecret"), ("iam:PassRole", ROLE)],
        id="RotateSecret of a vendor's secret",
    ),
    pytest.param(
        "RotateSecret",
        {"SecretId": "db", "RotationLambdaARN": "rotate", "ExternalSecretRotationRoleArn": "arn:role"},
        [own("RotateSecret")],
        id="RotateSecret with texts that are not ARNs",
    ),
    pytest.param(
        "AssociateCrossAccountReplica",
        {"SecretId": "db", "CrossAccountReplicaARN": OTHER_ARN, "ReplicationRoleARN": ROLE},
        [
            own("AssociateCrossAccountReplica"),
            own("GetSecretValue"),
            ("iam:PassRole", ROLE),
            own("AcceptCrossAccountReplication", OTHER_ARN),
        ],
        id="AssociateCrossAccountReplica",
    ),
    pytest.param(
        "StopReplicationToReplica",
        {"SecretId": "linked"},
        [own("StopReplicationToReplica", LINKED.arn), own("DeleteResourcePolicy", LINKED.arn)],
        id="StopReplicationToReplica of a replica in another account",
    ),
]


@pytest.mark.parametrize(("operation", "parameters", "expected"), NEEDED)
def test_a_call_needs_the_permissions_in_this_order(operation, parameters, expected):
    assert needed(operation, **parameters) == expected


def test_the_table_has_every_operation():
    assert {case.values[0] for case in NEEDED} >= OPERATIONS.keys()


@pytest.mark.parametrize(
    ("secret_id", "resource", "shown", "account"),
    [
        pytest.param("db", ARN, ARN, ACCOUNT, id="name"),
        pytest.param(ARN, ARN, ARN, ACCOUNT, id="ARN"),
        pytest.param(ARN[:-7], ARN, ARN, ACCOUNT, id="partial ARN"),
        pytest.param(OTHER_ARN, OTHER_ARN, OTHER_ARN, OTHER_ACCOUNT, id="ARN of another account"),
        pytest.param("gone", f"{PLACE}:gone-??????", "gone", ACCOUNT, id="name of no secret"),
        pytest.param("a b", f"{PLACE}:a b-??????", "a b", ACCOUNT, id="name that no secret can have"),
        pytest.param(f"{PLACE}:gone", f"{PLACE}:gone", f"{PLACE}:gone", ACCOUNT, id="ARN of no secret"),
        pytest.param(f"{OTHER_ARN}x", f"{OTHER_ARN}x", f"{OTHER_ARN}x", OTHER_ACCOUNT, id="ARN elsewhere of no secret"),
        pytest.param("arn:no", f"{PLACE}:arn:no-??????", "arn:no", ACCOUNT, id="malformed ARN"),
    ],
)
def test_a_request_has_the_arn_of_the_secret_that_the_call_names(secret_id, resource, shown, account):
    (request,) = requests_of(a_call("GetSecretValue", SecretId=secret_id), SECRETS)
    assert (request.resource, request.shown_resource, request.account) == (resource, shown, account)


@pytest.mark.parametrize(
    ("operation", "parameters", "shown"),
    [
        pytest.param("CreateSecret", {"Name": "new", "Tags": TAG}, ["new", "new"], id="CreateSecret: the bare name"),
        pytest.param("ListSecrets", {}, [""], id="ListSecrets: none"),
        pytest.param("ValidateResourcePolicy", {"ResourcePolicy": "{}"}, ["", ""], id="ValidateResourcePolicy: none"),
        pytest.param(
            "RotateSecret", {"SecretId": "db", "RotationLambdaARN": FUNCTION}, [ARN, FUNCTION], id="the function's ARN"
        ),
    ],
)
def test_a_refusal_shows_the_resource_of_its_operation(operation, parameters, shown):
    assert [one.shown_resource for one in requests_of(a_call(operation, **parameters), SECRETS)] == shown
