"""The search of the leak sentinel beside libraries for many patterns: building the index, and one search.

    python -m pip install pyahocorasick ahocorasick-rs
    python -m pytest tests/benchmarks/bench_leak_search.py

The default run does not collect this file, and no test asserts a time: read the table that it prints. The text is what
a test may print; it holds one value, at its end. The values are random, of 20 characters.
"""

import importlib
import importlib.util
import random
import re
import string
from collections.abc import Callable
from functools import partial
from time import perf_counter

import pytest

from pytest_secretsmanager.inspection.leaks.index import Index

ROUNDS = 7
LENGTH = 100_000


def values_of(count: int) -> list[str]:
    chance = random.Random(1)
    return ["".join(chance.choices(string.ascii_letters + string.digits, k=20)) for _ in range(count)]


def by_index(values: list[str]) -> Callable[[str], int]:
    index = Index([value.encode() for value in values])
    return lambda text: len([*index.found_in(text.encode())])


def by_regular_expression(values: list[str]) -> Callable[[str], int]:
    pattern = re.compile("|".join(map(re.escape, values)))
    return lambda text: len(pattern.findall(text))


def by_pyahocorasick(values: list[str]) -> Callable[[str], int]:
    automaton = importlib.import_module("ahocorasick").Automaton()
    for value in values:
        automaton.add_word(value, value)
    automaton.make_automaton()
    return lambda text: len([*automaton.iter(text)])


def by_ahocorasick_rs(values: list[str]) -> Callable[[str], int]:
    automaton = importlib.import_module("ahocorasick_rs").AhoCorasick(values)
    return lambda text: len(automaton.find_matches_as_indexes(text))


WAYS: dict[str, tuple[Callable[[list[str]], Callable[[str], int]], str | None]] = {
    "the sentinel's index": (by_index, None),
    "re": (by_regular_expression, None),
    "pyahocorasick": (by_pyahocorasick, "ahocorasick"),
    "ahocorasick-rs": (by_ahocorasick_rs, "ahocorasick_rs"),
}


def milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times) * 1e3


@pytest.mark.parametrize("count", [10, 1_000, 10_000])
def test_the_time_of_one_search(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    values = values_of(count)
    noise = random.Random(2)
    text = "".join(noise.choices(f"{string.printable} ", k=LENGTH)) + values[-1]
    lines = [f"| {count:,} values, {LENGTH:,} characters | index ms | search ms |", "| --- | --: | --: |"]
    for name, (way, module) in WAYS.items():
        if module is not None and importlib.util.find_spec(module) is None:
            lines.append(f"| {name} | not installed | |")
            continue
        search = way(values)
        assert search(text) == 1
        lines.append(
            f"| {name} | {milliseconds(partial(way, values)):.2f} | {milliseconds(partial(search, text)):.2f} |"
        )
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201
