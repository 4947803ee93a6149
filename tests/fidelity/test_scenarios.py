"""Every scenario runs through every door. `scenario_runner.py` explains the format of a scenario."""

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
from scenario_runner import CONFIDENCES, START, Outcome, Scenario, run, scenarios

FIDELITY = Path(__file__).parent
SOURCES = tomllib.loads((FIDELITY / "sources.toml").read_text(encoding="utf-8"))


def marked(scenario: Scenario):
    """The scenario as a test case, which has to fail if the scenario has `xfail`."""
    marks = [pytest.mark.xfail(reason=scenario.xfail, strict=True, raises=AssertionError)] if scenario.xfail else []
    return pytest.param(scenario, id=f"{scenario.file}: {scenario.name}", marks=marks)


@pytest.mark.parametrize("scenario", [marked(scenario) for scenario in scenarios()])
def test_every_door_answers_as_aws(scenario):
    """Each answer matches the scenario, and replies, refusals and log are the same through every door."""
    with time_machine.travel(START, tick=False):
        first, *others = [comparable(run(scenario, door)) for door in DOORS]
    for other in others:
        assert other == first


def comparable(outcome: Outcome) -> list[Any]:
    """The outcome of a scenario, with a number in place of each random id."""
    numbers = count(1)
    placeholders = defaultdict(lambda: f"<{next(numbers)}>")

    def numbered(value: Any) -> Any:
        if isinstance(value, dict):
            # Members have no order. Versions, by their ids, stay in the order of their creation.
            names = value if any(map(RANDOM_ID.fullmatch, value)) else sorted(value)
            return {numbered(name): "…" if name in RANDOM_MEMBERS else numbered(value[name]) for name in names}
        if isinstance(value, list | tuple):
            return [numbered(item) for item in value]
        return RANDOM_ID.sub(lambda found: placeholders[found[0]], value) if isinstance(value, str) else value

    return [numbered(asdict(answer)) for answer in outcome.answers] + numbered(outcome.log)


RANDOM_MEMBERS = {"RandomPassword", "NextToken"}
RANDOM_ID = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # UUIDs
    r"|(?<=-)[A-Za-z0-9]{6}(?!\w)"  # the ends of ARNs
    r'|(?<="password": ")\w{32}(?=")'  # new values of managed rotations
)


def test_aiobotocore_is_among_the_doors():
    if find_spec("aiobotocore") is None:
        pytest.skip("aiobotocore is not installed: pip install '.[dev,async]'")
    assert "aiobotocore" in DOORS


def test_there_are_at_least_150_scenarios():
    assert len(scenarios()) >= 150


def test_scenarios_have_different_names():
    names = [scenario.name for scenario in scenarios()]
    assert [name for name in sorted(set(names)) if names.count(name) > 1] == []


def test_every_scenario_has_a_source_and_a_confidence():
    assert [scenario.name for scenario in scenarios() if not scenario.source.strip()] == []
    assert [scenario.name for scenario in scenarios() if scenario.confidence not in CONFIDENCES] == []


def sources_named_in(text):
    return {name for name in SOURCES if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)}


def test_every_recorded_scenario_names_a_source_in_sources_toml():
    recorded = [scenario for scenario in scenarios() if scenario.confidence == "RECORDED"]
    assert [scenario.name for scenario in recorded if not sources_named_in(scenario.source)] == []


def test_every_source_in_sources_toml_is_named_by_a_scenario_or_the_ledger():
    texts = [*(scenario.source for scenario in scenarios()), (FIDELITY / "ledger.toml").read_text(encoding="utf-8")]
    assert {*SOURCES} == set().union(*map(sources_named_in, texts))


def test_every_scenario_makes_a_call():
    assert [
        scenario.name
        for scenario in scenarios()
        if not any(row[0][0] == "{" or row[0][0].isupper() for row in scenario.steps)
    ] == []
