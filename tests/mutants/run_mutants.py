"""Mutation testing of the engine's rules: change one thing in one function, and see whether a test fails.

    python -m pip install '.[dev,mutation]'
    python tests/mutants/run_mutants.py                      # all mutants
    python tests/mutants/run_mutants.py 'rules.labels.*'     # those of one module
    python tests/mutants/run_mutants.py 'rules.labels.*' --tests tests/engine/rules/test_labels.py

If no test notices a mutant, a test is missing, the code is not needed, or the change is none: then
`equivalent_mutants.toml` says why. The command prints the mutants that no test notices and no entry explains, and the
entries that explain no mutant. It works in a copy of the project, `.mutants/`. Its settings are in pyproject.toml.
"""

import argparse
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

import pytest
from equivalent_mutants import Change, Entry, entries
from forked_tests import ENDED, ForkedTests
from mutated_project import function_of, write

PROJECT = Path(__file__).parents[2]
COPY = PROJECT / ".mutants"


class Results:
    """What became of each mutant: the test that failed, or None. Prints each mutant that nothing explains."""

    def __init__(self, mutants: Mapping[str, Change], known: list[Entry]) -> None:
        self._mutants, self._known, self._began = mutants, known, monotonic()
        self._killed: Counter[str] = Counter()
        self._survived: Counter[str] = Counter()
        self._used: set[Entry] = set()
        self._ended = self.unexplained = 0

    def record(self, mutant: str, failed: str | None) -> None:
        function = function_of(mutant)
        module = function.rpartition(".")[0]
        self._ended += failed == ENDED
        if failed is not None:
            self._killed[module] += 1
        else:
            self._survived[module] += 1
            self._explain(function, self._mutants[mutant])
        done = self._killed.total() + self._survived.total()
        if done % 250 == 0 or done == len(self._mutants):
            print(f"{done} of {len(self._mutants)} mutants after {monotonic() - self._began:.0f} s", file=sys.stderr)

    def _explain(self, function: str, found: Change) -> None:
        explaining = {entry for entry in self._known if entry.explains(function, found)}
        self._used |= explaining
        if not explaining:
            self.unexplained += 1
            print(f"\n{function}\n- {found.before}\n+ {found.after}", flush=True)

    def report(self) -> None:
        print("\nmodule, killed, survived")
        for module in sorted(self._killed | self._survived):
            print(f"{module}, {self._killed[module]}, {self._survived[module]}")
        print(f"in all, {self._killed.total()}, {self._survived.total()}, {self.unexplained} of them not explained")
        print(f"{self._ended} of the killed ended without an answer, or took too long")

    def unused(self, functions: set[str]) -> list[Entry]:
        """The entries about these functions that explain no mutant."""
        return [entry for entry in self._known if entry.function in functions and entry not in self._used]


def main() -> int:
    asked = _arguments()
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    os.chdir(PROJECT)  # where mutmut looks for its settings
    mutants = write(PROJECT, COPY, settings["only_mutate"], asked.patterns)
    results = Results(mutants, entries())
    runs = ForkedTests(list(mutants), results.record, processes=asked.processes, seconds=asked.seconds)
    os.chdir(COPY)
    sys.path.insert(0, str(COPY))
    selected = asked.tests or settings["pytest_add_cli_args_test_selection"]
    code = pytest.main([*settings["pytest_add_cli_args"], *selected], plugins=[runs])
    results.report()
    unused = results.unused({function_of(name) for name in mutants})
    for entry in unused:
        print(f"not needed in equivalent_mutants.toml: {entry.function}: {entry.after}")
    return int(code) or bool(results.unexplained or unused)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", default=["*"], metavar="PATTERN", help="of functions: rules.labels.*")
    parser.add_argument("--tests", nargs="+", help="the tests to run; by default those of pyproject.toml")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at once; by default one a core")
    parser.add_argument("--seconds", type=float, default=20.0, help="of tests at most for each mutant; by default 20")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
