"""Blocks that act as a role: the clients, threads and programs that they concern, and how blocks end."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from permitting import SESSION, allow, refusal

from pytest_secretsmanager import Role, SecretsManager, UsageError

USER = "arn:aws:iam::123456789012:user/test"


@pytest.fixture
def role(sm: SecretsManager) -> Role:
    """A role that may only list."""
    return sm.iam.role("app", policy=allow("ListSecrets"))


def test_every_client_without_credentials_of_its_own_acts_as_the_role_inside_the_block(
    sm: SecretsManager, role: Role
) -> None:
    client = boto3.client("secretsmanager")
    with sm.iam.acting_as(role):
        client.list_secrets()
        refusal(client.get_secret_value, SecretId="db")
    client.get_secret_value(SecretId="db")
    assert [event.principal for event in sm.log] == [SESSION.format("app")] * 2 + [USER]


def test_a_block_concerns_calls_of_other_threads(sm: SecretsManager, role: Role) -> None:
    with sm.iam.acting_as(role), ThreadPoolExecutor(1) as pool:
        pool.submit(sm.client().list_secrets).result()
    assert sm.log[-1].principal == SESSION.format("app")


def test_a_block_concerns_programs_with_the_environment_of_the_endpoint(sm: SecretsManager, role: Role) -> None:
    program = "import botocore.session as b; b.get_session().create_client('secretsmanager').list_secrets()"
    env = os.environ | sm.endpoint().env
    with sm.iam.acting_as(role):
        subprocess.run([sys.executable, "-c", program], env=env, check=True)
    assert sm.log[-1].principal == SESSION.format("app")


def test_a_client_with_credentials_of_its_own_stays_what_it_is(sm: SecretsManager, role: Role) -> None:
    other = sm.client(principal=sm.iam.role("other", policy=allow("ListSecrets")))
    stranger = sm.client(aws_account_id="210987654321")
    with sm.iam.acting_as(role):
        other.list_secrets()
        stranger.list_secrets()
    assert [event.principal for event in sm.log] == [SESSION.format("other"), "arn:aws:iam::210987654321:user/test"]


def test_a_program_with_the_environment_of_another_account_stays_what_it_is(sm: SecretsManager, role: Role) -> None:
    env = sm.endpoint().env_of(account="210987654321")
    own = {name: env[name.upper()] for name in ("aws_access_key_id", "aws_secret_access_key")}
    with sm.iam.acting_as(role):
        sm.client(**own).list_secrets()
    assert sm.log[-1].principal == "arn:aws:iam::210987654321:user/test"


def test_a_rotation_function_calls_as_its_account_even_inside_a_block(sm: SecretsManager, role: Role) -> None:
    def handler(event: dict[str, str], _: object) -> None:
        if event["Step"] == "createSecret":
            sm.client().put_secret_value(
                SecretId=event["SecretId"],
                ClientRequestToken=event["ClientRequestToken"],
                SecretString="two",
                VersionStages=["AWSPENDING"],
            )
        if event["Step"] == "finishSecret":
            sm.client().update_secret_version_stage(
                SecretId=event["SecretId"],
                VersionStage="AWSCURRENT",
                MoveToVersionId=event["ClientRequestToken"],
                RemoveFromVersionId=sm.secret("db").current.id,
            )

    arn = sm.rotation.register(handler)
    rotator = sm.iam.role("rotator", policy=allow("RotateSecret", "lambda:InvokeFunction"))
    with sm.iam.acting_as(rotator):
        sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    sm.assert_rotated("db")
    calls = [(event.operation, event.principal) for event in sm.log if not event.by_service]
    assert calls[0] == ("RotateSecret", SESSION.format("rotator"))
    assert {principal for _, principal in calls[1:]} == {USER}


def test_blocks_nest_and_none_stands_for_the_default_user(sm: SecretsManager, role: Role) -> None:
    other = sm.iam.role("other", policy=allow("ListSecrets"))
    client = sm.client()
    with sm.iam.acting_as(role):
        with sm.iam.acting_as(other):
            client.list_secrets()
            with sm.iam.acting_as(None):
                client.list_secrets()
            client.list_secrets()
        client.list_secrets()
    assert [event.principal for event in sm.log] == [
        SESSION.format("other"),
        USER,
        SESSION.format("other"),
        SESSION.format("app"),
    ]


def test_a_block_ends_when_it_raises(sm: SecretsManager, role: Role) -> None:
    with pytest.raises(ZeroDivisionError), sm.iam.acting_as(role):
        raise ZeroDivisionError
    sm.client().get_secret_value(SecretId="db")


def test_acting_as_without_with_has_no_effect_and_warns(sm: SecretsManager, role: Role) -> None:
    with pytest.warns(RuntimeWarning, match="not entered, so no call is made as the role"):
        sm.iam.acting_as(role)
    sm.client().get_secret_value(SecretId="db")


def test_blocks_may_end_in_another_order_than_they_began(sm: SecretsManager, role: Role) -> None:
    first, second = sm.iam.acting_as(role), sm.iam.acting_as(None)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    sm.client().get_secret_value(SecretId="db")
    second.__exit__(None, None, None)
    sm.client().get_secret_value(SecretId="db")
    assert [event.principal for event in sm.log] == [USER, USER]
    assert (sm._parts.callers.blocks, len(sm._parts.callers.handed_out)) == ((), 1)


# --- the context -----------------------------------------------------------------------------------------------------

BY_ENDPOINT = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}


def call_as_acting(sm: SecretsManager, role: Role) -> Any:
    return sm.client()


def call_with_credentials(sm: SecretsManager, role: Role) -> Any:
    return sm.client(principal=role)


def call_over_http(sm: SecretsManager, role: Role) -> Any:
    return boto3.client("secretsmanager", endpoint_url=sm.endpoint().url, **role.credentials)


@pytest.mark.parametrize("client_of", [call_as_acting, call_with_credentials, call_over_http])
def test_the_context_of_a_block_has_condition_keys_of_the_roles_requests(
    sm: SecretsManager, client_of: Callable[[SecretsManager, Role], Any]
) -> None:
    role = sm.iam.role("app", policy=allow("GetSecretValue", Condition=BY_ENDPOINT))
    client = client_of(sm, role)
    with sm.iam.acting_as(role, context={"aws:SourceVpce": "vpce-1"}):
        assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    with sm.iam.acting_as(role, context={"AWS:sourcevpce": "vpce-2"}):
        refusal(client.get_secret_value, SecretId="db")
    with sm.iam.acting_as(role):
        refusal(client.get_secret_value, SecretId="db")


def test_the_context_of_a_block_wins_over_the_keys_of_the_plugin(sm: SecretsManager) -> None:
    by_address = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    role = sm.iam.role("app", policy=allow("GetSecretValue", Condition=by_address))
    with sm.iam.acting_as(role):
        refusal(sm.client().get_secret_value, SecretId="db")
    with sm.iam.acting_as(role, context={"aws:SourceIp": "203.0.113.5"}):
        sm.client().get_secret_value(SecretId="db")


def test_the_default_user_may_have_a_context_too(sm: SecretsManager) -> None:
    outside = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    everyone: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    sm.seed("inside", "one", policy={"Statement": [{**everyone, "Condition": outside}]})
    sm.iam.enforce()
    refusal(sm.client().get_secret_value, SecretId="inside")
    with sm.iam.acting_as(None, context={"aws:SourceVpce": "vpce-1"}):
        assert sm.client().get_secret_value(SecretId="inside")["SecretString"] == "one"
        assert sm.log[-1].principal == USER
    refusal(sm.client().get_secret_value, SecretId="inside")


@pytest.mark.parametrize(
    ("context", "text"),
    [
        pytest.param(
            {"SourceVpce": "vpce-1"}, "a condition key is 'service:Name' .* not 'SourceVpce'", id="no service"
        ),
        pytest.param({"aws:": "x"}, "a condition key is 'service:Name'", id="no name"),
        pytest.param({7: "x"}, "a condition key is 'service:Name'", id="no text"),
        pytest.param({"aws:SourceIp": None}, "the value of the condition key 'aws:SourceIp' is", id="value None"),
        pytest.param({"aws:SourceIp": [{}]}, "the value of the condition key 'aws:SourceIp' is", id="dict in a list"),
        pytest.param("aws:SourceIp", "a context maps condition keys to values", id="no mapping"),
    ],
)
def test_a_context_of_another_form_is_refused_at_once(sm: SecretsManager, role: Role, context: Any, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        sm.iam.acting_as(role, context=context)


# --- roles that are not there ----------------------------------------------------------------------------------------


def test_a_role_of_another_manager_is_refused(sm: SecretsManager) -> None:
    foreign = SecretsManager().iam.role("app")
    for use in (sm.iam.acting_as, lambda role: sm.client(principal=role)):
        with pytest.raises(UsageError, match="<role 'app' of account 123456789012> does not exist here"):
            use(foreign)


def test_a_role_that_a_rollback_took_back_is_refused(sm: SecretsManager) -> None:
    with sm.snapshot():
        role = sm.iam.role("app")
    with pytest.raises(UsageError, match="the block that made it was rolled back"):
        sm.iam.acting_as(role)


def test_a_name_in_place_of_a_role_is_refused(sm: SecretsManager, role: Role) -> None:
    name: Any = "app"
    with pytest.raises(UsageError, match=r"a role is a Role made by sm\.iam\.role\(…\), not 'app'"):
        sm.iam.acting_as(name)


def test_a_misspelt_argument_of_acting_as_is_refused(sm: SecretsManager, role: Role) -> None:
    misspelt: Any = {"contxt": {}}
    with pytest.raises(UsageError, match="did you mean 'context'"):
        sm.iam.acting_as(role, **misspelt)


# --- rollbacks -------------------------------------------------------------------------------------------------------


def test_a_block_that_begins_inside_a_snapshot_and_ends_after_it_stops_acting_at_its_end(
    sm: SecretsManager, role: Role
) -> None:
    block = sm.iam.acting_as(role)
    with sm.snapshot():
        block.__enter__()
        sm.client().list_secrets()
        assert sm.log[-1].principal == SESSION.format("app")
    sm.client().get_secret_value(SecretId="db")
    block.__exit__(None, None, None)
    sm.client().get_secret_value(SecretId="db")


def test_a_block_that_ends_inside_a_snapshot_stays_ended_after_it(sm: SecretsManager, role: Role) -> None:
    block = sm.iam.acting_as(role)
    block.__enter__()
    with sm.snapshot():
        block.__exit__(None, None, None)
    sm.client().get_secret_value(SecretId="db")


def test_a_snapshot_inside_a_block_leaves_the_block_open(sm: SecretsManager, role: Role) -> None:
    with sm.iam.acting_as(role):
        with sm.snapshot():
            sm.client().list_secrets()
        sm.client().list_secrets()
        assert sm.log[-1].principal == SESSION.format("app")
