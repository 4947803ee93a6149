"""The smallest policy for some permissions: how they are grouped, ordered and written."""

import pytest

from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.rules.condition_keys import no_keys
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.inspection.permissions.required import permission_of, policy_of

PLACE = "arn:aws:secretsmanager:us-east-1:123456789012:secret"
CALLER = user_of("123456789012", "us-east-1")


def statements(*permissions):
    """The statements for permissions of Secrets Manager, as pairs of actions and resources in short."""
    policy = policy_of([(f"secretsmanager:{action}", resource) for action, resource in permissions])
    return [
        ([action.removeprefix("secretsmanager:") for action in one["Action"]], one["Resource"])
        for one in policy["Statement"]
    ]


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([("Get", "a"), ("Get", "a")], [(["Get"], ["a"])], id="the same twice"),
        pytest.param([("Put", "a"), ("Get", "a")], [(["Get", "Put"], ["a"])], id="equal resources"),
        pytest.param([("Get", "b"), ("Get", "a")], [(["Get"], ["a", "b"])], id="equal actions"),
        pytest.param(
            [("Get", "a"), ("Get", "b"), ("Put", "a"), ("Put", "b")], [(["Get", "Put"], ["a", "b"])], id="both equal"
        ),
        pytest.param(
            [("Get", "a"), ("Get", "b"), ("Put", "a"), ("Tag", "b")],
            [(["Get", "Put"], ["a"]), (["Get", "Tag"], ["b"])],
            id="fewer statements by resource",
        ),
        pytest.param(
            [("Get", "a"), ("Get", "b"), ("Put", "b"), ("Put", "c")],
            [(["Get"], ["a", "b"]), (["Put"], ["b", "c"])],
            id="fewer statements by action",
        ),
        pytest.param([("List", "*"), ("Get", "a")], [(["Get"], ["a"]), (["List"], ["*"])], id="everything last"),
        pytest.param([("Get", "*"), ("Get", "a")], [(["Get"], ["*"])], id="everything includes each"),
    ],
)
def test_permissions_are_merged_into_few_statements(permissions, expected):
    assert statements(*permissions) == expected


def test_the_services_come_in_a_fixed_order():
    permissions = [
        ("iam:PassRole", "r"),
        ("lambda:InvokeFunction", "f"),
        ("kms:Decrypt", "k"),
        ("secretsmanager:G", "z"),
    ]
    found = [one["Action"][0].partition(":")[0] for one in policy_of(permissions)["Statement"]]
    assert found == ["secretsmanager", "kms", "lambda", "iam"]


def test_a_policy_has_its_version_and_allows():
    policy = policy_of([("secretsmanager:ListSecrets", "*")])
    assert policy == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["secretsmanager:ListSecrets"], "Resource": ["*"]}],
    }


@pytest.mark.parametrize(
    ("resource", "written"),
    [
        pytest.param("*", "*", id="everything"),
        pytest.param(f"{PLACE}:db-Ab12Cd", f"{PLACE}:db-??????", id="secret"),
        pytest.param(f"{PLACE}:db-??????", f"{PLACE}:db-??????", id="secret that did not exist"),
        pytest.param(f"{PLACE}:db", f"{PLACE}:db", id="ARN without suffix"),
        pytest.param(f"{PLACE}:a*b?c$d-??????", f"{PLACE}:a${{*}}b${{?}}c${{$}}d-??????", id="special characters"),
        pytest.param(
            "arn:aws:kms:us-east-1:123456789012:key/1", "arn:aws:kms:us-east-1:123456789012:key/1", id="KMS key"
        ),
    ],
)
def test_a_permission_names_the_resource_as_a_policy_writes_it(resource, written):
    request = Request("service:Action", resource, CALLER.account, CALLER, no_keys, resource)
    assert permission_of(request) == ("service:Action", written)
