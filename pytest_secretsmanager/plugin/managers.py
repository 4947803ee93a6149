"""The manager that answers a test, with its seeds. `session` rolls back the manager of a run."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.plugin import fault_markers, following, manager_options, markers
from pytest_secretsmanager.plugin.leak_options import ignored_of
from pytest_secretsmanager.plugin.names import FIXTURE, PARTS, PLANTED, SEEDS
from pytest_secretsmanager.plugin.plans import unmet_plans_in_words
from pytest_secretsmanager.plugin.seeding_progress import with_progress
from pytest_secretsmanager.plugin.session import SeededSession

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager
    from pytest_secretsmanager.managing.parts import Parts
    from pytest_secretsmanager.seeds import Seed


def session_of(config: pytest.Config) -> SeededSession | None:
    """Return the secrets of the run, None if its ini file names none."""
    session: SeededSession | None = config.pluginmanager.get_plugin(SEEDS)
    return session


def answering(node: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> "AbstractContextManager[SecretsManager]":
    """Return the context in which a manager answers a test, with its seeds: the run's, or one of the test's own."""
    session = session_of(node.config)
    if session is not None and not markers.has_manager_options(node):
        return _answering_of_run(node, session)
    return _answering_of_test(node, () if session is None else session.seeds, monkeypatch)


@contextmanager
def _answering_of_run(node: pytest.Item, session: SeededSession) -> Iterator["SecretsManager"]:
    session.parts.world.directory = node.path.parent
    session.parts.world.harmless = ignored_of(node)
    markers.plant(session.parts, node)
    fault_markers.plan(session.parts, node)
    node.stash[PLANTED] = True
    yield session.manager
    _warn_of_crashes(session.parts)


@contextmanager
def _answering_of_test(
    node: pytest.Item, seeds: "Sequence[Seed]", monkeypatch: pytest.MonkeyPatch
) -> Iterator["SecretsManager"]:
    from pytest_secretsmanager.doors.wiring import PROCESS
    from pytest_secretsmanager.manager import parts_of
    from pytest_secretsmanager.managing.answering import answering
    from pytest_secretsmanager.managing.planting import plant

    manager = manager_options.build(node)
    parts = parts_of(manager)
    parts.world.harmless = ignored_of(node)
    following.begin(node.config, parts)
    # By monkeypatch: a test's own changes of these variables are undone before ours, in the right order.
    for name, value in PROCESS.environment.unset_variables(manager.region).items():
        monkeypatch.setenv(name, value)
    node.stash[PARTS] = parts
    with unmet_plans_in_words(node), answering(parts):
        with with_progress(node.config, seeds) as all_seeds:
            for seed in all_seeds:
                plant(parts, seed)
        markers.plant(parts, node)
        fault_markers.plan(parts, node)
        node.stash[PLANTED] = True
        yield manager
    _warn_of_crashes(parts)


def forget(node: pytest.Item) -> None:
    """Let go of the manager of a test that is over or is run again, with all its secrets."""
    if PARTS in node.stash:
        del node.stash[PARTS]
    if PLANTED in node.stash:
        del node.stash[PLANTED]


def _warn_of_crashes(parts: "Parts") -> None:
    """Warn of a crash in an endpoint: the test may pass, for example if its program tried again."""
    if parts.crashes:
        warnings.warn(pytest.PytestWarning(f"{FIXTURE}: {parts.crashes[0]}"), stacklevel=1)
