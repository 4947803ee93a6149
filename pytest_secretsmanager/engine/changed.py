"""A copy of a frozen value with some fields changed, at half the cost of `dataclasses.replace`: every write makes some.

>>> from pytest_secretsmanager.engine.state import Version
>>> version = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None)
>>> changed(version, accessed=86_400.0).accessed
86400.0

A type checker reads `dataclasses.replace` in its place, and so checks the fields and their types against the class.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["changed"]

if TYPE_CHECKING:
    from dataclasses import replace as changed
else:
    _Value = TypeVar("_Value")

    def changed(value: _Value, **changes: object) -> _Value:
        """A copy of a value of `engine.state` with some fields changed."""
        kind = type(value)
        setters = _SETTERS.get(kind) or _setters_of(kind)
        # Past `__init__`, which does nothing but fill the slots: no class of `engine.state` has a `__post_init__`.
        copy = object.__new__(kind)
        for name, put in setters.items():
            if name not in changes:
                put(copy, getattr(value, name))
        for name, new in changes.items():
            setters[name](copy, new)
        return copy


_SETTERS: dict[type, dict[str, Callable[[object, object], None]]] = {}
"""How each slot of a class is filled, past the class's own refusal to be changed."""


def _setters_of(kind: Any) -> dict[str, Callable[[object, object], None]]:
    return _SETTERS.setdefault(kind, {name: vars(kind)[name].__set__ for name in kind.__slots__})
