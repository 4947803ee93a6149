"""Print the medians of `bench_calls.py`, beside its peers, as a Markdown table at the end of the run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

OURS, MOTO, STUBBER = "pytest-secretsmanager", "moto", "Stubber"
MANY = "get among 100,000 secrets"
AS_A_ROLE, WITH_A_CONDITION = "get as a role", "get as a role, with a condition"
ROWS = ["get", AS_A_ROLE, WITH_A_CONDITION, "put", "describe", "create", "list 20 of 100", "enter and leave", MANY]
"""The order of the rows. pytest-randomly runs the benchmarks in any order."""


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
    yield f"| operation | {OURS} µs | {MOTO} µs | {STUBBER} µs | {MOTO} / ours | {STUBBER} / ours |"
    yield "| --- | --: | --: | --: | --: | --: |"
    for operation, by_peer in sorted(medians.items(), key=lambda row: ROWS.index(row[0])):
        times = [_cell(by_peer.get(peer)) for peer in (OURS, MOTO, STUBBER)]
        ratios = [_cell(_ratio(by_peer, peer), "x") for peer in (MOTO, STUBBER)]
        yield f"| {' | '.join([operation, *times, *ratios])} |"


def _ratio(by_peer: Mapping[str, float], peer: str) -> float | None:
    return by_peer[peer] / by_peer[OURS] if {peer, OURS} <= by_peer.keys() else None


def _cell(number: float | None, unit: str = "") -> str:
    return "" if number is None else f"{number:,.1f}{unit}"
