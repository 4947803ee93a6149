"""Reads the ledger of decisions and deviations, and finds the scenarios, tests and places that its entries name.

`ledger.toml` has an `[[entry]]` for each place where the package may differ from AWS:

| key | |
| --- | --- |
| `id` | a short name |
| `operation` | the operations that the entry concerns, or `all` |
| `what`, `we`, `aws` | the matter, the behaviour of the package, the known or possible behaviour of AWS |
| `confidence` | how well the behaviour of AWS is known: RECORDED, DOC, REPORTED, GUESS |
| `pinned` | scenarios by the name in their file, or tests as `path::function`, that pin what the package does |
| `where` | optional: places in the package marked GUESS, such as `engine/rules/paging.py DEFAULT_PAGE` |
| `guide` | optional: true for the entries that users are likely to meet; the guide's table has these |
"""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pytest_secretsmanager"
LEGEND = PACKAGE / "engine" / "__init__.py"
LEDGER = Path(__file__).with_name("ledger.toml")
SCENARIOS = Path(__file__).parent / "scenarios"
CHAPTER = ROOT / "examples" / "guide" / "fidelity.md"
BEGIN, END = "<!-- ledger -->", "<!-- /ledger -->"


@cache
def entries() -> tuple[dict[str, Any], ...]:
    """All entries of the ledger."""
    return tuple(tomllib.loads(LEDGER.read_text(encoding="utf-8"))["entry"])


def guide_table() -> str:
    """The table of the entries with `guide = true`, for the guide's chapter."""
    rows = [
        [entry[column] for column in ("what", "we", "aws", "confidence")] for entry in entries() if entry.get("guide")
    ]
    lines = [["what", "we", "AWS", "confidence"], ["---"] * 4, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table_in(chapter: str) -> str:
    """The text between the markers of a chapter."""
    return chapter.partition(BEGIN)[2].partition(END)[0].strip("\n") + "\n"


@cache
def scenario_names(confidence: str | None = None) -> frozenset[str]:
    """The names of all scenarios, or of those with one confidence, with their placeholders."""
    tables = (tomllib.loads(path.read_text(encoding="utf-8")) for path in SCENARIOS.glob("*.toml"))
    found = (scenario for table in tables for scenario in table["scenario"])
    return frozenset(entry["name"] for entry in found if confidence in (None, entry["confidence"]))


def exists(pin: str) -> bool:
    """Whether a pinned scenario or test exists."""
    path, is_test, function = pin.partition("::")
    if not is_test:
        return pin in scenario_names()
    file = ROOT / path
    return file.is_file() and function in _functions(file)


@cache
def _functions(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def guesses() -> set[str]:
    """Every place in the package whose source has the mark GUESS."""
    return {
        f"{path.relative_to(PACKAGE).as_posix()} {name}".strip()
        for path in PACKAGE.rglob("*.py")
        if path != LEGEND and "GUESS" in path.read_text(encoding="utf-8")
        for name in _names_around_guesses(path.read_text(encoding="utf-8"))
    }


def _names_around_guesses(source: str) -> Iterator[str]:
    lines = source.splitlines()
    last = ""
    end = 0
    for node in ast.parse(source).body:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            last = _name(node)  # a string below an assignment is its docstring
        if any("GUESS" in line for line in lines[end : node.end_lineno]):
            yield last
        end = node.end_lineno or end


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return ast.unparse(target)
    return getattr(node, "name", "")
