"""The cost of the report, the summary and the leak sentinel, as shares of a run.

    python -m pytest tests/benchmarks/bench_reports.py

The default run does not collect this file, and no test asserts a time: read the table that it prints. Each run is a
process of its own. Rounds alternate between the options, and the least CPU time of each option counts. The difference
between the two runs without an option is the error of the measurement.
"""

from pathlib import Path
from statistics import median

import pytest
from separate_runs import seconds_of

ROUNDS = 5

OPTIONS = {
    "off": [],
    "off, again": [],
    "summary": ["--secretsmanager-summary"],
    "report and summary": ["--secretsmanager-report=out.html", "--secretsmanager-summary"],
    "leaks": ["--secretsmanager-leaks=error"],
}

SUITE = """
import time

import boto3
import pytest


@pytest.mark.parametrize("number", range({tests}))
@pytest.mark.secret("app/db", "old password")
@pytest.mark.secret("app/key", {{"user": "u", "password": "correct horse"}})
def test_it(secretsmanager, number):
    client = boto3.client("secretsmanager")
    assert client.get_secret_value(SecretId="app/db")["SecretString"] == "old password"
    client.put_secret_value(SecretId="app/db", SecretString="new password")
    assert client.get_secret_value(SecretId="app/db")["SecretString"] == "new password"
    client.get_secret_value(SecretId="app/key")
    end = time.process_time() + {work}
    while time.process_time() < end:
        pass
"""


@pytest.mark.parametrize(
    ("tests", "work"), [(1_000, 0.0), (1_000, 0.015)], ids=["1,000 tests of calls", "1,000 tests with other work"]
)
def test_the_share_of_each_option(
    tests: int, work: float, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\n")
    tmp_path.joinpath("test_many.py").write_text(SUITE.format(tests=tests, work=work))
    seconds_of(tmp_path, OPTIONS["report and summary"])  # writes the bytecode
    seconds: dict[str, list[float]] = {name: [] for name in OPTIONS}
    for _ in range(ROUNDS):
        for name, arguments in OPTIONS.items():
            seconds[name].append(seconds_of(tmp_path, arguments))
    least = {name: min(found) for name, found in seconds.items()}
    lines = [
        f"| {request.node.callspec.id} | least s | median s | ms a test | share |",
        "| --- | --: | --: | --: | --: |",
    ]
    for name, found in seconds.items():
        more = least[name] - least["off"]
        figures = f"{least[name]:.2f} | {median(found):.2f} | {more / tests * 1e3:.2f} | {more / least['off']:.1%}"
        lines.append(f"| {name} | {figures} |")
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201
