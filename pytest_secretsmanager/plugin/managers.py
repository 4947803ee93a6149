"""The manager that answers a test, with its seeds; a run's manager is rolled back elsewhere."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.plugin import following, markers, options
from pytest_secretsmanager.plugin.names import FIXTURE, MANAGER, OPTIONS, PLANTED, SEEDS
from pytest_secretsmanager.plugin.plans import unmet_plans_in_words
from pytest_secretsmanager.plugin.session import SeededSession

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager


def session_of(config: pytest.Config) -> SeededSession | None:
    """The secrets of the run, where its ini file names some."""
    session: SeededSession | None = config.pluginmanager.get_plugin(SEEDS)
    return session


@contextmanager
def answering(node: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> Iterator["SecretsManager"]:
    """The manager that answers a test, with its seeds; a run's manager is rolled back elsewhere."""
    session = session_of(node.config)
    if session is not None and node.get_closest_marker(OPTIONS) is None:
        markers.plant(session.manager, node)
        node.stash[PLANTED] = True
        yield session.manager
        _warn_of_crashes(session.manager)
        return
    manager = options.build(node)
    following.begin(node.config, manager)
    # By monkeypatch, so that a test's own changes of these variables are undone before ours, in whatever order.
    for name, value in manager.unset_variables().items():
        monkeypatch.setenv(name, value)
    node.stash[MANAGER] = manager
    with unmet_plans_in_words(node), manager.answering():
        for seed in () if session is None else session.seeds:
            manager.plant(seed)
        markers.plant(manager, node)
        node.stash[PLANTED] = True
        yield manager
    _warn_of_crashes(manager)


def forget(node: pytest.Item) -> None:
    """Lets go of the manager of a test that is over, with all its secrets, or that is run once more."""
    if MANAGER in node.stash:
        del node.stash[MANAGER]
    if PLANTED in node.stash:
        del node.stash[PLANTED]


def _warn_of_crashes(manager: "SecretsManager") -> None:
    """A test may pass though something crashed inside: its program tried again, say."""
    if manager.crashes:
        warnings.warn(pytest.PytestWarning(f"{FIXTURE}: {manager.crashes[0]}"), stacklevel=1)
