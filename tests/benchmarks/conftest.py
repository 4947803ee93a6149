"""Measure calls, and print the medians of `bench_calls.py` and `bench_floors.py` as one Markdown table at the end."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

OURS, MOTO, STUBBER, FLOOR = "pytest-secretsmanager", "moto", "Stubber", "floor"
MANY = "get among 100,000 secrets"
AS_A_ROLE, WITH_A_CONDITION = "get as a role", "get as a role, with a condition"
LISTS = ["list 20 of 100", "list 100 of 1,500"]
ROWS = ["get", AS_A_ROLE, WITH_A_CONDITION, "put", "describe", "create", *LISTS, "enter and leave", MANY]
"""The order of the rows. pytest-randomly runs the benchmarks in any order."""

SECONDS = 2.0
"""The approximate time of each benchmark, with its set-ups."""


@pytest.fixture
def measure(benchmark: "BenchmarkFixture") -> Callable[..., None]:
    """Time single calls, each after an untimed set-up, in as many rounds as fit into `SECONDS`."""

    def measured(
        row: str, answered_by: str, function: Callable[[], object], setup: Callable[[], object] = lambda: None
    ) -> None:
        benchmark.group = row
        benchmark.extra_info["answered by"] = answered_by
        start, warmups = time.perf_counter(), 0
        while time.perf_counter() - start < SECONDS / 10:
            setup()
            function()
            warmups += 1

        def setup_without_arguments() -> None:
            setup()

        benchmark.pedantic(function, setup=setup_without_arguments, rounds=max(100, warmups * 9))

    return measured


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Print the table if benchmarks of this folder ran."""
    session = getattr(terminalreporter.config, "_benchmarksession", None)
    medians: dict[str, dict[str, float]] = defaultdict(dict)
    if session is None:
        return
    for benchmark in session.benchmarks:
        if benchmark.stats and "answered by" in benchmark.extra_info:
            medians[benchmark.group][benchmark.extra_info["answered by"]] = benchmark.stats.median * 1e6
    growths = [benchmark.extra_info["growth"] for benchmark in session.benchmarks if "growth" in benchmark.extra_info]
    if medians:
        terminalreporter.section("medians beside the peers")
        for line in _table(medians):
            terminalreporter.write_line(line)
        for growth in growths:
            terminalreporter.write_line(
                f"\na get among 100,000 secrets takes {growth:.3f} times as long as one among 10"
            )


def _table(medians: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    times = " | ".join(f"{who} µs" for who in (OURS, MOTO, STUBBER, FLOOR))
    yield f"| operation | {times} | {MOTO} / ours | {STUBBER} / ours | ours / {FLOOR} |"
    yield f"| --- |{' --: |' * 7}"
    for operation, by_peer in sorted(medians.items(), key=lambda row: ROWS.index(row[0])):
        cells = [_cell(by_peer.get(peer)) for peer in (OURS, MOTO, STUBBER, FLOOR)]
        ratios = [_cell(_ratio(by_peer, *pair), "x") for pair in ((MOTO, OURS), (STUBBER, OURS), (OURS, FLOOR))]
        yield f"| {' | '.join([operation, *cells, *ratios])} |"


def _ratio(by_peer: Mapping[str, float], one: str, other: str) -> float | None:
    return by_peer[one] / by_peer[other] if {one, other} <= by_peer.keys() else None


def _cell(number: float | None, unit: str = "") -> str:
    return "" if number is None else f"{number:,.1f}{unit}"
