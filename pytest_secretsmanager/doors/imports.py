"""Hooks on the imports of other packages' modules: on the first import and on each later one.

A module may be imported long after a manager was entered, and more than once: tests of import-time behaviour reload it,
or take it out of `sys.modules` and import it again. Each time it has new classes, and their calls are answered too.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

Hook: TypeAlias = Callable[[ModuleType], None]
"""Called with a followed module each time its code has run."""


class Followed(MetaPathFinder):
    """The followed modules. It is a finder in `sys.meta_path` while it has any.

    It finds the same modules as the other finders, with a loader that calls the hooks.
    """

    def __init__(self) -> None:
        self._hooks: dict[str, tuple[Hook, ...]] = {}

    def follow(self, name: str, hook: Hook) -> None:
        """Call `hook` with the module of that name: now, if it is imported, and after each later import.

        A repeated call only makes sure that this finder is still in `sys.meta_path`.
        """
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        if hook not in self._hooks.get(name, ()):
            self._hooks[name] = (*self._hooks.get(name, ()), hook)
            if (module := sys.modules.get(name)) is not None:
                hook(module)

    def unfollow(self, name: str, hook: Hook) -> None:
        """Stop calling `hook`. Idempotent."""
        left = tuple(other for other in self._hooks.get(name, ()) if other != hook)
        if left:
            self._hooks[name] = left
        else:
            self._hooks.pop(name, None)
        if not self._hooks and self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in self._hooks:
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._met)
        return spec

    def _met(self, module: ModuleType) -> None:
        for hook in self._hooks.get(module.__name__, ()):
            hook(module)


class ClassName(NamedTuple):
    """The module and the name of a class, and those of its base class."""

    module: str
    name: str
    base: "ClassName | None" = None


def editions(wanted: ClassName) -> list[type]:
    """Every living class of that name, oldest first: each edition of a module has its own classes."""
    bases: list[type[Any]] = [object] if wanted.base is None else editions(wanted.base)
    found = (one for base in bases for one in base.__subclasses__())
    return [one for one in found if (one.__module__, one.__qualname__) == wanted[:2]]


def module_of(function: Callable[..., object]) -> str:
    """The name of the module of a function or method; empty for any other callable."""
    return getattr(function, "__module__", None) or ""


class _Loader(Loader):
    """Runs a module with its own loader, which the module keeps, and calls a hook."""

    def __init__(self, own: Loader, hook: Hook) -> None:
        self._own = own
        self._hook = hook

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._own
        if module.__spec__ is not None:
            module.__spec__.loader = self._own
        self._own.exec_module(module)
        self._hook(module)
