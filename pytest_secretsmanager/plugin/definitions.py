"""The definitions of fixtures, as pytest holds them."""

import inspect
from typing import Any


def module_of(definition: Any) -> str:
    """Return the module of a fixture's function."""
    return str(getattr(inspect.unwrap(definition.func), "__module__", ""))
