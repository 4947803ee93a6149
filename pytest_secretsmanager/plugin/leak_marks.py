"""The options of the leak sentinel for a test, with those of its markers."""

import pytest

from pytest_secretsmanager.options import LEAKS, LEAKS_IGNORE
from pytest_secretsmanager.plugin.leak_options import Mode, ignored_of_run, mode_named, refusal
from pytest_secretsmanager.plugin.markers import failure, farthest_first
from pytest_secretsmanager.plugin.names import OPTIONS
from pytest_secretsmanager.plugin.scopes import Node


def mode_of(item: pytest.Item, of_run: Mode) -> Mode:
    """Return the mode of a test: that of its nearest marker, else that of the run."""
    if item.get_closest_marker(OPTIONS) is None:
        return of_run
    mode = of_run
    for marker in farthest_first(item, OPTIONS):
        if LEAKS.name in marker.kwargs:
            given = marker.kwargs[LEAKS.name]
            found = mode_named(given)
            if found is None:
                raise failure(item, OPTIONS, f"{LEAKS.name} {refusal(given)}")
            mode = found
    return mode


def ignored_of(item: Node) -> frozenset[bytes]:
    """Return the texts that are no leaks in a test: those of the ini file, and those of all its markers."""
    ignored = ignored_of_run(item.config)
    if item.get_closest_marker(OPTIONS) is None:
        return ignored
    for marker in farthest_first(item, OPTIONS):
        if LEAKS_IGNORE.name in marker.kwargs:
            ignored |= _ignored(item, marker.kwargs[LEAKS_IGNORE.name])
    return ignored


def _ignored(item: Node, given: object) -> frozenset[bytes]:
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.inspection.leaks.ignored import ignored_texts

    try:
        return ignored_texts(given, LEAKS_IGNORE.name)
    except UsageError as error:
        raise failure(item, OPTIONS, str(error)) from None
