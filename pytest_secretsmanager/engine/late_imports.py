"""Imports that run when they are first needed: few tests need these modules, and each takes time.

Each is inside `with late_import:`, and its module is in `LATE`. Two things would go wrong otherwise:

- Some tools drop the modules that were imported in their block: `patch.dict(sys.modules)`, pyfakefs, pytest inside
  pytest. A later import would make each class a second time, and no `isinstance` would know the first one. So the
  modules that were dropped come back before the next import.
- A forked child would wait forever for an import that another thread had begun. So a thread that forks first imports
  all of them.
"""

import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from types import ModuleType

__tracebackhide__ = True

_PACKAGE = __name__.partition(".")[0]
_ROOT = sys.modules[_PACKAGE]

LATE = (
    "controls.events",
    "controls.faults",
    "controls.handlers",
    "controls.iam",
    "controls.kms",
    "controls.planned_faults",
    "controls.rotation",
    "controls.subscriptions",
    "controls.unmet_plans",
    "doors.full_way",
    "doors.http",
    "engine.conditions",
    "engine.effects.rotations",
    "engine.faults",
    "engine.identities",
    "engine.key_access",
    "engine.layers.authorize",
    "engine.rules.iam.documents",
    "engine.rules.policy",
    "engine.rules.schedule",
    "inspection.assertions.allowed",
    "inspection.assertions.budgets",
    "inspection.assertions.leaks",
    "inspection.assertions.rotations",
    "inspection.assertions.unchanged",
    "inspection.call_sites",
    "inspection.cloudtrail",
    "inspection.missing_secret",
    "inspection.past_world",
    "inspection.put_rate",
    "inspection.rotation_texts",
    "inspection.timelines.of_world",
    "managing.acting",
    "surroundings.function",
)
"""The modules that are imported late."""


class LateImport:
    """Makes the imports of its block find the modules of this package that a tool dropped."""

    def __init__(self) -> None:
        self._loaded = 0

    def __enter__(self) -> None:
        if len(sys.modules) != self._loaded:  # the quick look: a tool that drops modules leaves fewer of them
            _put_back()

    def __exit__(self, *_: object) -> None:
        self._loaded = len(sys.modules)


def _put_back() -> None:
    """Put the dropped modules of this package back into `sys.modules`: each is still an attribute of its parent."""
    sys.modules.setdefault(_PACKAGE, _ROOT)
    parents = [_ROOT]
    while parents:
        parent = parents.pop()
        for name, held in [*vars(parent).items()]:
            if isinstance(held, ModuleType) and held.__name__ == f"{parent.__name__}.{name}":
                sys.modules.setdefault(held.__name__, held)
                parents.append(held)


late_import = LateImport()


@cache
def import_all() -> None:
    """Import all modules that are imported late. The second call does nothing."""
    with late_import:
        for name in LATE:
            with suppress(ImportError):  # a test may have taken a module out: the fork goes on without it
                import_module(f"{_PACKAGE}.{name}")
