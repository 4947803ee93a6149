"""The three ways through a client give the same replies, errors and logs.

A call without a listener takes the short way. A call with a listener goes through botocore's events. A call with a
planned fault goes through botocore's endpoint as well. Each scenario runs on the short way and on another, in managers
with the same ids and the same time.
"""

import copy
from datetime import UTC, datetime

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.engine.faults import FaultPlan

TOKEN = "11111111-2222-4333-8444-555555555555"
OTHER = "66666666-7777-4888-9999-000000000000"
POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", '
    '"Resource": "*", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]}'
)

SCENARIOS = {
    "create with all members": [
        (
            "create_secret",
            {
                "Name": "new",
                "SecretString": "x",
                "ClientRequestToken": TOKEN,
                "Description": "clé €",
                "KmsKeyId": "alias/pay",
                "Tags": [{"Key": "team", "Value": "pay"}, {"Key": "empty", "Value": ""}],
            },
        ),
        ("describe_secret", {"SecretId": "new"}),
    ],
    "create without a token": [("create_secret", {"Name": "new", "SecretString": "x"})],
    "create without a value": [("create_secret", {"Name": "new"}), ("get_secret_value", {"SecretId": "new"})],
    "create twice": [("create_secret", {"Name": "new"}), ("create_secret", {"Name": "new"})],
    "create again with the same token": [
        ("create_secret", {"Name": "new", "SecretString": "x", "ClientRequestToken": TOKEN}),
        ("create_secret", {"Name": "new", "SecretString": "x", "ClientRequestToken": TOKEN}),
    ],
    "get": [
        ("get_secret_value", {"SecretId": "db"}),
        ("get_secret_value", {"SecretId": "db", "VersionStage": "AWSPREVIOUS"}),
    ],
    "get a missing secret, version and label": [
        ("get_secret_value", {"SecretId": "nowhere"}),
        ("get_secret_value", {"SecretId": "db", "VersionId": OTHER}),
        ("get_secret_value", {"SecretId": "db", "VersionStage": "green"}),
    ],
    "get bytes": [("get_secret_value", {"SecretId": "key"})],
    "put": [
        ("put_secret_value", {"SecretId": "db", "SecretString": "three"}),
        ("put_secret_value", {"SecretId": "db", "SecretString": "four", "VersionStages": ["green"]}),
        ("list_secret_version_ids", {"SecretId": "db", "IncludeDeprecated": True}),
    ],
    "put bytes, bytearray and text as bytes": [
        ("put_secret_value", {"SecretId": "key", "SecretBinary": b"\x00"}),
        ("put_secret_value", {"SecretId": "key", "SecretBinary": bytearray(b"\x01")}),
        ("put_secret_value", {"SecretId": "key", "SecretBinary": "text"}),
        ("get_secret_value", {"SecretId": "key"}),
    ],
    "put another value under the same token": [
        ("put_secret_value", {"SecretId": "db", "SecretString": "x", "ClientRequestToken": TOKEN}),
        ("put_secret_value", {"SecretId": "db", "SecretString": "y", "ClientRequestToken": TOKEN}),
    ],
    "put both kinds of value": [("put_secret_value", {"SecretId": "db", "SecretString": "x", "SecretBinary": b"x"})],
    "move labels": [
        (
            "put_secret_value",
            {"SecretId": "db", "SecretString": "x", "ClientRequestToken": TOKEN, "VersionStages": ["a"]},
        ),
        ("update_secret_version_stage", {"SecretId": "db", "VersionStage": "a", "RemoveFromVersionId": TOKEN}),
        ("update_secret_version_stage", {"SecretId": "db", "VersionStage": "AWSCURRENT", "MoveToVersionId": TOKEN}),
    ],
    "update": [("update_secret", {"SecretId": "db", "Description": ""}), ("describe_secret", {"SecretId": "db"})],
    "list": [
        ("list_secrets", {}),
        ("list_secrets", {"Filters": [{"Key": "tag-key", "Values": ["team"]}], "SortOrder": "asc", "MaxResults": 1}),
        ("list_secrets", {"NextToken": "made up"}),
    ],
    "batch": [("batch_get_secret_value", {"SecretIdList": ["db", "nowhere", "key", "deleted"]})],
    "tag": [
        ("tag_resource", {"SecretId": "db", "Tags": [{"Key": "a", "Value": "b"}]}),
        ("untag_resource", {"SecretId": "db", "TagKeys": ["team"]}),
        ("describe_secret", {"SecretId": "db"}),
    ],
    "policies": [
        ("put_resource_policy", {"SecretId": "db", "ResourcePolicy": POLICY}),
        ("get_resource_policy", {"SecretId": "db"}),
        ("put_resource_policy", {"SecretId": "db", "ResourcePolicy": "{"}),
        ("delete_resource_policy", {"SecretId": "db"}),
    ],
    "delete and restore": [
        ("delete_secret", {"SecretId": "db", "RecoveryWindowInDays": 7}),
        ("get_secret_value", {"SecretId": "db"}),
        ("restore_secret", {"SecretId": "db"}),
        ("delete_secret", {"SecretId": "db", "ForceDeleteWithoutRecovery": True}),
        ("restore_secret", {"SecretId": "db"}),
    ],
    "random password": [("get_random_password", {"PasswordLength": 40, "RequireEachIncludedType": True})],
    "refused by botocore": [
        ("get_secret_value", {}),
        ("get_secret_value", {"SecretId": 7}),
        ("put_secret_value", {"SecretId": "", "SecretString": "x"}),
        ("create_secret", {"Name": "new", "Tags": [{"key": "a"}]}),
        ("create_secret", {"Name": "new", "ClientRequestToken": None}),
    ],
    "refused by AWS's limits": [
        ("create_secret", {"Name": "n" * 513}),
        ("list_secrets", {"MaxResults": 101}),
        ("create_secret", {"Name": "new", "SecretString": "x" * 65537}),
        ("list_secrets", {"SortOrder": "up"}),
    ],
    "unusual types that botocore accepts": [
        ("create_secret", {"Name": "new", "Tags": ({"Key": "a", "Value": "b"},)}),
        ("list_secrets", {"MaxResults": True}),
    ],
    "an operation without parameters": [("get_random_password", {})],
}

UNVALIDATED = {
    "no parameters": [("get_secret_value", {})],
    "parameters of None": [
        ("get_secret_value", {"SecretId": None}),
        ("create_secret", {"Name": "new", "ClientRequestToken": None}),
    ],
    "empty strings": [("get_secret_value", {"SecretId": ""}), ("create_secret", {"Name": "new", "SecretString": ""})],
    "wrong types": [
        ("get_secret_value", {"SecretId": 7}),
        ("get_secret_value", {"SecretId": True}),
        ("get_secret_value", {"SecretId": ["db"]}),
        ("list_secrets", {"MaxResults": "10"}),
        ("delete_secret", {"SecretId": "db", "ForceDeleteWithoutRecovery": "yes"}),
    ],
    "values that can't be serialized": [
        ("get_secret_value", {"SecretId": b"db"}),
        ("get_secret_value", {"SecretId": "db", "Volume": 11}),
        ("create_secret", {"Name": "new", "SecretBinary": 5}),
        ("create_secret", {"Name": "new", "Tags": [None]}),
    ],
    "valid parameters": [("put_secret_value", {"SecretId": "db", "SecretString": "x"})],
}

PLANNED = "a plan without a fault"
HOOKS = (PLANNED, "provide-client-params", "before-parameter-build", "before-call", "after-call")


@pytest.fixture
def run(new_client, monkeypatch):
    """Return a function that runs a scenario in a new manager. It returns the outcomes and the log."""
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)

    def run(scenario, hook=None, **options):
        client = new_client(**options)
        if hook not in (None, PLANNED):
            client.meta.events.register(hook, lambda **_: None)
        with SecretsManager(random_seed=7) as sm:
            if hook == PLANNED:
                sm._parts.responder.plans.append(FaultPlan(lambda _: True, lambda _: None))
            sm.kms.create_key(alias="alias/pay")
            sm.seed("db", "two", versions=["one"], tags={"team": "pay"})
            sm.seed("key", b"\x00\xff")
            sm.seed("deleted", "x", deleted=True)
            seen = [outcome(client, operation, copy.deepcopy(parameters)) for operation, parameters in scenario]
            return seen, [logged(call) for call in sm.log]

    return run


def outcome(client, operation, parameters):
    try:
        return getattr(client, operation)(**parameters)
    except ClientError as error:
        return type(error).__name__, str(error), error.response
    except (BotoCoreError, TypeError, KeyError, AttributeError) as error:
        return type(error).__name__, str(error)


def logged(call):
    members = (
        "operation request hidden response error error_message time region account principal request_id within record"
    )
    return {member: getattr(call, member) for member in members.split()}


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_call_with_a_listener_or_a_plan_has_the_outcome_and_log_of_the_short_way(run, scenario, hook):
    assert run(SCENARIOS[scenario], hook) == run(SCENARIOS[scenario])


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("scenario", UNVALIDATED)
def test_an_unvalidated_call_with_a_listener_or_a_plan_agrees_with_the_short_way(run, scenario, hook):
    unvalidated = {"config": Config(parameter_validation=False)}
    assert run(UNVALIDATED[scenario], hook, **unvalidated) == run(UNVALIDATED[scenario], **unvalidated)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_call_in_a_region_of_china_with_a_listener_or_a_plan_agrees_with_the_short_way(run, hook):
    scenario = [("create_secret", {"Name": "db", "SecretString": "x"}), ("list_secrets", {})]
    assert run(scenario, hook, region="cn-north-1") == run(scenario, region="cn-north-1")


def test_a_compared_scenario_has_replies_and_log_entries(run):
    """Empty results would pass the comparisons above."""
    seen, log = run(SCENARIOS["get"], "before-call")
    assert [reply["SecretString"] for reply in seen] == ["two", "one"]
    assert [call["time"] for call in log] == [datetime.fromtimestamp(1_700_000_000, UTC)] * 2
