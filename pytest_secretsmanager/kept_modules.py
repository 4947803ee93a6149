"""Modules of this package that a tool drops come back when they are imported again.

Some tools drop from `sys.modules` what was imported in their block: `patch.dict(sys.modules)`, pyfakefs, pytest inside
pytest. Many modules of this package are imported when they are first needed, so they are often among those. A second
import would make each class a second time: no `isinstance` would know the first one, and no `except` would catch it.
"""

import sys
from collections.abc import Callable, Sequence
from copy import copy
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_PACKAGE = __name__.partition(".")[0]
_ROOT = sys.modules[_PACKAGE]


class KeptModules(MetaPathFinder):
    """Finds the modules of this package that were imported before. First imports and reloads are left to Python."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the names are those of `MetaPathFinder`
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        kept = _kept(name) if target is None and name.partition(".")[0] == _PACKAGE else None
        if kept is None or kept.__spec__ is None:
            return None
        spec = copy(kept.__spec__)
        spec.loader = _Loader(kept)
        return spec


class _Loader(Loader):
    """Gives a module back as it was."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002 - the name is that of `Loader`
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # Python has set another one


def _kept(name: str) -> ModuleType | None:
    """The module of this name, which is still an attribute of its parent; None if it was never imported."""
    found = _ROOT
    for part in name.split(".")[1:]:
        held = vars(found).get(part)
        if not isinstance(held, ModuleType) or held.__name__ != f"{found.__name__}.{part}":
            return None
        found = held
    return found


def imports_are_under_way() -> bool:
    """Whether a thread imports a module of this package now: Python holds a lock for each such module."""
    locks: dict[str, Callable[[], object]] = getattr(sys.modules.get("_frozen_importlib"), "_module_locks", {})
    return any(name.partition(".")[0] == _PACKAGE and lock() is not None for name, lock in locks.copy().items())


_FINDER = KeptModules()


def come_first() -> None:
    """Be asked before the finders that are there: pytest's own, which rewrites assert statements, imports anew."""
    sys.meta_path[:] = [_FINDER, *(other for other in sys.meta_path if other is not _FINDER)]
