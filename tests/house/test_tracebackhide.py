"""pytest leaves the frames of a module out if it has `__tracebackhide__ = True`; this test says which modules need it.

Such frames don't help a test's reader, and `pytest -l` would print their local variables, which may hold secret values.
Two kinds of modules need the flag: those that raise an error for a test's reader, and those that can be on the stack
below a rotation function, whose error pytest shows.
"""

import ast
from itertools import pairwise

import pytest

from pytest_secretsmanager.engine import errors

FOR_THE_READER = {"AssertionError"} | {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.PytestSecretsManagerError)
}
"""The errors that a test's reader sees with a traceback. A door replaces AWS's errors with botocore's ClientError."""

BELOW_FUNCTIONS = ("engine.commits", "engine.effects", "engine.layers", "engine.service")
"""The rooms and modules that a call passes on its way to a rotation function."""

WITHOUT_A_TRACEBACK = ("command", "plugin", "seed_files")
"""The plugin and the command print their errors as one line each. A seed file's error is one of them."""

ONLY_DATA = {"engine.effects.controls", "engine.effects.runs"}
"""Modules of `BELOW_FUNCTIONS` that call no other code: protocols and records."""

WITH_AWS_ERRORS_ONLY = ("engine.operations", "engine.rules")


def is_in(name, rooms):
    """Whether a module is one of these, or in one of these rooms."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def is_hidden(tree):
    return any(ast.unparse(node) == "__tracebackhide__ = True" for node in tree.body)


def raised(tree):
    """The names of the errors that a module raises itself, or of the functions that make them."""
    errors_ = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    called = [error.func if isinstance(error, ast.Call) else error for error in errors_]
    return {ast.unparse(name).rpartition(".")[2] for name in called}


def has_functions(tree):
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def test_a_module_that_raises_errors_for_a_tests_reader_is_hidden(module):
    shown = raised(module.tree) & FOR_THE_READER
    assert not shown or is_in(module.name, WITHOUT_A_TRACEBACK) or is_hidden(module.tree), f"it raises {shown}"


def test_a_module_below_rotation_functions_is_hidden(module):
    is_needed = is_in(module.name, BELOW_FUNCTIONS) and module.name not in ONLY_DATA and has_functions(module.tree)
    assert not is_needed or is_hidden(module.tree)


def test_operations_and_rules_raise_aws_errors_only_so_they_need_no_flag(module):
    assert not is_in(module.name, WITH_AWS_ERRORS_ONLY) or not raised(module.tree) & FOR_THE_READER


def test_no_flag_repeats_its_reason(module):
    """engine/tracebacks.py says it once. A flag may have a docstring with a reason of its own."""
    below = [after for node, after in pairwise(module.tree.body) if "__tracebackhide__ =" in ast.unparse(node)]
    assert not [node for node in below if isinstance(node, ast.Expr) and "secret values" in ast.unparse(node)]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("raise UsageError('no')", {"UsageError"}),
        ("def f():\n    raise errors.UsageError", {"UsageError"}),
        ("raise failure('no') from None", {"failure"}),
        ("try:\n    pass\nexcept ValueError:\n    raise", set()),
    ],
)
def test_the_reading_of_sources_finds_the_errors_that_are_raised(source, names):
    assert raised(ast.parse(source)) == names


@pytest.mark.parametrize(
    ("source", "hidden"),
    [("__tracebackhide__ = True", True), ("__tracebackhide__ = False", False), ("def f(): pass", False)],
)
def test_the_reading_of_sources_finds_the_flag(source, hidden):
    assert is_hidden(ast.parse(source)) is hidden
