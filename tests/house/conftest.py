"""What the tests of the house share: the modules of the package, and their sources."""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import pytest_secretsmanager

ROOT = Path(pytest_secretsmanager.__file__).parent


class Module(NamedTuple):
    """One module: its path within the package in dots (`engine.rules.labels`), and its source, parsed."""

    name: str
    tree: ast.Module

    @property
    def full_name(self) -> str:
        return f"{ROOT.name}.{self.name}".removesuffix(".")


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package; a room's own `__init__` goes by the room's name, the package's by none."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, ast.parse(path.read_text())))
    return tuple(found)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `module` runs for each of them."""
    if "module" in metafunc.fixturenames:
        found = modules()
        metafunc.parametrize("module", found, ids=[module.name or ROOT.name for module in found])
