"""Imports inside functions: `engine/late_imports.py` says why each is made in one way, and is listed."""

import ast
from importlib.util import find_spec

import pytest_secretsmanager
from pytest_secretsmanager.engine.late_imports import LATE

PACKAGE = pytest_secretsmanager.__name__

OF_A_RUN = ("", "plugin")
"""The package itself imports by a table. The plugin's own modules are imported by a run, and by no thread."""


def imports_in_functions(module):
    """Return the imports of this package inside functions, each with whether it stands inside `with late_import`."""
    found = []

    def look(node, is_in_function, is_late):
        is_in_function |= isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        is_late |= isinstance(node, ast.With) and ast.unparse(node.items[0]) == "late_import"
        if is_in_function and isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            found.append((node, is_late))
        for child in ast.iter_child_nodes(node):
            look(child, is_in_function, is_late)

    look(module.tree, False, False)
    return found


def is_of_a_run(module):
    return module.name.partition(".")[0] in OF_A_RUN


def modules_of(node):
    """Return the modules that an import names: those that it takes names from, and those that are its names."""
    names = [f"{node.module}.{name.name}" for name in node.names]
    return {
        (name if find_spec(node.module).submodule_search_locations and find_spec(name) else node.module)
        for name in names
    }


def test_an_import_inside_a_function_is_a_late_import(module):
    if not is_of_a_run(module):
        assert [ast.unparse(node) for node, is_late in imports_in_functions(module) if not is_late] == []


def test_the_late_imports_are_listed_for_forks(all_modules):
    late = [node for module in all_modules if not is_of_a_run(module) for node, _ in imports_in_functions(module)]
    assert {f"{PACKAGE}.{name}" for name in LATE} == set().union(*map(modules_of, late))
