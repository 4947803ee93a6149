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
    """The variables that a function is given, as they are now."""
    return {name: os.environ.get(name) for name in VARIABLES}


def test_a_step_sees_the_environment_of_a_lambda_function(look_at_steps: Callable[[Look], RotationRun]) -> None:
    seen: list[dict[str, str | None]] = []
    look_at_steps(lambda *_: seen.append(environment()))
    assert seen == [VARIABLES] * 4


@pytest.mark.parametrize("before", [None, "mine"], ids=["unset", "set"])
@pytest.mark.parametrize("variable", VARIABLES)
def test_afterwards_a_variable_is_as_it_was(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch, variable: str, before: str | None
) -> None:
    if before is None:
        monkeypatch.delenv(variable, raising=False)
    else:
        monkeypatch.setenv(variable, before)
    look_at_steps(idle)
    assert os.environ.get(variable) == before


def test_a_region_that_was_set_before_is_that_of_the_function_meanwhile(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    seen: list[dict[str, str | None]] = []
    look_at_steps(lambda *_: seen.append(environment()))
    assert seen == [VARIABLES] * 4


def test_an_endpoint_that_was_set_before_is_the_functions_too(
    look_at_steps: Callable[[Look], RotationRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRETS_MANAGER_ENDPOINT", "https://vpce-1.example.com")
    seen: list[str] = []
    look_at_steps(lambda *_: seen.append(os.environ["SECRETS_MANAGER_ENDPOINT"]))
    assert seen == ["https://vpce-1.example.com"] * 4


def test_a_step_that_fails_leaves_the_environment_as_it_was(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no")

    before = environment()
    assert look_at_steps(fail).state == "failed"
    assert environment() == before


def test_what_a_step_does_to_its_own_variables_is_taken_back(look_at_steps: Callable[[Look], RotationRun]) -> None:
    def meddle(*_: object) -> None:
        del os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        os.environ["AWS_REGION"] = "eu-west-1"

    before = environment()
    look_at_steps(meddle)
    assert environment() == before


def test_between_two_steps_the_environment_is_that_of_the_test(sm: SecretsManager, database: Database) -> None:
    before = environment()
    with sm.rotation.hold("db", after="createSecret"):
        rotate(sm)
        assert environment() == before


def test_a_function_that_runs_inside_another_has_its_own_environment_and_gives_it_back(
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


def test_the_endpoint_of_a_function_is_that_of_its_partition(
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
