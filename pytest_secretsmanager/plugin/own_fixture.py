"""A project's own fixture named `secretsmanager`, which overrides the plugin's.

If it requests the plugin's fixture, the markers plant there. If it does not, the markers would silently plant nothing,
so they are refused.
"""

import inspect
from pathlib import Path
from typing import Any

import pytest

from pytest_secretsmanager.plugin.definitions import module_of
from pytest_secretsmanager.plugin.markers import failure, farthest_first, spelled
from pytest_secretsmanager.plugin.names import CHECK, FIXTURE, MARKERS, PLANTED


def check_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the name of the checking fixture, for a test that needs it."""
    definition = _nearest(item)
    return () if definition is None or module_of(definition) == __package__ else (CHECK,)


def require_planted(item: pytest.Item) -> None:
    """Fail a test whose markers have planted nothing."""
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


def _place(definition: Any, root: Path) -> str:
    code = getattr(inspect.unwrap(definition.func), "__code__", None)
    if code is None:
        return module_of(definition)
    path = Path(code.co_filename)
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return f"{shown}:{code.co_firstlineno}"
