"""The environment variables of the process: overlays over them, and the variables that managers set."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from pytest_secretsmanager.surroundings.process import Environment, Overlay

NAME = "AWS_LAMBDA_FUNCTION_NAME"
REGION = "AWS_DEFAULT_REGION"


@pytest.fixture
def environment() -> Iterator[Environment]:
    """An environment of its own, over the variables of this process."""
    with patch.dict(os.environ):
        os.environ.pop("PYTEST_CURRENT_TEST", None)  # pytest changes it from phase to phase
        before = dict(os.environ)
        yield Environment()
        os.environ.pop("PYTEST_CURRENT_TEST", None)
        assert dict(os.environ) == before


@pytest.mark.parametrize("own", [None, "own"])
def test_the_newest_overlay_is_on_top_and_each_owner_can_take_off_its_own(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, own: str | None
) -> None:
    with monkeypatch.context() as variables:
        if own is not None:
            variables.setenv(NAME, own)
        for owner in ("first", "second", "third"):
            environment.lay(Overlay(owner, {NAME: owner}))
        assert (os.environ[NAME], environment.own(NAME)) == ("third", own)
        environment.take_off(["second"])
        assert os.environ[NAME] == "third"
        environment.take_off(["third"])
        assert os.environ[NAME] == "first"
        environment.take_off(["first"])
        assert os.environ.get(NAME) == own


def test_taking_off_an_overlay_again_changes_nothing(environment: Environment) -> None:
    environment.lay(Overlay("first", {NAME: "first"}))
    environment.take_off(["first"])
    environment.take_off(["first"])
    assert NAME not in os.environ


def test_an_overlay_leaves_other_variables_alone(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as variables:
        environment.lay(Overlay("first", {NAME: "first"}))
        variables.setenv("OTHER", "set while the function runs")
        environment.take_off(["first"])
        assert os.environ["OTHER"] == "set while the function runs"


def test_the_last_user_takes_back_what_the_first_has_set(environment: Environment) -> None:
    environment.enter("one", "eu-west-1")
    environment.enter("other", "us-west-2")
    assert (os.environ[REGION], environment.region) == ("eu-west-1", "eu-west-1")
    environment.leave("one")
    assert os.environ[REGION] == "eu-west-1"
    environment.leave("other")
    assert environment.region is None


def test_variables_that_a_manager_has_set_count_as_unset(environment: Environment) -> None:
    environment.enter("one", "eu-west-1")
    assert environment.unset_variables("us-west-2")[REGION] == "us-west-2"
    environment.leave("one")


def test_a_variable_that_the_process_has_set_is_not_unset(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as variables:
        variables.setenv(REGION, "ap-south-1")
        assert REGION not in environment.unset_variables("us-west-2")
        environment.enter("one", "eu-west-1")
        environment.leave("one")
        assert environment.region == "ap-south-1"
