"""Docstrings: their examples run, and every public name has one."""

import ast
import doctest
import inspect
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager

ROOT = Path(pytest_secretsmanager.__file__).parent
PROMPT = ">>> "


def described(node, name):
    """Yield each node of a module that can have a docstring, with its dotted name."""
    yield name, node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from described(child, f"{name}.{child.name}")


def examples():
    """Yield each docstring of the package that has an example, with its module."""
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join((ROOT.name, *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for name, node in described(ast.parse(path.read_text()), module):
            text = ast.get_docstring(node)
            if text is not None and PROMPT in text:
                line = node.body[0].lineno
                yield pytest.param(module, name, path, line, text, id=name.removeprefix(f"{ROOT.name}."))


EXAMPLES = list(examples())
INDENTS = ["", " " * 4, " " * 8, " " * 12]


@pytest.mark.parametrize(("home", "name", "path", "line", "text"), EXAMPLES)
def test_the_example_of_a_docstring_runs(home, name, path, line, text):
    """The example sees the names of its module, and an active `SecretsManager` as `sm`."""
    with SecretsManager() as manager:
        names = {**vars(import_module(home)), "sm": manager}
        example = doctest.DocTestParser().get_doctest(text, names, name, str(path), line)
        said = []
        results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append)
    assert results.attempted > 0
    assert results.failed == 0, "".join(said)


def test_the_docstring_examples_have_every_prompt_of_the_package():
    prompts = sum(path.read_text().count(f"\n{indent}{PROMPT}") for path in ROOT.rglob("*.py") for indent in INDENTS)
    found = sum(
        line.startswith(PROMPT) for *_, text in (case.values for case in EXAMPLES) for line in text.splitlines()
    )
    assert found == prompts > 0


def public_members(kind):
    return {
        name: member
        for name, member in inspect.getmembers(kind)
        if not name.startswith("_") and (inspect.isroutine(member) or isinstance(member, property))
    }


@pytest.mark.parametrize("name", public_members(SecretsManager))
def test_every_public_method_of_secretsmanager_has_a_docstring(name):
    member = public_members(SecretsManager)[name]
    assert inspect.getdoc(member)


@pytest.mark.parametrize("name", [name for name in public_members(SecretsManager) if name.startswith("assert_")])
def test_the_docstring_of_every_assertion_helper_has_an_example(name):
    assert PROMPT in inspect.getdoc(public_members(SecretsManager)[name])


def described_names():
    """Return the constants and types with a string literal below them, which serves as their docstring."""
    body = ast.parse((ROOT / "inspection" / "names.py").read_text()).body
    return {
        name.target.id
        for name, text in pairwise(body)
        if isinstance(name, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


@pytest.mark.parametrize("name", pytest_secretsmanager.__all__)
def test_every_public_name_has_a_docstring(name):
    if pytest_secretsmanager._MODULES[name] == "inspection.names":
        assert name in described_names()
    else:
        assert getattr(pytest_secretsmanager, name).__doc__


def test_every_module_has_a_docstring(module):
    assert ast.get_docstring(module.tree)
