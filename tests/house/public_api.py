"""The public API as lines of text, read from the package. `public_api.txt` has the lines that users rely on.

Signatures stand as in the sources, so that each Python and each botocore gives the same lines.
"""

import ast
import inspect
import itertools
import tomllib
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest_secretsmanager
from pytest_secretsmanager import command, options, plugin, seeds
from pytest_secretsmanager.plugin import marker_texts, wider_fixtures

PACKAGE = pytest_secretsmanager.__name__
PROJECT = Path(__file__).parents[2] / "pyproject.toml"

MADE_BY_USERS = ("SecretsManager", "Version", "Rotation", "BrokenReply")
"""The types whose constructors are public. The plugin makes the objects of all others."""

OPERATORS = {
    *("__call__", "__contains__", "__enter__", "__eq__", "__exit__", "__getitem__", "__iter__", "__len__", "__str__"),
    *("_repr_html_", "_repr_svg_"),
}
"""The special methods that users rely on: operators, `with` blocks, decorators, looks of notebooks."""

OF_DEVELOPERS = ("dev", "mutation")
"""The extras that no version promises."""


def lines() -> list[str]:
    """The whole public API, one name a line, by sections."""
    sections = {
        "names": _names(),
        "fixtures": _fixtures(),
        "markers": _markers(),
        "options of a seed": (f"{name}: {kind}" for name, kind in _fields(_source(seeds.SeedOptions))),
        "options of pytest": _options(),
        "command": _commands(),
        "package": _package(),
    }
    return [line for title, found in sections.items() for line in (f"# {title}", *found)]


def parameters_of(kind: type) -> dict[str, list[str]]:
    """The names of the parameters of each public method of a class, as `lines` lists them."""
    methods = {
        function.name: function
        for owner in reversed(_owners(kind))
        for function in _source(owner).body
        if isinstance(function, ast.FunctionDef) and _is_public(function.name) and not _is_property(function)
    }
    return {name: [*_names_of(function.args)] for name, function in methods.items()}


def _names_of(arguments: ast.arguments) -> Iterator[str]:
    some = [*arguments.args[1:], arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    yield from (argument.arg for argument in some if argument is not None)


# --- what can be imported --------------------------------------------------------------------------------------------


def _names() -> Iterator[str]:
    for name in pytest_secretsmanager.__all__:
        value = getattr(pytest_secretsmanager, name)
        if isinstance(value, type):
            yield f"class {name}{_bases(value)}"
            yield from (f"{name}.{line}" for line in sorted(_members(value)))
        elif isinstance(value, str):
            yield f"{name} = {value!r}"
        else:
            yield from (f"{name} may be {text}" for text in sorted(_alternatives(value)))


def _bases(kind: type) -> str:
    """The bases by which a user catches an error, or the fields of a tuple in their order."""
    if issubclass(kind, tuple):
        return f", a tuple of {', '.join(kind._fields)}"  # type: ignore[attr-defined]
    bases = [base.__name__ for base in kind.__bases__ if issubclass(base, BaseException)]
    return f"({', '.join(bases)})" if bases else ""


def _alternatives(kind: Any) -> set[str]:
    """The values of a Literal, and the types beside them."""
    parts = get_args(kind)
    return (
        {repr(kind) if isinstance(kind, str) else kind.__name__}
        if not parts
        else set().union(*map(_alternatives, parts))
    )


def _members(kind: type) -> set[str]:
    """The public members of a class with their signatures, those of its bases in the package included."""
    found = {name: line for owner in reversed(_owners(kind)) for name, line in _defined(_source(owner))}
    if kind.__name__ in MADE_BY_USERS:
        found["__init__"] = _constructor(kind)
    return {f"{name}{line}" for name, line in found.items()}


def _owners(kind: type) -> list[type]:
    """A class and its bases, as far as they are of the package."""
    return [owner for owner in kind.__mro__ if owner.__module__.partition(".")[0] == PACKAGE]


def _source(kind: type) -> ast.ClassDef:
    """The definition of a class. Errors say that the package itself is their module."""
    module = kind.__module__
    if module == PACKAGE:
        module += f".{pytest_secretsmanager._MODULES[kind.__name__]}"
    tree = ast.parse(inspect.getsource(import_module(module)))
    return next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__)


def _defined(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """What a class defines: methods, properties, fields, and attributes that its constructor sets."""
    for function in node.body:
        if isinstance(function, ast.FunctionDef) and _is_public(function.name):
            yield function.name, _signature(function)
    yield from ((name, f": {kind}") for name, kind in _fields(node))
    for function in node.body:
        if isinstance(function, ast.FunctionDef) and function.name == "__init__":
            yield from ((name, " (attribute)") for name in _attributes(function))


def _is_public(name: str) -> bool:
    return name in OPERATORS or not name.startswith("_")


def _signature(function: ast.FunctionDef) -> str:
    returned = "" if function.returns is None else f" -> {_text(function.returns)}"
    if _is_property(function):
        return f"{returned} (property)"
    kind = " (class method)" if _is_decorated(function, "classmethod") else ""
    return f"({', '.join(_parameters(function.args))}){returned}{kind}"


def _is_property(function: ast.FunctionDef) -> bool:
    return _is_decorated(function, "property")


def _is_decorated(function: ast.FunctionDef, name: str) -> bool:
    return any(ast.unparse(decorator) == name for decorator in function.decorator_list)


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    """The parameters as a reader of the sources would write them, without the object itself."""
    positional = arguments.args
    without = [None] * (len(positional) - len(arguments.defaults))
    yield from itertools.starmap(_parameter, [*zip(positional, [*without, *arguments.defaults], strict=True)][1:])
    if arguments.vararg is not None:
        yield f"*{_parameter(arguments.vararg)}"
    elif arguments.kwonlyargs:
        yield "*"
    yield from map(_parameter, arguments.kwonlyargs, arguments.kw_defaults)
    if arguments.kwarg is not None:
        yield f"**{_parameter(arguments.kwarg)}"


def _parameter(argument: ast.arg, default: ast.expr | None = None) -> str:
    kind = "" if argument.annotation is None else f": {_text(argument.annotation)}"
    return f"{argument.arg}{kind}" if default is None else f"{argument.arg}{kind} = {ast.unparse(default)}"


def _text(annotation: ast.expr) -> str:
    """An annotation, without the quotes of one that is only read by type checkers."""
    return str(annotation.value) if isinstance(annotation, ast.Constant) else ast.unparse(annotation)


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_public(field.target.id):
            yield field.target.id, _text(field.annotation)


def _attributes(constructor: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(constructor):
        is_set = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        owner, _, name = ast.unparse(node).rpartition(".") if is_set else ("", "", "")
        if owner == "self" and _is_public(name):
            yield name


def _constructor(kind: type) -> str:
    """The parameters of a constructor. A data class has those of its fields."""
    for function in _source(kind).body:
        if isinstance(function, ast.FunctionDef) and function.name == "__init__":
            return _signature(function)
    kinds = dict(_fields(_source(kind)))
    parameters = [one for one in inspect.signature(kind).parameters.values() if one.name in kinds]
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in parameters]
    return str(inspect.Signature(bare))


# --- pytest ----------------------------------------------------------------------------------------------------------


def _fixtures() -> Iterator[str]:
    for module in (wider_fixtures, plugin):
        for function in ast.parse(inspect.getsource(module)).body:
            if isinstance(function, ast.FunctionDef) and function.name.endswith("secretsmanager"):
                (decorator,) = function.decorator_list
                yield f"{function.name} by {ast.unparse(decorator)}"


def _markers() -> Iterator[str]:
    """The markers with their arguments, as `pytest --markers` shows them."""
    yield from sorted(text.partition("): ")[0] + ")" for text in marker_texts.TEXTS)


def _options() -> Iterator[str]:
    for option in options.OPTIONS:
        if option.ini_type is not None:
            yield f"{option.ini_name} in an ini file, {option.ini_type}, default {option.default!r}"
    yield from (option.usage for option in options.COMMAND_LINE_OPTIONS)


# --- the command, and what is installed ------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    parser = command._parser()
    for name, one in _commands_of(parser):
        for action in one._actions:
            if action.dest != "help":
                default = "" if action.default is None else f", default {action.default!r}"
                yield f"{parser.prog} {name} {'/'.join(action.option_strings)}{default}"


def _commands_of(parser: ArgumentParser) -> Iterator[tuple[str, ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            yield from action.choices.items()


def _package() -> Iterator[str]:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    yield f"Python {project['requires-python']}"
    yield from (f"requires {requirement}" for requirement in project["dependencies"])
    yield from (f"extra {name}" for name in project["optional-dependencies"] if name not in OF_DEVELOPERS)
    yield from (f"plugin {name}" for name in project["entry-points"]["pytest11"])
