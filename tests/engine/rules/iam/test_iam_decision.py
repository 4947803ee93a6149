"""The decision of IAM: what a table of policies and requests can't say."""

import json
from time import perf_counter

import pytest
from iam_cases import ACCOUNT, CALLERS, RESOURCE, Case, statement

from pytest_secretsmanager.engine.callers import Principal, service_in
from pytest_secretsmanager.engine.rules.iam.decision import Policies, decide
from pytest_secretsmanager.engine.rules.iam.documents import Policy, parse_policy

REQUEST = Case("one", {}).request
ROOT = Principal(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
KEY = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def policy(*statements, name="policy of role app", principals=False, version="2012-10-17"):
    text = json.dumps({"Version": version, "Statement": [statement(item) for item in statements]})
    return parse_policy(text, name=name, with_principals=principals)


def resource_policy(*statements):
    return policy(*statements, name="policy of secret app/db", principals=True)


# --- the default user ------------------------------------------------------------------------------------------------


def test_the_default_user_of_an_account_may_do_everything_in_it():
    decision = decide(REQUEST, Policies())
    assert decision.allowed
    assert decision.reason == "the account's default user may do everything"


def test_the_default_user_is_denied_by_a_resource_policy():
    denied = decide(REQUEST, Policies(), resource_policy({"Effect": "Deny", "Principal": {"AWS": ACCOUNT}}))
    assert (denied.allowed, denied.explicit_deny, denied.policy_type) == (False, True, "resource-based policy")


@pytest.mark.parametrize(
    ("resources", "allowed"),
    [(None, False), (resource_policy({"Principal": "*"}), True), (resource_policy({"Principal": {"AWS": "1"}}), False)],
    ids=["no resource policy", "for everyone", "for another account"],
)
def test_the_default_user_of_another_account_needs_a_resource_policy(resources, allowed):
    decision = decide(REQUEST._replace(principal=CALLERS["other user"]), Policies(), resources)
    assert (decision.allowed, decision.policy_type) == (allowed, "resource-based policy")


def test_a_limit_of_the_default_user_holds():
    assert not decide(REQUEST, Policies(boundary=(policy({"Action": "s3:*"}),))).allowed


@pytest.mark.parametrize("limit", ["boundary", "session", "service_control", "identity"])
def test_no_policy_at_all_of_a_type_that_limits_allows_nothing(limit):
    policies = Policies(**({"identity": (policy({}),)} | {limit: ()}))
    decision = decide(REQUEST, policies)
    assert not decision.allowed
    assert "could allow secretsmanager:GetSecretValue" in decision.reason


# --- several policies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["identity", "boundary", "session", "service_control"])
def test_several_policies_of_a_type_allow_what_one_of_them_allows(kind):
    group = (policy({"Action": "s3:*"}), policy({}))
    assert decide(REQUEST, Policies(**({"identity": (policy({}),)} | {kind: group}))).allowed


@pytest.mark.parametrize("kind", ["identity", "boundary", "session", "service_control"])
def test_several_policies_of_a_type_deny_what_one_of_them_denies(kind):
    group = (policy({}), policy({}, {"Effect": "Deny"}, name="second"))
    decision = decide(REQUEST, Policies(**({"identity": (policy({}),)} | {kind: group})))
    assert decision.explicit_deny
    assert decision.policy is group[1]


@pytest.mark.parametrize("kind", ["identity", "boundary", "session", "service_control"])
@pytest.mark.parametrize(("vpce", "denied"), [("vpce-1", True), ("vpce-2", False)])
def test_a_deny_with_a_condition_denies_if_it_holds(kind, vpce, denied):
    denying = policy({}, {"Effect": "Deny", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}})
    request = REQUEST._replace(context={"aws:sourcevpce": vpce}.get)
    decision = decide(request, Policies(**({"identity": (policy({}),)} | {kind: (denying,)})))
    assert (decision.allowed, decision.explicit_deny) == (not denied, denied)


def test_the_statement_that_decided_is_the_one_at_its_place_though_numbers_repeat():
    one, two = policy({"Action": "s3:*"}), policy({"Sid": "Two"})
    merged = Policy("both", "2012-10-17", (*one.statements, *two.statements))
    decision = decide(REQUEST, Policies(identity=(merged,)))
    assert decision.statement is two.statements[0]
    assert decision.reason == "statement 1 (Two) of both allows it"


def test_the_repr_of_a_decision_has_its_reason_in_one_line():
    reader = policy({})
    assert (
        repr(decide(REQUEST, Policies(identity=(reader,)))) == "<allowed: statement 1 of policy of role app allows it>"
    )
    refused = repr(decide(REQUEST, Policies(identity=(policy({"Action": "s3:*"}),))))
    assert refused.startswith("<denied: no statement of policy of role app allows")
    assert "; the nearest is statement 1" in refused


def test_the_reason_of_a_refusal_lists_the_policies():
    group = tuple(policy({"Action": "s3:*", "Resource": "arn:aws:s3:::b"}, name=name) for name in ("a", "b", "c", "d"))
    reason = decide(REQUEST, Policies(identity=group)).reason
    assert reason == f"no statement of a, b, c and 1 more allows secretsmanager:GetSecretValue on {RESOURCE}"


def test_the_reason_of_a_refusal_lists_the_policy_of_the_resource_only_in_its_own_account():
    identity, resources = policy({"Action": "s3:*"}), resource_policy({"Action": "s3:*", "Principal": "*"})
    at_home = decide(REQUEST, Policies(identity=(identity,)), resources).reason
    assert at_home.startswith("no statement of policy of role app, policy of secret app/db allows")
    from_abroad = decide(REQUEST._replace(principal=CALLERS["other role"]), Policies(identity=(identity,)), resources)
    assert from_abroad.reason.startswith("no statement of policy of role app allows")


SECURE = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}


def test_of_two_statements_that_allow_the_one_with_fewer_tests_decides():
    request = REQUEST._replace(context={"aws:securetransport": "true"}.get)
    identity = policy(SECURE, {"Sid": "Plain"})
    assert decide(request, Policies(identity=(identity,))).statement is identity.statements[1]
    resources = resource_policy({"Principal": "*", **SECURE}, {"Principal": "*", "Sid": "Plain"})
    assert decide(request, Policies(identity=()), resources).statement is resources.statements[1]


def test_of_two_statements_that_name_the_caller_the_one_that_holds_decides():
    policies = resource_policy(
        {"Principal": "*", **SECURE}, {"Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}}
    )
    decision = decide(REQUEST, Policies(identity=()), policies)
    assert decision.statement is policies.statements[1]


# --- callers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("principal", [f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT])
def test_a_grant_to_the_account_is_enough_for_its_root_user(principal):
    request = REQUEST._replace(principal=ROOT)
    assert decide(request, Policies(identity=()), resource_policy({"Principal": {"AWS": principal}})).allowed


def test_a_not_principal_with_the_root_user_excepts_the_root_user():
    denying = resource_policy({"Effect": "Deny", "NotPrincipal": {"AWS": ROOT.arn}})
    assert decide(REQUEST._replace(principal=ROOT), Policies(), denying).allowed
    assert decide(REQUEST, Policies(), denying).explicit_deny


def test_a_not_principal_of_everyone_denies_no_one():
    assert decide(REQUEST, Policies(), resource_policy({"Effect": "Deny", "NotPrincipal": "*"})).allowed


@pytest.mark.parametrize(
    ("listed", "denied"),
    [({"Service": "secretsmanager.amazonaws.com"}, False), ({"Service": "s3.amazonaws.com"}, True)],
)
def test_a_not_principal_excepts_a_service_that_it_lists(listed, denied):
    request = REQUEST._replace(principal=service_in(ACCOUNT))
    denying = resource_policy({"Principal": "*"}, {"Effect": "Deny", "NotPrincipal": listed})
    assert decide(request, Policies(), denying).explicit_deny is denied


def test_a_deny_for_the_account_leaves_a_service_in_it_alone():
    request = REQUEST._replace(principal=service_in(ACCOUNT))
    policies = resource_policy({"Principal": "*"}, {"Effect": "Deny", "Principal": {"AWS": ACCOUNT}})
    assert decide(request, Policies(), policies).allowed


def test_an_aws_service_needs_a_resource_policy_that_names_it():
    request = REQUEST._replace(principal=service_in(ACCOUNT))
    decision = decide(request, Policies())
    assert (decision.allowed, decision.policy_type) == (False, "resource-based policy")
    assert decision.message.startswith("User: secretsmanager.amazonaws.com is not authorized to perform")


def test_an_allow_with_a_not_principal_names_each_caller_that_it_does_not_list():
    policies = resource_policy({"NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/other"}})
    assert decide(REQUEST, Policies(identity=()), policies).allowed


def test_the_policy_of_a_key_that_does_not_name_the_account_refuses_its_default_user():
    request = REQUEST._replace(action="kms:Decrypt", resource=KEY)
    policies = resource_policy({"Action": "kms:*", "Principal": {"AWS": "arn:aws:iam::111122223333:role/other"}})
    assert decide(request, Policies(), policies).message.endswith(
        "because no resource-based policy allows the kms:Decrypt action"
    )


def test_a_key_without_a_policy_leaves_the_decision_to_identity_policies():
    request = REQUEST._replace(action="kms:Decrypt", resource=KEY)
    assert decide(request, Policies(identity=(policy({"Action": "kms:*"}),))).allowed


# --- operators: decisions where AWS says nothing ---------------------------------------------------------------------


def holds(condition, context, version="2012-10-17"):
    request = REQUEST._replace(context=context.get)
    return decide(request, Policies(identity=(policy({"Condition": condition}, version=version),))).allowed


@pytest.mark.parametrize("operator", ["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"])
@pytest.mark.parametrize(("wanted", "found"), [("arn:aws:sns:*:*:*", "news"), ("news", "arn:aws:sqs:r:1:q")])
def test_no_arn_operator_holds_for_a_text_that_is_no_arn(operator, wanted, found):
    assert not holds({operator: {"aws:SourceArn": wanted}}, {"aws:sourcearn": found})


@pytest.mark.parametrize(
    ("operator", "wanted", "found"),
    [
        ("NumericNotEquals", "ten", "10"),
        ("NumericNotEquals", ["ten", "9"], "10"),
        ("NumericNotEquals", "10", "ten"),
        ("DateNotEquals", "soon", "2026-01-01"),
        ("DateNotEquals", "2026-02-31", "2026-01-01"),
        ("DateEquals", "2026-01-01T00:00:00+99:99", "2026-01-01"),
        ("NotIpAddress", "10.0.0.0/255.0.0.0", "192.0.2.1"),
        ("NotIpAddress", "localhost", "10.0.0.1"),
        ("NotIpAddress", "10.0.0.0/8", "localhost"),
        ("NotIpAddress", "10.0.0.0/8/8", "192.0.2.1"),
        ("Bool", "yes", "true"),
    ],
)
def test_no_operator_of_a_type_holds_for_a_text_of_another_type(operator, wanted, found):
    assert not holds({operator: {"aws:Key": wanted}}, {"aws:key": found})


def test_an_operator_of_a_type_holds_for_a_value_among_texts_of_another_type():
    assert holds({"NumericEquals": {"aws:Key": ["ten", "10"]}}, {"aws:key": "10"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00Z"),
        ("1767225600", "2026-01-01T00:00:00Z"),
        ("1767225600.5", "2026-01-01T00:00:00.5Z"),
        ("2026-01-01T01:30+0130", "2026-01-01T00:00:00Z"),
    ],
)
def test_two_spellings_of_a_date_are_equal(one, other):
    assert holds({"DateEquals": {"aws:Key": one}}, {"aws:key": other})


def test_the_case_of_the_letters_of_an_operator_does_not_matter():
    assert holds({"FORANYVALUE:stringequalsIFEXISTS": {"aws:Key": "a"}}, {"aws:key": ("a", "b")})
    assert holds({"null": {"aws:Key": "TRUE"}}, {})


def test_a_key_with_several_values_meets_no_condition_without_a_quantifier():
    for operator in ("StringEquals", "StringNotEquals", "StringLikeIfExists"):
        assert not holds({operator: {"aws:Key": "a"}}, {"aws:key": ("a",)})


def test_a_statement_does_not_apply_if_a_variable_of_its_not_resource_has_no_value():
    denying = policy({}, {"Effect": "Deny", "NotResource": "arn:aws:secretsmanager:*:*:secret:${aws:username}/*"})
    assert decide(REQUEST, Policies(identity=(denying,))).allowed


def test_a_quantifier_takes_one_value_for_a_set_of_one():
    for operator in ("ForAllValues:StringEquals", "ForAnyValue:StringEquals"):
        assert holds({operator: {"aws:Key": "a"}}, {"aws:key": "a"})
        assert not holds({operator: {"aws:Key": "b"}}, {"aws:key": "a"})
        assert holds({operator: {"aws:Key": "${aws:username}"}}, {"aws:key": "ann", "aws:username": "ann"})


def test_an_empty_string_is_an_empty_set_to_a_quantifier():
    assert holds({"ForAllValues:StringEquals": {"aws:Key": "a"}}, {"aws:key": ""})
    assert not holds({"ForAnyValue:StringNotEquals": {"aws:Key": "a"}}, {"aws:key": ""})


def test_an_unquoted_default_of_a_variable_is_none():
    assert not holds({"StringEquals": {"aws:Key": "${aws:username, ann}"}}, {"aws:key": "ann"})


def test_a_statement_with_many_variables_is_decided_in_a_moment():
    condition = {"StringLike": {"aws:Key": ["${aws:username}*" * 500 + "y", "*${*}" * 500 + "x"]}}
    began = perf_counter()
    assert not holds(condition, {"aws:key": "a*" * 5_000, "aws:username": "a"})
    assert perf_counter() - began < 10
