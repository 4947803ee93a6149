"""Fixtures of the tests of RotateSecret."""

import pytest
from rotation_calls import FUNCTION, V1, RotationFunction


@pytest.fixture
def function(world):
    """A rotation function that Secrets Manager may invoke."""
    world.functions[FUNCTION] = RotationFunction(world)
    return world.functions[FUNCTION]


@pytest.fixture
def db(world, function):
    """The ARN of a secret with one version."""
    return world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)["ARN"]


@pytest.fixture
def managed(world):
    """Create a secret that another AWS service manages."""

    def create(**content):
        world.call("CreateSecret", Name="rds!db", ClientRequestToken=V1, by="rds", **content)

    return create
