"""The layer of IAM: it decides each permission of a call before the operation, in AWS's order of checks."""

import pytest

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.callers import assumed_role, user_of
from pytest_secretsmanager.engine.errors import AccessDeniedException, ResourceNotFoundException, ServiceError
from pytest_secretsmanager.engine.identities import Identities
from pytest_secretsmanager.engine.layers.authorize import authorize
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.rules.condition_keys import written_key_arn
from pytest_secretsmanager.engine.rules.iam.decision import Policies, decide
from pytest_secretsmanager.engine.rules.iam.documents import parse_policy
from pytest_secretsmanager.engine.state import Deletion, Secret, SecretKey
from pytest_secretsmanager.engine.store import Store

KEY = SecretKey("us-east-1", "123456789012", "db")
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"
ROLE_ARN = "arn:aws:iam::123456789012:role/app"
ROLE = assumed_role(ROLE_ARN, "tests", 0.0)
TOKEN = "x" * 32


def policy(*actions, resource="*"):
    listed = ", ".join(f'"secretsmanager:{action}"' for action in actions)
    text = f'{{"Statement": {{"Effect": "Allow", "Action": [{listed}], "Resource": "{resource}"}}}}'
    return parse_policy(text, name="policy", with_principals=False)


def a_call(operation="GetSecretValue", principal=ROLE, **parameters):
    return Call(operation, parameters, "us-east-1", principal, 0.0, "request-1")


@pytest.fixture
def store():
    """A store with the secret `db`."""
    store = Store()
    store.apply({KEY: Secret(key=KEY, arn=ARN, created=0.0, changed=0.0)})
    return store


@pytest.fixture
def run(store):
    """Send a call of the role, which may do these actions, through the layer; the operation answers with `outcome`."""
    ran = []

    def send(call, *policies, outcome=None):
        identities = Identities(lambda _: None, Lock())
        identities.add(ROLE_ARN, Policies(identity=policies))

        def operation(call):
            ran.append(call.operation)
            if isinstance(outcome, Exception):
                raise outcome
            return Outcome({"Name": "db"})

        return authorize(operation, store, identities, written_key_arn)(call)

    send.ran = ran
    return send


def test_an_allowed_call_runs_and_its_outcome_has_the_decision(run):
    outcome = run(a_call(SecretId="db"), policy("GetSecretValue"))
    assert outcome.reply == {"Name": "db"}
    assert (outcome.decision.allowed, outcome.decision.statement.number) == (True, 1)


def test_a_refused_call_does_not_run_and_its_error_has_the_decision(run):
    with pytest.raises(AccessDeniedException) as caught:
        run(a_call(SecretId="db"), policy("ListSecrets"))
    assert run.ran == []
    assert caught.value.decision.allowed is False
    assert caught.value.message == caught.value.decision.message


def test_an_error_of_the_operation_has_the_decision_too(run):
    with pytest.raises(ResourceNotFoundException) as caught:
        run(a_call(SecretId="db"), policy("GetSecretValue"), outcome=ResourceNotFoundException("No."))
    assert caught.value.decision.allowed is True


def test_a_refusal_of_a_key_inside_the_operation_keeps_its_own_decision(run):
    refused = AccessDeniedException("Access to KMS is not allowed")
    refused.decision = own = object()
    with pytest.raises(AccessDeniedException) as caught:
        run(a_call(SecretId="db"), policy("GetSecretValue"), outcome=refused)
    assert caught.value.decision is own


def test_a_call_needs_every_one_of_its_permissions(run):
    tagged = a_call("CreateSecret", Name="new", ClientRequestToken=TOKEN, Tags=[{"Key": "team", "Value": "pay"}])
    with pytest.raises(AccessDeniedException, match="secretsmanager:TagResource"):
        run(tagged, policy("CreateSecret"))
    assert run(tagged, policy("CreateSecret"), policy("TagResource")).decision.policy.statements[0].actions == (
        "secretsmanager:CreateSecret",
    )


def test_a_refusal_names_the_arn_of_a_secret_that_exists_and_else_the_id_as_given(run):
    for given, shown in (("db", ARN), ("none", "none")):
        with pytest.raises(AccessDeniedException, match=rf"on resource: {shown} because"):
            run(a_call(SecretId=given))


@pytest.mark.parametrize(
    ("statement", "is_allowed"),
    [
        pytest.param(f'"Effect": "Allow", "Principal": {{"AWS": "{ROLE_ARN}"}}', True, id="the role is granted"),
        pytest.param('"Effect": "Allow", "Principal": {"AWS": "210987654321"}', False, id="another account is granted"),
    ],
)
def test_the_policy_of_the_secret_counts(store, run, statement, is_allowed):
    text = f'{{"Statement": {{{statement}, "Action": "*", "Resource": "*"}}}}'
    store.apply({KEY: Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, policy=text)})
    if is_allowed:
        assert run(a_call(SecretId="db")).decision.policy_type == "resource-based policy"
    else:
        with pytest.raises(AccessDeniedException):
            run(a_call(SecretId="db"))


def test_the_policy_of_a_secret_of_the_same_name_with_another_arn_does_not_count(store, run):
    text = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'
    store.apply({KEY: Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, policy=text)})
    with pytest.raises(AccessDeniedException):
        run(a_call(SecretId=f"{ARN[:-6]}Other1"))


def test_a_caller_of_another_account_needs_both_policies(store, run):
    stranger = user_of("210987654321", "us-east-1")
    with pytest.raises(AccessDeniedException, match="because no resource-based policy allows"):
        run(a_call(principal=stranger, SecretId=ARN))
    text = '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "*", "Resource": "*"}}'
    store.apply({KEY: Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, policy=text)})
    run(a_call(principal=stranger, SecretId=ARN))


# --- the order of the checks -----------------------------------------------------------------------------------------

MALFORMED = {
    "CreateSecret without a token": (a_call("CreateSecret", Name="new"), "InvalidRequestException"),
    "PutSecretValue without a token": (
        a_call("PutSecretValue", SecretId="db", SecretString="one"),
        "InvalidRequestException",
    ),
    "UpdateSecret of a value without a token": (
        a_call("UpdateSecret", SecretId="db", SecretString="one"),
        "InvalidRequestException",
    ),
    "RotateSecret without a token": (a_call("RotateSecret", SecretId="db"), "InvalidParameterException"),
    "a name with a blank": (a_call(SecretId="d b"), "ValidationException"),
    "a new name with a blank": (
        a_call("CreateSecret", Name="d b", ClientRequestToken=TOKEN),
        "ValidationException",
    ),
    "a token before a name": (a_call("CreateSecret", Name="d b"), "InvalidRequestException"),
}


@pytest.mark.parametrize(("call", "code"), MALFORMED.values(), ids=MALFORMED)
def test_aws_checks_token_and_name_before_iam(run, call, code):
    with pytest.raises(ServiceError) as caught:
        run(call)
    assert caught.value.code == code
    assert caught.value.decision is None


WELL_FORMED = {
    "UpdateSecret of a description needs no token": a_call("UpdateSecret", SecretId="db", Description="new"),
    "an ARN may have any characters": a_call(SecretId="arn:aws:s3:::a b"),
    "ListSecrets has no name": a_call("ListSecrets"),
    "ValidateResourcePolicy without a secret": a_call("ValidateResourcePolicy", ResourcePolicy="{}"),
}


@pytest.mark.parametrize("call", WELL_FORMED.values(), ids=WELL_FORMED)
def test_iam_refuses_a_well_formed_call_before_the_operation_checks_more(run, call):
    with pytest.raises(AccessDeniedException):
        run(call)


def test_a_refused_call_names_no_resource_for_an_action_without_one(run):
    for operation in ("ListSecrets", "GetRandomPassword", "BatchGetSecretValue"):
        with pytest.raises(AccessDeniedException) as caught:
            run(a_call(operation))
        assert "on resource" not in caught.value.message


def test_iam_decides_every_operation_by_the_action_of_its_name(run):
    for operation in OPERATIONS:
        call = a_call(operation, SecretId="db", Name="new", ClientRequestToken=TOKEN, CrossAccountReplicaARN=ARN)
        with pytest.raises(AccessDeniedException, match=f"perform: secretsmanager:{operation} "):
            run(call)


# --- decisions that the layer keeps ----------------------------------------------------------------------------------


@pytest.fixture
def layer(store):
    """A layer around an operation that succeeds, for the role with this policy."""

    def make(text, key_arn=written_key_arn):
        identities = Identities(lambda _: None, Lock())
        identities.add(ROLE_ARN, Policies(identity=(parse_policy(text, name="policy", with_principals=False),)))
        return authorize(lambda _: Outcome({}), store, identities, key_arn)

    return make


@pytest.fixture
def decided(monkeypatch):
    """The actions that IAM decides during a test: not those for which the layer has kept a decision."""
    actions = []

    def note(request, *policies):
        actions.append(request.action.removeprefix("secretsmanager:"))
        return decide(request, *policies)

    monkeypatch.setattr("pytest_secretsmanager.engine.layers.authorize.decide", note)
    return actions


def is_allowed(layer, call):
    try:
        return layer(call).decision.allowed
    except AccessDeniedException:
        return False


def conditional(operator, key, value):
    return (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", '
        f'"Condition": {{"{operator}": {{"{key}": "{value}"}}}}}}}}'
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:PrincipalAccount", "123456789012"),
        ("aws:ResourceAccount", "123456789012"),
        ("aws:ResourceTag/team", "pay"),
    ],
)
def test_a_repeated_call_gets_the_same_decision(layer, store, decided, key, value):
    store.apply({KEY: Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, tags={"team": "pay"})})
    handle = layer(conditional("StringEquals", key, value))
    first, second = handle(a_call(SecretId="db")), handle(a_call(SecretId="db"))
    assert first.decision is second.decision
    assert decided == ["GetSecretValue"]


def test_a_call_on_another_secret_gets_a_decision_of_its_own(layer, store):
    other = SecretKey("us-east-1", "123456789012", "other")
    store.apply({other: Secret(key=other, arn=ARN.replace(":db-", ":other-"), created=0.0, changed=0.0)})
    handle = layer(f'{{"Statement": {{"Effect": "Allow", "Action": "*", "Resource": "{ARN}"}}}}')
    assert [is_allowed(handle, a_call(SecretId=name)) for name in ("db", "other", "db")] == [True, False, True]


def test_a_decision_changes_with_the_key_that_a_name_in_the_request_means(layer, decided):
    arns = {"alias/old": "arn:of:old", "alias/new": "arn:of:new"}
    handle = layer(conditional("StringEquals", "secretsmanager:KmsKeyArn", "arn:of:new"), lambda _, name: arns[name])
    calls = [a_call("UpdateSecret", SecretId="db", KmsKeyId=name) for name in ("alias/new", "alias/new", "alias/old")]
    assert [is_allowed(handle, call) for call in calls] == [True, True, False]
    assert decided == ["UpdateSecret", "UpdateSecret"]


def test_a_decision_changes_with_a_parameter_that_a_condition_reads(layer):
    handle = layer(conditional("StringEquals", "secretsmanager:VersionStage", "AWSCURRENT"))
    stages = ("AWSCURRENT", "AWSPREVIOUS", "AWSCURRENT")
    assert [is_allowed(handle, a_call(SecretId="db", VersionStage=stage)) for stage in stages] == [True, False, True]


def test_a_decision_changes_with_the_time_that_a_condition_reads(layer):
    handle = layer(conditional("DateLessThan", "aws:CurrentTime", "1970-01-01T00:01:00Z"))
    times = (0.0, 30.0, 90.0)
    assert [is_allowed(handle, a_call(SecretId="db")._replace(time=time)) for time in times] == [True, True, False]


def test_a_decision_changes_with_the_tags_of_the_secret(layer, store):
    handle = layer(conditional("StringEquals", "aws:ResourceTag/team", "pay"))
    decisions = []
    for team in ("pay", "ship", "pay"):
        store.apply({KEY: Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, tags={"team": team})})
        decisions.append(is_allowed(handle, a_call(SecretId="db")))
    assert decisions == [True, False, True]


def test_a_decision_changes_when_a_deny_is_put_on_the_secret(layer, store):
    handle = layer('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    assert is_allowed(handle, a_call(SecretId="db"))
    text = '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}'
    store.apply({KEY: Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, policy=text)})
    assert not is_allowed(handle, a_call(SecretId="db"))


def test_a_decision_depends_on_the_existence_of_the_secret(layer, store):
    handle = layer(f'{{"Statement": {{"Effect": "Allow", "Action": "*", "Resource": "{ARN}"}}}}')
    assert is_allowed(handle, a_call(SecretId="db"))
    store.apply({KEY: None})
    assert not is_allowed(handle, a_call(SecretId="db"))


def test_a_decision_changes_when_the_deletion_of_the_secret_takes_effect(layer, store):
    deleted = Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, deletion=Deletion(0.0, 60.0))
    store.apply({KEY: deleted})
    handle = layer(f'{{"Statement": {{"Effect": "Allow", "Action": "*", "Resource": "{ARN}"}}}}')
    times = (0.0, 30.0, 90.0)
    assert [is_allowed(handle, a_call(SecretId="db")._replace(time=time)) for time in times] == [True, True, False]


@pytest.mark.parametrize(("time", "allowed"), [(30.0, False), (60.0, True)])
def test_the_policy_of_a_deleted_secret_counts_until_its_recovery_window_has_passed(layer, store, time, allowed):
    deny = '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}'
    store.apply({KEY: Secret(key=KEY, arn=ARN, created=0.0, changed=0.0, policy=deny, deletion=Deletion(0.0, 60.0))})
    handle = layer('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    assert is_allowed(handle, a_call(SecretId=ARN)._replace(time=time)) is allowed


def test_callers_do_not_share_decisions(layer):
    handle = layer('{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}')
    user = user_of("123456789012", "us-east-1")
    assert [is_allowed(handle, a_call(principal=caller, SecretId="db")) for caller in (user, ROLE)] == [True, False]


def test_a_caller_with_another_context_gets_a_decision_of_its_own(layer):
    handle = layer(conditional("StringEquals", "aws:SourceVpce", "vpce-1"))
    callers = [ROLE._replace(context={"aws:sourcevpce": name}) for name in ("vpce-1", "vpce-2", "vpce-1")]
    decisions = [is_allowed(handle, a_call(principal=caller, SecretId="db")) for caller in callers]
    assert decisions == [True, False, True]


def test_the_layer_keeps_a_bounded_number_of_decisions(layer, decided, monkeypatch):
    monkeypatch.setattr("pytest_secretsmanager.engine.layers.authorize._MANY", 2)
    handle = layer('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    operations = ["GetSecretValue", "DescribeSecret", "GetResourcePolicy", "GetSecretValue"]
    assert all(is_allowed(handle, a_call(operation, SecretId="db")) for operation in operations)
    assert decided == operations
