"""The environment variables that a rotation function sees."""

import os
from collections.abc import Callable

import pytest
from rotating import Look, idle, rotate
from rotation_function import Database

from pytest_secretsmanager import Rotation, RotationRun, SecretsManager

VARIABLES = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "handler",
    "SECRETS_MANAGER_ENDPOINT": "https://secretsmanager.us-east-1.amazonaws.com",
}


def environment() -> dict[str, str | None]:
    """Return the current values of the variables that a rotation function gets."""
    return {name: os.environ.get(name) for name in VARIABLES}


def test_rotation_step_sees_the_environment_variables_of_lambda(look_at_steps: Callable[[Look], RotationRun]) -> None:
    seen: list[dict[str, str | None]] = []
    look_at_steps(lambda *_: seen.append(environment()))
    assert seen == [VARIABLES] * 4


@pytest.mark.parametrize("before", [None, "mine"], ids=["unset", "set"])
@pytest.mark.parametrize("variable", VARIABLES)
def test_rotation_restores_the_environment_variable_after_its_steps(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch, variable: str, before: str | None
) -> None:
    if before is None:
        monkeypatch.delenv(variable, raising=False)
    else:
        monkeypatch.setenv(variable, before)
    look_at_steps(idle)
    assert os.environ.get(variable) == before


def test_rotation_step_sees_the_region_of_its_function_instead_of_the_tests_aws_region(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    seen: list[dict[str, str | None]] = []
    look_at_steps(lambda *_: seen.append(environment()))
    assert seen == [VARIABLES] * 4


def test_rotation_step_sees_a_secrets_manager_endpoint_that_was_set_before(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRETS_MANAGER_ENDPOINT", "https://vpce-1.example.com")
    seen: list[str] = []
    look_at_steps(lambda *_: seen.append(os.environ["SECRETS_MANAGER_ENDPOINT"]))
    assert seen == ["https://vpce-1.example.com"] * 4


def test_rotation_step_that_fails_restores_the_environment(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no")

    before = environment()
    assert look_at_steps(fail).state == "failed"
    assert environment() == before


def test_rotation_step_that_changes_its_variables_has_them_restored(
    look_at_steps: Callable[[Look], RotationRun],
) -> None:
    def meddle(*_: object) -> None:
        del os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        os.environ["AWS_REGION"] = "eu-west-1"

    before = environment()
    look_at_steps(meddle)
    assert environment() == before


def test_environment_is_that_of_the_test_between_two_rotation_steps(sm: SecretsManager, database: Database) -> None:
    before = environment()
    with sm.rotation.hold("db", after="createSecret"):
        rotate(sm)
        assert environment() == before


def test_nested_rotation_function_has_its_own_environment_and_restores_the_outer_one(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    regions: list[str] = []
    inner = Rotation(lambda *_: regions.append(os.environ["AWS_REGION"]))
    sm.seed("inner", "x", region="eu-west-1", rotation=inner)

    def rotate_inner(event: dict[str, str], _: object) -> None:
        if event["Step"] == "setSecret":
            regions.append(os.environ["AWS_REGION"])
            sm.client("eu-west-1").rotate_secret(SecretId="inner")
            regions.append(os.environ["AWS_REGION"])

    look_at_steps(rotate_inner)
    assert regions == ["us-east-1", *["eu-west-1"] * 4, "us-east-1"]


def test_rotation_step_sees_the_secrets_manager_endpoint_of_its_partition(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRETS_MANAGER_ENDPOINT", raising=False)
    seen = []
    function = sm.rotation.register(
        lambda _event, _context: seen.append(os.environ["SECRETS_MANAGER_ENDPOINT"]), region="cn-north-1"
    )
    sm.seed("db", "one", region="cn-north-1")
    client = sm.client("cn-north-1")
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, RotateImmediately=False)
    assert seen == ["https://secretsmanager.cn-north-1.amazonaws.com.cn"]
