"""A project's own fixture named `secretsmanager`, which takes the place of the plugin's.

One that asks for the plugin's builds on it, and the markers plant there. Beside one that does not they would plant
nothing, in silence, so a marker is refused there.
"""

import inspect
from pathlib import Path
from typing import Any

import pytest

from pytest_secretsmanager.plugin.markers import failure, farthest_first, spelled
from pytest_secretsmanager.plugin.names import FIXTURE, MARKERS, PLANTED

CHECK = "_secretsmanager_planted"
"""The fixture that looks, behind the project's own, whether the markers have been planted."""


def check_of(item: pytest.Item) -> tuple[str, ...]:
    """The fixture that looks, for a test that needs it."""
    definition = _nearest(item)
    return () if definition is None or _module_of(definition) == __package__ else (CHECK,)


def require_planted(item: pytest.Item) -> None:
    """Fails a test whose markers have planted nothing."""
    if PLANTED in item.stash:
        return
    marker = farthest_first(item, *MARKERS)[-1]
    raise failure(
        item,
        spelled(marker),
        f"the project's own fixture {FIXTURE} ({_place(_nearest(item), item.config.rootpath)}) hides the plugin's, so "
        f"the marker does nothing. Rename it; or let it build on the plugin's, def {FIXTURE}({FIXTURE}); or seed "
        f"without a marker, by {FIXTURE}.seed(name, value)",
    )


def _nearest(item: pytest.Item) -> Any:
    definitions = item.session._fixturemanager.getfixturedefs(FIXTURE, item)  # noqa: SLF001 - no public name
    return definitions[-1] if definitions else None


def _module_of(definition: Any) -> str:
    return str(getattr(inspect.unwrap(definition.func), "__module__", ""))


def _place(definition: Any, root: Path) -> str:
    code = getattr(inspect.unwrap(definition.func), "__code__", None)
    if code is None:
        return _module_of(definition)
    path = Path(code.co_filename)
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return f"{shown}:{code.co_firstlineno}"
