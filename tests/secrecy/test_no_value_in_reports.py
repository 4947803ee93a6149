"""Nothing that the plugin prints or writes about a failing test shows a plain value that the test does not name."""

from collections.abc import Callable

import pytest
from marked import is_marked

FAILING = """
from busy_run import keep_busy

def test_busy(secretsmanager):
    keep_busy(secretsmanager)
    raise AssertionError("after all")
"""

WRITTEN = {"report": "report.html", "policy": "policy.json"}


@pytest.mark.parametrize("leaks", ["off", "warn", "error"])
def test_no_output_of_a_failing_test_shows_a_value(
    pytester: pytest.Pytester, run_apart: Callable[..., pytest.RunResult], leaks: str
) -> None:
    files = [f"--secretsmanager-{option}={name}" for option, name in WRITTEN.items()]
    result = run_apart(
        FAILING, *files, "--secretsmanager-summary", f"--secretsmanager-leaks={leaks}", "--junitxml=junit.xml", "-rA"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*after all*", "*secretsmanager summary*"])
    written = {path.name: path.read_bytes() for path in pytester.path.rglob("*") if path.is_file()}
    assert {*WRITTEN.values(), "junit.xml"} <= written.keys()
    assert [name for name, content in written.items() if is_marked(content)] == []
    assert not is_marked(result.stdout.str() + result.stderr.str())
