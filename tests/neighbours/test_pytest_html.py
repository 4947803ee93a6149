"""pytest-html beside this plugin: the row of a failing test has the pictures of its secrets."""

import html
import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_secretsmanager.inspection.timelines import of_world

SOURCE = """
    import pytest

    pytestmark = pytest.mark.secret("app/db", "to-hide")

    def test_fail(secretsmanager):
        secretsmanager.client().put_secret_value(SecretId="app/db", SecretString="to-hide-2")
        secretsmanager.log.clear()
        assert 0, "wrong"

    def test_pass(secretsmanager):
        secretsmanager.client().get_secret_value(SecretId="app/db")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the tests beside pytest-html; return the result and the content of each row's extras."""
    pytest.importorskip("pytest_html")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    plugins = ("-p", "pytest_secretsmanager.plugin", "-p", "pytest_metadata.plugin", "-p", "pytest_html.plugin")

    def go(*arguments: str, apart: bool = False) -> tuple[pytest.RunResult, dict[str, list[str]]]:
        pytester.makepyfile(test_it=SOURCE)
        begin = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        result = begin(*plugins, "--html=out.html", "--self-contained-html", *arguments)
        return result, extras(pytester.path / "out.html")

    return go


def extras(page: Path) -> dict[str, list[str]]:
    found = re.search(r'data-jsonblob="(.*?)"', page.read_text(encoding="utf-8"))
    assert found is not None
    tests = json.loads(html.unescape(found[1]))["tests"]
    return {
        name.partition("::")[2]: [extra["content"] for row in rows for extra in row["extras"]]
        for name, rows in tests.items()
    }


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist", "-n", "1")], ids=["one process", "xdist"])
def test_the_row_of_a_failing_test_has_the_timelines_of_its_secrets(run: Any, arguments: tuple[str, ...]) -> None:
    _, found = run(*arguments, apart=bool(arguments))
    assert found["test_pass"] == []
    (picture,) = found["test_fail"]
    assert picture.startswith('<div style="overflow-x:auto;color:#1f2328"><svg')
    assert "AWSCURRENT moved from version 1 to version 2" in picture
    assert "to-hide" not in picture


def test_a_crash_of_a_picture_is_shown_at_the_end_and_leaves_the_row(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> list[str]:
        raise ValueError("to-hide")

    monkeypatch.setattr(of_world, "timelines_of", crash)
    result, found = run("--tb=no")
    result.assert_outcomes(passed=1, failed=1)
    assert found == {"test_fail": [], "test_pass": []}
    result.stdout.fnmatch_lines(
        ["secretsmanager: the picture in the report of pytest-html crashed: ValueError in test_pytest_html.py, line *"]
    )
