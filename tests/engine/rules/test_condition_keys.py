"""The condition keys of requests, against AWS's Service Authorization Reference of 2026-09-26."""

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import assumed_role, user_of
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.rules.key_permissions import key_request_of, key_requests_of
from pytest_secretsmanager.engine.rules.key_uses import SEALING, KeyUse
from pytest_secretsmanager.engine.rules.permissions import requests_of
from pytest_secretsmanager.engine.state import Deletion, RotationConfiguration, Secret, SecretKey
from pytest_secretsmanager.engine.store import Store

REGION, ACCOUNT, OTHER_ACCOUNT = "us-east-1", "123456789012", "210987654321"
ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-Ab12Cd"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/app"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
OF_A_ROLE = assumed_role(ROLE, "tests", 0.0)
USER = user_of(ACCOUNT, REGION)

DB = Secret(
    key=SecretKey(REGION, ACCOUNT, "db"),
    arn=ARN,
    created=0.0,
    changed=0.0,
    type="BigIDClientSecret",
    tags={"Team": "pay"},
    primary_region="eu-west-1",
    rotation=RotationConfiguration(function=FUNCTION),
)
SECRETS = Store()
SECRETS.apply({DB.key: DB})

EVERY_MEMBER = {
    "SecretId": "db",
    "Name": "new",
    "Description": "words",
    "KmsKeyId": KEY_ID,
    "Type": "SalesforceClientSecret",
    "Tags": [{"Key": "Team", "Value": "ops"}],
    "AddReplicaRegions": [{"Region": "eu-west-1"}, {"Region": "eu-central-1"}],
    "ForceOverwriteReplicaSecret": True,
    "ForceDeleteWithoutRecovery": False,
    "RecoveryWindowInDays": 7,
    "VersionId": "v1",
    "VersionStage": "AWSCURRENT",
    "BlockPublicPolicy": True,
    "RotationLambdaARN": FUNCTION,
    "RotationRules": {"AutomaticallyAfterDays": 1},
    "RotateImmediately": False,
    "ExternalSecretRotationRoleArn": ROLE,
}
"""Each member that a condition key reads. A request that has them all shows which keys an action has."""

OF_A_SECRET = {
    "aws:resourcetag/team": "pay",
    "secretsmanager:resourcetag/team": "pay",
    "secretsmanager:secretid": "db",
    "secretsmanager:secretprimaryregion": "eu-west-1",
    "secretsmanager:resource/allowrotationlambdaarn": FUNCTION,
    "secretsmanager:resource/type": "BigIDClientSecret",
}
METADATA = {
    "secretsmanager:description": "words",
    "secretsmanager:kmskeyid": KEY_ID,
    "secretsmanager:kmskeyarn": KEY_ARN,
    "secretsmanager:type": "SalesforceClientSecret",
}
REPLICAS = {
    "secretsmanager:addreplicaregions": ("eu-west-1", "eu-central-1"),
    "secretsmanager:forceoverwritereplicasecret": "true",
}
REQUEST_TAGS = {"aws:requesttag/team": "ops", "aws:tagkeys": ("Team",)}
FURTHER = {
    "CreateSecret": {
        "secretsmanager:name": "new",
        "aws:resourcetag/team": "ops",
        "secretsmanager:resourcetag/team": "ops",
        **METADATA,
        **REPLICAS,
        **REQUEST_TAGS,
    },
    "DeleteSecret": {
        "secretsmanager:forcedeletewithoutrecovery": "false",
        "secretsmanager:recoverywindowindays": "7",
    },
    "GetSecretValue": {"secretsmanager:versionid": "v1", "secretsmanager:versionstage": "AWSCURRENT"},
    "PutResourcePolicy": {"secretsmanager:blockpublicpolicy": "true"},
    "ReplicateSecretToRegions": REPLICAS,
    "RotateSecret": {
        "secretsmanager:rotationlambdaarn": FUNCTION,
        "secretsmanager:modifyrotationrules": "true",
        "secretsmanager:rotateimmediately": "false",
        "secretsmanager:externalsecretrotationrolearn": ROLE,
    },
    "TagResource": REQUEST_TAGS,
    "UntagResource": {"aws:tagkeys": ("Team",)},
    "UpdateSecret": METADATA,
    "UpdateSecretVersionStage": {"secretsmanager:versionstage": "AWSCURRENT"},
}
"""The keys of single actions beside those of every action on a secret (CreateSecret: its only ones)."""

WITHOUT_A_SECRET = {"BatchGetSecretValue", "GetRandomPassword", "ListSecrets"}
NAMES = {*OF_A_SECRET, *(name for keys in FURTHER.values() for name in keys)}


def a_call(operation, principal=USER, time=0.0, **parameters):
    return Call(operation, parameters, REGION, principal, time, "request")


def context_of(call, **options):
    """The condition keys of the first request of a call."""
    return requests_of(call, SECRETS, **options)[0].context


def expected_keys(operation):
    if operation in WITHOUT_A_SECRET:
        return {}
    return FURTHER.get(operation, {}) | ({} if operation == "CreateSecret" else OF_A_SECRET)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_action_has_the_keys_of_its_reference_and_no_other(operation):
    context = context_of(a_call(operation, **EVERY_MEMBER))
    found = {name: context(name) for name in NAMES}
    assert {name: value for name, value in found.items() if value is not None} == expected_keys(operation)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_key_is_absent_if_the_request_has_no_such_member(operation):
    context = context_of(a_call(operation, SecretId="gone", Name="new"))
    found = {name for name in NAMES if context(name) is not None}
    given = {"secretsmanager:secretid", "secretsmanager:name", "secretsmanager:modifyrotationrules"}
    assert found <= given


def test_rotatesecret_without_rules_modifies_no_rules():
    assert context_of(a_call("RotateSecret", SecretId="db"))("secretsmanager:modifyrotationrules") == "false"


def test_the_keys_of_an_untag_request_are_its_tag_keys():
    assert context_of(a_call("UntagResource", SecretId="db", TagKeys=["a", "b"]))("aws:tagkeys") == ("a", "b")


def test_a_tag_or_replica_without_a_member_counts_as_an_empty_one():
    """AWS's service description does not require these members."""
    context = context_of(a_call("CreateSecret", Name="new", Tags=[{}, {"Key": "a"}], AddReplicaRegions=[{}]))
    assert context("aws:tagkeys") == ("", "a")
    assert [context(f"aws:requesttag/{key}") for key in ("", "a", "b")] == ["", "", None]
    assert context("secretsmanager:addreplicaregions") == ("",)


def test_the_key_of_a_tag_may_have_a_slash():
    secrets = Store()
    secrets.apply({DB.key: DB._replace(tags={"team/unit": "pay"})})
    call = a_call("GetSecretValue", SecretId="db")
    assert requests_of(call, secrets)[0].context("aws:resourcetag/team/unit") == "pay"


@pytest.mark.usefixtures("far_from_utc")
def test_the_time_of_a_request_is_in_utc_in_any_time_zone():
    assert context_of(a_call("GetSecretValue", SecretId="db"))("aws:currenttime") == "1970-01-01T00:00:00Z"


def test_a_secret_without_replicas_has_its_own_region_as_its_primary_region():
    secrets = Store()
    secrets.apply({DB.key: DB._replace(primary_region=None)})
    (request,) = requests_of(a_call("GetSecretValue", SecretId="db"), secrets)
    assert request.context("secretsmanager:secretprimaryregion") == REGION


@pytest.mark.parametrize(
    ("key", "of_a_user", "of_a_role"),
    [
        ("aws:currenttime", "2026-03-03T12:00:00Z", "2026-03-03T12:00:00Z"),
        ("aws:epochtime", "1772539200", "1772539200"),
        ("aws:multifactorauthpresent", None, "false"),
        ("aws:principalaccount", ACCOUNT, ACCOUNT),
        ("aws:principalarn", f"arn:aws:iam::{ACCOUNT}:user/test", ROLE),
        ("aws:principalisawsservice", "false", "false"),
        ("aws:principaltype", "User", "AssumedRole"),
        ("aws:requestedregion", REGION, REGION),
        ("aws:resourceaccount", ACCOUNT, ACCOUNT),
        ("aws:securetransport", "true", "true"),
        ("aws:sourceip", "127.0.0.1", "127.0.0.1"),
        ("aws:tokenissuetime", None, "1970-01-01T00:00:00Z"),
        ("aws:useragent", "pytest-secretsmanager", "pytest-secretsmanager"),
        ("aws:userid", "AIDA00000000000000000", "AROA00000000000000000:tests"),
        ("aws:username", "test", None),
        ("aws:viaawsservice", "false", "false"),
        ("aws:sourcevpce", None, None),
    ],
)
@pytest.mark.parametrize("operation", ["GetSecretValue", "ListSecrets"])
def test_the_value_of_a_global_key(operation, key, of_a_user, of_a_role):
    given = {"SecretId": "db", "time": 1772539200.0}
    assert context_of(a_call(operation, **given))(key) == of_a_user
    assert context_of(a_call(operation, principal=OF_A_ROLE, **given))(key) == of_a_role


@pytest.mark.parametrize(("key", "value"), [("aws:principaltype", "Account"), ("aws:userid", ACCOUNT)])
def test_the_global_keys_of_an_accounts_root_user(key, value):
    root = USER._replace(arn=f"arn:aws:iam::{ACCOUNT}:root", name="")
    assert context_of(a_call("ListSecrets", principal=root))(key) == value


def test_the_account_of_a_missing_secret_is_that_of_its_arn():
    missing = ARN.replace(ACCOUNT, OTHER_ACCOUNT)
    assert context_of(a_call("GetSecretValue", SecretId=missing))("aws:resourceaccount") == OTHER_ACCOUNT


def test_added_keys_win_over_those_of_the_call():
    added = {"aws:sourceip": "203.0.113.5", "aws:principaltag/team": "pay"}.get
    context = context_of(a_call("GetSecretValue", SecretId="db"), added=added)
    assert (context("aws:sourceip"), context("aws:principaltag/team")) == ("203.0.113.5", "pay")
    assert context("aws:requestedregion") == REGION


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        (KEY_ID, KEY_ARN),
        (KEY_ARN, KEY_ARN),
        ("alias/pay", None),
        (f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/pay", None),
        ("", None),
    ],
)
def test_the_arn_of_a_kms_key_by_its_written_name(name, arn):
    assert context_of(a_call("CreateSecret", Name="new", KmsKeyId=name))("secretsmanager:kmskeyarn") == arn


def test_the_arn_of_a_kms_key_by_its_alias_comes_from_the_keys():
    context = context_of(a_call("UpdateSecret", SecretId="db", KmsKeyId="alias/pay"), key_arn=lambda *_: KEY_ARN)
    assert context("secretsmanager:kmskeyarn") == KEY_ARN


def test_a_kms_key_is_looked_up_at_the_place_of_the_secret():
    places = []
    stranger = user_of(OTHER_ACCOUNT, REGION)
    for call in (
        a_call("UpdateSecret", stranger, SecretId=ARN, KmsKeyId="alias/pay"),
        a_call("CreateSecret", stranger, Name="new", KmsKeyId="alias/pay"),
    ):
        context_of(call, key_arn=lambda place, _: places.append(place))("secretsmanager:kmskeyarn")
    assert places == [DB.key, SecretKey(REGION, OTHER_ACCOUNT, "")]


def test_a_further_permission_has_the_keys_of_its_own_action():
    tags = [{"Key": "team", "Value": "ops"}]
    create, tag = requests_of(a_call("CreateSecret", Name="new", Description="words", Tags=tags), SECRETS)
    assert (create.context("secretsmanager:description"), tag.context("secretsmanager:description")) == ("words", None)
    assert tag.context("aws:requesttag/team") == "ops"


@pytest.mark.parametrize(
    ("changes", "team"),
    [
        pytest.param({}, "pay", id="present"),
        pytest.param({"arn": ARN.replace("Ab12Cd", "Ef34Gh")}, None, id="another of its name"),
        pytest.param({"deletion": Deletion(0.0, 60.0)}, None, id="gone"),
    ],
)
def test_accepting_a_replica_has_the_tags_of_the_replica_while_it_exists(changes, team):
    secrets = Store()
    secrets.apply({DB.key: DB._replace(**changes)})
    call = a_call("AssociateCrossAccountReplica", time=90.0, SecretId="primary", CrossAccountReplicaARN=ARN)
    assert requests_of(call, secrets)[-1].context("aws:resourcetag/team") == team


def test_a_further_permission_is_about_the_secret_of_the_call_and_its_account():
    call = a_call("ValidateResourcePolicy", user_of(OTHER_ACCOUNT, REGION), SecretId=ARN)
    _, put = requests_of(call, SECRETS)
    assert put.context("aws:resourcetag/team") == "pay"
    assert put.context("aws:resourceaccount") == ACCOUNT


def test_a_new_secret_has_the_account_of_the_caller_and_no_keys_of_a_secret():
    create, tag = requests_of(a_call("CreateSecret", Name="new", Tags=[{"Key": "a", "Value": "b"}]), SECRETS)
    assert create.context("aws:resourceaccount") == ACCOUNT
    assert tag.context("secretsmanager:secretprimaryregion") is None


def test_a_resource_without_an_account_in_its_arn_is_in_the_account_of_the_caller():
    function = FUNCTION.replace(ACCOUNT, "")
    invoke = requests_of(a_call("RotateSecret", SecretId="db", RotationLambdaARN=function), SECRETS)[1]
    assert (invoke.account, invoke.context("aws:resourceaccount")) == (ACCOUNT, ACCOUNT)


def test_passing_a_role_names_the_service():
    call = a_call("RotateSecret", SecretId="db", ExternalSecretRotationRoleArn=ROLE)
    rotate, invoke, pass_role = requests_of(call, SECRETS)
    key = "iam:passedtoservice"
    assert [one.context(key) for one in (rotate, invoke, pass_role)] == [None, None, "secretsmanager.amazonaws.com"]
    assert pass_role.context("aws:resourcetag/team") is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kms:viaservice", "secretsmanager.us-east-1.amazonaws.com"),
        ("kms:calleraccount", OTHER_ACCOUNT),
        ("kms:encryptioncontext:secretarn", ARN),
        ("kms:encryptioncontext:secretversionid", "v1"),
        ("kms:encryptioncontextkeys", ("SecretARN", "SecretVersionId")),
        ("aws:resourceaccount", ACCOUNT),
        ("aws:principalaccount", OTHER_ACCOUNT),
        ("aws:viaawsservice", "true"),
        ("aws:calledvia", ("secretsmanager.amazonaws.com",)),
        ("aws:sourceip", None),
        ("aws:resourcetag/team", None),
        ("aws:principaltag/team", "pay"),
    ],
)
def test_the_condition_keys_of_a_use_of_a_kms_key(key, value):
    call = a_call("GetSecretValue", principal=user_of(OTHER_ACCOUNT, REGION), SecretId=ARN)
    request = key_request_of("kms:Decrypt", KEY_ARN, ARN, "v1", call, added={"aws:principaltag/team": "pay"}.get)
    assert (request.action, request.resource, request.account) == ("kms:Decrypt", KEY_ARN, ACCOUNT)
    assert request.context(key) == value


def test_an_empty_added_key_wins_over_that_of_the_use_of_a_kms_key():
    call = a_call("GetSecretValue", SecretId=ARN)
    request = key_request_of("kms:Decrypt", KEY_ARN, ARN, "v1", call, added={"aws:calledvia": ()}.get)
    assert request.context("aws:calledvia") == ()


def test_each_action_of_a_use_is_a_request_with_the_added_keys():
    use = KeyUse(SEALING, KEY_ARN, ARN, "v1")
    requests = key_requests_of(use, a_call("PutSecretValue", SecretId="db"), added={"aws:sourcevpce": "vpce-1"}.get)
    assert [one.action for one in requests] == ["kms:GenerateDataKey", "kms:Decrypt"]
    assert {(one.resource, one.context("aws:sourcevpce")) for one in requests} == {(KEY_ARN, "vpce-1")}
