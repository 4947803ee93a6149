"""The work of the plugin in each test. `first_use` imports it when a run uses the plugin."""

from collections.abc import Callable

import pytest

from pytest_secretsmanager.plugin import following, html_rows, plans, section, settings
from pytest_secretsmanager.plugin.managers import forget, note_shared, session_of
from pytest_secretsmanager.plugin.names import BLOCK_NETWORK, FIXTURE
from pytest_secretsmanager.plugin.network import NetworkGuard
from pytest_secretsmanager.plugin.scopes import shares_only


class EachTest:
    """Watches each test. The hooks of the plugin call it. `running` returns the running test."""

    def __init__(self, config: pytest.Config, running: Callable[[], pytest.Item | None]) -> None:
        self._config = config
        blocking, plugins = settings.block_network(config), config.pluginmanager
        # After an interrupt of the first use, the next one finds the guard.
        if blocking != "false" and not plugins.has_plugin(BLOCK_NETWORK):
            plugins.register(NetworkGuard(config, blocking, running), BLOCK_NETWORK)

    def begin_late(self, item: pytest.Item) -> None:
        """Begin inside a test, which is the first to use the plugin."""
        section.begin(item)

    def begin(self, item: pytest.Item) -> None:
        """Note where the test begins. A conftest file may have changed the region of the run."""
        self._forget(item)
        section.begin(item)
        session = session_of(self._config)
        # The region of secrets that tests share is that of their set-up.
        following.begin(self._config, None if session is None or shares_only(item) else session.parts)

    def note_fixture(self, definition: pytest.FixtureDef[object]) -> None:
        """Follow the region that a fixture may have set."""
        following.follow(self._config, definition.argname, definition.scope)

    def begin_body(self, item: pytest.Item) -> None:
        """Stop following: the region of a test is final when its body begins."""
        following.end(self._config)
        note_shared(item)

    def add_to_report(self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Add a section about its secrets to the report of a failing test, and about crashes to any report."""
        plans.note_outcome(item, report)
        if text := section.section_of(item, call, report):
            report.sections.append((FIXTURE, text))
        html_rows.add_pictures(item, report)

    def end(self, item: pytest.Item) -> None:
        """Let go of everything that belongs to a test when it is over."""
        section.end(item)
        self._forget(item)

    def _forget(self, item: pytest.Item) -> None:
        """Forget the earlier run of a test that is run again in one protocol."""
        forget(item)
        plans.forget_outcome(item)
