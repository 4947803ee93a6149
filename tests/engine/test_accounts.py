"""Calls of another account: which SecretId reaches a secret, and which values another account may read and write."""

import pytest

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.operations import OPERATIONS

OWNER, STRANGER = "123456789012", "210987654321"
V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")
EU, AP = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}
POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}}'
MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
ALIAS = "alias/aws/secretsmanager"
DEFAULT_KEY = (
    "InvalidRequestException",
    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service "
    "key.",
)

REQUESTS = {
    "CancelRotateSecret": {},
    "DeleteResourcePolicy": {},
    "DeleteSecret": {},
    "DescribeSecret": {},
    "GetResourcePolicy": {},
    "GetSecretValue": {},
    "ListSecretVersionIds": {},
    "PutResourcePolicy": {"ResourcePolicy": POLICY},
    "PutSecretValue": {"SecretString": "two"},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [AP]},
    "RestoreSecret": {},
    "RotateSecret": {},
    "StopReplicationToReplica": {},
    "TagResource": {"Tags": [{"Key": "team", "Value": "pay"}]},
    "UntagResource": {"TagKeys": ["team"]},
    "UpdateSecret": {"Description": "main"},
    "UpdateSecretVersionStage": {"VersionStage": "blue", "MoveToVersionId": V1},
    "ValidateResourcePolicy": {"ResourcePolicy": POLICY},
}
"""A request of each operation that takes a SecretId."""

if "ListResourcePolicies" in OPERATIONS:
    REQUESTS["ListResourcePolicies"] = {}
    REQUESTS |= {
        f"{verb}CrossAccountReplica": {
            "CrossAccountReplicaARN": f"arn:aws:secretsmanager:us-east-1:{OWNER}:secret:copy-AbCdEf"
        }
        for verb in ("Associate", "Disassociate")
    }

VALUES = {
    "GetSecretValue": ("GetSecretValue", {}),
    "GetSecretValue by id": ("GetSecretValue", {"VersionId": V1}),
    "GetSecretValue by label": ("GetSecretValue", {"VersionStage": "AWSCURRENT"}),
    "PutSecretValue": ("PutSecretValue", {"SecretString": "two"}),
    "PutSecretValue of bytes": ("PutSecretValue", {"SecretBinary": b"two"}),
    "PutSecretValue with labels": ("PutSecretValue", {"SecretString": "two", "VersionStages": ["blue"]}),
    "UpdateSecret of the value": ("UpdateSecret", {"SecretString": "two"}),
    "UpdateSecret of value and description": ("UpdateSecret", {"SecretString": "two", "Description": "main"}),
}
"""The requests that read or write a value."""


def method_of(client, operation):
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return getattr(client, methods[operation])


@pytest.fixture
def stranger_in_ireland(secretsmanager, stranger):
    """A client of the other account in the region of the replica."""
    return secretsmanager.client("eu-west-1", aws_account_id=STRANGER)


@pytest.fixture
def function(client, secretsmanager):
    """The owner's rotation function, which puts the value `rotated`."""

    def rotate(event, context):
        if event["Step"] == "finishSecret":
            client.put_secret_value(
                SecretId=event["SecretId"], SecretString="rotated", ClientRequestToken=event["ClientRequestToken"]
            )

    return secretsmanager.rotation.register(rotate)


@pytest.fixture
def make(client, secretsmanager, function):
    """Create the owner's secret `db` with a replica, a tag, a policy and a function; return its ARN."""

    def make(**key):
        secretsmanager.kms.create_key(alias="alias/pay")
        tags = [{"Key": "stage", "Value": "prod"}]
        request = {"Name": "db", "ClientRequestToken": V1, "Tags": tags, "AddReplicaRegions": [EU], **key}
        arn = client.create_secret(SecretString="zero", **request)["ARN"]
        client.put_resource_policy(SecretId="db", ResourcePolicy=POLICY)
        client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=V2)
        return arn

    return make


@pytest.fixture
def arn(make):
    """The ARN of `db` under a customer key."""
    return make(KmsKeyId="alias/pay")


@pytest.fixture
def default_arn(make):
    """The ARN of `db` under the default key."""
    return make()


@pytest.fixture(params=[{"KmsKeyId": "alias/pay"}, {}], ids=["under a customer key", "under the default key"])
def either_arn(request, make):
    """The ARN of `db`, under a customer key or under the default key."""
    return make(**request.param)


def test_the_requests_of_another_account_cover_every_operation_with_a_secret_id():
    assert REQUESTS.keys() == {name for name in OPERATIONS if "SecretId" in model.operation(name).input_shape.members}


# --- SecretId --------------------------------------------------------------------------------------------------------

NOT_FOUND_BY = {
    "name": lambda arn: arn[-9:-7],
    "partial ARN": lambda arn: arn[:-7],
    "ARN in another region": lambda arn: arn.replace("us-east-1", "eu-west-1"),
    "ARN in its own account": lambda arn: arn.replace(OWNER, STRANGER),
    "ARN with another suffix": lambda arn: f"{arn[:-6]}xxxxxx",
}


@pytest.mark.parametrize("secret_id", NOT_FOUND_BY.values(), ids=NOT_FOUND_BY)
@pytest.mark.parametrize(("operation", "request_"), REQUESTS.items(), ids=REQUESTS)
def test_an_operation_finds_no_secret_of_another_account_by(stranger, refused, arn, operation, request_, secret_id):
    assert refused(method_of(stranger, operation), SecretId=secret_id(arn), **request_) == MISSING


@pytest.mark.parametrize("cut", [slice(None), slice(-9, -7)], ids=["the primary's ARN", "name"])
@pytest.mark.parametrize(("operation", "request_"), REQUESTS.items(), ids=REQUESTS)
def test_an_operation_finds_no_replica_of_another_account_by(
    stranger_in_ireland, refused, arn, operation, request_, cut
):
    assert refused(method_of(stranger_in_ireland, operation), SecretId=arn[cut], **request_) == MISSING


OF_ITS_OWNER = ("AssociateCrossAccountReplica", "DisassociateCrossAccountReplica")
"""The operations for the account that owns the secret only."""

IN_PLACE = [name for name in REQUESTS if name not in ("DeleteSecret", "StopReplicationToReplica", *OF_ITS_OWNER)]
"""The operations that a primary with a replica takes."""


@pytest.mark.parametrize("operation", [name for name in OF_ITS_OWNER if name in REQUESTS])
def test_an_operation_of_the_owner_refuses_another_account(stranger, refused, arn, operation):
    assert refused(method_of(stranger, operation), SecretId=arn, **REQUESTS[operation]) == (
        "InvalidRequestException",
        "You must call this operation from the account that owns the primary secret.",
    )


@pytest.mark.parametrize("operation", IN_PLACE)
def test_an_operation_finds_a_secret_of_another_account_by_its_full_arn(stranger, secretsmanager, arn, operation):
    method_of(stranger, operation)(SecretId=arn, **REQUESTS[operation])
    (event,) = [event for event in secretsmanager.log if event.operation == operation and event.account == STRANGER]
    assert (event.request["SecretId"], event.error) == (arn, None)


@pytest.mark.parametrize("operation", [name for name in IN_PLACE if name not in ("GetSecretValue", "PutSecretValue")])
def test_an_operation_without_a_value_takes_a_secret_of_another_account_under_the_default_key(
    stranger, secretsmanager, default_arn, operation
):
    method_of(stranger, operation)(SecretId=default_arn, **REQUESTS[operation])
    (event,) = [event for event in secretsmanager.log if event.operation == operation and event.account == STRANGER]
    assert (event.request["SecretId"], event.error) == (default_arn, None)


@pytest.mark.parametrize("request_", [{}, {"ForceDeleteWithoutRecovery": True}], ids=["scheduled", "forced"])
def test_delete_secret_deletes_a_secret_of_another_account_by_its_full_arn(
    client, stranger, secretsmanager, either_arn, request_
):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert stranger.delete_secret(SecretId=either_arn, **request_)["ARN"] == either_arn
    assert client.list_secrets()["SecretList"] == []


def test_restore_secret_restores_a_secret_of_another_account_by_its_full_arn(client, stranger, either_arn):
    client.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    client.delete_secret(SecretId="db")
    stranger.restore_secret(SecretId=either_arn)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "rotated"


def test_delete_secret_by_force_and_name_keeps_the_secret_of_another_account(client, stranger, arn):
    """The call succeeds, as for any name that is unknown in the caller's account."""
    stranger.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert client.describe_secret(SecretId="db")["ARN"] == arn


@pytest.mark.secret("db", "the stranger's", account=STRANGER)
def test_get_secret_value_finds_an_own_secret_by_name_and_another_accounts_by_arn(stranger, arn):
    values = [stranger.get_secret_value(SecretId=secret_id)["SecretString"] for secret_id in ("db", arn)]
    assert values == ["the stranger's", "rotated"]


@pytest.mark.secret("db", "the stranger's", account=STRANGER)
def test_put_secret_value_by_name_writes_the_secret_of_the_own_account_only(client, stranger, arn):
    stranger.put_secret_value(SecretId="db", SecretString="two")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "rotated"
    assert stranger.get_secret_value(SecretId="db")["SecretString"] == "two"


@pytest.mark.secret("db", "the stranger's", account=STRANGER)
def test_both_accounts_find_each_others_secrets_by_arn(client, secretsmanager, stranger, arn):
    theirs = stranger.describe_secret(SecretId="db")["ARN"]
    assert theirs.split(":")[4] == STRANGER
    assert client.describe_secret(SecretId=theirs)["ARN"] == theirs


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("operation", "request_"), VALUES.values(), ids=VALUES)
def test_an_operation_refuses_a_value_of_another_account_under_the_default_key(
    stranger, refused, default_arn, operation, request_
):
    assert refused(method_of(stranger, operation), SecretId=default_arn, **request_) == DEFAULT_KEY


@pytest.mark.parametrize(("operation", "request_"), VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("form", ["alias", "alias ARN", "id", "ARN"])
def test_an_operation_refuses_a_value_of_another_account_under_the_named_default_key(
    stranger, refused, make, secretsmanager, operation, request_, form
):
    key = secretsmanager.kms.key("")
    alias_arn = key.arn.replace(f"key/{key.id}", key.alias)
    name = {"alias": key.alias, "alias ARN": alias_arn, "id": key.id, "ARN": key.arn}[form]
    assert refused(method_of(stranger, operation), SecretId=make(KmsKeyId=name), **request_) == DEFAULT_KEY


@pytest.mark.parametrize(("operation", "request_"), VALUES.values(), ids=VALUES)
def test_an_operation_takes_a_value_of_the_owner_under_the_default_key(client, default_arn, operation, request_):
    assert method_of(client, operation)(SecretId=default_arn, **request_)["ARN"] == default_arn


def test_another_account_may_read_a_value_under_a_customer_key(stranger, arn):
    reply = stranger.get_secret_value(SecretId=arn)
    assert (reply["ARN"], reply["Name"], reply["SecretString"]) == (arn, "db", "rotated")


@pytest.mark.parametrize("operation", ["PutSecretValue", "UpdateSecret"])
def test_another_account_may_write_a_value_under_a_customer_key(client, stranger, arn, operation):
    method_of(stranger, operation)(SecretId=arn, SecretString="two")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "two"


def test_a_value_that_another_account_puts_is_replicated(secretsmanager, stranger, arn):
    stranger.put_secret_value(SecretId=arn, SecretString="two")
    assert secretsmanager.client("eu-west-1").get_secret_value(SecretId="db")["SecretString"] == "two"


def test_get_secret_value_by_another_account_sets_the_date_of_access(client, stranger, arn):
    assert "LastAccessedDate" not in client.describe_secret(SecretId="db")
    stranger.get_secret_value(SecretId=arn)
    assert "LastAccessedDate" in client.describe_secret(SecretId="db")


def test_batch_get_secret_value_of_another_account_returns_values_under_customer_keys_only(client, stranger, arn):
    default = client.create_secret(Name="default", SecretString="one")["ARN"]
    reply = stranger.batch_get_secret_value(SecretIdList=[arn, default, "db", arn[:-7]])
    assert [value["ARN"] for value in reply["SecretValues"]] == [arn]
    assert [(error["SecretId"], error["ErrorCode"], error["Message"]) for error in reply["Errors"]] == [
        (default, *DEFAULT_KEY),
        ("db", *MISSING),
        (arn[:-7], *MISSING),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [({}, "alias/pay"), ({"KmsKeyId": "alias/pay"}, ""), ({"KmsKeyId": "alias/pay"}, ALIAS), ({}, ALIAS)],
    ids=[
        "from it to a customer key",
        "from a customer key to it",
        "from a customer key to its alias",
        "from it to its alias",
    ],
)
def test_update_secret_by_another_account_refuses_a_change_from_or_to_the_default_key(
    stranger, refused, make, before, after
):
    assert refused(stranger.update_secret, SecretId=make(**before), KmsKeyId=after) == DEFAULT_KEY


def test_update_secret_by_another_account_changes_one_customer_key_for_another(client, secretsmanager, stranger, arn):
    secretsmanager.kms.create_key(alias="alias/other")
    stranger.update_secret(SecretId=arn, KmsKeyId="alias/other")
    secretsmanager.kms.disable("alias/pay")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "rotated"


def test_another_account_may_not_read_a_replica_under_the_default_key(stranger_in_ireland, refused, arn):
    own = arn.replace("us-east-1", "eu-west-1")
    assert stranger_in_ireland.describe_secret(SecretId=own)["ARN"] == own
    assert refused(stranger_in_ireland.get_secret_value, SecretId=own) == DEFAULT_KEY


def test_another_account_may_read_a_replica_under_a_customer_key(client, secretsmanager, stranger_in_ireland):
    secretsmanager.kms.create_key(alias="alias/eu", region="eu-west-1")
    arn = client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[EU | {"KmsKeyId": "alias/eu"}])["ARN"]
    own = arn.replace("us-east-1", "eu-west-1")
    assert stranger_in_ireland.get_secret_value(SecretId=own)["SecretString"] == "one"


# --- listings --------------------------------------------------------------------------------------------------------

LISTINGS = {
    "all": {},
    "planned deletions included": {"IncludePlannedDeletion": True},
    "by name": {"Filters": [{"Key": "name", "Values": ["db"]}]},
    "by tag": {"Filters": [{"Key": "tag-key", "Values": ["stage"]}]},
    "by primary region": {"Filters": [{"Key": "primary-region", "Values": ["us-east-1"]}]},
    "by all": {"Filters": [{"Key": "all", "Values": ["db"]}]},
}


@pytest.mark.parametrize("request_", LISTINGS.values(), ids=LISTINGS)
def test_list_secrets_omits_secrets_of_another_account(stranger, stranger_in_ireland, arn, request_):
    stranger.get_secret_value(SecretId=arn)
    listed = [one.list_secrets(**request_)["SecretList"] for one in (stranger, stranger_in_ireland)]
    assert listed == [[], []]


@pytest.mark.parametrize("request_", LISTINGS.values(), ids=LISTINGS)
def test_list_secrets_of_the_owner_shows_the_secret(client, arn, request_):
    assert [secret["ARN"] for secret in client.list_secrets(**request_)["SecretList"]] == [arn]


@pytest.mark.secret("own", "one", account=STRANGER)
def test_list_secrets_shows_each_account_its_own_secrets(client, stranger, arn):
    assert [secret["Name"] for secret in stranger.list_secrets()["SecretList"]] == ["own"]
    assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == ["db"]


@pytest.mark.usefixtures("arn")
def test_the_filters_of_batch_get_secret_value_find_no_values_of_another_account(stranger):
    reply = stranger.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["db"]}])
    assert (reply["SecretValues"], reply["Errors"]) == ([], [])


# --- rotation and replication ----------------------------------------------------------------------------------------


def test_rotate_secret_by_another_account_rotates_the_secret(client, stranger, secretsmanager, either_arn):
    client.update_secret(SecretId="db", SecretString="one")
    reply = stranger.rotate_secret(SecretId=either_arn)
    assert client.get_secret_value(SecretId="db")["VersionId"] == reply["VersionId"]
    assert secretsmanager.secret("db").value == "rotated"
    assert secretsmanager.rotation.runs[-1].state == "succeeded"


def test_the_events_of_a_rotation_by_another_account_belong_to_the_owner(stranger, secretsmanager, arn):
    stranger.rotate_secret(SecretId=arn)
    asked = [event for event in secretsmanager.log if event.operation == "RotateSecret"][-1]
    ended = [event for event in secretsmanager.log if event.operation == "RotationSucceeded"][-1]
    assert (asked.account, ended.account, ended.request["SecretId"]) == (STRANGER, OWNER, arn)


def test_a_rotation_by_another_account_reaches_replicas(stranger, secretsmanager, arn):
    token = stranger.rotate_secret(SecretId=arn)["VersionId"]
    assert secretsmanager.secret("db", region="eu-west-1").labels["AWSCURRENT"] == token


def test_cancel_rotate_secret_by_another_account_turns_rotation_off(client, stranger, either_arn):
    assert stranger.cancel_rotate_secret(SecretId=either_arn)["ARN"] == either_arn
    assert client.describe_secret(SecretId="db")["RotationEnabled"] is False


def test_a_replica_made_by_another_account_belongs_to_the_owner(secretsmanager, stranger, either_arn):
    stranger.replicate_secret_to_regions(SecretId=either_arn, AddReplicaRegions=[AP])
    owner_there, stranger_there = (
        secretsmanager.client("ap-south-1"),
        secretsmanager.client("ap-south-1", aws_account_id=STRANGER),
    )
    assert owner_there.get_secret_value(SecretId="db")["SecretString"] == "rotated"
    assert owner_there.describe_secret(SecretId="db")["ARN"] == either_arn.replace("us-east-1", "ap-south-1")
    assert stranger_there.list_secrets()["SecretList"] == []


@pytest.mark.secret("db", "the stranger's", region="ap-south-1", account=STRANGER)
def test_a_secret_of_the_caller_does_not_block_a_replica_of_the_owner(client, stranger, arn):
    stranger.replicate_secret_to_regions(SecretId=arn, AddReplicaRegions=[AP])
    statuses = [entry["Status"] for entry in client.describe_secret(SecretId="db")["ReplicationStatus"]]
    assert statuses == ["InSync", "InSync"]


def test_remove_regions_from_replication_by_another_account_removes_the_replica(
    client, secretsmanager, stranger, either_arn
):
    reply = stranger.remove_regions_from_replication(SecretId=either_arn, RemoveReplicaRegions=["eu-west-1"])
    assert (reply["ARN"], reply["ReplicationStatus"]) == (either_arn, [])
    assert secretsmanager.client("eu-west-1").list_secrets()["SecretList"] == []


def test_stop_replication_to_replica_by_another_account_promotes_the_replica(client, stranger_in_ireland, either_arn):
    own = either_arn.replace("us-east-1", "eu-west-1")
    assert stranger_in_ireland.stop_replication_to_replica(SecretId=own)["ARN"] == own
    assert "ReplicationStatus" not in client.describe_secret(SecretId="db")


# --- the log ---------------------------------------------------------------------------------------------------------


def test_the_log_shows_the_account_and_principal_of_the_caller(client, stranger, secretsmanager, arn):
    client.describe_secret(SecretId="db")
    stranger.describe_secret(SecretId=arn)
    assert [(event.account, event.principal) for event in secretsmanager.log[-2:]] == [
        (OWNER, f"arn:aws:iam::{OWNER}:user/test"),
        (STRANGER, f"arn:aws:iam::{STRANGER}:user/test"),
    ]
