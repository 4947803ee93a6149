"""Roles: their names and credentials, the policies that decide their calls, and refused arguments."""

import configparser
import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from permitting import SESSION, allow, deny, refusal, statement

from pytest_secretsmanager import Role, SecretsManager, UsageError

ACCESS_DENIED = "User: {} is not authorized to perform: secretsmanager:{} on resource: {} {}"


def test_a_role_has_the_names_and_the_account_that_aws_gives_it(sm: SecretsManager) -> None:
    role = sm.iam.role("team/app", account="210987654321")
    assert (role.name, role.account, role.arn) == ("app", "210987654321", "arn:aws:iam::210987654321:role/team/app")
    assert repr(role) == "<role 'app' of account 210987654321>"


def test_a_role_of_a_china_region_has_an_arn_of_its_partition() -> None:
    with SecretsManager(region="cn-north-1") as sm:
        assert sm.iam.role("app").arn == "arn:aws-cn:iam::123456789012:role/app"


def test_the_credentials_of_a_role_are_temporary_and_its_environment_has_the_same(sm: SecretsManager) -> None:
    role = sm.iam.role("app")
    assert role.credentials["aws_access_key_id"].startswith("ASIA")
    assert role.environment == {name.upper(): value for name, value in role.credentials.items()}
    assert {*role.credentials} == {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}
    assert role.credentials["aws_secret_access_key"] not in repr(role)


def test_a_role_may_do_what_its_policy_allows_and_nothing_else(sm: SecretsManager) -> None:
    role = sm.iam.role("app", policy=allow("GetSecretValue"))
    client = sm.client(principal=role)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert refusal(client.put_secret_value, SecretId="db", SecretString="two") == ACCESS_DENIED.format(
        SESSION.format("app"),
        "PutSecretValue",
        sm.secret("db").arn,
        "because no identity-based policy allows the secretsmanager:PutSecretValue action",
    )
    assert sm.secret("db").value == "one"


def test_the_log_has_the_session_of_the_role_and_its_decision(sm: SecretsManager) -> None:
    client = sm.client(principal=sm.iam.role("app", policy=allow("GetSecretValue")))
    client.get_secret_value(SecretId="db")
    refusal(client.list_secrets)
    allowed, denied = sm.log
    assert allowed.principal == denied.principal == SESSION.format("app")
    assert allowed.decision is not None
    assert allowed.decision.allowed
    assert denied.decision is not None
    assert (denied.decision.allowed, denied.decision.message) == (False, denied.error_message)


def test_several_policies_of_a_role_allow_together(sm: SecretsManager) -> None:
    role = sm.iam.role("app", policy=[allow("GetSecretValue"), allow("ListSecrets")])
    client = sm.client(principal=role)
    client.get_secret_value(SecretId="db")
    client.list_secrets()
    refusal(client.describe_secret, SecretId="db")


EVERYTHING = allow("*")
BEYOND: dict[str, tuple[dict[str, Any], str]] = {
    "identity deny": (
        {"policy": [EVERYTHING, deny("GetSecretValue")]},
        "with an explicit deny in an identity-based policy",
    ),
    "boundary": (
        {"policy": EVERYTHING, "boundary": allow("ListSecrets")},
        "because no permissions boundary allows the secretsmanager:GetSecretValue action",
    ),
    "boundary deny": (
        {"policy": EVERYTHING, "boundary": [EVERYTHING, deny("GetSecretValue")]},
        "with an explicit deny in a permissions boundary",
    ),
    "session policy": (
        {"policy": EVERYTHING, "session_policy": allow("ListSecrets")},
        "because no session policy allows the secretsmanager:GetSecretValue action",
    ),
    "service control policy": (
        {"policy": EVERYTHING, "service_control_policies": [EVERYTHING, deny("GetSecretValue")]},
        "with an explicit deny in a service control policy",
    ),
    "no policy": ({}, "because no identity-based policy allows the secretsmanager:GetSecretValue action"),
}


@pytest.mark.parametrize(("policies", "reason"), BEYOND.values(), ids=BEYOND)
def test_a_refusal_names_the_type_of_the_policy_that_decided(
    sm: SecretsManager, policies: dict[str, Any], reason: str
) -> None:
    role = sm.iam.role("app", **policies)
    expected = ACCESS_DENIED.format(SESSION.format("app"), "GetSecretValue", sm.secret("db").arn, reason)
    assert refusal(sm.client(principal=role).get_secret_value, SecretId="db") == expected


def test_a_tag_of_a_role_is_a_condition_key_of_its_requests(sm: SecretsManager) -> None:
    same_team = {"StringEquals": {"secretsmanager:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    sm.seed("pay", "one", tags={"team": "pay"})
    sm.seed("ship", "one", tags={"team": "ship"})
    role = sm.iam.role("app", policy=allow("GetSecretValue", Condition=same_team), tags={"Team": "pay"})
    client = sm.client(principal=role)
    client.get_secret_value(SecretId="pay")
    refusal(client.get_secret_value, SecretId="ship")


def test_a_policy_is_read_from_a_file_by_its_path_from_the_folder_of_the_test(
    sm: SecretsManager, tmp_path: Path
) -> None:
    sm._parts.world.directory = tmp_path
    (tmp_path / "app.json").write_text(
        '{"Statement": {"Effect": "Allow", "Action": "secretsmanager:List*", "Resource": "*"}}', encoding="utf-8"
    )
    client = sm.client(principal=sm.iam.role("app", policy="app.json"))
    client.list_secrets()
    event = sm.log[-1]
    assert event.decision is not None
    assert event.decision.policy is not None
    assert event.decision.policy.name == "app.json"


def test_the_default_user_may_still_do_everything_once_a_role_exists(sm: SecretsManager) -> None:
    sm.iam.role("app")
    sm.client().put_secret_value(SecretId="db", SecretString="two")
    sm.client().delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def test_a_rollback_takes_a_role_back_and_switches_iam_off(sm: SecretsManager) -> None:
    with sm.snapshot():
        credentials = sm.iam.role("app").credentials
        refusal(sm.client(**credentials).list_secrets)
    sm.client(**credentials).list_secrets()
    assert (sm.log[-1].principal, sm.log[-1].decision) == ("arn:aws:iam::123456789012:user/test", None)
    sm.iam.role("app")


def test_a_rollback_keeps_an_earlier_role(sm: SecretsManager) -> None:
    role = sm.iam.role("app", policy=allow("ListSecrets"))
    with sm.snapshot():
        sm.iam.role("other")
    client = sm.client(principal=role)
    client.list_secrets()
    refusal(client.get_secret_value, SecretId="db")


def test_two_accounts_may_have_roles_of_one_name(sm: SecretsManager) -> None:
    sm.iam.role("app")
    assert sm.iam.role("app", account="210987654321").account == "210987654321"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "same name": (
        {"name": "taken"},
        "account 123456789012 has a role 'taken' already: arn:aws:iam::123456789012:role/taken",
    ),
    "same name, another path": ({"name": "team/Taken"}, "account 123456789012 has a role 'Taken' already"),
    "empty name": ({"name": ""}, "the name of a role has 1 to 64 letters"),
    "name with a blank": ({"name": "my app"}, "the name of a role .*, not 'my app'"),
    "name of another type": ({"name": 7}, "the name of a role .*, not 7"),
    "account": ({"account": "12"}, "the account of a role is a str of twelve digits"),
    "tags that are no mapping": ({"tags": ["team"]}, "the tags of a role map str to str"),
    "a tag that is no text": ({"tags": {"team": 7}}, "the tags of a role map str to str, but 'team' maps to int"),
    "a policy of another type": ({"policy": 7}, "policy of role app: a policy is a dict, JSON text or the path"),
    "a malformed policy": (
        {"policy": {"Statement": {"Effect": "Permit", "Action": "*", "Resource": "*"}}},
        "policy of role app: statement 1.*Effect",
    ),
    "the second of two": ({"policy": [EVERYTHING, "{}"]}, r"policy of role app \(2\): "),
    "a boundary": ({"boundary": "{}"}, "permissions boundary of role app: "),
    "a session policy": ({"session_policy": "{}"}, "session policy of role app: "),
    "a service control policy": ({"service_control_policies": "{}"}, "service control policy of role app: "),
    "a file that is missing": ({"policy": "none.json"}, "no policy file '.*none.json'"),
    "a misspelt argument": ({"polcy": {}}, "role has no argument 'polcy'; did you mean 'policy'"),
}


@pytest.mark.parametrize(("arguments", "text"), REFUSED.values(), ids=REFUSED)
def test_a_role_with_wrong_arguments_is_refused_and_leaves_all_as_it_was(
    sm: SecretsManager, arguments: dict[str, Any], text: str
) -> None:
    sm.iam.role("taken")
    with pytest.raises(UsageError, match=text):
        sm.iam.role(**{"name": "app", **arguments})
    assert [*sm._parts.identities.roles] == ["arn:aws:iam::123456789012:role/taken"]
    assert len(sm._parts.callers.handed_out) == 1


def test_the_repr_of_iam_says_whether_it_is_in_force(sm: SecretsManager) -> None:
    assert repr(sm.iam) == "<IAM: off>"
    sm.iam.role("reader")
    sm.iam.role("app")
    assert repr(sm.iam) == "<IAM: in force, roles app, reader>"


def test_a_resource_policy_grants_a_role_what_its_own_policy_does_not(sm: SecretsManager) -> None:
    role = sm.iam.role("app")
    grant = {"Statement": [statement("Allow", "GetSecretValue", Principal={"AWS": role.arn})]}
    sm.seed("shared", "one", policy=grant)
    client = sm.client(principal=role)
    assert client.get_secret_value(SecretId="shared")["SecretString"] == "one"
    refusal(client.get_secret_value, SecretId="db")


def test_a_resource_policy_denies_even_the_default_user(sm: SecretsManager) -> None:
    user = {"AWS": "arn:aws:iam::123456789012:user/test"}
    sm.seed("sealed", "one", policy={"Statement": [statement("Deny", "GetSecretValue", Principal=user)]})
    assert sm.client().get_secret_value(SecretId="sealed")["SecretString"] == "one"
    sm.iam.enforce()
    text = refusal(sm.client().get_secret_value, SecretId="sealed")
    assert text.endswith("with an explicit deny in a resource-based policy")


# --- programs with a profile -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_the_environment_of_a_role_has_a_profile_in_place_of_the_developers(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """AWS's SDK for JavaScript takes the credentials of a profile before those of the environment."""
    monkeypatch.setenv(name, "developers-own")
    role = sm.iam.role("app")
    variables = role.environment
    file = Path(variables["AWS_SHARED_CREDENTIALS_FILE"])
    profile = configparser.ConfigParser(interpolation=None)
    profile.read(file, encoding="utf-8")
    assert dict(profile[variables[name]]) == role.credentials
    assert file.parent.stat().st_mode & 0o077 == 0
    assert role.environment == variables
    del role
    gc.collect()
    assert not file.exists()


def test_the_environment_of_a_role_has_no_profile_if_the_developers_names_none(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    assert "AWS_PROFILE" not in sm.iam.role("app").environment


def test_one_of_several_threads_makes_a_role_of_a_name(sm: SecretsManager) -> None:
    def make(number: int) -> Role | None:
        with suppress(UsageError):
            return sm.iam.role(f"role{number // 4}")
        return None

    with ThreadPoolExecutor(4) as pool:
        made = [role for role in pool.map(make, range(200)) if role is not None]
    assert len(made) == 50
    for role in made:
        assert refusal(sm.client(principal=role).list_secrets)
