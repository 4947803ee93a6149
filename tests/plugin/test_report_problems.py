"""The problems of the plugin's own reports: shown once, at the end of the run."""

from typing import Any

import pytest

CONFTEST = """
    from pytest_secretsmanager.plugin import report_problems

    def pytest_runtest_teardown(item):
        {body}
"""

CRASH = """
        try:
            {}["hunter2-Pa$$"]
        except KeyError as error:
            report_problems.note_crash(item.config, "the leak search", error)
"""

TWO_TESTS = """
    def test_one(): ...
    def test_two(): ...
"""


def shown(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("secretsmanager: ")]


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n2")], ids=["one process", "xdist"])
def test_a_problem_noted_for_two_tests_is_shown_once(pytester: Any, run_apart: Any, workers: tuple[str, ...]) -> None:
    pytester.makeconftest(CONFTEST.replace("{body}", "report_problems.note(item.config, 'no summary')"))
    result = run_apart(TWO_TESTS, *workers)
    result.assert_outcomes(passed=2)
    assert shown(result) == ["secretsmanager: no summary"]


def test_a_crash_is_shown_with_its_place_without_its_message(pytester: Any, run: Any) -> None:
    pytester.makeconftest(CONFTEST.replace("{body}", CRASH.strip()))
    result = run(TWO_TESTS)
    result.assert_outcomes(passed=2)
    assert shown(result) == ["secretsmanager: the leak search crashed: KeyError in conftest.py, line 5"]


def test_ten_problems_are_shown_and_the_others_counted(pytester: Any, run: Any) -> None:
    body = "[report_problems.note(item.config, str(number)) for number in range(12)]"
    pytester.makeconftest(CONFTEST.replace("{body}", body))
    assert shown(run(TWO_TESTS)) == [
        *(f"secretsmanager: {number}" for number in range(10)),
        "secretsmanager: … and 2 more",
    ]
