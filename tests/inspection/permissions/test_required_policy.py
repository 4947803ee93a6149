"""`sm.iam.required_policy()`: exactly the permissions that the logged calls need."""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.manager import parts_of
from pytest_secretsmanager.managing.run_permissions import RunPermissions

PLACE = "arn:aws:secretsmanager:us-east-1:123456789012:secret"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
TAGS = [{"Key": "team", "Value": "pay"}]
RESOURCE_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        },
    }
)


def statement(actions: str, *resources: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [action if ":" in action else f"secretsmanager:{action}" for action in actions.split()],
        "Resource": list(resources),
    }


def secret(name: str) -> str:
    return f"{PLACE}:{name}-??????"


def statements(sm: SecretsManager) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sm.iam.required_policy()["Statement"]
    return found


# --- single cases ----------------------------------------------------------------------------------------------------


def test_without_a_call_there_is_no_statement(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", tags={"team": "pay"})
    assert secretsmanager.iam.required_policy() == {"Version": "2012-10-17", "Statement": []}


def test_a_refused_call_needs_its_permission(secretsmanager: SecretsManager) -> None:
    with pytest.raises(ClientError):
        secretsmanager.client().get_secret_value(SecretId="gone")
    assert statements(secretsmanager) == [statement("GetSecretValue", secret("gone"))]


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        pytest.param("create_secret", {}, id="no name"),
        pytest.param("create_secret", {"Name": "n" * 513}, id="long name"),
        pytest.param("get_secret_value", {"SecretId": 5}, id="number for a text"),
    ],
)
def test_a_malformed_request_needs_no_permission(
    secretsmanager: SecretsManager, method: str, parameters: dict[str, Any]
) -> None:
    client = secretsmanager.client(config=Config(parameter_validation=False))
    with pytest.raises(ClientError, match=r"ValidationException|SerializationException"):
        getattr(client, method)(**parameters)
    assert statements(secretsmanager) == []


def test_a_call_that_iam_refuses_needs_its_permission(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    with secretsmanager.iam.acting_as(secretsmanager.iam.role("app")), pytest.raises(ClientError):
        secretsmanager.client().get_secret_value(SecretId="db")
    assert statements(secretsmanager) == [statement("GetSecretValue", secret("db"))]


def test_a_use_of_a_key_that_iam_refuses_needs_its_permission(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key()
    secretsmanager.seed("db", "one", kms_key=key.arn)
    policy = {"Version": "2012-10-17", "Statement": statement("GetSecretValue", "*")}
    role = secretsmanager.iam.role("app", policy=policy)
    with secretsmanager.iam.acting_as(role), pytest.raises(ClientError, match="Access to KMS is not allowed"):
        secretsmanager.client().get_secret_value(SecretId="db")
    assert statements(secretsmanager) == [statement("GetSecretValue", secret("db")), statement("kms:Decrypt", key.arn)]


def test_the_calls_before_a_cleared_log_do_not_count(secretsmanager: SecretsManager) -> None:
    secretsmanager.client().list_secrets()
    secretsmanager.log.clear()
    secretsmanager.client().get_random_password()
    assert statements(secretsmanager) == [statement("GetRandomPassword", "*")]


def test_the_work_of_aws_needs_no_permission(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", owning_service="rds")
    secretsmanager.client().rotate_secret(SecretId="db")
    assert statements(secretsmanager) == [statement("RotateSecret", secret("db"))]


def test_a_batch_needs_its_own_permission_and_those_of_its_reads(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.client().batch_get_secret_value(SecretIdList=["db", "gone"])
    assert statements(secretsmanager) == [
        statement("GetSecretValue", secret("db"), secret("gone")),
        statement("BatchGetSecretValue", "*"),
    ]


def test_a_secret_in_another_region_has_that_region_in_its_arn(secretsmanager: SecretsManager) -> None:
    secretsmanager.client("eu-west-1").create_secret(Name="db", Tags=TAGS)
    there = secret("db").replace("us-east-1", "eu-west-1")
    assert statements(secretsmanager) == [statement("CreateSecret TagResource", there)]


def test_a_secret_named_with_special_characters_is_allowed_alone(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    with pytest.raises(ClientError):
        client.get_secret_value(SecretId=f"{PLACE}:a*b-abcdef")
    policy = secretsmanager.iam.required_policy()
    secretsmanager.assert_allowed(policy)
    with pytest.raises(ClientError):
        client.get_secret_value(SecretId=f"{PLACE}:axb-abcdef")
    with pytest.raises(AssertionError, match="refuses 1 of 2 calls"):
        secretsmanager.assert_allowed(policy)


def test_a_call_that_aws_refuses_before_iam_needs_no_permission(secretsmanager: SecretsManager) -> None:
    with pytest.raises(ClientError, match="Invalid name"):
        secretsmanager.client().get_secret_value(SecretId="a b")
    assert statements(secretsmanager) == []
    secretsmanager.assert_allowed([])


def test_a_role_with_the_required_policy_can_make_the_calls_again(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(alias="alias/pay")
    client = secretsmanager.client()

    def program() -> None:
        client.create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay", Tags=TAGS)
        client.put_secret_value(SecretId="db", SecretString="two")
        client.get_secret_value(SecretId="db")
        client.batch_get_secret_value(SecretIdList=["db"])
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)

    program()
    policy = secretsmanager.iam.required_policy()
    assert statement("kms:Decrypt kms:GenerateDataKey", key.arn) in policy["Statement"]
    with secretsmanager.iam.acting_as(secretsmanager.iam.role("app", policy=policy)):
        program()


# --- any log ---------------------------------------------------------------------------------------------------------

NAMES = ["a", "app/b", "c-a1b2c3", "gone"]
ODD_IDS = ["a b", "arn:no", *(f"{PLACE}:{end}" for end in ["a", "a-abcdef", "gone-abc", "a*b-abcdef", "a?", "a${x}-a"])]
named = st.sampled_from([*NAMES * 3, *ODD_IDS]).map(lambda name: {"SecretId": name})
values = st.sampled_from(["one", "two"]).map(lambda value: {"SecretString": value})
keys = st.sampled_from([{}, {"KmsKeyId": "alias/pay"}, {"KmsKeyId": "alias/new"}, {"KmsKeyId": "alias/missing"}])
tags = st.sampled_from([{}, {"Tags": TAGS}])
regions = st.sampled_from([{}, {"AddReplicaRegions": [{"Region": "eu-west-1", "KmsKeyId": "alias/there"}]}])


def together(*parts: Any) -> Any:
    return st.tuples(*parts).map(lambda found: {name: value for part in found for name, value in part.items()})


def a_call(method: str, *parts: Any, **fixed: Any) -> Any:
    return together(*parts).map(lambda parameters: (method, {**parameters, **fixed}))


CALLS = st.one_of(
    a_call("create_secret", st.sampled_from(NAMES).map(lambda name: {"Name": name}), values, keys, tags, regions),
    a_call("get_secret_value", named),
    a_call("put_secret_value", named, values),
    a_call("update_secret", named, values, keys),
    a_call("describe_secret", named),
    a_call("delete_secret", named, ForceDeleteWithoutRecovery=True),
    a_call("delete_secret", named),
    a_call("restore_secret", named),
    a_call("tag_resource", named, Tags=TAGS),
    a_call("untag_resource", named, TagKeys=["team"]),
    a_call(
        "rotate_secret", named, st.sampled_from([{}, {"RotationLambdaARN": FUNCTION}, {"RotationLambdaARN": "rotate"}])
    ),
    a_call("replicate_secret_to_regions", named, AddReplicaRegions=[{"Region": "eu-west-1"}]),
    a_call("validate_resource_policy", st.sampled_from([{}, {"SecretId": "a"}]), ResourcePolicy=RESOURCE_POLICY),
    a_call("put_resource_policy", named, ResourcePolicy=RESOURCE_POLICY),
    a_call("batch_get_secret_value", st.just({"SecretIdList": NAMES[:2]})),
    a_call("batch_get_secret_value", st.just({"Filters": [{"Key": "name", "Values": ["a"]}]})),
    a_call("list_secrets"),
    a_call("get_random_password"),
)


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    """A manager with two secrets, one of them under a customer key."""
    for alias in ("alias/pay", "alias/new"):
        secretsmanager.kms.create_key(alias=alias)
    secretsmanager.kms.create_key(alias="alias/there", region="eu-west-1")
    secretsmanager.rotation.register(lambda _, __: None, arn=FUNCTION)
    secretsmanager.seed("a", "one", kms_key="alias/pay")
    secretsmanager.seed("app/b", "one", tags={"team": "pay"})
    return secretsmanager


@contextmanager
def made(sm: SecretsManager, calls: list[tuple[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Make the calls, yield the policy that they require, and roll back."""
    with sm.snapshot():
        for method, parameters in calls:
            try:
                getattr(sm.client(), method)(**parameters)
            except ClientError:
                assert sm.log[-1].error is not None
        yield sm.iam.required_policy()


def argument(policy: dict[str, Any]) -> Any:
    """A required policy as an argument. AWS takes no policy without a statement, so it is no policy then."""
    return policy if policy["Statement"] else []


def smaller_policies(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each policy that lacks one statement, one action or one resource."""
    for number, one in enumerate(policy["Statement"]):
        lesser = copy.deepcopy(policy)
        del lesser["Statement"][number]
        yield lesser
        for element in ("Action", "Resource"):
            for value in one[element] if len(one[element]) > 1 else ():
                lesser = copy.deepcopy(policy)
                lesser["Statement"][number][element].remove(value)
                yield lesser


ANY_LOG = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@ANY_LOG
@given(calls=st.lists(CALLS, min_size=1, max_size=8))
def test_the_policy_allows_the_calls_and_without_any_part_it_refuses_one(sm: SecretsManager, calls: Any) -> None:
    with made(sm, calls) as policy:
        sm.assert_allowed(argument(policy))
        assert sm.iam.unused(argument(policy)) == []
        for lesser in smaller_policies(policy):
            with pytest.raises(AssertionError, match="the policy refuses"):
                sm.assert_allowed(argument(lesser))


@ANY_LOG
@given(calls=st.lists(CALLS, min_size=1, max_size=6), other=CALLS)
def test_the_policy_allows_no_call_that_needs_another_permission(sm: SecretsManager, calls: Any, other: Any) -> None:
    with made(sm, calls) as policy, made(sm, [*calls, other]) as wider:
        assume(wider != policy)
        with pytest.raises(AssertionError, match="the policy refuses"):
            sm.assert_allowed(argument(policy))


@settings(ANY_LOG, max_examples=20)
@given(calls=st.lists(CALLS, min_size=1, max_size=8))
def test_the_policy_of_a_run_is_the_required_policy_of_its_log(sm: SecretsManager, calls: Any) -> None:
    permissions = RunPermissions()
    with made(sm, []):
        permissions.follow(parts_of(sm).world)
        with made(sm, calls) as policy:
            assert permissions.policy() == policy
