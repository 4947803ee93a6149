"""The environment variables of a Lambda function while it runs."""

from collections.abc import Callable, Mapping

from pytest_secretsmanager.engine import arns, partitions
from pytest_secretsmanager.engine.interrupts import whole
from pytest_secretsmanager.surroundings.default_region import REGION_VARIABLE
from pytest_secretsmanager.surroundings.process import CREDENTIALS_VARIABLES, Environment, Overlay

_ENDPOINT = "SECRETS_MANAGER_ENDPOINT"
"""The variable in which AWS's own rotation functions look for the endpoint of their client."""


def run_function(
    environment: Environment, function: object, region: str, name: str, body: Callable[[], object]
) -> object:
    """Run a function with the variables that Lambda sets for it. Functions may overlap in any order.

    `function` is any object that stands for this run.
    """
    variables: dict[str, str] = {}

    def begin() -> None:
        with environment.lock:
            variables.update(_variables(environment, region, name))
            environment.lay(Overlay(function, variables))

    return whole(begin, body, lambda: environment.take_off([function]))


def _variables(environment: Environment, region: str, name: str) -> Mapping[str, str]:
    if_unset = {
        _ENDPOINT: f"https://secretsmanager.{region}.{partitions.dns_suffix(arns.partition(region))}",
        **CREDENTIALS_VARIABLES,
    }
    unset = {variable: value for variable, value in if_unset.items() if environment.own(variable) is None}
    return {"AWS_REGION": region, REGION_VARIABLE: region, "AWS_LAMBDA_FUNCTION_NAME": name, **unset}
