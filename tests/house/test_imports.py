"""Imports go one way, from the face to the core. This test reads the sources."""

import ast
import sys
from graphlib import TopologicalSorter

import pytest

import pytest_secretsmanager

PACKAGE = pytest_secretsmanager.__name__

ROOMS = [
    {"__main__"},
    {"plugin", "command"},
    {"manager"},
    {"managing.decorating", "managing.planting", "managing.panel", "managing.acting"},
    {"managing.answering", "managing.rollback"},
    {"managing.cut_offs"},
    {"managing.parts"},
    {"managing.home", "managing.serving", "seed_files"},
    {"seed_arguments", "managing.kept_seeds"},
    {
        "managing.entering",
        "managing.clients",
        "managing.chance",
        "managing.run_permissions",
        "managing.run_records",
        "seeds",
        "controls",
        "report",
    },
    {"managing.collecting"},
    {"inspection", "seed_arns"},
    {"arguments", "json_values", "policy_sources"},
    {"options"},
    {"doors"},
    {"surroundings"},
    {"engine.service"},
    {"engine.layered"},
    {"engine.chains"},
    {"engine.effects"},
    {"engine.commits", "engine.rollbacks", "engine.watching", "engine.conditions"},
    {"engine.call_log"},
    {"engine.layers", "engine.operations", "engine.refusals", "engine.store", "engine.key_access"},
    {"engine.rates", "engine.staleness", "engine.deletions", "engine.secret_order"},
    {"engine.in_force"},
    {"engine.ports"},
    {"engine.regions", "engine.identities"},
    {"engine.fault_plans"},
    {"engine.rules", "engine.keys", "engine.model", "engine.faults", "engine.above_rate"},
    {"engine.limits", "engine.partitions"},
    {"engine.call", "engine.interrupts", "engine.tracebacks"},
    {"engine.callers", "engine.recent"},
    {"engine.state", "engine.arns", "engine.errors", "engine.locks", "engine.checkpoints", "engine.on_demand"},
    {"kept_modules"},
]
"""From the face to the core: a module imports from its own room and from the lines below its own."""

OWNERS = {
    "pytest": {"plugin"},
    "wrapt": {"doors.patching"},
    "botocore": {"engine.limits", "engine.model", "engine.partitions", "doors", "surroundings.clients"},
    "cryptography": {"engine.keys"},
    "jinja2": {"report.page.rendering"},
    "markupsafe": {"report.page.rendering"},
    "aiohttp": {"doors.http_server", "doors.http_delivery"},
}
"""The modules and rooms that may import a package from outside the standard library."""

FACES = {"", "plugin"}
"""The package itself and the plugin: they import the rest inside functions, on first use."""


def imports_of(tree, functions_too=True, for_types_too=False):
    """Return a module's imports as dotted names. Those for type checkers only are left out unless they are wanted."""
    found, left = [], [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{'.' * node.level}{node.module or ''}.{name.name}" for name in node.names]
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING") and not for_types_too:
            left += node.orelse
        elif functions_too or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            left += ast.iter_child_nodes(node)
    return sorted(found)


def room_of(name):
    """Return the line and the room of a module or of a name in it; None if it is in no room.

    The package itself stands above the first line.
    """
    if not name:
        return -1, name
    for line, rooms in enumerate(ROOMS):
        for room in rooms:
            if name == room or name.startswith(f"{room}."):
                return line, room
    return None


def is_owner(name, owners):
    return any(name == owner or name.startswith(f"{owner}.") for owner in owners)


def refused_imports(name, tree):
    """Return the imports that a module of this name must not have."""
    refused, own = [], room_of(name)
    for wanted in imports_of(tree, functions_too=name not in FACES):
        top = wanted.partition(".")[0]
        if top == PACKAGE:
            other = room_of(wanted.removeprefix(f"{PACKAGE}."))
            if other is None or own is None or not (other[1] == own[1] or other[0] > own[0]):
                refused.append(wanted)
        elif top not in sys.stdlib_module_names and not is_owner(name, OWNERS.get(top, ())):
            refused.append(wanted)
    return refused


def test_a_module_imports_only_from_its_own_room_and_from_lines_below(module):
    assert refused_imports(module.name, module.tree) == []


def test_every_module_is_in_a_room(module):
    rooms = {".".join(room.split(".")[:depth]) for line in ROOMS for room in line for depth in (1, 2)}
    assert room_of(module.name) is not None or module.name in rooms


def test_a_module_is_in_one_room_only(module):
    homes = [room for line in ROOMS for room in line if module.name == room or module.name.startswith(f"{room}.")]
    assert len(homes) <= 1


def test_no_module_imports_private_names_of_another_module(module):
    private = [
        wanted
        for wanted in imports_of(module.tree)
        if wanted.startswith(PACKAGE) and any(part.startswith("_") for part in wanted.split("."))
    ]
    assert private == []


def test_only_engine_locks_uses_the_locks_of_threading(module):
    """Only locks of `engine.locks` survive a fork and an interrupt."""
    own = {"threading.Lock", "threading.RLock", "threading.Condition", "threading.Semaphore"}
    used = {ast.unparse(node) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    assert module.name == "engine.locks" or own.isdisjoint({*imports_of(module.tree), *used})


def module_imported_by(name, names):
    """Return the module of the package that a dotted import means: `a.b` is the module `a.b`, or a name in `a`."""
    inner = name.removeprefix(f"{PACKAGE}.")
    return next((part for part in (inner, inner.rpartition(".")[0]) if name != inner and part in names), "")


def test_no_modules_import_each_other_in_a_circle(all_modules):
    """A module that type checkers alone import counts as well: a reader follows that import too."""
    names = {module.name for module in all_modules}
    graph = {
        module.name: {module_imported_by(name, names) for name in imports_of(module.tree, for_types_too=True)}
        - {module.name, ""}
        for module in all_modules
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize(
    ("name", "source", "refused"),
    [
        pytest.param("engine.state", f"from {PACKAGE}.engine.call import Call", True, id="state from the calls"),
        pytest.param("engine.rules.labels", f"from {PACKAGE}.engine import model", True, id="rules from the model"),
        pytest.param("engine.rules.guards", f"import {PACKAGE}.engine.keys", True, id="rules from the keys"),
        pytest.param("engine.store", f"from {PACKAGE}.engine.layers import audit", True, id="store from layers"),
        pytest.param("engine.call", f"import {PACKAGE}.manager", True, id="engine from the manager"),
        pytest.param("doors.wire", f"from {PACKAGE}.inspection import log", True, id="doors from inspection"),
        pytest.param("seeds", f"from {PACKAGE}.report import section", True, id="seeds from the report"),
        pytest.param("engine.rules.policy", "import botocore", True, id="botocore in rules"),
        pytest.param("manager", "import pytest", True, id="pytest in the manager"),
        pytest.param("doors.patch", "import wrapt", True, id="wrapt in another door"),
        pytest.param("engine.ports", "from cryptography import x509", True, id="cryptography beside the keys"),
        pytest.param("engine.arns", "def f():\n    import boto3", True, id="an unlisted package inside a function"),
        pytest.param("plugin", "import botocore", True, id="botocore in the plugin"),
        pytest.param(
            "inspection.views", f"from {PACKAGE}.engine.service import Service", False, id="inspection from the engine"
        ),
        pytest.param("engine.rules.guards", f"from {PACKAGE}.engine.rules import labels", False, id="rules from rules"),
        pytest.param(
            "plugin",
            f"def f():\n    from {PACKAGE}.manager import x",
            False,
            id="plugin from the manager, in a function",
        ),
        pytest.param(
            "engine.state",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import boto3",
            False,
            id="for type checkers",
        ),
        pytest.param("doors.patching", "import wrapt, botocore.client", False, id="wrapt and botocore in the door"),
    ],
)
def test_the_import_check_refuses_or_allows(name, source, refused):
    assert bool(refused_imports(name, ast.parse(source))) is refused
