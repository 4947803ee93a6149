"""The manager that answers a test, or several tests, with its seeds. `session` rolls back the manager of a run."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.plugin import fault_markers, following, manager_options, markers, scopes
from pytest_secretsmanager.plugin.leak_marks import ignored_of
from pytest_secretsmanager.plugin.names import FIXTURE, FUNCTION, PARTS, PLANTED, SEEDS
from pytest_secretsmanager.plugin.plans import unmet_plans_in_words
from pytest_secretsmanager.plugin.scopes import Node
from pytest_secretsmanager.plugin.seeding_progress import with_progress
from pytest_secretsmanager.plugin.session import SeededSession

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager
    from pytest_secretsmanager.managing.kept_seeds import KeptSeed
    from pytest_secretsmanager.managing.parts import Parts


def session_of(config: pytest.Config) -> SeededSession | None:
    """Return the secrets of the run, None if its ini file names none."""
    session: SeededSession | None = config.pluginmanager.get_plugin(SEEDS)
    return session


def answering(node: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> "AbstractContextManager[SecretsManager]":
    """Return the context in which a manager answers a test, with its seeds: a shared one, or one of the test's own.

    The run's is rolled back by a fixture of its own.
    """
    session = session_of(node.config)
    if (shared := scopes.innermost(node.config)) is not None:
        return _answering_inside(node, shared, FUNCTION)
    if session is not None and not markers.has_manager_options(node):
        return _answering_of_run(node, session)
    return _answering_of_own(node, FUNCTION, () if session is None else session.seeds, monkeypatch)


def answering_many(request: pytest.FixtureRequest, scope: str) -> Iterator["SecretsManager"]:
    """Yield the manager that answers the tests of a class, a module, a package or the run."""
    node: Node = request.node
    if isinstance(node, pytest.Session):
        scope = "session"  # so it is for a test outside any package
    session, shared = session_of(request.config), scopes.innermost(request.config)
    if shared is not None:
        scopes.require_wider(shared.scope, scope)
    elif session is not None:
        scopes.require_wider(FUNCTION if session.is_in_test else scope, scope)
        if not markers.has_manager_options(node):
            options = manager_options.options_of(node)
            shared = scopes.Active("session", session.manager, session.parts, options, ())
    with pytest.MonkeyPatch.context() as monkeypatch:
        if shared is not None:
            context = _answering_inside(node, shared, scope)
        else:
            context = _answering_of_own(node, scope, () if session is None else session.seeds, monkeypatch)
        with context as manager:
            yield manager


@contextmanager
def _answering_of_run(node: pytest.Item, session: SeededSession) -> Iterator["SecretsManager"]:
    session.parts.world.directory = markers.directory_of(node)
    session.parts.world.harmless = ignored_of(node)
    markers.plant(session.parts, node)
    fault_markers.plan(session.parts, node)
    node.stash[PLANTED] = True
    yield session.manager
    _warn_of_crashes(session.parts)


@contextmanager
def _answering_inside(node: Node, shared: scopes.Active, scope: str) -> Iterator["SecretsManager"]:
    """Let a wider fixture's manager answer, from its secrets on. Everything that happens inside is rolled back."""
    from pytest_secretsmanager.managing.rollback import rolled_back

    options = manager_options.options_of(node)
    manager_options.require_the_same(node, options, shared)
    parts, world = shared.parts, shared.parts.world
    if scope == FUNCTION:
        node.stash[PARTS] = parts
    before = world.directory, world.harmless
    try:
        with unmet_plans_in_words(node), rolled_back(parts, own_log=True):
            world.directory, world.harmless = markers.directory_of(node), ignored_of(node)
            if options.get(manager_options.POLICY) != shared.options.get(manager_options.POLICY):
                manager_options.act_as_told(node, parts, options)
            following.begin(node.config, parts, scope)
            with _planted(node, shared._replace(scope=scope, options=options)):
                yield shared.manager
            _warn_of_crashes(parts)
    finally:
        world.directory, world.harmless = before


@contextmanager
def _answering_of_own(
    node: Node, scope: str, seeds: "Sequence[KeptSeed]", monkeypatch: pytest.MonkeyPatch
) -> Iterator["SecretsManager"]:
    from pytest_secretsmanager.doors.wiring import PROCESS
    from pytest_secretsmanager.manager import parts_of
    from pytest_secretsmanager.managing.answering import answering
    from pytest_secretsmanager.managing.planting import plant

    options = manager_options.options_of(node)
    manager = manager_options.build(node, options)
    parts = parts_of(manager)
    parts.world.harmless = ignored_of(node)
    if scope == FUNCTION:
        node.stash[PARTS] = parts
    following.begin(node.config, parts, scope)
    # By monkeypatch: a test's own changes of these variables are undone before ours, in the right order.
    for name, value in PROCESS.environment.unset_variables(manager.region).items():
        monkeypatch.setenv(name, value)
    with unmet_plans_in_words(node), answering(parts):
        with with_progress(node.config, seeds) as all_seeds:
            for seed in all_seeds:
                plant(parts, seed.opened())
        with _planted(node, scopes.Active(scope, manager, parts, options, ())):
            yield manager
    _warn_of_crashes(parts)


@contextmanager
def _planted(node: Node, fixture: scopes.Active) -> Iterator[None]:
    """Let a fixture be active in the block, after the markers of its node have seeded its manager."""
    parts, is_of_test = fixture.parts, fixture.scope == FUNCTION
    before, parts.world.is_shared = parts.world.is_shared, not is_of_test
    try:
        planted = markers.plant(parts, node, fixture.planted)
        if is_of_test:
            fault_markers.plan(parts, node)
            node.stash[PLANTED] = True
        with scopes.active(node.config, fixture._replace(planted=planted)):
            yield
    finally:
        parts.world.is_shared = before


def note_shared(item: pytest.Item) -> None:
    """Let the shared manager of a test that asks for it only report about it, and read its files."""
    shared = scopes.innermost(item.config)
    if shared is not None and PARTS not in item.stash and scopes.shares_only(item):
        item.stash[PARTS] = shared.parts
        shared.parts.world.directory, shared.parts.world.harmless = markers.directory_of(item), ignored_of(item)


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
