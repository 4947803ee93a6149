"""A copy of the project in which each function of the engine's rules has its mutants beside it.

mutmut makes the mutants, and a function that calls the original or one mutant. It leaves out each function with a
decorator, and most of those here are cached. So the copy first has each decorator as a call: `f = cache(f)`.
"""

import ast
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from equivalent_mutants import Change

COPIED = ("pytest_secretsmanager", "tests", "examples", "pyproject.toml", "README.md", "CHANGELOG.md")
ENGINE = "pytest_secretsmanager.engine."

_KEPT = ("staticmethod", "classmethod")
"""The decorators that mutmut keeps."""


def write(project: Path, copy: Path, modules: list[str], functions: list[str]) -> dict[str, Change]:
    """Write the copy, and return what each mutant changes.

    `modules` are patterns of paths, `functions` are patterns such as `rules.labels.*`: functions that match both have
    mutants.
    """
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in COPIED:
        take = shutil.copytree if (project / name).is_dir() else shutil.copy
        take(project / name, copy / name)
    found: dict[str, Change] = {}
    for path in sorted((copy / COPIED[0]).rglob("*.py")):
        if any(fnmatch(str(path.relative_to(copy)), pattern) for pattern in modules):
            found |= _mutated(copy, path.relative_to(copy), functions)
    return found


def function_of(mutant: str) -> str:
    """Return the function of a mutant as the list of equivalent mutants names it, such as `rules.labels.moves`."""
    module, _, name = mutant.removeprefix(ENGINE).rpartition(".")
    # mutmut writes `x_f` for a function, and `xǁCǁf` for a method.
    return f"{module}.{name.rpartition('__mutmut_')[0][2:].replace('ǁ', '.')}"


def _mutated(copy: Path, path: Path, functions: list[str]) -> dict[str, Change]:
    """Put the mutants of a module into the copy."""
    source = undecorated((copy / path).read_text(encoding="utf-8"))
    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    if not any(fnmatch(name, pattern) for name in _functions(source, module) for pattern in functions):
        return {}
    from mutmut.mutation.file_mutation import mutate_file_contents  # only the command needs mutmut

    mutated = mutate_file_contents(str(path), source)
    (copy / path).write_text(mutated.code, encoding="utf-8")
    lines = mutated.code.splitlines()
    nodes = {node.name: node for node in ast.walk(ast.parse(mutated.code)) if isinstance(node, ast.FunctionDef)}
    found = {}
    for name in mutated.mutant_names:
        original, mutant = nodes[f"{name.rpartition('__mutmut_')[0]}__mutmut_orig"], nodes[name]
        wanted = any(fnmatch(function_of(f"{module}.{name}"), pattern) for pattern in functions)
        if wanted and without_types(original) != without_types(mutant):
            found[f"{module}.{name}"] = change_of(_stripped(lines, original), _stripped(lines, mutant))
    return found


def _functions(source: str, module: str) -> list[str]:
    """Return the names of all functions, as `function_of` does."""
    place = f"{module}.".removeprefix(ENGINE)
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            found += [f"{place}{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)]
        elif isinstance(node, ast.FunctionDef):
            found.append(place + node.name)
    return found


def undecorated(source: str) -> str:
    """Return the source with each decorator as a call after its function."""
    lines = source.splitlines()
    for function in sorted(_decorated(ast.parse(source)), key=lambda found: -found.lineno):
        (decorator,) = function.decorator_list
        margin = " " * function.col_offset
        lines.insert(function.end_lineno or 0, f"{margin}{function.name} = {ast.unparse(decorator)}({function.name})")
        del lines[decorator.lineno - 1 : function.lineno - 1]
    return "\n".join(lines)


def _decorated(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for owner in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        for node in owner.body:
            if isinstance(node, ast.FunctionDef) and [ast.unparse(one) in _KEPT for one in node.decorator_list] == [
                False
            ]:
                yield node


class _WithoutTypes(ast.NodeTransformer):
    """Leaves out what only a type checker can tell: the type of a cast, and None for a flag that is false."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        is_cast = isinstance(node.func, ast.Name) and node.func.id == "cast" and len(node.args) == 2
        return node.args[1] if is_cast else node

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        self.generic_visit(node)
        is_false = isinstance(node.value, ast.Constant) and node.value.value is False
        return ast.keyword(node.arg, ast.Constant(None)) if is_false else node


def without_types(function: ast.FunctionDef) -> str:
    """Return the function as text, without its name and without what only a type checker can tell."""
    copy = ast.parse(ast.unparse(function)).body[0]
    copy.name = "f"  # type: ignore[attr-defined]
    return ast.dump(_WithoutTypes().visit(copy))


def _stripped(lines: list[str], function: ast.FunctionDef) -> list[str]:
    found = lines[function.lineno - 1 : function.end_lineno]
    return [line.strip().replace(f"def {function.name}(", "def (") for line in found]


def change_of(before: list[str], after: list[str]) -> Change:
    """Return the lines that differ."""
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return Change(" ".join(before), " ".join(after))
