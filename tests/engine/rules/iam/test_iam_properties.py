"""Properties of IAM's decision that hold for all policies and requests, and texts that are hardly policies."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iam_cases import TYPES, Case, context_of
from iam_generator import generated_case

from pytest_secretsmanager.engine.rules.iam.decision import Policies, decide
from pytest_secretsmanager.engine.rules.iam.documents import MalformedPolicy, parse_policy

any_case = st.integers(0, 2**64).map(lambda number: generated_case(Random(number)))
ALLOW, DENY = ({"Effect": effect, "Action": "*", "Resource": "*"} for effect in ("Allow", "Deny"))


def with_statement(case: Case, name: str, statement: dict[str, Any]) -> Case:
    """Return the case with one more statement in a policy of a type."""
    policy = case.policies[name]
    policies = {**case.policies, name: policy | {"Statement": [*policy["Statement"], statement]}}
    return replace(case, policies=policies)


@given(any_case)
def test_the_order_of_statements_changes_no_decision(case: Case) -> None:
    turned = {name: policy | {"Statement": policy["Statement"][::-1]} for name, policy in case.policies.items()}
    one, other = case.decision, replace(case, policies=turned).decision
    assert (one.allowed, one.explicit_deny, one.policy_type) == (other.allowed, other.explicit_deny, other.policy_type)


@given(any_case, st.sampled_from((*TYPES, "resource_policy")))
def test_a_deny_of_everything_in_any_policy_denies(case: Case, name: str) -> None:
    if name in case.policies:
        statement = DENY | ({"Principal": "*"} if name == "resource_policy" else {})
        assert with_statement(case, name, statement).decision.explicit_deny


@given(any_case, st.sampled_from((*TYPES, "resource_policy")))
def test_an_allow_of_everything_in_any_policy_refuses_nothing(case: Case, name: str) -> None:
    if name in case.policies:
        statement = ALLOW | ({"Principal": "*"} if name == "resource_policy" else {})
        assert with_statement(case, name, statement).decision.allowed >= case.decision.allowed


@given(any_case)
def test_a_decision_has_a_reason_and_a_refusal_has_the_text_of_aws(case: Case) -> None:
    decision = case.decision
    assert 1 <= len(decision.reason.splitlines()) <= 3
    assert decision.message.startswith(f"User: {case.caller.arn} is not authorized") is not decision.allowed
    assert decision.explicit_deny <= (decision.statement is not None)
    assert (decision.statement is None) is (decision.policy is None)


# --- hostile texts ---------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["", "*", "Allow", "s3:*", "arn:aws:s3:::b", "arn:::::", "${", "${}", "${aws:a, ''}", "${$}${*}", "?*[", "\\", "\0"]
) | st.text(max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
elements = st.sampled_from(
    ["Version", "Id", "Statement", "Sid", "Effect", "Action", "NotResource", "Principal", "Condition", "Other"]
)
OPERATORS = st.sampled_from(
    ["StringEquals", "StringNotLike", "ArnLike", "NumericLessThan", "DateEquals", "Bool", "Null", "NotIpAddress"]
)
conditions = st.dictionaries(
    st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]).flatmap(lambda prefix: OPERATORS.map(prefix.__add__)),
    st.dictionaries(st.sampled_from(["aws:a", "aws:b"]), st.lists(WORDS, min_size=1, max_size=2), max_size=2),
    max_size=2,
)


def parsed(document: Any, *, with_principals: bool) -> Any:
    """Return the policy, or the fault of a malformed one."""
    try:
        return parse_policy(json.dumps(document), name="hostile", with_principals=with_principals)
    except MalformedPolicy as fault:
        return fault.problem


@given(st.dictionaries(elements, values), st.dictionaries(elements, values), st.booleans())
def test_any_json_is_a_policy_or_malformed(document, statement, with_principals):
    whole = {"Effect": "Allow", "Action": "*", "Resource": "*"} | statement
    assert parsed(document, with_principals=with_principals)
    assert parsed({"Statement": whole}, with_principals=with_principals)


@given(st.text(max_size=20) | st.text('{}[]",:0e-', max_size=20))
def test_any_text_is_a_policy_or_malformed(text):
    with pytest.raises(MalformedPolicy):
        parse_policy(text, name="hostile", with_principals=False)


contexts = st.dictionaries(st.sampled_from(["aws:a", "aws:b"]), WORDS | st.lists(WORDS, max_size=2))


@given(conditions, st.lists(WORDS, min_size=1, max_size=2), contexts)
def test_any_policy_decides_any_request(condition, resources, context):
    statements = [
        {"Effect": effect, "Principal": {"AWS": resources}, "Action": resources, "Resource": resources}
        | {"Condition": condition}
        for effect in ("Allow", "Deny")
    ]
    policy = parsed({"Version": "2012-10-17", "Statement": statements}, with_principals=True)
    request = Case("one", {}).request._replace(action=resources[0], context=context_of(context))
    assert decide(request, Policies(identity=(policy,), boundary=(policy,)), policy).reason
