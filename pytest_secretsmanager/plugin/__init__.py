"""The pytest plugin: fixture, markers, options. It has no rules of Secrets Manager.

Importing this room imports none of botocore, cryptography and wrapt, so that a run without the fixture does not pay for
them. The functions that need them import them.
"""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.plugin import (
    assertrepr,
    following,
    html_rows,
    leak_start,
    manager_options,
    markers,
    order,
    own_fixture,
    plans,
    policy_file,
    records,
    report_file,
    report_problems,
    section,
    section_colours,
    settings,
    summary,
    wider_fixtures,
)
from pytest_secretsmanager.plugin.managers import answering, forget, note_shared, session_of
from pytest_secretsmanager.plugin.names import BLOCK_NETWORK, FIXTURE, ROLLBACK, SEEDS
from pytest_secretsmanager.plugin.network import NetworkGuard
from pytest_secretsmanager.plugin.scopes import shares_only
from pytest_secretsmanager.plugin.session import SeededSession
from pytest_secretsmanager.plugin.wider_fixtures import (  # noqa: F401 - pytest looks for fixtures here
    class_secretsmanager,
    module_secretsmanager,
    package_secretsmanager,
    session_secretsmanager,
)

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager

_STARTED = pytest.StashKey[ExitStack]()
"""The stash key for the guard and the secrets of the run, which end with it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    settings.add(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the guard and the secrets of the run before conftest files are imported."""
    _start(early_config)
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers. Start guard and secrets if that has not happened: a conftest file may load the plugin."""
    for text in markers.TEXTS:
        config.addinivalue_line("markers", text)
    _start(config)
    leak_start.by_option(config)


def _start(config: pytest.Config) -> None:
    """Start the guard and the secrets of the run, once."""
    if _STARTED in config.stash:
        return
    started = config.stash[_STARTED] = ExitStack()
    config.add_cleanup(started.close)  # called even if the run ends before `pytest_configure`
    report_problems.begin(config)
    policy_file.begin(config)  # before the first manager
    records.begin(config)
    report_file.begin(config)
    summary.begin(config)
    if (blocking := settings.block_network(config)) != "false":
        config.pluginmanager.register(NetworkGuard(config, blocking), BLOCK_NETWORK)
    if files := settings.seed_files(config):
        session = SeededSession(config, files)
        started.enter_context(session.manager)
        config.pluginmanager.register(session, SEEDS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Activate the fixture for tests with a marker. Called last, so that markers added by other plugins count too."""
    order.activate(items)
    leak_start.by_marker(items)


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Give each package its own fixture of package scope."""
    if isinstance(collector, pytest.Package):
        wider_fixtures.register(collector)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Report an ini file and an environment that name two regions."""
    return manager_options.differing_regions(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let go of everything that belongs to a test when it is over."""
    try:
        return (yield)
    finally:
        section.end(item)
        _forget(item)


def _forget(item: pytest.Item) -> None:
    """Forget the earlier run of a test that is run again in one protocol."""
    forget(item)
    plans.forget_outcome(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note where the test begins. A conftest file may have changed the region of the run."""
    _forget(item)
    section.begin(item)
    session = session_of(item.config)
    # The region of secrets that tests share is that of their set-up.
    following.begin(item.config, None if session is None or shares_only(item) else session.parts)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Follow the region that a fixture may have set."""
    result = yield
    following.follow(request.config, fixturedef.argname, fixturedef.scope)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Stop following: the region of a test is final when its body begins."""
    following.end(item.config)
    note_shared(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add a section about its secrets to the report of a failing test, and about crashes to any report."""
    report = yield
    plans.note_outcome(item, report)
    if text := section.section_of(item, call, report):
        report.sections.append((FIXTURE, text))
    html_rows.add_pictures(item, report)
    return report


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Explain a failing comparison of views, labels, versions and events."""
    return assertrepr.explanation(config, op, left, right)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Send the width of the terminal to a worker of xdist."""
    section.send_columns(node)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Generator[None, None, None]:
    """Print the sections of failing tests in colours, where the terminal has them."""
    with section_colours.coloured(terminalreporter):
        yield


@pytest.fixture
def secretsmanager(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator["SecretsManager"]:
    """A local AWS Secrets Manager that answers every call made through botocore in this process.

    Markers `secret` and `secrets_file` seed it, the marker `secretsmanager` sets its options:

        @pytest.mark.secret("app/db", "hunter2")
        def test_password(secretsmanager: SecretsManager):  # from pytest_secretsmanager import SecretsManager
            assert read_password() == "hunter2"  # your code, unchanged
            secretsmanager.assert_logged("GetSecretValue", SecretId="app/db")

    See `help(pytest_secretsmanager.SecretsManager)` for all methods.
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
    """Check, after a project's own fixture `secretsmanager`, that the markers were planted."""
    own_fixture.require_planted(request.node)
