"""Starts the leak sentinel where an option or a marker asks for it. Otherwise its module is not imported."""

import pytest

from pytest_secretsmanager.options import MARKER_KEYWORDS
from pytest_secretsmanager.plugin.leak_options import mode_of_run, read_ignored
from pytest_secretsmanager.plugin.names import OPTIONS

PLUGIN = "secretsmanager_leaks"
"""The name of the sentinel as a plugin."""


def by_option(config: pytest.Config) -> None:
    """Start the sentinel if the command line or the ini file asks for it. Refuse wrong options."""
    read_ignored(config)
    if mode_of_run(config) != "off":
        _start(config)


def by_marker(items: list[pytest.Item]) -> None:
    """Start the sentinel if a marker has one of its options."""
    for item in items:
        if any(not mark.kwargs.keys().isdisjoint(MARKER_KEYWORDS) for mark in item.iter_markers(OPTIONS)):
            _start(item.config)
            return


def _start(config: pytest.Config) -> None:
    if not config.pluginmanager.has_plugin(PLUGIN):
        from pytest_secretsmanager.plugin.leaks import LeakSentinel

        config.pluginmanager.register(LeakSentinel(config), PLUGIN)
