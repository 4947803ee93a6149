"""Policies as documents: which texts are policies, and the fault of each other text."""

import json
from time import perf_counter
from typing import Any

import pytest

from pytest_secretsmanager.engine.rules.iam import json_text
from pytest_secretsmanager.engine.rules.iam.documents import MalformedPolicy, Policy, parse_policy

STATEMENT: dict[str, Any] = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
EVERYONE = {"Principal": "*"}
NOT_AN_OPERATOR = (
    "it is a condition key, not an operator; Condition maps an operator to keys, such as {'StringEquals': "
    "{'aws:SourceVpce': 'vpce-1a2b3c4d'}}"
)


def document(*statements: Any, **elements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **elements})


def but(**elements: Any) -> dict[str, Any]:
    """The statement with other elements; None removes one."""
    return {name: value for name, value in (STATEMENT | elements).items() if value is not None}


def of_identity(text: str) -> Policy:
    return parse_policy(text, name="policy of role app", with_principals=False)


def of_resource(text: str) -> Policy:
    return parse_policy(text, name="policy of secret db", with_principals=True)


def fault(text: str, parse: Any = of_identity) -> tuple[str, str, str]:
    with pytest.raises(MalformedPolicy) as caught:
        parse(text)
    assert str(caught.value) == ": ".join(
        filter(None, [caught.value.statement, caught.value.field, caught.value.problem])
    )
    return caught.value.statement, caught.value.field, caught.value.problem


# --- policies --------------------------------------------------------------------------------------------------------


def test_a_parsed_statement_has_all_its_elements():
    condition = {"NumericLessThan": {"aws:MultiFactorAuthAge": [3600, 7.50]}, "Bool": {"aws:SecureTransport": True}}
    text = document(but(Sid="Read", Action=["s3:*"], Condition=condition), but(Action=None, NotAction="a:b"), Id="one")
    policy = of_identity(text.replace("7.5", "7.50"))
    first, second = policy.statements
    assert (policy.name, policy.version) == ("policy of role app", "2012-10-17")
    assert (first.number, first.sid, first.effect, first.title) == (1, "Read", "Allow", "statement 1 (Read)")
    assert (first.actions, first.not_actions, first.resources, first.not_resources) == (("s3:*",), None, ("*",), None)
    assert (first.principals, first.not_principals) == (None, None)
    assert first.conditions == {
        "NumericLessThan": {"aws:MultiFactorAuthAge": ("3600", "7.50")},
        "Bool": {"aws:SecureTransport": ("true",)},
    }
    assert (second.number, second.not_actions, second.actions, second.title) == (2, ("a:b",), None, "statement 2")


def test_a_parsed_statement_of_a_resource_policy_has_its_principals():
    one, other = of_resource(
        document(
            but(Principal={"AWS": ["1", "2"], "Service": "rds.amazonaws.com"}),
            but(NotPrincipal={"AWS": "1"}, Resource=None, NotResource=["*"]),
        )
    ).statements
    assert one.principals == {"AWS": ("1", "2"), "Service": ("rds.amazonaws.com",)}
    assert one.not_principals is None
    assert (other.principals, other.not_principals, other.not_resources) == (None, {"AWS": ("1",)}, ("*",))


def test_a_principal_of_a_star_is_that_of_every_account():
    assert of_resource(document(STATEMENT | EVERYONE)).statements[0].principals == {"AWS": ("*",)}


def test_a_policy_without_a_version_has_the_older_version():
    assert of_identity(json.dumps({"Statement": STATEMENT})).version == "2008-10-17"


def test_a_policy_does_not_show_its_statements_in_its_repr():
    assert repr(of_identity(document(STATEMENT))) == "Policy(name='policy of role app', version='2012-10-17')"


@pytest.mark.parametrize(
    "elements",
    [
        {"Action": "*"},
        {"Action": "*:*"},
        {"Action": ["secretsmanager:Get*", "s3:?et"]},
        {"Resource": "arn:aws:secretsmanager:*"},
        {"Resource": "arn:aws:s3:::${aws:username}/*"},
        {"Resource": "arn:${aws:PrincipalTag/bucket}"},
        {"Resource": "arn:aws:iam::123456789012:role/team/app"},
        {"Sid": ""},
        {"Condition": {}},
        {"Condition": {"StringEquals": {}}},
        {"Condition": {"ForAllValues:StringLikeIfExists": {"aws:TagKeys": "a"}}},
        {"Condition": {"foranyvalue:stringlike": {"aws:TagKeys": "a"}}},
        {"Condition": {"ForAllValues:Null": {"aws:TagKeys": "true"}}},
        {"Condition": {"Null": {"aws:TagKeys": False}}},
        {"Condition": {"StringEquals": {"aws:RequestTag/team:": "pay"}}},
    ],
    ids=json.dumps,
)
def test_a_policy_of_an_identity_parses(elements):
    assert len(of_identity(document(but(**elements), but())).statements) == 2


def test_the_same_text_with_the_same_name_is_the_same_policy():
    """Tests that share a file share the compiled statements too."""
    assert of_identity(document(STATEMENT)) is of_identity(document(STATEMENT))
    assert of_identity(document(STATEMENT)) is not of_identity(document(but(Action="s3:*")))


def test_an_object_of_a_policy_has_the_name_that_it_repeats():
    once, twice = json_text.read('[{"a": 1, "b": 2}, {"a": 1, "b": 2, "a": 3}]')
    assert (once.repeated, twice.repeated) == ("", "a")


# --- faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        pytest.param("", "", "not JSON: Expecting value: line 1 column 1 (char 0)", id="an empty text"),
        pytest.param(
            '{"Version" "2012-10-17"}',
            "",
            "not JSON: Expecting ':' delimiter: line 1 column 12 (char 11)",
            id="a missing colon",
        ),
        pytest.param('{"Statement": NaN}', "", "not JSON: NaN is not a number of JSON", id="NaN"),
        pytest.param("[" * 100_000, "", "not JSON of a policy: brackets are nested too deeply", id="100000 brackets"),
        pytest.param("[]", "", "it is a list, not an object", id="a list"),
        pytest.param("null", "", "it is null, not an object", id="null"),
        pytest.param("7", "", "it is a number, not an object", id="a number"),
        pytest.param(
            document(STATEMENT, Statements=[]),
            "Statements",
            "a policy has no such element; did you mean 'Statement'?",
            id="an unknown element",
        ),
        pytest.param(
            document(STATEMENT, Version="2012-10-18"),
            "Version",
            "it is '2012-10-18', not '2012-10-17' or '2008-10-17'",
            id="an unknown version",
        ),
        pytest.param(
            document(STATEMENT, Version=2012),
            "Version",
            "it is a number, not '2012-10-17' or '2008-10-17'",
            id="a number for a version",
        ),
        pytest.param(document(STATEMENT, Id=1), "Id", "it is a number, not a string", id="a number for an id"),
        pytest.param(
            '{"Version": "2012-10-17"}',
            "Statement",
            "it is missing; a policy has one or more statements",
            id="no statement",
        ),
        pytest.param(document(), "Statement", "the list is empty", id="an empty list of statements"),
        pytest.param(
            document(Statement="x"), "Statement", "it is a string, not an object or a list of objects", id="a text"
        ),
        pytest.param(
            '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}',
            "Version",
            "it occurs more than once",
            id="two versions",
        ),
    ],
)
def test_a_fault_of_a_document_names_its_element(text, field, problem):
    assert fault(text) == ("", field, problem)


@pytest.mark.parametrize("parse", [of_identity, of_resource])
@pytest.mark.parametrize(
    "wrapper",
    [{"PolicyName": "read", "Roles": ["app"]}, {"RoleName": "app", "PolicyName": "read"}],
    ids=["of CloudFormation", "of a reply of IAM"],
)
def test_a_fault_of_a_wrapped_policy_says_to_give_its_policy_document(wrapper, parse):
    text = json.dumps({**wrapper, "PolicyDocument": json.loads(document(STATEMENT))})
    assert fault(text, parse) == (
        "",
        "PolicyDocument",
        "the policy is inside, as in CloudFormation and in the replies of IAM; give its PolicyDocument alone",
    )


@pytest.mark.parametrize(
    ("elements", "field", "problem"),
    [
        pytest.param(
            {"Acton": "s3:*", "Action": None},
            "Acton",
            "a statement has no such element; did you mean 'Action' or 'NotAction'?",
            id="an unknown element",
        ),
        pytest.param(
            {"Principle": "*"},
            "Principle",
            "a statement has no such element; there are 'Sid', 'Effect', 'Action', 'NotAction', 'Resource', "
            "'NotResource', 'Condition'",
            id="an element like that of a resource policy",
        ),
        pytest.param(
            {"Effect": None},
            "Effect",
            "it is missing; a statement allows or denies: 'Allow' or 'Deny'",
            id="no effect",
        ),
        pytest.param({"Effect": "allow"}, "Effect", "it is 'allow', not 'Allow' or 'Deny'", id="a small effect"),
        pytest.param({"Effect": True}, "Effect", "it is a boolean, not 'Allow' or 'Deny'", id="a boolean effect"),
        pytest.param(
            {"Action": None}, "Action", "it is missing; a statement needs Action or NotAction", id="no action"
        ),
        pytest.param(
            {"NotAction": "s3:*"},
            "NotAction",
            "a statement has either Action or NotAction, not both",
            id="an action and its opposite",
        ),
        pytest.param(
            {"Resource": None}, "Resource", "it is missing; a statement needs Resource or NotResource", id="no resource"
        ),
        pytest.param(
            {"NotResource": "*"},
            "NotResource",
            "a statement has either Resource or NotResource, not both",
            id="a resource and its opposite",
        ),
        pytest.param({"Action": []}, "Action", "the list is empty", id="no actions in a list"),
        pytest.param({"Resource": []}, "Resource", "the list is empty", id="no resources in a list"),
        pytest.param({"Action": 1}, "Action", "it is a number, not a string or a list of strings", id="a number"),
        pytest.param(
            {"Resource": {}}, "Resource", "it is an object, not a string or a list of strings", id="an object"
        ),
        pytest.param({"Action": ["s3:*", 1]}, "Action", "it has a number, not only strings", id="a number in a list"),
        pytest.param(
            {"Action": "GetSecretValue"},
            "Action",
            "'GetSecretValue' has no service such as 'secretsmanager:'; did you mean 'secretsmanager:GetSecretValue'?",
            id="an action without a service",
        ),
        pytest.param(
            {"Action": "secrets*"}, "Action", "'secrets*' has no service such as 'secretsmanager:'", id="a part"
        ),
        pytest.param(
            {"Action": "s*:Get"},
            "Action",
            "'s*:Get' has no service before the colon; a service has no wildcards",
            id="a wildcard for a service",
        ),
        pytest.param(
            {"NotAction": "secretsmanager:", "Action": None},
            "NotAction",
            "'secretsmanager:' is not 'service:Name'",
            id="a service without an action",
        ),
        pytest.param({"Action": "s3:a:b"}, "Action", "'s3:a:b' is not 'service:Name'", id="two colons"),
        pytest.param(
            {"Resource": "app/db"},
            "Resource",
            "'app/db' is neither '*' nor an ARN such as 'arn:aws:secretsmanager:*:*:secret:app/*'",
            id="the name of a secret",
        ),
        pytest.param(
            {"Resource": ["*", "arn:aws:s3"]},
            "Resource",
            "'arn:aws:s3' is neither '*' nor an ARN such as 'arn:aws:secretsmanager:*:*:secret:app/*'",
            id="a short ARN",
        ),
        pytest.param(
            {"Principal": "*"},
            "Principal",
            "an identity policy has no principals; only a resource policy does",
            id="a principal",
        ),
        pytest.param(
            {"NotPrincipal": "*"},
            "NotPrincipal",
            "an identity policy has no principals; only a resource policy does",
            id="the opposite of a principal",
        ),
        pytest.param({"Condition": []}, "Condition", "it is a list, not an object", id="a list for a condition"),
        pytest.param(
            {"Condition": {"StringEqual": {"aws:username": "a"}}},
            "Condition.StringEqual",
            "there is no such operator; did you mean 'StringEquals' or 'StringNotEquals' or 'ArnEquals'?",
            id="an unknown operator",
        ),
        pytest.param(
            {"Condition": {"ForAnyValues:StringEquals": {"aws:TagKeys": "a"}}},
            "Condition.ForAnyValues:StringEquals",
            "there is no 'ForAnyValues' before an operator; did you mean 'ForAnyValue' or 'ForAllValues'?",
            id="an unknown quantifier",
        ),
        pytest.param(
            {"Condition": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
            "Condition.aws:SourceVpce",
            NOT_AN_OPERATOR,
            id="a key without an operator",
        ),
        pytest.param(
            {"Condition": {"secretsmanager:ResourceTag/team": {"StringEquals": "pay"}}},
            "Condition.secretsmanager:ResourceTag/team",
            NOT_AN_OPERATOR,
            id="an operator below its key",
        ),
        pytest.param(
            {"Condition": {"aws:StringEquals": {"aws:username": "x"}}},
            "Condition.aws:StringEquals",
            "there is no 'aws' before an operator; there are 'ForAllValues', 'ForAnyValue'",
            id="an operator with a prefix of keys",
        ),
        pytest.param(
            {"Condition": {"aws:Null": {"aws:username": "true"}}},
            "Condition.aws:Null",
            "there is no 'aws' before an operator; there are 'ForAllValues', 'ForAnyValue'",
            id="Null with a prefix of keys",
        ),
        pytest.param(
            {"Condition": {"ForAnyValues:StringEqual": {"aws:TagKeys": "a"}}},
            "Condition.ForAnyValues:StringEqual",
            "there is no 'ForAnyValues' before an operator; did you mean 'ForAnyValue' or 'ForAllValues'?",
            id="an unknown quantifier before an unknown operator",
        ),
        pytest.param(
            {"Condition": {"NullIfExists": {"aws:TagKeys": "true"}}},
            "Condition.NullIfExists",
            "Null takes no IfExists: Null itself asks whether the key is present",
            id="Null with IfExists",
        ),
        pytest.param(
            {"Condition": {"StringEquals": "x"}},
            "Condition.StringEquals",
            "it is a string, not an object",
            id="a text for keys",
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"username": "x"}}},
            "Condition.StringEquals",
            "the key 'username' has no prefix such as 'aws:' or 'secretsmanager:'",
            id="a key without a prefix",
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"aws:username": []}}},
            "Condition.StringEquals.aws:username",
            "the list is empty",
            id="no values",
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"aws:username": None}}},
            "Condition.StringEquals.aws:username",
            "it has null, not a string, a number or a boolean",
            id="null for a value",
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"aws:username": [["a"]]}}},
            "Condition.StringEquals.aws:username",
            "it has a list, not a string, a number or a boolean",
            id="a list among the values",
        ),
    ],
)
def test_a_fault_of_a_statement_names_its_number_and_its_element(elements, field, problem):
    text = document(STATEMENT, but(**elements))
    assert fault(text) == ("statement 2", field, problem)


def test_a_fault_of_a_statement_names_its_sid():
    assert fault(document(but(Sid="Read", Effect="allow"))) == (
        "statement 1 (Read)",
        "Effect",
        "it is 'allow', not 'Allow' or 'Deny'",
    )


@pytest.mark.parametrize("sid", ["Read it", "read-it", "é"])
def test_a_sid_of_an_identity_policy_has_letters_and_digits_only(sid):
    problem = f"{sid!r} has characters other than letters and digits"
    assert fault(document(but(Sid=sid))) == (f"statement 1 ({sid})", "Sid", problem)


def test_a_number_for_a_sid_is_a_fault():
    assert fault(document(but(Sid=7))) == ("statement 1", "Sid", "it is a number, not a string")


@pytest.mark.parametrize("parse", [of_identity, of_resource])
def test_two_statements_with_the_same_sid_are_a_fault(parse):
    added = EVERYONE if parse is of_resource else {}
    statements = [but(**added), but(Sid="A", **added), but(Sid="A", **added)]
    assert fault(document(*statements), parse) == ("statement 3 (A)", "Sid", "'A' is the Sid of statement 2 too")


def test_a_statement_that_is_no_object_is_a_fault():
    assert fault(document(STATEMENT, "x")) == ("statement 2", "", "it is a string, not an object")


def test_an_element_that_stands_twice_in_an_identity_policy_is_a_fault():
    text = document(STATEMENT).replace('"Effect"', '"Action": "s3:*", "Effect"')
    assert fault(text) == ("statement 1", "Action", "it occurs more than once")


def test_a_resource_policy_may_have_an_element_twice():
    text = document(STATEMENT | EVERYONE).replace(
        '"Principal": "*"', '"Principal": {"AWS": "1", "AWS": "2"}, "Sid": ""'
    )
    (read,) = of_resource(text.replace('"Effect"', '"Effect": "Deny", "Effect"')).statements
    assert (read.effect, read.principals) == ("Allow", {"AWS": ("2",)})


def test_an_operator_that_stands_twice_in_a_condition_is_a_fault():
    text = document(but(Condition={"Bool": {"aws:SecureTransport": "true"}})).replace('"Bool"', '"Bool": {}, "Bool"')
    assert fault(text) == ("statement 1", "Condition.Bool", "it occurs more than once")


def test_a_key_that_stands_twice_in_a_condition_is_a_fault():
    text = document(but(Condition={"Bool": {"aws:SecureTransport": "true"}}))
    text = text.replace('"aws:SecureTransport"', '"aws:SecureTransport": "false", "aws:SecureTransport"')
    assert fault(text) == ("statement 1", "Condition.Bool.aws:SecureTransport", "it occurs more than once")


@pytest.mark.parametrize(
    ("elements", "field", "problem"),
    [
        pytest.param(
            {},
            "Principal",
            "it is missing; a statement needs Principal or NotPrincipal; a resource policy names the callers that it "
            "is about, such as 'Principal': {'AWS': 'arn:aws:iam::123456789012:role/app'}",
            id="no principal",
        ),
        pytest.param(
            {"Principal": "*", "NotPrincipal": "*"},
            "NotPrincipal",
            "a statement has either Principal or NotPrincipal, not both",
            id="a principal and its opposite",
        ),
        pytest.param(
            {"Principal": "123456789012"},
            "Principal",
            "'123456789012' is neither '*' nor an object such as {'AWS': '123456789012'}",
            id="an account alone",
        ),
        pytest.param({"Principal": {}}, "Principal", "the object is empty", id="an empty principal"),
        pytest.param({"Principal": ["*"]}, "Principal", "it is a list, not an object", id="a list"),
        pytest.param(
            {"Principal": {"Aws": "*"}},
            "Principal.Aws",
            "a Principal has no such element; did you mean 'AWS'?",
            id="a principal of an unknown type",
        ),
        pytest.param(
            {"NotPrincipal": {"AWS": []}}, "NotPrincipal.AWS", "the list is empty", id="no accounts in a list"
        ),
        pytest.param(
            {"Principal": {"AWS": 123456789012}},
            "Principal.AWS",
            "it is a number, not a string or a list of strings",
            id="a number for an account",
        ),
    ],
)
def test_a_fault_of_a_principal_names_its_type(elements, field, problem):
    assert fault(document(but(**elements)), of_resource) == ("statement 1", field, problem)


def test_a_long_policy_with_many_faultless_statements_parses_in_a_moment():
    text = document(*[but(Action=["s3:*"] * 20) for _ in range(100)])
    began = perf_counter()
    assert len(text) > 20_000
    assert len(of_identity(text).statements) == 100
    assert perf_counter() - began < 10


def test_deep_values_in_a_condition_are_a_fault_and_no_recursion():
    text = document(but(Condition={"StringEquals": {"aws:username": "@"}})).replace('"@"', "[" * 500 + "]" * 500)
    assert fault(text)[1:] == (
        "Condition.StringEquals.aws:username",
        "it has a list, not a string, a number or a boolean",
    )
