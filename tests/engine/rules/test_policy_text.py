"""The text of a resource policy once AWS has read it and written it anew."""

import json

import pytest

from pytest_secretsmanager.engine.rules import policy_text

STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}


def rewritten(*statements, **elements):
    return policy_text.rewritten(json.dumps({"Statement": list(statements), **elements}))


def principal_of(principal, name="Principal"):
    """What becomes of one principal."""
    return json.loads(rewritten({"Effect": "Allow", name: principal}))["Statement"][0][name]


def test_it_is_laid_out_as_jackson_does_it():
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


def test_the_layout_that_it_was_put_in_does_not_matter():
    texts = {policy_text.rewritten(json.dumps({"Statement": STATEMENT}, indent=indent)) for indent in (None, 1, 7)}
    assert len(texts) == 1


def test_what_was_rewritten_stays_as_it_is():
    once = rewritten(STATEMENT | {"Principal": {"AWS": ["1"]}})
    assert policy_text.rewritten(once) == once


def test_members_keep_their_order():
    backwards = dict(reversed(STATEMENT.items()))
    assert list(json.loads(rewritten(backwards))["Statement"][0]) == list(backwards)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({}, "{ }", id="no member"),
        pytest.param({"Bool": {"x": []}}, '{\n      "Bool" : {\n        "x" : [ ]\n      }\n    }', id="an empty list"),
    ],
)
def test_empty_ones_have_a_blank_between_their_brackets(value, text):
    assert f'"Condition" : {text}' in rewritten({"Condition": value})


@pytest.mark.parametrize("number", ["1", "1.50", "1E400", "123456789012345678901234567890", "-0", "true", "null"])
def test_a_number_stays_as_it_is_spelled(number):
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
def test_of_the_letters_only_those_are_escaped_that_have_to_be(put, written):
    text = f'{{"Statement": {{"Sid": "{put}"}}}}'
    assert f'"Sid" : "{written}"' in policy_text.rewritten(text)


@pytest.mark.parametrize("name", ["Principal", "NotPrincipal"])
@pytest.mark.parametrize("kind", ["AWS", "Service", "Federated", "CanonicalUser"])
def test_a_list_of_one_principal_is_the_string(name, kind):
    assert principal_of({kind: ["one"]}, name) == {kind: "one"}


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "one"}, {"AWS": ["one", "two"]}, {"AWS": ["one", "two"], "Service": "three"}]
)
def test_other_principals_stay_as_they_are(principal):
    assert principal_of(principal) == principal


def test_the_principal_of_a_statement_that_stands_alone_is_the_string_too():
    text = json.dumps({"Statement": STATEMENT | {"Principal": {"AWS": ["one"]}}})
    assert json.loads(policy_text.rewritten(text))["Statement"]["Principal"] == {"AWS": "one"}


@pytest.mark.parametrize("element", ["Action", "NotAction", "Resource", "NotResource"])
def test_other_lists_of_one_stay_lists(element):
    assert json.loads(rewritten({element: ["one"]}))["Statement"][0][element] == ["one"]
