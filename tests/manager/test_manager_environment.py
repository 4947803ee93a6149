"""The environment variables that a manager sets, and the region that it takes from them."""

import os

import boto3
import pytest
from application import VARIABLES

from pytest_secretsmanager import Rotation, SecretsManager, UsageError
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.views import state_of
from pytest_secretsmanager.managing.planting import follow_environment, plant
from pytest_secretsmanager.seed_arguments import seed_of


def test_manager_sets_missing_aws_variables_and_removes_them() -> None:
    with SecretsManager(region="eu-west-1"):
        assert [os.environ[name] for name in VARIABLES] == ["eu-west-1", "testing", "testing"]
    assert not os.environ.keys() & set(VARIABLES)


@pytest.mark.parametrize("name", VARIABLES)
def test_manager_keeps_an_aws_variable_that_is_set(name: str) -> None:
    os.environ[name] = "eu-west-1"
    with SecretsManager("eu-west-2"):
        assert os.environ[name] == "eu-west-1"
        assert os.environ.keys() >= set(VARIABLES)
    assert os.environ[name] == "eu-west-1"
    assert os.environ.keys() & set(VARIABLES) == {name}


def test_manager_keeps_an_empty_aws_default_region() -> None:
    os.environ["AWS_DEFAULT_REGION"] = ""
    with SecretsManager():
        assert os.environ["AWS_DEFAULT_REGION"] == ""
    assert os.environ["AWS_DEFAULT_REGION"] == ""


def test_manager_keeps_an_aws_variable_that_was_changed_inside() -> None:
    with SecretsManager():
        os.environ["AWS_DEFAULT_REGION"] = "ap-south-1"
    assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"


def test_manager_accepts_that_an_aws_variable_was_removed_inside() -> None:
    with SecretsManager():
        del os.environ["AWS_DEFAULT_REGION"]
    assert "AWS_DEFAULT_REGION" not in os.environ


def test_nested_managers_remove_only_the_variables_that_they_set() -> None:
    with SecretsManager(region="eu-west-1"):
        with SecretsManager(region="us-west-2"):
            assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert "AWS_DEFAULT_REGION" not in os.environ


@pytest.mark.parametrize(("variable", "region"), [("eu-west-1", "eu-west-1"), ("", "us-east-1"), (None, "us-east-1")])
def test_manager_without_a_region_takes_it_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, region: str
) -> None:
    if variable is not None:
        monkeypatch.setenv("AWS_DEFAULT_REGION", variable)
    with SecretsManager() as sm:
        sm.seed("db", "x")
        assert sm.region == sm.client().meta.region_name == region
        assert sm.kms.create_key().arn.split(":")[3] == region
        assert sm.rotation.register(lambda _, __: None).split(":")[3] == region
        with monkeypatch.context() as later:
            later.setenv("AWS_DEFAULT_REGION", "ap-south-1")
            assert sm.region == key_of(sm.secret("db")).region == region


def test_region_argument_wins_over_aws_default_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    sm = SecretsManager("ap-south-1")
    follow_environment(sm._parts)
    assert sm.region == "ap-south-1"


def test_nested_manager_without_a_region_uses_the_region_of_the_outer_one() -> None:
    with SecretsManager("eu-west-1"), SecretsManager() as inner:
        inner.seed("db", "x")
        assert boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "x"


def named_beside(sm: SecretsManager) -> tuple[set[str], set[str]]:
    """Return the functions and the KMS keys of a manager."""
    return {*sm._parts.functions.by_arn}, {*sm._parts.keys._keys}


def test_manager_changes_nothing_when_it_can_not_follow_the_environments_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sm = SecretsManager()
    follow_environment(sm._parts)
    plant(sm._parts, seed_of("one", "x", kms_key="alias/mine", rotation=Rotation(lambda _, __: None)))
    plant(sm._parts, seed_of("two", "x", replicas=["eu-west-1"]))
    before = named_beside(sm)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with sm.assert_unchanged(), pytest.raises(UsageError, match=r"'two' can't be seeded: .* Invalid replica region"):
        follow_environment(sm._parts)
    assert sm.region == key_of(sm.secret("one")).region == "us-east-1"
    assert named_beside(sm) == before

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    follow_environment(sm._parts)
    assert {key_of(view).region for view in sm.secrets.values()} == {"eu-west-2"}
    assert state_of(sm.secret("two", region="eu-west-1")).primary_region == "eu-west-2"


def test_rollback_restores_the_region_of_the_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    sm = SecretsManager()
    follow_environment(sm._parts)
    plant(sm._parts, seed_of("db", "x"))
    with sm.snapshot():
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        plant(sm._parts, seed_of("new", "x"))
        follow_environment(sm._parts)
        assert [*sm.secrets] == ["db", "new"]
        assert sm.region == "eu-west-1"
    assert sm.region == "us-east-1"
    assert [*sm.secrets] == ["db"]
    follow_environment(sm._parts)
    assert [*sm.secrets] == ["db"]
    assert sm.region == "eu-west-1"
