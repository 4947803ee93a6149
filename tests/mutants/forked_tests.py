"""A pytest plugin that collects the tests once, then runs those of each mutant in a process of its own.

A process is a fork of the one that has collected, so it starts at once, and with nothing that an earlier test has
left. The caches of the rules are emptied before: collecting tests fills some, and a mutant behind a full cache is never
called.
"""

import functools
import gc
import json
import os
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import accumulate
from time import monotonic
from typing import Any, NamedTuple

import pytest
from mutmut.mutation import trampoline

_CACHED = ("pytest_secretsmanager.engine.rules", "pytest_secretsmanager.engine.key_access")
"""The modules whose caches hold what the rules return. Those of botocore's model are slow to fill, and hold no rule."""

ENDED = "(ended)"
"""In place of a failed test: the process ended without an answer, by itself or since it took too long."""

_PATIENCE = 8
"""How many times as long as without a mutant a process may take. The machine may be busy."""


class Measured(NamedTuple):
    """A test without a mutant: the seconds that it takes, and the functions with mutants that it calls."""

    seconds: float
    functions: list[str]

    @property
    def weight(self) -> float:
        """How late the test runs: a quick test of few functions fails soonest."""
        return self.seconds * (1 + len(self.functions))


class ForkedTests:
    """Runs each mutant's tests until one fails, and tells `record` the mutant and the failed test, None if none did.

    A mutant's tests are those that call its function: those in the folder that mirrors it first, quick tests of few
    functions before others, at most `seconds` in all.
    """

    def __init__(
        self, mutants: list[str], record: Callable[[str, str | None], None], *, processes: int, seconds: float
    ) -> None:
        self._mutants, self._record, self._processes, self._seconds = mutants, record, processes, seconds
        self._failed: str | None = None
        self._durations: dict[str, float] = {}
        self._caches: list[Any] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed = report.nodeid
        self._durations[report.nodeid] = self._durations.get(report.nodeid, 0.0) + report.duration

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._caches = _caches()
        self._empty_caches()
        gc.collect()
        gc.freeze()
        session.config.pluginmanager.unregister(name="terminalreporter")  # each process would report
        items = {item.nodeid: item for item in session.items}
        measured = self._measured(items)
        self._run_all({name: self._work(name, items, measured) for name in self._mutants})
        return True

    def _work(
        self, mutant: str, items: Mapping[str, pytest.Item], measured: Mapping[str, Measured]
    ) -> Callable[[], str]:
        """Return what runs a mutant's tests, and returns the one that failed as JSON."""
        function = mutant.rpartition("__mutmut_")[0]
        tests = self._chosen(mutant, measured, lambda name: name == function)
        if tests:
            return lambda: self._outcome(mutant, [items[test] for test in tests])
        # The function is called when its module is imported: here, before the mutant was known.
        module = mutant.rpartition(".")[0]
        nearby = self._chosen(mutant, measured, lambda name: name.rpartition(".")[0] == module)
        return lambda: _outcome_apart(mutant, nearby)

    def _measured(self, items: Mapping[str, pytest.Item]) -> dict[str, Measured]:
        failed, found = json.loads(_answer(*_forked(lambda: json.dumps(self._measure(list(items.values()))))))
        if failed:
            raise pytest.UsageError(f"without a mutant, {failed} fails")
        return {name: Measured(*found[name]) for name in items}

    def _measure(self, items: list[pytest.Item]) -> tuple[str | None, dict[str, Measured]]:
        called: set[str] = set()
        trampoline.record_trampoline_hit = lambda name, **_: called.add(name)  # type: ignore[assignment]
        trampoline.set_mutant_under_test("stats")
        found = {}
        for item, following in zip(items, [*items[1:], None], strict=True):
            called.clear()
            self._empty_caches()  # a function behind a full cache is not called
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            found[item.nodeid] = Measured(self._durations[item.nodeid], sorted(called))
        return self._failed, found

    def _chosen(self, mutant: str, measured: Mapping[str, Measured], wanted: Callable[[str], bool]) -> list[str]:
        calling = [(test, found) for test, found in measured.items() if any(map(wanted, found.functions))]
        near = f"tests/{'/'.join(mutant.split('.')[1:3])}/"  # where the tests mirror the package
        ordered = sorted(calling, key=lambda pair: (not pair[0].startswith(near), pair[1].weight))
        seconds = accumulate(found.seconds for _, found in ordered)
        return [test for (test, _), total in zip(ordered, seconds, strict=True) if total <= self._seconds]

    def _run_all(self, works: Mapping[str, Callable[[], str]]) -> None:
        left = list(reversed(works))
        running: dict[int, tuple[str, int, float]] = {}
        while left or running:
            while left and len(running) < self._processes:
                name = left.pop()
                reading, pid = _forked(works[name])
                running[reading] = (name, pid, monotonic() + 60 + _PATIENCE * self._seconds)
            ready, _, _ = select.select(list(running), [], [], 1.0)
            for reading, (name, pid, ends) in list(running.items()):
                if reading not in ready and monotonic() > ends:
                    os.kill(pid, signal.SIGKILL)
                elif reading not in ready:
                    continue
                del running[reading]
                # A process that dies, or never ends, has noticed the mutant too.
                self._record(name, json.loads(_answer(reading, pid) or f'"{ENDED}"'))

    def _empty_caches(self) -> None:
        for cache in self._caches:
            cache.cache_clear()

    def _outcome(self, mutant: str, tests: list[pytest.Item]) -> str:
        trampoline.set_mutant_under_test(mutant)
        seconds = int(self._seconds * _PATIENCE + 20)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        self._run(tests)
        return json.dumps(self._failed)

    def _run(self, items: list[pytest.Item]) -> None:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return


def _outcome_apart(mutant: str, tests: list[str]) -> str:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    ended = subprocess.run(command, env=os.environ | {"MUTANT_UNDER_TEST": mutant}, capture_output=True, check=False)
    return json.dumps("(in a process of its own)" if ended.returncode else None)


def _caches() -> list[Any]:
    found = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    return [cache for cache in found if str(cache.__module__).startswith(_CACHED)]


def _forked(work: Callable[[], str]) -> tuple[int, int]:
    """Do the work in a process of its own. Return where its answer can be read, and its number."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return reading, pid
    try:
        os.close(reading)
        with os.fdopen(writing, "w") as answer:
            answer.write(work())
    finally:
        os._exit(0)


def _answer(reading: int, pid: int) -> str:
    with os.fdopen(reading) as answer:
        text: Any = answer.read()
    os.waitpid(pid, 0)
    return str(text)
