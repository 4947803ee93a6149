"""No module, class or function is too large. Counted are lines of code: no docstrings, comments or blank lines.

A comment that says why, or a description below a constant, has no price here.
"""

import ast
import io
import tokenize
from pathlib import Path

import pytest

import pytest_secretsmanager

ROOT = Path(pytest_secretsmanager.__file__).parent

LIMITS = {"module": 300, "class": 150, "function": 40}

_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def lines_of_code(source: str) -> set[int]:
    """The numbers of the lines that hold code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def sizes(source: str, module: str) -> dict[str, tuple[str, int]]:
    """The kind and the lines of code of a module, and of each class and function in it, by dotted name."""
    lines = lines_of_code(source)
    found = {module: ("module", len(lines))}

    def look(node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                kind = "class" if isinstance(child, ast.ClassDef) else "function"
                own = range(child.lineno, (child.end_lineno or child.lineno) + 1)
                found[f"{name}.{child.name}"] = (kind, len(lines.intersection(own)))
                look(child, f"{name}.{child.name}")
            else:
                look(child, name)

    look(ast.parse(source), module)
    return found


def over() -> dict[str, str]:
    """The modules, classes and functions of the package over their limit, with their sizes."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for name, (kind, size) in sizes(path.read_text(encoding="utf-8"), module).items():
            if size > LIMITS[kind]:
                found[name] = f"{kind} of {size} lines, at most {LIMITS[kind]}"
    return found


def test_no_module_class_or_function_is_over_its_limit() -> None:
    assert over() == {}


@pytest.mark.parametrize(
    ("source", "size"),
    [
        pytest.param('"""A docstring\nof two lines."""\nx = 1\n', 1, id="docstring"),
        pytest.param('x = 1\n"""What x is."""\n\n# why\ny = 2\n', 2, id="description, blank line and comment"),
        pytest.param("x = (\n    1,\n)\n", 3, id="a statement of three lines"),
        pytest.param('x = """\ntext\n"""\n', 3, id="a text that is no docstring"),
    ],
)
def test_lines_of_code_are_counted_without_docstrings_comments_and_blank_lines(source: str, size: int) -> None:
    assert sizes(source, "module")["module"] == ("module", size)


def test_a_class_and_each_of_its_methods_are_counted() -> None:
    source = 'class A:\n    """A."""\n\n    def f(self):\n        """F."""\n        return 1\n'
    assert sizes(source, "m") == {"m": ("module", 3), "m.A": ("class", 3), "m.A.f": ("function", 2)}
