"""Runs of pytest in a process of their own, whose secret values the tests here can look for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from marked import VARIABLE, reversed_mark

HERE = Path(__file__).parent
IMPORTED_FROM = (HERE, HERE.parent, HERE.parent / "doors")


@pytest.fixture
def run_apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Run one file with this plugin alone. It can import the modules of this folder."""
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*map(str, IMPORTED_FROM), *filter(None, [before])]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv(VARIABLE, reversed_mark)

    def run_file(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=source)
        return pytester.runpytest_subprocess("-p", "pytest_secretsmanager.plugin", *arguments, timeout=300)

    return run_file
