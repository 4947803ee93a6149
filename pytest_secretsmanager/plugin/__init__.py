"""The pytest face: fixture, markers, options. No rule of Secrets Manager stands here.

Importing this room imports neither botocore nor cryptography nor wrapt: a run that does not use the fixture pays for
none of them. What needs them is imported inside the functions that use it.
"""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.plugin import (
    following,
    manager_options,
    markers,
    order,
    own_fixture,
    plans,
    section,
    settings,
)
from pytest_secretsmanager.plugin.managers import answering, forget, session_of
from pytest_secretsmanager.plugin.names import BLOCK_NETWORK, FIXTURE, ROLLBACK, SEEDS
from pytest_secretsmanager.plugin.network import NetworkGuard
from pytest_secretsmanager.plugin.session import SeededSession

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager

_STARTED = pytest.StashKey[ExitStack]()
"""What was started for the whole run, and ends with it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the ini options."""
    settings.add(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Starts what has to be there before conftest files are imported."""
    _start(early_config)
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Registers the markers, and starts what is not yet there: the plugin may be loaded by a conftest file."""
    for text in markers.TEXTS:
        config.addinivalue_line("markers", text)
    _start(config)


def _start(config: pytest.Config) -> None:
    """Starts what is there for the whole run, once."""
    if _STARTED in config.stash:
        return
    started = config.stash[_STARTED] = ExitStack()
    config.add_cleanup(started.close)  # called even if the run ends before it is configured
    if (blocking := settings.block_network(config)) != "false":
        config.pluginmanager.register(NetworkGuard(config, blocking), BLOCK_NETWORK)
    if files := settings.seed_files(config):
        session = SeededSession(config, files)
        started.enter_context(session.manager)
        config.pluginmanager.register(session, SEEDS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Activates the fixture for tests that carry a marker.

    It comes last, so that a marker which another plugin or a conftest file has added counts too.
    """
    order.activate(items)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Says so when the ini file and the environment name two regions."""
    return manager_options.differing_regions(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keeps nothing of a test when that is over."""
    try:
        return (yield)
    finally:
        section.end(item)
        _forget(item)


def _forget(item: pytest.Item) -> None:
    """A test that is run once more, in one protocol, knows nothing of the time before."""
    forget(item)
    plans.forget_outcome(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Notes where the test begins. The region of the run may have changed since: a conftest file may set it."""
    _forget(item)
    section.begin(item)
    session = session_of(item.config)
    following.begin(item.config, None if session is None else session.parts)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Follows what a fixture may have set."""
    result = yield
    following.follow(request.config, fixturedef.argname)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """The region of a test is settled when its body begins."""
    following.end(item.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to a failing test what its reader should know of its secrets, and to any what crashed inside."""
    report = yield
    plans.note_outcome(item, report)
    if text := section.section_of(item, report):
        report.sections.append((FIXTURE, text))
    return report


@pytest.fixture
def secretsmanager(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator["SecretsManager"]:
    """A local AWS Secrets Manager that answers every call made through botocore in this process.

    Markers `secret` and `secrets_file` seed it, the marker `secretsmanager` sets its options:

        @pytest.mark.secret("app/db", "hunter2")
        def test_password(secretsmanager: SecretsManager):  # from pytest_secretsmanager import SecretsManager
            assert read_password() == "hunter2"  # your code, unchanged
            secretsmanager.assert_logged("GetSecretValue", SecretId="app/db")

    See `help(pytest_secretsmanager.SecretsManager)` for all that it offers.
    """
    guard: NetworkGuard | None = request.config.pluginmanager.get_plugin(BLOCK_NETWORK)
    if guard is not None:
        guard.go_up(request.node)
    if session_of(request.config) is not None:
        request.getfixturevalue(ROLLBACK)  # before the first seed
    with answering(request.node, monkeypatch) as manager:
        yield manager


@pytest.fixture(name=own_fixture.CHECK)
def _planted(request: pytest.FixtureRequest) -> None:
    """Looks, behind a project's own fixture of this name, whether the markers have been planted."""
    own_fixture.require_planted(request.node)
