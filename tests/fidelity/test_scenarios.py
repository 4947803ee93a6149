"""What AWS is known to do, a scenario for each fact, through every door. `scenario_runner.py` tells the format."""

import pytest
import scenario_runner
from scenario_runner import CONFIDENCES, DOORS, Scenario, scenarios


def marked(scenario: Scenario):
    """The scenario as a case of its own; one that is expected to fail has to."""
    marks = [pytest.mark.xfail(reason=scenario.xfail, strict=True, raises=AssertionError)] if scenario.xfail else []
    return pytest.param(scenario, id=f"{scenario.file}: {scenario.name}", marks=marks)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("scenario", [marked(scenario) for scenario in scenarios()])
def test_it_is_as_aws_does_it(scenario, door):
    scenario_runner.run(scenario, door)


def test_there_are_scenarios_enough():
    assert len(scenarios()) >= 150


def test_no_two_scenarios_have_one_name():
    names = [scenario.name for scenario in scenarios()]
    assert [name for name in sorted(set(names)) if names.count(name) > 1] == []


def test_every_scenario_says_where_its_fact_comes_from():
    assert [scenario.name for scenario in scenarios() if not scenario.source.strip()] == []
    assert [scenario.name for scenario in scenarios() if scenario.confidence not in CONFIDENCES] == []


def test_every_scenario_makes_a_call():
    assert [
        scenario.name
        for scenario in scenarios()
        if not any(row[0][0] == "{" or row[0][0].isupper() for row in scenario.steps)
    ] == []
