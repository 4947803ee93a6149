"""A copy of a frozen value with some fields changed, at half the cost of `dataclasses.replace`: each write needs some.

>>> from pytest_secretsmanager.engine.state import Version
>>> version = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None)
>>> changed(version, accessed=86_400.0).accessed
86400.0

A type checker reads `dataclasses.replace` in its place, so it checks the fields and their types against the class.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

__all__ = ["changed"]

if TYPE_CHECKING:
    from dataclasses import replace as changed
else:
    _Value = TypeVar("_Value")

    def changed(value: _Value, **changes: object) -> _Value:
        """Return a copy of a value of `engine.state` with some fields changed."""
        kind = type(value)
        kept, setters = _PLANS.get((kind, *changes)) or _plan(kind, *changes)
        # This skips `__init__`. It only fills the slots, since no class of `engine.state` has a `__post_init__`.
        copy = object.__new__(kind)
        for name, put in kept:
            put(copy, getattr(value, name))
        for name, new in changes.items():
            setters[name](copy, new)
        return copy


_Setter: TypeAlias = Callable[[object, object], None]
"""Fills a slot of an instance, although its class is frozen."""

_Plan: TypeAlias = tuple[tuple[tuple[str, _Setter], ...], dict[str, _Setter]]
"""The setters of the fields that a copy keeps, and of those that it changes."""

_PLANS: dict[tuple[object, ...], _Plan] = {}
"""Plans by class and names of the changed fields: at most one for each place in the code that calls `changed`."""


def _plan(kind: Any, *names: str) -> _Plan:
    kept = [(name, vars(kind)[name].__set__) for name in kind.__slots__ if name not in names]
    return _PLANS.setdefault((kind, *names), (tuple(kept), {name: vars(kind)[name].__set__ for name in names}))
