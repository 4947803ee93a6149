"""Calls and outcomes as values."""

import pytest

from pytest_secretsmanager.engine import call
from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.state import SecretKey

PARAMETERS = {
    "SecretId": "db",
    "VersionStages": ["AWSPENDING"],
    "MaxResults": 5,
    "IncludeDeprecated": True,
    "SecretBinary": b"hunter2",
    "Tags": [{"Key": "a", "Value": "1"}],
}
CALL = Call("PutSecretValue", PARAMETERS, "us-east-1", Principal("123456789012", "arn"), 0.0, "request-1")


def test_no_repr_of_a_call_or_an_outcome_shows_a_value():
    assert repr(CALL) == "Call(PutSecretValue, region='us-east-1', account='123456789012')"
    outcome = Outcome({"Name": "db", "SecretString": "hunter2"}, {SecretKey("us-east-1", "123456789012", "db"): None})
    assert repr(outcome) == "Outcome(Name, SecretString; changes 1)"


def test_the_account_of_a_call_is_that_of_its_principal():
    assert CALL.account == "123456789012"


@pytest.mark.parametrize(
    ("accessor", "member"),
    [
        (CALL.text, "SecretId"),
        (CALL.required_text, "SecretId"),
        (CALL.texts, "VersionStages"),
        (CALL.number, "MaxResults"),
        (CALL.flag, "IncludeDeprecated"),
        (CALL.blob, "SecretBinary"),
        (CALL.structures, "Tags"),
    ],
)
def test_an_accessor_of_a_call_returns_the_member_as_sent(accessor, member):
    assert accessor(member) is PARAMETERS[member]


@pytest.mark.parametrize("accessor", [CALL.text, CALL.texts, CALL.number, CALL.blob, CALL.structures])
def test_an_accessor_of_a_call_returns_none_for_an_absent_member(accessor):
    assert accessor("NotSent") is None


@pytest.mark.parametrize(
    ("default", "expected"), [({}, False), ({"default": True}, True)], ids=["no default", "default true"]
)
def test_flag_returns_the_default_for_an_absent_member(default, expected):
    assert CALL.flag("NotSent", **default) is expected


def test_copied_shares_no_list_and_no_mapping():
    copy = call.copied(PARAMETERS)
    assert copy == PARAMETERS
    copy["VersionStages"].append("spoilt")
    copy["Tags"][0]["Key"] = "spoilt"
    copy["SecretId"] = "spoilt"
    assert (PARAMETERS["VersionStages"], PARAMETERS["Tags"][0]["Key"], PARAMETERS["SecretId"]) == (
        ["AWSPENDING"],
        "a",
        "db",
    )


def test_copied_members_shares_no_member_that_is_named_as_a_container():
    copy = call.copied_members(PARAMETERS, ("VersionStages", "Tags", "NotSent"))
    assert copy == PARAMETERS
    assert copy["VersionStages"] is not PARAMETERS["VersionStages"]
    assert copy["Tags"][0] is not PARAMETERS["Tags"][0]


def test_new_outcome_is_an_outcome_of_its_reply_changes_and_events():
    changes, events = {SecretKey("us-east-1", "123456789012", "db"): None}, (object(),)
    assert call.new_outcome({"Name": "db"}, changes, events) == Outcome({"Name": "db"}, changes, events=events)
    assert call.new_outcome({}) == Outcome({})
