"""The environment variables of a running rotation function, beside those that managers set."""

import os
from contextlib import ExitStack

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.surroundings.function import run_function

VARIABLES = ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture
def function() -> object:
    """A stand-in for a running rotation function."""
    return object()


def test_variables_of_a_manager_entered_in_a_running_function_stay_when_the_function_ends(function: object) -> None:
    with ExitStack() as manager:

        def enter() -> None:
            manager.enter_context(SecretsManager("us-west-2"))
            assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"

        run_function(PROCESS.environment, function, "eu-west-1", "rotate", enter)
        assert os.environ["AWS_DEFAULT_REGION"] == "us-west-2"
    assert "AWS_DEFAULT_REGION" not in os.environ


@pytest.mark.parametrize("region", ["eu-west-1", "us-west-2"])
def test_variables_of_a_manager_left_in_a_running_function_do_not_come_back(function: object, region: str) -> None:
    with ExitStack() as manager:
        manager.enter_context(SecretsManager("eu-west-1"))

        def leave_manager() -> None:
            manager.close()
            assert os.environ["AWS_DEFAULT_REGION"] == region

        run_function(PROCESS.environment, function, region, "rotate", leave_manager)
    assert not any(name in os.environ for name in VARIABLES)


def test_a_rotation_function_sees_the_variables_that_lambda_sets(function: object) -> None:
    names = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_LAMBDA_FUNCTION_NAME", "SECRETS_MANAGER_ENDPOINT")
    seen = run_function(
        PROCESS.environment, function, "cn-north-1", "rotate", lambda: [os.environ[name] for name in names]
    )
    endpoint = "https://secretsmanager.cn-north-1.amazonaws.com.cn"
    assert seen == ["cn-north-1", "cn-north-1", "rotate", endpoint]
    assert not any(name in os.environ for name in names)


def test_a_rotation_function_sees_the_secrets_manager_endpoint_of_the_process(
    function: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRETS_MANAGER_ENDPOINT", "http://localhost:4566")
    look = lambda: os.environ["SECRETS_MANAGER_ENDPOINT"]  # noqa: E731
    assert run_function(PROCESS.environment, function, "us-east-1", "rotate", look) == "http://localhost:4566"
