"""The text of a resource policy as AWS returns it: parsed and written again."""

import json

import pytest

from pytest_secretsmanager.engine.rules import policy_text

STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}


def rewritten(*statements, **elements):
    return policy_text.rewritten(json.dumps({"Statement": list(statements), **elements}))


def principal_of(principal, name="Principal"):
    """One principal after the rewrite."""
    return json.loads(rewritten({"Effect": "Allow", name: principal}))["Statement"][0][name]


def test_a_rewritten_policy_has_the_layout_of_jackson():
    condition = {"StringEquals": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}}
    first = {"Sid": "one", **STATEMENT, "Principal": {"AWS": ["1", "2"]}, "Condition": condition}
    assert (
        rewritten(first, STATEMENT, Version="2012-10-17")
        == """{
  "Statement" : [ {
    "Sid" : "one",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : [ "1", "2" ]
    },
    "Action" : "secretsmanager:GetSecretValue",
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "aws:SourceVpc" : [ "vpc-1", "vpc-2" ]
      }
    }
  }, {
    "Effect" : "Allow",
    "Principal" : "*",
    "Action" : "secretsmanager:GetSecretValue",
    "Resource" : "*"
  } ],
  "Version" : "2012-10-17"
}"""
    )


def test_a_rewritten_policy_does_not_depend_on_the_layout_of_the_request():
    texts = {policy_text.rewritten(json.dumps({"Statement": STATEMENT}, indent=indent)) for indent in (None, 1, 7)}
    assert len(texts) == 1


def test_rewriting_a_policy_twice_changes_nothing():
    once = rewritten(STATEMENT | {"Principal": {"AWS": ["1"]}})
    assert policy_text.rewritten(once) == once


def test_a_rewritten_policy_keeps_the_order_of_members():
    backwards = dict(reversed(STATEMENT.items()))
    assert list(json.loads(rewritten(backwards))["Statement"][0]) == list(backwards)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({}, "{ }", id="empty object"),
        pytest.param({"Bool": {"x": []}}, '{\n      "Bool" : {\n        "x" : [ ]\n      }\n    }', id="empty list"),
    ],
)
def test_a_rewritten_policy_has_a_blank_in_empty_brackets(value, text):
    assert f'"Condition" : {text}' in rewritten({"Condition": value})


@pytest.mark.parametrize("number", ["1", "1.50", "1E400", "123456789012345678901234567890", "-0", "true", "null"])
def test_a_rewritten_policy_keeps_the_spelling_of_a_number(number):
    text = f'{{"Statement": {{"Condition": {{"Bool": {{"x": {number}}}}}}}}}'
    assert f'"x" : {number}\n' in policy_text.rewritten(text)


@pytest.mark.parametrize(
    ("put", "written"),
    [
        ("é", "é"),
        ("\\u00e9", "é"),
        ("\\/", "/"),
        ('\\"', '\\"'),
        ("\\\\", "\\\\"),
        ("\\n", "\\n"),
        ("\\u2028", "\u2028"),
    ],
)
def test_a_rewritten_policy_escapes_only_characters_that_need_it(put, written):
    text = f'{{"Statement": {{"Sid": "{put}"}}}}'
    assert f'"Sid" : "{written}"' in policy_text.rewritten(text)


@pytest.mark.parametrize("name", ["Principal", "NotPrincipal"])
@pytest.mark.parametrize("kind", ["AWS", "Service", "Federated", "CanonicalUser"])
def test_a_rewritten_policy_has_a_list_of_one_principal_as_a_string(name, kind):
    assert principal_of({kind: ["one"]}, name) == {kind: "one"}


@pytest.mark.parametrize(
    "principal",
    ["*", {"AWS": "one"}, {"AWS": ["one", "two"]}, {"AWS": ["one", "two"], "Service": "three"}],
    ids=["everybody", "one", "two", "two kinds"],
)
def test_a_rewritten_policy_keeps_other_principals(principal):
    assert principal_of(principal) == principal


def test_a_rewritten_policy_has_one_principal_of_a_single_statement_as_a_string():
    text = json.dumps({"Statement": STATEMENT | {"Principal": {"AWS": ["one"]}}})
    assert json.loads(policy_text.rewritten(text))["Statement"]["Principal"] == {"AWS": "one"}


@pytest.mark.parametrize("element", ["Action", "NotAction", "Resource", "NotResource"])
def test_a_rewritten_policy_keeps_other_lists_of_one_item(element):
    assert json.loads(rewritten({element: ["one"]}))["Statement"][0][element] == ["one"]
