"""`sm.iam.unused`: what no logged call needed of an identity policy."""

from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager, UnusedPermission, UsageError

PLACE = "arn:aws:secretsmanager:*:*:secret"
DB, KEY, ANY = f"{PLACE}:app/db-??????", f"{PLACE}:app/key-??????", f"{PLACE}:*"
GET, PUT, LIST = "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:ListSecrets"


def allow(action: Any = GET, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.fixture
def sm(secretsmanager: SecretsManager) -> SecretsManager:
    """A manager whose log has one GetSecretValue of `app/db`."""
    secretsmanager.seed("app/db", "one", tags={"team": "pay"})
    secretsmanager.client().get_secret_value(SecretId="app/db")
    return secretsmanager


@pytest.mark.parametrize(
    ("statements", "unused"),
    [
        pytest.param([allow()], [], id="nothing"),
        pytest.param([allow([GET], [DB])], [], id="nothing, exactly"),
        pytest.param([allow("secretsmanager:*", ANY)], [], id="wildcards that a call needed"),
        pytest.param(
            [allow([GET, PUT])], ["<unused in the policy: statement 1: action secretsmanager:PutSecretValue>"]
        ),
        pytest.param(
            [allow([GET, PUT, LIST])],
            [f"<unused in the policy: statement 1: actions {PUT}, {LIST}>"],
            id="several actions",
        ),
        pytest.param([allow(GET, [DB, KEY])], [f"<unused in the policy: statement 1: resource {KEY}>"], id="resource"),
        pytest.param(
            [allow([GET, PUT], [KEY, DB, "arn:aws:s3:::b"])],
            [f"<unused in the policy: statement 1: action {PUT}; resources {KEY}, arn:aws:s3:::b>"],
            id="action and resources",
        ),
        pytest.param(
            [allow(), allow(PUT, Sid="Write"), allow(GET, KEY)],
            ["<unused in the policy: statement 2 (Write)>", "<unused in the policy: statement 3>"],
            id="whole statements",
        ),
        pytest.param(
            [allow(Condition={"StringEquals": {"aws:ResourceTag/team": "pay"}})], [], id="condition that held"
        ),
        pytest.param(
            [allow(Condition={"StringEquals": {"aws:ResourceTag/team": "ops"}})],
            ["<unused in the policy: statement 1>"],
            id="condition that never held",
        ),
        pytest.param(
            [{"Effect": "Allow", "NotAction": "iam:*", "NotResource": KEY}], [], id="NotAction and NotResource"
        ),
        pytest.param(
            [{"Effect": "Allow", "NotAction": "secretsmanager:*", "Resource": "*"}],
            ["<unused in the policy: statement 1>"],
            id="NotAction that no call needed",
        ),
        pytest.param([allow(), {**allow(PUT), "Effect": "Deny"}], [], id="statement that denies"),
    ],
)
def test_unused_lists_the_parts_that_no_call_needed(
    sm: SecretsManager, statements: list[Any], unused: list[str]
) -> None:
    assert list(map(repr, sm.iam.unused(policy(*statements)))) == unused


def test_unused_permissions_compare_by_value(sm: SecretsManager) -> None:
    first, second = sm.iam.unused([policy(allow([GET, PUT], [DB, KEY], Sid="App")), policy(allow(LIST))])
    assert first == UnusedPermission("the policy (1)", "statement 1 (App)", (PUT,), (KEY,), is_whole=False)
    assert second == UnusedPermission("the policy (2)", "statement 1", (LIST,), ("*",), is_whole=True)
    assert str(second) == "<unused in the policy (2): statement 1>"


def test_a_permission_that_only_a_key_needed_is_used(sm: SecretsManager) -> None:
    key = sm.kms.create_key()
    sm.seed("paid", "one", kms_key=key.arn)
    sm.client().get_secret_value(SecretId="paid")
    assert sm.iam.unused(policy(allow(["kms:Decrypt"], [key.arn]))) == []


def test_without_a_call_each_statement_is_unused(secretsmanager: SecretsManager) -> None:
    assert len(secretsmanager.iam.unused(policy(allow(), allow(LIST)))) == 2


def test_unused_refuses_a_malformed_policy(sm: SecretsManager) -> None:
    with pytest.raises(UsageError, match="the policy: statement 1: Effect"):
        sm.iam.unused(policy({"Action": GET, "Resource": "*"}))
