"""The audit layer: one entry for every call, with no secret value in it."""

import pytest

from pytest_secretsmanager.engine.call import Call, Outcome, Part
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import InvalidRequestException
from pytest_secretsmanager.engine.layers.audit import audit
from pytest_secretsmanager.engine.rules.labels import Move
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.engine.store import Store

KEY = SecretKey("us-east-1", "123456789012", "db")
PRINCIPAL = Principal("123456789012", "arn:aws:iam::123456789012:user/test")


def a_call(operation="UpdateSecret", **parameters):
    return Call(operation, parameters, "us-east-1", PRINCIPAL, 12.5, "request-1")


def a_secret(**labels):
    return Secret(key=KEY, arn="arn", created=0.0, changed=0.0, labels=labels)


@pytest.fixture
def logged():
    """The entries."""
    return []


@pytest.fixture
def refused():
    """The calls that were refused although they brought hidden members."""
    return []


@pytest.fixture
def store():
    """A store with one secret, whose current version is v1."""
    store = Store()
    store.apply({KEY: a_secret(AWSCURRENT="v1")})
    return store


@pytest.fixture
def handle(store, logged, refused):
    """Sends a call through the layer around a handler that gives this outcome, or raises it."""

    def send(call, outcome):
        def inner(_):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return audit(inner, store, logged.append, refused.append)(call)

    return send


def test_an_entry_tells_who_called_what_when_and_where(handle, logged):
    handle(a_call(SecretId="db"), Outcome({"Name": "db"}))
    (entry,) = logged
    assert (entry.operation, entry.request, entry.time, entry.region, entry.principal, entry.request_id) == (
        "UpdateSecret",
        {"SecretId": "db"},
        12.5,
        "us-east-1",
        PRINCIPAL,
        "request-1",
    )
    assert (entry.error_code, entry.error_message, entry.within, entry.moves) == (None, None, None, {})


def test_the_outcome_passes_through_as_it_is(handle):
    outcome = Outcome({"Name": "db"}, {KEY: a_secret(AWSCURRENT="v2")})
    assert handle(a_call(), outcome) is outcome


def test_a_refusal_is_logged_with_code_and_text_and_passes_through(handle, logged):
    error = InvalidRequestException("Not now.")
    with pytest.raises(InvalidRequestException) as caught:
        handle(a_call(SecretId="db"), error)
    assert caught.value is error
    (entry,) = logged
    assert (entry.error_code, entry.error_message, entry.response) == ("InvalidRequestException", "Not now.", None)


def test_a_refused_call_with_hidden_members_is_noted(handle, refused):
    call = a_call("PutSecretValue", SecretId="db", SecretString="hunter2")
    with pytest.raises(InvalidRequestException):
        handle(call, InvalidRequestException("Not now."))
    assert refused == [call]


def test_neither_a_refused_call_without_hidden_members_nor_an_answered_one_is_noted(handle, refused):
    with pytest.raises(InvalidRequestException):
        handle(a_call("PutSecretValue", SecretId="db"), InvalidRequestException("Not now."))
    handle(a_call("PutSecretValue", SecretId="db", SecretString="hunter2"), Outcome({}))
    assert refused == []


def test_what_is_no_answer_of_aws_is_not_logged(handle, logged):
    with pytest.raises(ZeroDivisionError):
        handle(a_call(SecretId="db"), ZeroDivisionError())
    assert logged == []


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("CreateSecret", "SecretString"),
        ("PutSecretValue", "SecretBinary"),
        ("UpdateSecret", "SecretString"),
        ("PutSecretValue", "RotationToken"),
    ],
)
def test_sensitive_members_are_named_and_left_out(handle, logged, operation, member):
    handle(a_call(operation, SecretId="db", **{member: "hunter2"}), Outcome({}))
    (entry,) = logged
    assert (entry.request, entry.hidden) == ({"SecretId": "db"}, {member})


def test_where_nothing_is_hidden_nothing_is_said_to_be(handle, logged):
    handle(a_call("PutSecretValue", SecretId="db"), Outcome({}))
    assert logged[0].hidden == frozenset()


@pytest.mark.parametrize(
    ("operation", "reads"),
    [
        ("GetSecretValue", True),
        ("BatchGetSecretValue", True),
        ("DescribeSecret", True),
        ("ListSecrets", True),
        ("ListSecretVersionIds", True),
        ("GetRandomPassword", True),
        ("GetResourcePolicy", True),
        ("ValidateResourcePolicy", True),
        ("CreateSecret", False),
        ("PutSecretValue", False),
        ("UpdateSecret", False),
        ("UpdateSecretVersionStage", False),
        ("DeleteSecret", False),
        ("RestoreSecret", False),
        ("TagResource", False),
        ("UntagResource", False),
        ("PutResourcePolicy", False),
        ("DeleteResourcePolicy", False),
    ],
)
def test_the_answer_of_a_read_is_not_logged(handle, logged, operation, reads):
    handle(a_call(operation), Outcome({"Name": "db"}))
    assert logged[0].response == (None if reads else {"Name": "db"})


def test_the_answer_that_is_logged_is_a_copy(handle, logged):
    reply = {"VersionStages": ["AWSCURRENT"]}
    handle(a_call("PutSecretValue"), Outcome(reply))
    reply["VersionStages"].append("spoilt")
    reply["Other"] = 1
    assert logged[0].response == {"VersionStages": ["AWSCURRENT"]}


@pytest.mark.parametrize(
    ("after", "moves"),
    [
        pytest.param(
            a_secret(AWSCURRENT="v2", AWSPREVIOUS="v1"),
            {"arn": {Move("AWSCURRENT", "v1", "v2"), Move("AWSPREVIOUS", None, "v1")}},
            id="changed",
        ),
        pytest.param(None, {"arn": {Move("AWSCURRENT", "v1", None)}}, id="gone"),
        pytest.param(a_secret(AWSCURRENT="v1"), {}, id="the same"),
    ],
)
def test_the_moves_of_labels_are_found_by_comparing(handle, logged, after, moves):
    handle(a_call(), Outcome({}, {KEY: after}))
    assert {arn: set(found) for arn, found in logged[0].moves.items()} == moves


def test_labels_of_a_new_secret_come_from_nowhere(handle, logged):
    new = SecretKey("us-east-1", "123456789012", "new")
    secret = Secret(key=new, arn="arn", created=0.0, changed=0.0, labels={"AWSCURRENT": "v1"})
    handle(a_call("CreateSecret"), Outcome({}, {new: secret}))
    assert logged[0].moves == {"arn": (Move("AWSCURRENT", None, "v1"),)}


def test_calls_made_on_the_callers_behalf_are_logged_behind_it(handle, logged):
    parts = (
        Part("GetSecretValue", {"SecretId": "a"}),
        Part("GetSecretValue", {"SecretId": "b"}, "InvalidRequestException", "Not now."),
    )
    handle(a_call("BatchGetSecretValue", SecretIdList=["a", "b"]), Outcome({}, parts=parts))
    assert [(entry.operation, entry.within, entry.request) for entry in logged] == [
        ("BatchGetSecretValue", None, {"SecretIdList": ["a", "b"]}),
        ("GetSecretValue", "BatchGetSecretValue", {"SecretId": "a"}),
        ("GetSecretValue", "BatchGetSecretValue", {"SecretId": "b"}),
    ]
    assert [(entry.error_code, entry.error_message) for entry in logged[1:]] == [
        (None, None),
        ("InvalidRequestException", "Not now."),
    ]
    assert {(entry.request_id, entry.time, entry.principal, entry.region) for entry in logged} == {
        ("request-1", 12.5, PRINCIPAL, "us-east-1")
    }
