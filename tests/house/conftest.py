"""The modules of the package and their sources, for the tests of the house."""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import pytest_secretsmanager

ROOT = Path(pytest_secretsmanager.__file__).parent


class Module(NamedTuple):
    """A module: its dotted path within the package (`engine.rules.labels`) and its parsed source."""

    name: str
    tree: ast.Module

    @property
    def full_name(self) -> str:
        return f"{ROOT.name}.{self.name}".removesuffix(".")


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the package. A room's `__init__` has the room's name, the package's has none."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, ast.parse(path.read_text())))
    return tuple(found)


@pytest.fixture
def all_modules() -> tuple[Module, ...]:
    """Every module of the package."""
    return modules()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `module` once for each module."""
    if "module" in metafunc.fixturenames:
        found = modules()
        metafunc.parametrize("module", found, ids=[module.name or ROOT.name for module in found])
