"""A run that uses every part of a manager: each operation, seeds of each kind, each control, errors of each kind.

It keeps no value and no reply. `errors`, where a test wants them, gets each error that a call or a helper raised.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from marked import secret_value
from put_and_promote import put_and_promote

from pytest_secretsmanager import BrokenReply, Rotation, SecretsManager, UsageError, Version
from pytest_secretsmanager.engine.operations import OPERATIONS

Note = Callable[[BaseException], object]

POLICY = {
    "Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
}
ALLOWING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
DENYING = {"Statement": {"Effect": "Deny", "Action": "secretsmanager:PutSecretValue", "Resource": "*"}}
TOKEN = "a-token-of-thirty-two-characters"
EXPECTED = (ClientError, BotoCoreError, AssertionError, UsageError)


def json_of(what: str) -> str:
    """A value with a password in JSON, as databases have them."""
    return json.dumps({"user": "app", "password": secret_value(what)})


def keep_busy(sm: SecretsManager, note: Note = lambda _: None) -> None:
    """Do everything with a manager, and give each error to `note`."""
    _seed(sm)
    for steps in (_write, _read, _list, _describe, _replicate, _delete, _rotate, _look):
        steps(sm)
    for fail in (*REFUSED, *MISUSED, *FAILED):
        _failing(lambda fail=fail: fail(sm), note)
    _faults(sm, note)
    _roles(sm, note)
    _snapshot(sm)


def _failing(call: Callable[[], object], note: Note) -> None:
    try:
        call()
    except EXPECTED as error:
        note(error)
    else:
        raise AssertionError("it did not fail")


# --- what succeeds ---------------------------------------------------------------------------------------------------


def _seed(sm: SecretsManager) -> None:
    key = sm.kms.create_key(alias="alias/own")
    sm.seed("db", secret_value("seeded"), versions=[secret_value("earlier")], tags={"team": "pay"}, policy=POLICY)
    sm.seed("json", {"user": "app", "password": secret_value("seeded in JSON")}, kms_key=key.id)
    sm.seed("binary", secret_value("seeded bytes").encode())
    sm.seed("array", bytearray(secret_value("seeded bytearray").encode()))
    sm.seed("aged", versions=[Version(secret_value("aged"), labels=["AWSCURRENT", "blue"], age=timedelta(days=3))])
    sm.seed("spread", secret_value("replicated"), replicas=["eu-west-1"])
    sm.seed("leaving", secret_value("deleted"), deleted=True)


def _write(sm: SecretsManager) -> None:
    client = sm.client()
    client.create_secret(Name="new", SecretString=secret_value("created"))
    client.create_secret(Name="bytes", SecretBinary=secret_value("created bytes").encode())
    client.put_secret_value(SecretId="new", SecretString=json_of("put"))
    client.put_secret_value(SecretId="new", SecretBinary=bytearray(secret_value("put bytearray").encode()))
    client.update_secret(SecretId="new", SecretString=secret_value("updated"), Description="described")
    staged = client.put_secret_value(
        SecretId="db", SecretString=secret_value("staged"), ClientRequestToken=TOKEN, VersionStages=["green"]
    )
    client.update_secret_version_stage(SecretId="db", VersionStage="red", MoveToVersionId=staged["VersionId"])
    client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    client.untag_resource(SecretId="db", TagKeys=["a"])
    for what in range(3):
        client.put_secret_value(SecretId="json", SecretString=json_of(f"often {what}"))


def _read(sm: SecretsManager) -> None:
    client = sm.client()
    for name in ("db", "json", "binary", "array", "aged", "new", "bytes"):
        client.get_secret_value(SecretId=name)
    client.batch_get_secret_value(SecretIdList=["db", "json", "absent"])
    client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["d"]}])
    client.get_random_password()
    heard = _heard_client(sm)
    heard.get_secret_value(SecretId="db")
    heard.put_secret_value(SecretId="db", SecretBinary=secret_value("put on the long way").encode())


def _heard_client(sm: SecretsManager) -> Any:
    """A client whose calls take the long way, through all of botocore's events."""
    client = sm.client(api_version="2017-10-17")
    client.meta.events.register("before-call", lambda **_: None)
    return client


def _list(sm: SecretsManager) -> None:
    client = sm.client()
    client.list_secrets(Filters=[{"Key": "tag-key", "Values": ["team"]}])
    client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)
    if "ListResourcePolicies" in OPERATIONS and hasattr(client, "list_resource_policies"):
        client.list_resource_policies(SecretId="db")


def _describe(sm: SecretsManager) -> None:
    client = sm.client()
    client.describe_secret(SecretId="db")
    client.put_resource_policy(SecretId="db", ResourcePolicy=json.dumps(POLICY))
    client.get_resource_policy(SecretId="db")
    client.validate_resource_policy(ResourcePolicy=json.dumps(POLICY))
    client.delete_resource_policy(SecretId="db")


def _replicate(sm: SecretsManager) -> None:
    client = sm.client()
    with sm.replication.hold():
        client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "ap-south-1"}])
    sm.client("ap-south-1").stop_replication_to_replica(SecretId="db")
    client.remove_regions_from_replication(SecretId="spread", RemoveReplicaRegions=["eu-west-1"])
    if hasattr(client, "associate_cross_account_replica"):
        sm.kms.create_key(alias="alias/theirs", account="210987654321")
        made: Any = {"Name": "copy", "KmsKeyId": "alias/theirs", "CrossAccountPrimaryARN": sm.secret("json").arn}
        copy = {"CrossAccountReplicaARN": sm.client(aws_account_id="210987654321").create_secret(**made)["ARN"]}
        client.associate_cross_account_replica(SecretId="json", **copy)
        client.disassociate_cross_account_replica(SecretId="json", **copy)


def _rotate(sm: SecretsManager) -> None:
    def handler(event: Mapping[str, str], _: object) -> None:
        put_and_promote(sm.client(), event, json_of("rotated"))

    client, function = sm.client(), sm.rotation.register(handler)
    sm.seed("rotating", json_of("to rotate"), rotation=Rotation(function, days=30))
    client.rotate_secret(SecretId="rotating")
    sm.clock.advance(days=40)
    with sm.rotation.between_reads("rotating"):
        client.get_secret_value(SecretId="rotating")
        client.get_secret_value(SecretId="rotating")
    sm.rotation.fail("setSecret", ValueError("planned"))
    with suppress(ClientError):
        client.rotate_secret(SecretId="rotating")
    client.cancel_rotate_secret(SecretId="rotating")


def _delete(sm: SecretsManager) -> None:
    client = sm.client()
    client.restore_secret(SecretId="leaving")
    client.delete_secret(SecretId="leaving")
    client.delete_secret(SecretId="bytes", ForceDeleteWithoutRecovery=True)


def _look(sm: SecretsManager) -> None:
    sm.events.subscribe(lambda _: None)
    view = sm.secret("db")
    _ = view.value, view.current.age, view.history, view.versions, view.timeline(), sm.secret("json").json
    assert view == sm.secrets["db"]
    sm.assert_value("db", view.value)
    sm.assert_history("binary", [view.value for view in sm.secret("binary").versions])
    sm.assert_logged("PutSecretValue", SecretId="db")
    sm.assert_nothing_leaked("nothing of interest")
    _ = [event.record for event in sm.log], [*sm.events], sm.iam.required_policy()


def _snapshot(sm: SecretsManager) -> None:
    with sm.snapshot():
        sm.client().put_secret_value(SecretId="db", SecretString=secret_value("taken back"))
        sm.seed("taken-back", secret_value("seed taken back"))


def _faults(sm: SecretsManager, note: Note) -> None:
    client = sm.client()
    for error in ("InternalServiceError", BrokenReply.truncated(), ConnectionResetError("reset")):
        with sm.faults.fail("PutSecretValue", error, times=None, optional=True):
            _failing(lambda: client.put_secret_value(SecretId="db", SecretString=secret_value("faulty")), note)
    with sm.faults.fail("GetSecretValue", "ThrottlingException", after=True):
        client.get_secret_value(SecretId="db")
    with sm.faults.stale_reads(60_000), sm.faults.quota(), sm.faults.asynchronous_deletion():
        client.put_secret_value(SecretId="db", SecretString=secret_value("read late"))
        client.get_secret_value(SecretId="db")
        client.delete_secret(SecretId="new", ForceDeleteWithoutRecovery=True)


def _roles(sm: SecretsManager, note: Note) -> None:
    allowed, denied = sm.iam.role("allowed", policy=ALLOWING), sm.iam.role("denied", policy=[ALLOWING, DENYING])
    with sm.iam.acting_as(allowed):
        sm.client().put_secret_value(SecretId="db", SecretString=secret_value("put by a role"))
    put = sm.client(principal=denied).put_secret_value
    _failing(lambda: put(SecretId="db", SecretString=secret_value("denied")), note)


# --- what fails ------------------------------------------------------------------------------------------------------


def _under_a_disabled_key(sm: SecretsManager) -> None:
    key = sm.kms.create_key()
    sm.seed("own", secret_value("under a key"), kms_key=key.id)
    sm.kms.disable(key.id)
    sm.client().get_secret_value(SecretId="own")


def _taken_token(sm: SecretsManager) -> None:
    sm.client().put_secret_value(SecretId="db", SecretString=secret_value("another"), ClientRequestToken=TOKEN)


REFUSED: tuple[Callable[[SecretsManager], object], ...] = (
    lambda sm: sm.client().put_secret_value(SecretId="absent", SecretString=secret_value("absent")),
    lambda sm: sm.client().put_secret_value(SecretId="absent", SecretBinary=secret_value("absent").encode()),
    lambda sm: sm.client().create_secret(Name="db", SecretString=json_of("taken name")),
    lambda sm: sm.client().create_secret(Name="no name", SecretString=secret_value("wrong name")),
    lambda sm: sm.client().put_secret_value(SecretId="db", SecretString=secret_value("long") * 4_000),
    lambda sm: sm.client().put_secret_value(
        SecretId="db", SecretString=secret_value("both"), SecretBinary=secret_value("both").encode()
    ),
    lambda sm: _heard_client(sm).put_secret_value(SecretId="absent", SecretString=secret_value("absent")),
    lambda sm: sm.client().create_secret(Name="other", SecretString=secret_value("unknown"), Unknown=1),
    _taken_token,
    _under_a_disabled_key,
)
"""Calls that AWS or botocore refuses."""

MISUSED: tuple[Callable[[SecretsManager], object], ...] = (
    lambda sm: sm.seed("no name", secret_value("wrong seed")),
    lambda sm: sm.seed("seed", {secret_value("a set")}),
    lambda sm: sm.seed("seed", secret_value("wrong option"), kms=1),
    lambda sm: sm.seed("seed", secret_value("long") * 4_000),
    lambda sm: sm.seed("seed", versions=[Version(secret_value("two")), Version(secret_value("two"), id="short")]),
    lambda sm: sm.secret("binary").json,
    lambda sm: sm.secret("db").version(99),
    lambda sm: sm.assert_nothing_leaked(secret_value("leaked"), print),
    lambda sm: sm.assert_logged("PutSecretValue", SecretString=secret_value("a field that is not logged")),
)
"""Uses that raise UsageError."""


def _leaking(sm: SecretsManager) -> None:
    sm.assert_nothing_leaked(f"password={sm.secret('aged').value!s}")


FAILED: tuple[Callable[[SecretsManager], object], ...] = (
    _leaking,
    lambda sm: sm.assert_labels("db", {"AWSCURRENT": 1}),
    lambda sm: sm.assert_moved("db", "AWSPENDING"),
    lambda sm: sm.assert_not_logged("PutSecretValue"),
    lambda sm: sm.assert_rotated("rotating"),
    lambda sm: sm.assert_value("json", {"user": "other"}),
    lambda sm: sm.assert_history("aged", []),
)
"""Assertions that fail, of values that the test does not name."""
