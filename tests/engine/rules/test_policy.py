"""Resource policies: which documents parse, and which are public."""

import json

import pytest

from pytest_secretsmanager.engine.errors import MalformedPolicyDocumentException
from pytest_secretsmanager.engine.rules import policy

STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}


def document(*statements, **elements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **elements})


def but(**elements):
    """The statement with other elements; None removes one."""
    return {name: value for name, value in (STATEMENT | elements).items() if value is not None}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(document(STATEMENT), id="one statement in a list"),
        pytest.param(document(Statement=STATEMENT), id="one statement alone"),
        pytest.param(document(STATEMENT, STATEMENT), id="two statements"),
        pytest.param(json.dumps({"Statement": STATEMENT}), id="without a version"),
        pytest.param(document(STATEMENT, Version="2008-10-17"), id="with the old version"),
        pytest.param(document(STATEMENT, Id="policy-1"), id="with an id"),
        pytest.param(document(but(Sid="one")), id="with a statement id"),
        pytest.param(document(but(Effect="Deny")), id="with effect Deny"),
        pytest.param(document(but(Action=["a", "b"], Resource=["x"])), id="lists"),
        pytest.param(document(but(Principal=None, NotPrincipal=ROOT)), id="with NotPrincipal"),
        pytest.param(document(but(Action=None, NotAction="a")), id="with NotAction"),
        pytest.param(document(but(Resource=None, NotResource="x")), id="with NotResource"),
        pytest.param(document(but(Principal={"AWS": ["1", "2"], "Service": "x"})), id="principals of two kinds"),
        pytest.param(document(but(Principal={"Federated": "x", "CanonicalUser": "y"})), id="principals of other kinds"),
        pytest.param(document(but(Condition={"Bool": {"x": "true"}})), id="with a condition"),
        pytest.param(document(but(Condition={})), id="with an empty condition"),
        pytest.param(document(but(Condition={"NumericLessThan": {"x": [1, 2.5]}})), id="with numbers in a condition"),
    ],
)
def test_a_policy_document_parses(text):
    statements = policy.parse(text).statements
    assert statements
    assert {statement.effect for statement in statements} <= {"Allow", "Deny"}
    assert policy.parse(text).name == "resource policy"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty text"),
        pytest.param("{", id="not JSON"),
        pytest.param("[" * 100_000, id="100000 open brackets"),
        pytest.param("[]", id="a list"),
        pytest.param('"text"', id="a text"),
        pytest.param("null", id="null"),
        pytest.param("{}", id="no statement"),
        pytest.param(document(), id="an empty list of statements"),
        pytest.param(document(Statement="x"), id="a text for a statement"),
        pytest.param(document("x"), id="a text among the statements"),
        pytest.param(document(STATEMENT, {}), id="an empty statement"),
        pytest.param(document(STATEMENT, Version="2020-01-01"), id="an unknown version"),
        pytest.param(document(STATEMENT, Other=1), id="an unknown element"),
        pytest.param(document(but(Other=1)), id="an unknown element of a statement"),
        pytest.param(document(but(Effect="allow")), id="an unknown effect"),
        pytest.param(document(but(Effect=None)), id="no effect"),
        pytest.param(document(but(Principal=None)), id="no principal"),
        pytest.param(document(but(Action=None)), id="no action"),
        pytest.param(document(but(Resource=None)), id="no resource"),
        pytest.param(document(but(NotPrincipal=ROOT)), id="a principal and its opposite"),
        pytest.param(document(but(NotAction="x")), id="an action and its opposite"),
        pytest.param(document(but(NotResource="x")), id="a resource and its opposite"),
        pytest.param(document(but(Action=1)), id="a number for an action"),
        pytest.param(document(but(Action=[])), id="an empty list of actions"),
        pytest.param(document(but(Action=["a", 1])), id="a number among the actions"),
        pytest.param(document(but(Resource={})), id="a mapping for a resource"),
        pytest.param(document(but(Principal="arn:aws:iam::123456789012:root")), id="an ARN for a principal"),
        pytest.param(document(but(Principal={})), id="an empty principal"),
        pytest.param(document(but(Principal={"User": "x"})), id="a principal of an unknown kind"),
        pytest.param(document(but(Principal={"AWS": 1})), id="a number for a principal"),
        pytest.param(document(but(Principal=[])), id="a list for a principal"),
        pytest.param(document(but(Condition=[])), id="a list for a condition"),
        pytest.param(document(but(Condition={"StringEquals": "x"})), id="a text for the keys of a condition"),
        pytest.param(document(but(Condition={"StringEquals": {"x": {}}})), id="a mapping for a value of a condition"),
        pytest.param(document(but(Condition={"StringEquals": {"x": [[]]}})), id="a list among a condition's values"),
        pytest.param(document(but(Condition={"NumericLessThan": {"x": float("nan")}})), id="NaN in a condition"),
        pytest.param(document(STATEMENT, Id=1), id="a number for an id"),
        pytest.param(document(but(Sid=1)), id="a number for a statement id"),
    ],
)
def test_a_malformed_policy_document_is_refused(text):
    with pytest.raises(MalformedPolicyDocumentException) as caught:
        policy.parse(text)
    assert caught.value.message == "This resource policy contains a syntax error."


@pytest.mark.parametrize(
    ("statements", "public"),
    [
        pytest.param([STATEMENT], True, id="everybody"),
        pytest.param([but(Principal={"AWS": "*"})], True, id="every account"),
        pytest.param([but(Principal={"AWS": ["1", "*"]})], True, id="every account, in a list"),
        pytest.param([but(Principal=None, NotPrincipal=ROOT)], True, id="everybody except one account"),
        pytest.param([but(Principal=ROOT), STATEMENT], True, id="the second statement"),
        pytest.param([but(Principal=ROOT)], False, id="one account"),
        pytest.param([but(Principal={"Service": "x.amazonaws.com"})], False, id="a service"),
        pytest.param([but(Effect="Deny")], False, id="a denial"),
    ],
)
def test_a_policy_is_public_if_it_allows_everybody(statements, public):
    assert policy.is_public(policy.parse(document(*statements))) is public


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        pytest.param({"StringEquals": {"aws:SourceAccount": "123456789012"}}, False, id="one account"),
        pytest.param({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False, id="one VPC"),
        pytest.param({"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}, False, id="two endpoints"),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}}, False, id="one ARN"),
        pytest.param({"StringEquals": {"AWS:SOURCEVPC": "vpc-1"}}, False, id="a key in capitals"),
        pytest.param(
            {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}},
            False,
            id="two conditions",
        ),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, True, id="a wildcard"),
        pytest.param({"StringEquals": {"aws:SourceVpce": ["vpce-1", "*"]}}, True, id="a wildcard in a list"),
        pytest.param({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, True, id="every VPC except one"),
        pytest.param({"Bool": {"aws:SecureTransport": "true"}}, True, id="another key"),
        pytest.param({}, True, id="an empty condition"),
    ],
)
def test_a_condition_on_the_caller_makes_a_policy_private(condition, public):
    assert policy.is_public(policy.parse(document(but(Condition=condition)))) is public


@pytest.mark.parametrize(
    "condition",
    [
        {"Null": {"aws:SourceVpc": "true"}},
        {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}},
        {"ForAllValues:StringEquals": {"aws:SourceVpc": "vpc-1"}},
        {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
        {"StringLike": {"aws:SourceArn": "arn:aws:iam::????????????:role/x"}},
    ],
    ids=["Null", "IfExists", "ForAllValues", "negated", "wildcards for the account"],
)
def test_a_condition_that_passes_without_its_key_leaves_a_policy_public(condition):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}
    assert policy.is_public(policy.parse(json.dumps({"Statement": statement})))
