"""Modules of other packages that are followed: through their first import, and through each one after that.

A module may be imported long after a manager was entered, and more than once: tests of import-time behaviour reload it,
or take it out of `sys.modules` and import it anew. Each time it has new classes, whose calls are to be answered too.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TypeAlias

Hook: TypeAlias = Callable[[ModuleType], None]
"""Called with a module that is followed, each time its code has run."""

_hooks: dict[str, tuple[Hook, ...]] = {}


def follow(name: str, hook: Hook) -> None:
    """Calls `hook` with the module of that name: now, if it is there, and each time that it is imported from now on.

    Following once more only looks whether this module's finder is still in its place.
    """
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    if hook not in _hooks.get(name, ()):
        _hooks[name] = (*_hooks.get(name, ()), hook)
        if (module := sys.modules.get(name)) is not None:
            hook(module)


def unfollow(name: str, hook: Hook) -> None:
    """Calls `hook` no more. Once more does nothing."""
    left = tuple(other for other in _hooks.get(name, ()) if other != hook)
    if left:
        _hooks[name] = left
    else:
        _hooks.pop(name, None)
    if not _hooks and _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)


def editions(module: str, name: str) -> list[type]:
    """Every class of that module and name that is alive, oldest first: a module that was imported anew leaves its own.

    Only for classes that inherit from nothing else.
    """
    return [found for found in object.__subclasses__() if (found.__module__, found.__qualname__) == (module, name)]


def module_of(function: Callable[..., object]) -> str:
    """The name of the module of a function or method; empty for any other callable."""
    return getattr(function, "__module__", None) or ""


class _Finder(MetaPathFinder):
    """Finds what the other finders find, with a loader that calls the hooks."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in _hooks:
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """Runs a module as its own loader does, gives it back that loader, and calls the hooks."""

    def __init__(self, own: Loader) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._own
        if module.__spec__ is not None:
            module.__spec__.loader = self._own
        self._own.exec_module(module)
        for hook in _hooks.get(module.__name__, ()):
            hook(module)


_FINDER = _Finder()
