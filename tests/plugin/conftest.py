"""Runs test files with this plugin and no other, whatever the developer's environment says."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest

Run = Callable[..., pytest.RunResult]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with patch.dict(os.environ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        yield


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one file, `test_it.py`, in this process, in its written order."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run_file(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=source)
        return pytester.runpytest("-p", "pytest_secretsmanager.plugin", *arguments)

    return run_file


@pytest.fixture
def failures(run: Run) -> Callable[..., list[str]]:
    """Runs one file and gives the exact text of each failure and error, as the terminal shows it."""

    def texts(source: str, *arguments: str) -> list[str]:
        recorded: Any = run(source, *arguments).reprec  # type: ignore[attr-defined]
        reports = recorded.getreports("pytest_runtest_logreport")
        return [report.longreprtext for report in reports if report.failed]

    return texts
