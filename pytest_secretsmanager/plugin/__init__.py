"""The pytest plugin: fixture, markers, options. It has no rules of Secrets Manager.

Importing this room imports none of botocore, cryptography and wrapt, so that a run without the fixture does not pay for
them. The functions that need them import them.
"""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.plugin import assert_rewriting

assert_rewriting.leave_out_this_package()  # before the other modules are imported

# isort: split
from pytest_secretsmanager import kept_modules
from pytest_secretsmanager.options import OUTPUTS
from pytest_secretsmanager.plugin import (
    assertrepr,
    first_use,
    leak_start,
    marker_texts,
    report_problems,
    settings,
    shown_sections,
    wider_fixtures,
)
from pytest_secretsmanager.plugin.first_use import FirstUse
from pytest_secretsmanager.plugin.names import CHECK, REGION, ROLLBACK, SEEDS
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
    for text in marker_texts.TEXTS:
        config.addinivalue_line("markers", text)
    _start(config)
    leak_start.by_option(config)


def _start(config: pytest.Config) -> None:
    """Start the guard and the secrets of the run, once."""
    if _STARTED in config.stash:
        return
    kept_modules.come_first()
    started = config.stash[_STARTED] = ExitStack()
    config.add_cleanup(started.close)  # called even if the run ends before `pytest_configure`
    report_problems.begin(config)
    _start_outputs(config)
    use = FirstUse(config)
    if settings.block_network(config) == "true":
        use.begin()
    if files := settings.seed_files(config):
        from pytest_secretsmanager.plugin.session import SeededSession

        session = SeededSession(config, files)
        started.enter_context(session.manager)
        config.pluginmanager.register(session, SEEDS)


def _start_outputs(config: pytest.Config) -> None:
    """Start what the command line asks for at the end of the run, before the first manager."""
    if any(settings.on_command_line(config, option) not in (None, False) for option in OUTPUTS):
        from pytest_secretsmanager.plugin import policy_file, records, report_file, summary

        for output in (policy_file, records, report_file, summary):
            output.begin(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Activate the fixture for tests with a marker, after all other hooks: markers that they add count too."""
    yield
    if items and (first_use.is_in(items) or items[0].config.pluginmanager.has_plugin(SEEDS)):
        from pytest_secretsmanager.plugin import order

        FirstUse.of(items[0].config).begin()
        order.activate(items)
        leak_start.by_marker(items)


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Give each package its own fixture of package scope."""
    if isinstance(collector, pytest.Package):
        wider_fixtures.register(collector)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Report an ini file and an environment that name two regions."""
    if not config.getini(REGION):
        return None
    from pytest_secretsmanager.plugin.manager_options import differing_regions

    return differing_regions(config)


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Explain a failing comparison of views, labels, versions and events."""
    return assertrepr.explanation(config, op, left, right)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Send the width of the terminal to a worker of xdist."""
    from pytest_secretsmanager.plugin import section

    section.send_columns(node)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Generator[None, None, None]:
    """Print the sections of failing tests in colours, where the terminal has them."""
    if not (terminalreporter.config.get_terminal_writer().hasmarkup and shown_sections.are_in(terminalreporter)):
        yield
        return
    from pytest_secretsmanager.plugin.section_colours import coloured

    with coloured(terminalreporter):
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
    from pytest_secretsmanager.plugin.managers import answering, session_of

    FirstUse.of(request.config).begin_in(request.node)
    if session_of(request.config) is not None:
        request.getfixturevalue(ROLLBACK)  # before the first seed
    with answering(request.node, monkeypatch) as manager:
        yield manager


@pytest.fixture(name=CHECK)
def _planted(request: pytest.FixtureRequest) -> None:
    """Check, after a project's own fixture `secretsmanager`, that the markers were planted."""
    from pytest_secretsmanager.plugin.own_fixture import require_planted

    require_planted(request.node)
