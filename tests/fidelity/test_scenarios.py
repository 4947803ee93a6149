"""What AWS is known to do, a scenario for each fact, through every door. `scenario_runner.py` tells the format."""

import re
import tomllib
from collections import defaultdict
from dataclasses import asdict
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from scenario_doors import DOORS
from scenario_runner import CONFIDENCES, START, Scenario, Told, run, scenarios

FIDELITY = Path(__file__).parent
SOURCES = tomllib.loads((FIDELITY / "sources.toml").read_text(encoding="utf-8"))


def marked(scenario: Scenario):
    """The scenario as a case of its own; one that is expected to fail has to."""
    marks = [pytest.mark.xfail(reason=scenario.xfail, strict=True, raises=AssertionError)] if scenario.xfail else []
    return pytest.param(scenario, id=f"{scenario.file}: {scenario.name}", marks=marks)


@pytest.mark.parametrize("scenario", [marked(scenario) for scenario in scenarios()])
def test_it_is_as_aws_does_it_through_every_door_alike(scenario):
    """Each answer is as the scenario has it, and replies, refusals and log are the same whichever way calls come in."""
    with time_machine.travel(START, tick=False):
        first, *others = [comparable(run(scenario, door)) for door in DOORS]
    for other in others:
        assert other == first


def comparable(told: Told) -> list[Any]:
    """What a scenario told, with a number for each id that is made up anew each time."""
    made = count(1)
    numbers = defaultdict(lambda: f"<{next(made)}>")

    def numbered(value: Any) -> Any:
        if isinstance(value, dict):
            # Members stand in any order; versions, under their ids, in the order in which they were made.
            names = value if any(map(MADE_UP.fullmatch, value)) else sorted(value)
            return {numbered(name): "…" if name in RANDOM else numbered(value[name]) for name in names}
        if isinstance(value, list | tuple):
            return [numbered(item) for item in value]
        return MADE_UP.sub(lambda found: numbers[found[0]], value) if isinstance(value, str) else value

    return [numbered(asdict(answer)) for answer in told.answers] + numbered(told.log)


RANDOM = {"RandomPassword", "NextToken"}
MADE_UP = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # UUIDs
    r"|(?<=-)[A-Za-z0-9]{6}(?!\w)"  # the ends of ARNs
    r'|(?<="password": ")\w{32}(?=")'  # new values of managed rotations
)


def test_the_async_door_is_among_them():
    if find_spec("aiobotocore") is None:
        pytest.skip("aiobotocore is not installed: pip install '.[dev,async]'")
    assert "aiobotocore" in DOORS


def test_there_are_scenarios_enough():
    assert len(scenarios()) >= 150


def test_no_two_scenarios_have_one_name():
    names = [scenario.name for scenario in scenarios()]
    assert [name for name in sorted(set(names)) if names.count(name) > 1] == []


def test_every_scenario_says_where_its_fact_comes_from():
    assert [scenario.name for scenario in scenarios() if not scenario.source.strip()] == []
    assert [scenario.name for scenario in scenarios() if scenario.confidence not in CONFIDENCES] == []


def sources_named_in(text):
    return {name for name in SOURCES if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)}


def test_every_recorded_scenario_names_a_source_that_the_list_of_sources_explains():
    recorded = [scenario for scenario in scenarios() if scenario.confidence == "RECORDED"]
    assert [scenario.name for scenario in recorded if not sources_named_in(scenario.source)] == []


def test_the_list_of_sources_explains_no_source_that_is_not_named():
    texts = [*(scenario.source for scenario in scenarios()), (FIDELITY / "ledger.toml").read_text(encoding="utf-8")]
    assert {*SOURCES} == set().union(*map(sources_named_in, texts))


def test_every_scenario_makes_a_call():
    assert [
        scenario.name
        for scenario in scenarios()
        if not any(row[0][0] == "{" or row[0][0].isupper() for row in scenario.steps)
    ] == []
