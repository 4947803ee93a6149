"""The cost of the unused plugin in a run, and that of its first use.

    python -m pytest tests/benchmarks/bench_start.py

The default run does not collect this file, and no test asserts a time: read the tables that it prints. Each run is a
process of its own. Rounds alternate between the rows. The difference between the two rows of the same name is the
error of the measurement. Modules are counted exactly. If valgrind is installed, the instructions of all but the longest
runs are counted too: they differ by less than a percent from run to run. That takes ten minutes; without valgrind, it
takes five.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

ROUNDS = 5

LONG = 3.0
"""Seconds."""

WITHOUT = "-p no:secretsmanager"
RUNS = {WITHOUT: ["-p", "no:secretsmanager"], f"{WITHOUT}, again": ["-p", "no:secretsmanager"], "unused": []}

FILES = {
    "an empty file": "",
    "1,000 tests with other markers": """
import pytest

@pytest.mark.parametrize("number", range(1_000))
@pytest.mark.other(1)
@pytest.mark.usefixtures("tmp_path")
def test_it(number): pass
""",
    "10,000 trivial tests": "".join(f"def test_{number}(): pass\n" for number in range(10_000)),
}

COUNTING = """
import sys
def pytest_unconfigure():
    with open("modules", "w") as file:
        file.write(str(len(sys.modules)))
"""

LIBRARIES = """
import botocore.session, boto3, pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
"""
CLIENT = LIBRARIES + 'boto3.client("secretsmanager", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")\n'
FIRST_USE = """
from pytest_secretsmanager import SecretsManager
with SecretsManager() as sm:
    sm.seed("app/db", "one")
    sm.client().get_secret_value(SecretId="app/db")
"""
MODULES = 'import sys; open("modules", "w").write(str(len(sys.modules)))\n'

PROGRAMS = {
    "imports of the libraries": LIBRARIES,
    "imports of the libraries, again": LIBRARIES,
    "and a client of boto3": CLIENT,
    "and the first use, with its client": LIBRARIES + FIRST_USE,
    "a client of boto3, and the first use": CLIENT + FIRST_USE,
}


class Costs(NamedTuple):
    """The costs of one command."""

    seconds: list[float]
    modules: int
    instructions: int | None


def environment() -> dict[str, str]:
    """Hashes are the same in each process, and the bytecode of the first one is used by the others."""
    left_out = ("PYTHONDONTWRITEBYTECODE", "AWS_DEFAULT_REGION")
    return {name: value for name, value in os.environ.items() if name not in left_out} | {"PYTHONHASHSEED": "0"}


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode in (0, pytest.ExitCode.NO_TESTS_COLLECTED), done.stdout + done.stderr
    return done.stderr


def seconds_of(command: list[str], folder: Path) -> float:
    """The CPU time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def instructions_of(command: list[str], folder: Path) -> int | None:
    """The number of instructions of a command, if valgrind can count them."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return None
    counting = [valgrind, "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={os.devnull}"]
    found = re.search(r"I\s+refs:\s+([\d,]+)", run([*counting, *command], folder))
    return int(found[1].replace(",", "")) if found else None


def costs_of(commands: Mapping[str, list[str]], folder: Path) -> dict[str, Costs]:
    modules = {}
    for name, command in commands.items():  # the first run writes the bytecode
        run(command, folder)
        modules[name] = int(folder.joinpath("modules").read_text())
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            seconds[name].append(seconds_of(command, folder))
    return {
        name: Costs(
            seconds[name], modules[name], None if is_long(name, seconds[name]) else instructions_of(command, folder)
        )
        for name, command in commands.items()
    }


def is_long(name: str, seconds: list[float]) -> bool:
    """Whether a command is not worth the fifty-fold time of counting: it takes long, or is that of another row."""
    return min(seconds) > LONG or name.endswith(", again")


def table(title: str, costs: Mapping[str, Costs], tests: int = 0) -> list[str]:
    """The rows, each with its differences from the first one."""
    first = next(iter(costs.values()))
    lines = [
        f"| {title} | least ms | median ms | more | modules | more | million instructions | more | more a test |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for name, (seconds, modules, instructions) in costs.items():
        cells = [f"{min(seconds) * 1e3:.0f}", f"{median(seconds) * 1e3:.0f}"]
        cells += [f"{min(seconds) / min(first.seconds) - 1:+.1%}", str(modules), f"{modules - first.modules:+}"]
        if instructions is not None and first.instructions is not None:
            more = instructions - first.instructions
            cells += [f"{instructions / 1e6:,.1f}", f"{more / first.instructions:+.2%}"]
            cells += [f"{more / tests:+,.0f}" if tests else ""]
        lines.append(f"| {' | '.join([name, *cells])} |")
    return lines


@pytest.mark.parametrize("arguments", [["--collect-only"], []], ids=["--collect-only", "running"])
@pytest.mark.parametrize("file", FILES)
def test_the_cost_of_the_unused_plugin(
    file: str, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\nmarkers = other\n")
    tmp_path.joinpath("conftest.py").write_text(COUNTING)
    tmp_path.joinpath("test_many.py").write_text(FILES[file])
    pytest_command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments]
    costs = costs_of({name: [*pytest_command, *more] for name, more in RUNS.items()}, tmp_path)
    tests = {"an empty file": 0, "1,000 tests with other markers": 1_000, "10,000 trivial tests": 10_000}[file]
    with capsys.disabled():
        print("", *table(f"{file}, {' '.join(arguments) or 'running'}", costs, tests), sep="\n")  # noqa: T201


def test_the_cost_of_the_first_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    costs = costs_of({name: [sys.executable, "-c", program + MODULES] for name, program in PROGRAMS.items()}, tmp_path)
    with capsys.disabled():
        print("", *table("one process", costs), sep="\n")  # noqa: T201
