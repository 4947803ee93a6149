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
    """A new environment over the variables of this process. Assert that it restores them."""
    with patch.dict(os.environ):
        os.environ.pop("PYTEST_CURRENT_TEST", None)  # pytest changes it from phase to phase
        before = dict(os.environ)
        yield Environment()
        os.environ.pop("PYTEST_CURRENT_TEST", None)
        assert dict(os.environ) == before


@pytest.mark.parametrize("own", [None, "own"], ids=["unset before", "set before"])
def test_the_newest_overlay_sets_the_variable_and_each_owner_can_remove_its_own(
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


def test_removing_an_overlay_twice_changes_nothing(environment: Environment) -> None:
    environment.lay(Overlay("first", {NAME: "first"}))
    environment.take_off(["first"])
    environment.take_off(["first"])
    assert NAME not in os.environ


def test_removing_an_overlay_keeps_another_variable_that_was_set_after_it(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as variables:
        environment.lay(Overlay("first", {NAME: "first"}))
        variables.setenv("OTHER", "set while the function runs")
        environment.take_off(["first"])
        assert os.environ["OTHER"] == "set while the function runs"


def test_the_last_manager_to_leave_unsets_the_region_that_the_first_set(environment: Environment) -> None:
    environment.enter("one", "eu-west-1")
    environment.enter("other", "us-west-2")
    assert (os.environ[REGION], environment.region) == ("eu-west-1", "eu-west-1")
    environment.leave("one")
    assert os.environ[REGION] == "eu-west-1"
    environment.leave("other")
    assert environment.region is None


def test_a_region_that_a_manager_set_counts_as_unset(environment: Environment) -> None:
    environment.enter("one", "eu-west-1")
    assert environment.unset_variables("us-west-2")[REGION] == "us-west-2"
    environment.leave("one")


def test_a_region_that_the_process_set_is_neither_unset_nor_replaced(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as variables:
        variables.setenv(REGION, "ap-south-1")
        assert REGION not in environment.unset_variables("us-west-2")
        environment.enter("one", "eu-west-1")
        environment.leave("one")
        assert environment.region == "ap-south-1"
