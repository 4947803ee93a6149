"""The folder of the oracle, for the tests that compare with it."""

from pathlib import Path

import pytest
from iam_oracle import PROGRAM
from npm_packages import program_folder


@pytest.fixture(scope="session")
def oracle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The oracle as a program of Node.js; the test is skipped where that can't be had."""
    return program_folder(PROGRAM, request, tmp_path_factory)
