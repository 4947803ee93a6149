"""The list of mutants that no test can notice says why, and is about code that still exists."""

import ast
from pathlib import Path

import pytest
from equivalent_mutants import Entry, entries

import pytest_secretsmanager

ENGINE = Path(pytest_secretsmanager.__file__).parent / "engine"


def source_of(function: str) -> str:
    """Return the source of a function by its dotted name in the engine, each line without its margin."""
    *parts, name = function.split(".")
    owner = [parts.pop()] if parts[-1].lstrip("_")[:1].isupper() else []
    path = ENGINE.joinpath(*parts)
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    source = path.read_text(encoding="utf-8")
    body = ast.parse(source).body
    for wanted in [*owner, name]:
        (found,) = (node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == wanted)
        body = found.body
    return " ".join(line.strip() for line in source.splitlines()[found.lineno - 1 : found.end_lineno])


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: f"{entry.function}: {entry.after}")
def test_an_equivalent_mutant_changes_lines_that_its_function_has(entry: Entry) -> None:
    assert entry.before in source_of(entry.function)
    assert entry.after != entry.before


def test_each_equivalent_mutant_has_a_reason_and_stands_once() -> None:
    assert all(entry.why.strip() for entry in entries())
    changes = [entry[:3] for entry in entries()]
    assert [change for change in changes if changes.count(change) > 1] == []
