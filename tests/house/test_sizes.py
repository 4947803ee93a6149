"""No module, class or function is too large. Docstrings are not counted: an explanation has no price here."""

import ast
from pathlib import Path

import pytest

import pytest_secretsmanager

ROOT = Path(pytest_secretsmanager.__file__).parent

LIMITS = {"module": 300, "class": 150, "function": 40}


def counted_lines(source: str) -> set[int]:
    """The numbers of the lines that are not part of a docstring, or of a description below a constant."""
    lines = set(range(1, len(source.splitlines()) + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def sizes(source: str, module: str) -> dict[str, tuple[str, int]]:
    """The kind and the counted lines of a module, and of each class and function in it, by dotted name."""
    lines = counted_lines(source)
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
        pytest.param('x = 1\n"""What x is."""\n\n# why\ny = 2\n', 4, id="description, blank line and comment"),
        pytest.param("x = (\n    1,\n)\n", 3, id="a statement of three lines"),
        pytest.param('x = """\ntext\n"""\n', 3, id="a text that is no docstring"),
    ],
)
def test_sizes_count_every_line_but_those_of_docstrings(source: str, size: int) -> None:
    assert sizes(source, "module")["module"] == ("module", size)


def test_sizes_count_a_class_and_each_of_its_methods() -> None:
    source = 'class A:\n    """A."""\n\n    def f(self):\n        """F."""\n        return 1\n'
    assert sizes(source, "m") == {"m": ("module", 4), "m.A": ("class", 4), "m.A.f": ("function", 2)}
