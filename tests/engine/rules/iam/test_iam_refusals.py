"""The texts of a decision: AWS's refusal, exactly, and this plugin's reason."""

from typing import Any

import pytest
from iam_cases import CALLERS, RESOURCE, Case, context_of, outcome, statement

from pytest_secretsmanager.engine.rules.iam.decision import Decision, Policies, decide

ROLE = "arn:aws:sts::111122223333:assumed-role/app/tests"
ACTION = "secretsmanager:GetSecretValue"
ALLOW, OTHER = {"Action": "secretsmanager:Get*"}, {"Action": "secretsmanager:PutSecretValue"}
DENY = {"Effect": "Deny", "Sid": "No"}
LIMITS = ("boundary", "session", "service_control")


def decision(*, caller: str = "role", context: Any = None, resource: str = RESOURCE, **policies: Any) -> Decision:
    """Return the decision on GetSecretValue; each policy is a list of statements."""
    documents = {
        name: {"Version": "2012-10-17", "Statement": [statement(item) for item in items]}
        for name, items in policies.items()
    }
    return Case("one", documents, caller=CALLERS[caller], resource=resource, context=context or {}).decision


# --- AWS's texts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policies", "ending"),
    [
        ({}, f"because no identity-based policy allows the {ACTION} action"),
        ({"identity": [DENY]}, "with an explicit deny in an identity-based policy"),
        ({"identity": [ALLOW], "boundary": [OTHER]}, f"because no permissions boundary allows the {ACTION} action"),
        ({"identity": [ALLOW], "boundary": [DENY]}, "with an explicit deny in a permissions boundary"),
        ({"identity": [ALLOW], "session": [OTHER]}, f"because no session policy allows the {ACTION} action"),
        ({"identity": [ALLOW], "session": [DENY]}, "with an explicit deny in a sessions policy"),
        ({"identity": [ALLOW], "service_control": [OTHER]}, "with an explicit deny in a service control policy"),
        ({"identity": [ALLOW], "service_control": [DENY]}, "with an explicit deny in a service control policy"),
        (
            {"identity": [ALLOW], "resource_policy": [DENY | {"Principal": "*"}]},
            "with an explicit deny in a resource-based policy",
        ),
    ],
    ids=str,
)
def test_a_refusal_has_the_text_of_aws_for_its_reason(policies, ending):
    found = decision(**policies)
    assert found.message == f"User: {ROLE} is not authorized to perform: {ACTION} on resource: {RESOURCE} {ending}"
    assert not found.allowed


def test_a_refusal_for_want_of_a_resource_policy_has_the_text_of_aws():
    assert decision(caller="other role", identity=[ALLOW]).message == (
        f"User: arn:aws:sts::444455556666:assumed-role/app/tests is not authorized to perform: {ACTION}"
        f" on resource: {RESOURCE} because no resource-based policy allows the {ACTION} action"
    )


@pytest.mark.parametrize(("shown", "place"), [("", ""), ("app/db", " on resource: app/db")])
def test_a_refusal_names_the_resource_as_the_request_shows_it(shown, place):
    request = Case("one", {}).request._replace(shown_resource=shown)
    assert decide(request, Policies(identity=())).message == (
        f"User: {ROLE} is not authorized to perform: {ACTION}{place}"
        f" because no identity-based policy allows the {ACTION} action"
    )


def test_an_allowed_request_has_no_refusal():
    assert decision(identity=[ALLOW]).message == ""


def test_a_service_control_policy_that_only_allows_nothing_is_no_explicit_deny_to_the_decision():
    found = decision(identity=[ALLOW], service_control=[OTHER])
    assert (outcome(found), found.policy_type, found.statement) == ("ImplicitlyDenied", "service control policy", None)


def test_the_nearest_statement_is_one_that_names_the_caller():
    other = {"Principal": {"AWS": "arn:aws:iam::111122223333:role/other"}, "Sid": "Other"}
    named = {"Principal": {"AWS": ROLE}, "Sid": "Named", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
    reason = decision(resource_policy=[other, named]).reason
    assert "the nearest is statement 2 (Named) of resource_policy: its condition" in reason


# --- the statement that decided --------------------------------------------------------------------------------------


def test_the_reason_names_the_statement_that_allows():
    found = decision(identity=[OTHER, ALLOW | {"Sid": "Read"}])
    assert found.reason == "statement 2 (Read) of identity allows it"
    assert found.statement is not None
    assert (found.policy_type, found.statement.sid) == ("identity-based policy", "Read")


def test_the_reason_names_the_statement_of_the_resource_policy_that_allows():
    found = decision(resource_policy=[ALLOW | {"Principal": "*"}])
    assert (found.reason, found.policy_type) == (
        "statement 1 of resource_policy allows it",
        "resource-based policy",
    )


def test_the_reason_names_the_statement_that_denies():
    found = decision(identity=[ALLOW, DENY])
    assert found.reason == f"statement 2 (No) of identity denies {ACTION} on {RESOURCE}"
    assert (found.explicit_deny, found.statement and found.statement.number) == (True, 2)


@pytest.mark.parametrize(
    ("condition", "context", "line"),
    [
        (
            {"StringNotEquals": {"aws:sourceVpce": "vpce-1"}},
            {},
            "its condition StringNotEquals aws:sourceVpce 'vpce-1' holds for a request without the key",
        ),
        (
            {"StringNotEquals": {"aws:sourceVpce": ["vpce-1", "vpce-2"]}},
            {"aws:SourceVpce": "vpce-3"},
            "its condition StringNotEquals aws:sourceVpce 'vpce-1', 'vpce-2' holds for 'vpce-3'",
        ),
        (
            {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}},
            {"aws:TagKeys": ["a", "b", "c", "d", "e"]},
            "its condition ForAnyValue:StringEquals aws:TagKeys 'a' holds for 'a', 'b', 'c' and 2 more",
        ),
        (
            {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}},
            {"aws:TagKeys": []},
            "its condition ForAllValues:StringEquals aws:TagKeys 'a' holds for no value",
        ),
    ],
)
def test_the_reason_for_a_deny_shows_its_condition(condition, context, line):
    found = decision(identity=[ALLOW, DENY | {"Condition": condition}], context=context)
    assert found.reason == f"statement 2 (No) of identity denies {ACTION} on {RESOURCE}\n{line}"


# --- the nearest statement -------------------------------------------------------------------------------------------

NONE = f"no statement of identity allows {ACTION} on {RESOURCE}"
SECRET = "arn:aws:secretsmanager:us-east-2:111122223333:secret:"


@pytest.mark.parametrize(
    ("statements", "context", "nearest"),
    [
        pytest.param(
            [OTHER],
            {},
            f"statement 1 of identity: its Action has secretsmanager:PutSecretValue, not {ACTION}",
            id="action",
        ),
        pytest.param(
            [{"Action": ["a:b", "c:d", "e:f", "g:h"]}],
            {},
            f"statement 1 of identity: its Action has a:b, c:d, e:f and 1 more, not {ACTION}",
            id="several actions",
        ),
        pytest.param(
            [{"NotAction": "secretsmanager:Get*"}],
            {},
            f"statement 1 of identity: its NotAction excludes {ACTION}",
            id="NotAction",
        ),
        pytest.param(
            [OTHER, ALLOW | {"Sid": "Web", "Resource": f"{SECRET}web/*"}],
            {},
            f"statement 2 (Web) of identity: its Resource has {SECRET}web/*, not {RESOURCE}",
            id="resource",
        ),
        pytest.param(
            [ALLOW | {"NotResource": f"{SECRET}app/*"}],
            {},
            f"statement 1 of identity: its NotResource excludes {RESOURCE}",
            id="NotResource",
        ),
        pytest.param(
            [ALLOW | {"Resource": f"{SECRET}${{aws:username}}/*"}],
            {},
            "statement 1 of identity: its Resource has ${aws:username}, for which the request has no value",
            id="variable in a resource",
        ),
        pytest.param(
            [ALLOW | {"Resource": f"{SECRET}${{aws:username}}/*"}],
            {"aws:username": "ann"},
            f"statement 1 of identity: its Resource has {SECRET}${{aws:username}}/*, not {RESOURCE}",
            id="variable with another value in a resource",
        ),
        pytest.param(
            [ALLOW | {"NotResource": [f"{SECRET}x", f"{SECRET}${{aws:username}}/*"]}],
            {},
            "statement 1 of identity: its NotResource has ${aws:username}, for which the request has no value",
            id="variable in NotResource",
        ),
        pytest.param(
            [ALLOW | {"Condition": {"StringEquals": {"aws:ResourceTag/team": "pay"}}}],
            {},
            "statement 1 of identity: its condition StringEquals needs aws:ResourceTag/team, which the request does not"
            " have",
            id="key that is absent",
        ),
        pytest.param(
            [ALLOW | {"Condition": {"StringEquals": {"aws:ResourceTag/team": ["pay", "ops"]}}}],
            {"aws:ResourceTag/team": "web"},
            "statement 1 of identity: its condition StringEquals aws:ResourceTag/team 'pay', 'ops' does not hold for"
            " 'web'",
            id="key with another value",
        ),
        pytest.param(
            [ALLOW | {"Condition": {"Null": {"aws:username": "true"}}}],
            {"aws:username": "ann"},
            "statement 1 of identity: its condition Null aws:username 'true' does not hold for 'ann'",
            id="Null with the key",
        ),
        pytest.param(
            [ALLOW | {"Condition": {"Null": {"aws:username": "false"}}}],
            {},
            "statement 1 of identity: its condition Null aws:username 'false' does not hold for a request without the"
            " key",
            id="Null without the key",
        ),
        pytest.param(
            [ALLOW | {"Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}],
            {"aws:ResourceTag/team": "web"},
            "statement 1 of identity: its condition StringEquals aws:ResourceTag/team '${aws:PrincipalTag/team}' has"
            " ${aws:PrincipalTag/team}, for which the request has no value",
            id="variable without a value",
        ),
        pytest.param(
            [ALLOW | {"Condition": {"StringEquals": {"aws:TagKeys": "a"}}}],
            {"aws:TagKeys": ["a"]},
            "statement 1 of identity: its condition StringEquals aws:TagKeys 'a' lacks ForAllValues: or ForAnyValue:,"
            " which a key with several values needs",
            id="no quantifier",
        ),
        pytest.param(
            [ALLOW | {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}}],
            {"aws:TagKeys": ["a", "b"]},
            "statement 1 of identity: its condition ForAllValues:StringEquals aws:TagKeys 'a' does not hold for 'a',"
            " 'b'",
            id="one of several values",
        ),
        pytest.param(
            [OTHER | {"Condition": {"Bool": {"aws:SecureTransport": "true", "aws:ViaAWSService": "true"}}}],
            {},
            f"statement 1 of identity: its Action has secretsmanager:PutSecretValue, not {ACTION}; its condition"
            " Bool needs aws:SecureTransport, which the request does not have",
            id="two of three obstacles",
        ),
        pytest.param(
            [ALLOW | {"Condition": {"Bool": {"aws:SecureTransport": "true", "aws:ViaAWSService": "true"}}},
             ALLOW | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}],
            {},
            "statement 2 of identity: its condition Bool needs aws:SecureTransport, which the request does not have",
            id="fewest obstacles",
        ),
    ],
)  # fmt: skip
def test_the_reason_names_the_nearest_statement_and_its_obstacle(statements, context, nearest):
    assert decision(identity=statements, context=context).reason == f"{NONE}\nthe nearest is {nearest}"


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param([{"Action": "s3:*", "Resource": "arn:aws:s3:::b"}], id="another action on another resource"),
        pytest.param([DENY | {"Action": "s3:*"}], id="no statement that allows"),
    ],
)
def test_the_reason_names_no_statement_if_none_is_near(statements):
    assert decision(identity=statements).reason == NONE


def test_the_reason_without_a_resource_names_the_action_only():
    found = decision(identity=[ALLOW | {"Resource": "arn:aws:s3:::b"}], resource="*")
    assert found.reason == (
        f"no statement of identity allows {ACTION}\n"
        "the nearest is statement 1 of identity: its Resource has arn:aws:s3:::b, not *"
    )


def test_the_reason_says_that_there_is_no_identity_policy():
    assert decision().reason == f"{ROLE} has no identity-based policy that could allow {ACTION}"


def test_the_reason_says_that_there_is_no_resource_policy():
    found = decision(caller="other role", identity=[ALLOW])
    assert found.reason == f"{RESOURCE} has no resource-based policy that could allow {ACTION}"


@pytest.mark.parametrize(
    ("principals", "obstacle"),
    [
        (
            {"Principal": {"AWS": ["1", "2"], "Service": "s3.amazonaws.com"}},
            "its Principal has 1, 2, s3.amazonaws.com, not arn:aws:sts::444455556666:assumed-role/app/tests",
        ),
        (
            {"NotPrincipal": {"AWS": "444455556666"}},
            "its NotPrincipal excludes arn:aws:sts::444455556666:assumed-role/app/tests",
        ),
    ],
)
def test_the_reason_names_the_principals_of_the_nearest_statement(principals, obstacle):
    found = decision(caller="other role", identity=[ALLOW], resource_policy=[ALLOW | principals])
    assert found.reason == (
        f"no statement of resource_policy allows {ACTION} on {RESOURCE}\n"
        f"the nearest is statement 1 of resource_policy: {obstacle}"
    )


def test_the_reason_names_the_condition_of_a_resource_policy_that_names_the_caller():
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    policy = [ALLOW | {"Principal": "*", "Condition": condition}]
    found = decision(caller="other role", identity=[ALLOW], resource_policy=policy)
    assert found.reason.endswith(
        "statement 1 of resource_policy: its condition StringEquals needs aws:PrincipalOrgID, which the request does"
        " not have"
    )


@pytest.mark.parametrize(
    ("elements", "obstacle"),
    [
        (
            {"Principal": {"AWS": "111122223333"}},
            "its Principal names the account, which leaves the decision to identity-based policies",
        ),
        (
            {"Principal": {"AWS": "arn:aws:iam::111122223333:role/other"}},
            f"its Principal has arn:aws:iam::111122223333:role/other, not {ROLE}",
        ),
        (
            {"Principal": "*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}},
            "its condition StringEquals needs aws:SourceVpce, which the request does not have",
        ),
    ],
)
def test_the_reason_looks_for_the_nearest_statement_in_the_resource_policy_of_the_same_account(elements, obstacle):
    found = decision(identity=[OTHER], resource_policy=[ALLOW | elements])
    assert found.policy_type == "identity-based policy"
    assert found.reason == (
        f"no statement of identity, resource_policy allows {ACTION} on {RESOURCE}\n"
        f"the nearest is statement 1 of resource_policy: {obstacle}"
    )


@pytest.mark.parametrize("name", LIMITS)
def test_the_reason_names_the_policy_that_limits_the_caller(name):
    found = decision(identity=[ALLOW], **{name: [OTHER]})
    assert found.reason.startswith(f"no statement of {name} allows {ACTION} on {RESOURCE}\nthe nearest is statement 1")


def test_the_reason_asks_the_request_for_no_key_that_the_policies_do_not_name():
    asked = []
    case = Case("one", {"identity": {"Version": "2012-10-17", "Statement": [
        statement(ALLOW | {"Condition": {"StringEquals": {"aws:A": "${aws:B}"}}}),
    ]}})  # fmt: skip

    def context(key):
        asked.append(key)
        return context_of({"aws:A": "1"})(key)

    assert not decide(case.request._replace(context=context), case.of_the_caller).allowed
    assert set(asked) == {"aws:a", "aws:b"}
