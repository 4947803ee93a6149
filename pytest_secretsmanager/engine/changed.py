"""A copy of a frozen value with some fields changed, at half the cost of `dataclasses.replace`: every write makes some.

>>> from pytest_secretsmanager.engine.state import Version
>>> version = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None)
>>> changed(version, accessed=86_400.0).accessed
86400.0

A type checker reads `dataclasses.replace` in its place, and so checks the fields and their types against the class.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

__all__ = ["changed"]

if TYPE_CHECKING:
    from dataclasses import replace as changed
else:
    _Value = TypeVar("_Value")

    def changed(value: _Value, **changes: object) -> _Value:
        """A copy of a value of `engine.state` with some fields changed."""
        kind = type(value)
        kept, setters = _PLANS.get((kind, *changes)) or _plan(kind, *changes)
        # Past `__init__`, which does nothing but fill the slots: no class of `engine.state` has a `__post_init__`.
        copy = object.__new__(kind)
        for name, put in kept:
            put(copy, getattr(value, name))
        for name, new in changes.items():
            setters[name](copy, new)
        return copy


_Setter: TypeAlias = Callable[[object, object], None]
"""How a slot of a class is filled, past the class's own refusal to be changed."""

_Plan: TypeAlias = tuple[tuple[tuple[str, _Setter], ...], dict[str, _Setter]]
"""The fields that a copy keeps, and those that it changes."""

_PLANS: dict[tuple[object, ...], _Plan] = {}
"""By class and names of the changed fields: as many as there are places in the code that change something."""


def _plan(kind: Any, *names: str) -> _Plan:
    kept = [(name, vars(kind)[name].__set__) for name in kind.__slots__ if name not in names]
    return _PLANS.setdefault((kind, *names), (tuple(kept), {name: vars(kind)[name].__set__ for name in names}))
