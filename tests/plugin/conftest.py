"""Run test files with this plugin only, independent of the developer's environment."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from botocore.endpoint import Endpoint

Run = Callable[..., pytest.RunResult]

_NOTHING_TO_EXPLAIN = re.compile(r"(last )?[\d,]+( of [\d,]+)? calls?\b|no call reached ")
"""The beginning of a section that has only tables, or says that there was no call."""

ON_CI = ("CI", "BUILD_NUMBER")
"""The variables with which pytest prints whole messages in its short summary."""

WRAPPED = ((BaseClient, "_make_api_call"), (Endpoint, "_send"), (Endpoint, "create_request"))
"""The methods of botocore that the plugin wraps while a run needs it."""


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with patch.dict(os.environ):
        for name in [name for name in os.environ if name.startswith("AWS_") or name in ON_CI]:
            del os.environ[name]
        yield


@contextmanager
def _nothing_left() -> Iterator[None]:
    """Assert that a run in this process leaves botocore and the environment unchanged."""
    before = _methods(), _variables()
    yield
    assert (_methods(), _variables()) == before


def _methods() -> list[object]:
    return [vars(owner)[name] for owner, name in WRAPPED]


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@pytest.fixture
def _this_plugin_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs load this plugin and no other. With `-p`, each would look for it in everything that is installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_secretsmanager.plugin")


@pytest.fixture
def run(pytester: pytest.Pytester, _this_plugin_alone: None) -> Run:
    """Run one file, `test_it.py`, in this process, in written order."""

    def run_file(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=source)
        with _nothing_left():
            return pytester.runpytest_inprocess(*arguments)

    return run_file


@pytest.fixture
def run_apart(pytester: pytest.Pytester, _this_plugin_alone: None) -> Run:
    """Like `run`, in a separate process: for xdist, and for tests that depend on the order of imports."""

    def run_file(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=source)
        return pytester.runpytest_subprocess(*arguments, timeout=300)

    return run_file


@pytest.fixture
def failures(run: Run) -> Callable[..., list[str]]:
    """Run one file and return the exact text of each failure and error, as the terminal shows it."""

    def texts(source: str, *arguments: str) -> list[str]:
        return [report.longreprtext for report in _reports(run(source, *arguments)) if report.failed]

    return texts


@pytest.fixture
def sections(run: Run) -> Callable[..., list[str]]:
    """Run one file and return the lines that explain each failing report that has some, with folded lines joined.

    These are the lines above the tables of calls and secrets.
    """

    def of_reports(source: str, *arguments: str, **outcomes: int) -> list[str]:
        result = run(source, *arguments)
        result.assert_outcomes(**(outcomes or {"failed": 1}))
        found = [text for report in _reports(result) for name, text in report.sections if name == "secretsmanager"]
        assert not any("to-hide" in text for text in found)
        assert not any(_is_long(line) for text in found for line in text.splitlines())
        explaining = [text.partition("\n\n")[0] for text in found]
        return [text.replace("\n  ", " ") for text in explaining if not _NOTHING_TO_EXPLAIN.match(text)]

    return of_reports


def _reports(result: pytest.RunResult) -> list[pytest.TestReport]:
    recorded: Any = result.reprec  # type: ignore[attr-defined]
    found: list[pytest.TestReport] = recorded.getreports("pytest_runtest_logreport")
    return found


def _is_long(line: str) -> bool:
    """Whether a line exceeds 80 columns although it could be folded."""
    return len(line) > 80 and " " in line.strip()


@pytest.fixture(params=["own manager", "seeds of the run"])
def mode(request: pytest.FixtureRequest, pytester: pytest.Pytester) -> None:
    """Both ways in which a test gets its manager: its own, or the run's (`secretsmanager_seeds`)."""
    if request.param == "seeds of the run":
        pytester.path.joinpath("seeds.toml").write_text("[[secret]]\nname = 'db'\nvalue = 'one'\n")
        pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml")
