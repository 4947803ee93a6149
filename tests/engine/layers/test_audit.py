"""The audit layer: one entry for every call, without a secret value."""

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
    """The refused calls that had hidden members."""
    return []


@pytest.fixture
def store():
    """A store with one secret, whose current version is v1."""
    store = Store()
    store.apply({KEY: a_secret(AWSCURRENT="v1")})
    return store


@pytest.fixture
def key_uses():
    """The uses of customer managed keys by the current call."""
    return []


@pytest.fixture
def handle(store, logged, refused, key_uses):
    """Send a call through the layer around a handler that returns or raises this outcome."""

    def send(call, outcome):
        def inner(_):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return audit(inner, store, logged.append, refused.append, key_uses)(call)

    return send


def test_an_entry_has_operation_request_time_region_principal_and_request_id(handle, logged):
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


def test_the_audit_layer_returns_the_outcome_unchanged(handle):
    outcome = Outcome({"Name": "db"}, {KEY: a_secret(AWSCURRENT="v2")})
    assert handle(a_call(), outcome) is outcome


def test_the_audit_layer_logs_a_refusal_and_raises_it(handle, logged):
    error = InvalidRequestException("Not now.")
    with pytest.raises(InvalidRequestException) as caught:
        handle(a_call(SecretId="db"), error)
    assert caught.value is error
    (entry,) = logged
    assert (entry.error_code, entry.error_message, entry.response) == ("InvalidRequestException", "Not now.", None)


def test_the_audit_layer_notes_a_refused_call_with_hidden_members(handle, refused):
    call = a_call("PutSecretValue", SecretId="db", SecretString="hunter2")
    with pytest.raises(InvalidRequestException):
        handle(call, InvalidRequestException("Not now."))
    assert refused == [call]


def test_the_audit_layer_notes_no_other_call(handle, refused):
    with pytest.raises(InvalidRequestException):
        handle(a_call("PutSecretValue", SecretId="db"), InvalidRequestException("Not now."))
    handle(a_call("PutSecretValue", SecretId="db", SecretString="hunter2"), Outcome({}))
    assert refused == []


def test_the_audit_layer_logs_no_error_that_is_not_of_aws(handle, logged):
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
def test_an_entry_names_sensitive_members_and_omits_their_values(handle, logged, operation, member):
    handle(a_call(operation, SecretId="db", **{member: "hunter2"}), Outcome({}))
    (entry,) = logged
    assert (entry.request, entry.hidden) == ({"SecretId": "db"}, {member})


@pytest.mark.parametrize(
    ("key", "after"),
    [
        (KEY, lambda secret: secret._replace(description="paid by us")),
        (SecretKey("us-east-1", "123456789012", "new"), lambda secret: secret._replace(arn="new arn", labels={})),
    ],
    ids=["a change of metadata", "a new secret without a version"],
)
def test_an_entry_of_a_change_that_places_no_label_has_no_placements(handle, logged, store, key, after):
    handle(a_call(), Outcome({}, {key: after(store.get(KEY))}))
    assert logged[0].placements == {}


def test_the_labels_of_a_secret_that_replaces_another_come_from_no_version(handle, logged):
    replacing = a_secret(AWSCURRENT="v9")._replace(arn="another arn")
    handle(a_call(), Outcome({}, {KEY: replacing}))
    assert logged[0].placements == {"another arn": ({}, {"AWSCURRENT": "v9"})}


def test_an_entry_without_sensitive_members_names_none(handle, logged):
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
def test_an_entry_has_the_reply_of_a_write_and_not_of_a_read(handle, logged, operation, reads):
    handle(a_call(operation), Outcome({"Name": "db"}))
    assert logged[0].response == (None if reads else {"Name": "db"})


def test_an_entry_holds_a_copy_of_the_reply(handle, logged):
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
            id="two moves",
        ),
        pytest.param(None, {"arn": {Move("AWSCURRENT", "v1", None)}}, id="deleted secret"),
        pytest.param(a_secret(AWSCURRENT="v1"), {}, id="no move"),
    ],
)
def test_an_entry_has_the_moves_of_labels(handle, logged, after, moves):
    handle(a_call(), Outcome({}, {KEY: after}))
    assert {arn: set(found) for arn, found in logged[0].moves.items()} == moves


def test_the_labels_of_a_new_secret_have_no_source(handle, logged):
    new = SecretKey("us-east-1", "123456789012", "new")
    secret = Secret(key=new, arn="arn", created=0.0, changed=0.0, labels={"AWSCURRENT": "v1"})
    handle(a_call("CreateSecret"), Outcome({}, {new: secret}))
    assert logged[0].moves == {"arn": (Move("AWSCURRENT", None, "v1"),)}


def test_the_parts_of_a_batch_are_logged_after_the_batch(handle, logged):
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
    assert {(entry.request_id, entry.time, entry.principal.arn, entry.region) for entry in logged} == {
        ("request-1", 12.5, PRINCIPAL.arn, "us-east-1")
    }
