"""Private names of botocore, aiobotocore and wrapt stand in `doors.internals` alone; process-wide state in objects."""

import ast
import inspect
import os
import subprocess
import sys
from typing import Any

import pytest

from pytest_secretsmanager.doors import internals

INTERNALS = "doors.internals"
OWN = {"self", "cls", "sys"}
"""Names whose private attributes a door may use; those of `sys` are documented."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def foreign_attributes(tree: ast.AST) -> set[str]:
    """The private attributes of other objects that a module uses."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and is_private(node.attr)
        and not (isinstance(node.value, ast.Name) and node.value.id in OWN)
    }


def texts(tree: ast.AST) -> set[str]:
    """The texts of a module, for `getattr` and for the names of methods to wrap."""
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text for text in found if isinstance(text, str)}


def private_names_of_libraries() -> set[str]:
    tree = ast.parse(inspect.getsource(internals))
    return foreign_attributes(tree) | {text for text in texts(tree) if is_private(text)}


def test_the_private_names_of_libraries_are_found() -> None:
    assert {"_serializer", "_lookup_cache", "_self_wrapper", "_send"} <= private_names_of_libraries()


def test_no_other_module_uses_a_private_name_of_a_library(module: Any) -> None:
    used = foreign_attributes(module.tree) | texts(module.tree)
    assert module.name == INTERNALS or used.isdisjoint(private_names_of_libraries())


def test_no_door_uses_a_private_attribute_of_a_foreign_object(module: Any) -> None:
    is_door = module.name.startswith(("doors", "surroundings")) and module.name != INTERNALS
    assert not is_door or foreign_attributes(module.tree) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("client._serializer.x", {"_serializer"}, id="of another object"),
        pytest.param("self.client._serializer", {"_serializer"}, id="of an attribute of its own"),
        pytest.param("self._serializer", set(), id="of itself"),
        pytest.param("client.__dict__", set(), id="dunder"),
    ],
)
def test_the_reading_of_private_attributes_finds_foreign_ones(source: str, found: set[str]) -> None:
    assert foreign_attributes(ast.parse(source)) == found


# --- process-wide state ----------------------------------------------------------------------------------------------


def test_no_door_has_a_global_statement(module: Any) -> None:
    """State of the process is an attribute of the switchboard."""
    is_door = module.name.startswith(("doors", "surroundings"))
    assert not is_door or not any(isinstance(node, ast.Global) for node in ast.walk(module.tree))


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="this system does not fork")
def test_importing_the_doors_registers_nothing() -> None:
    """No wrapper, finder or fork hook of theirs comes before the first manager is entered."""
    program = """
import os, sys
import botocore.client, pytest_secretsmanager
hooks = []

os.register_at_fork = lambda **hooks_of_one: hooks.extend(hook.__module__ for hook in hooks_of_one.values())
finders, bare = sys.meta_path[:], vars(botocore.client.BaseClient).copy()
from pytest_secretsmanager.doors import guard, wiring
assert sys.meta_path == finders
assert vars(botocore.client.BaseClient) == bare
assert not [module for module in hooks if ".doors." in module or ".surroundings." in module], hooks
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
