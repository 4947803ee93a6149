"""The pytest face: fixture, markers, options. No rule of Secrets Manager stands here.

Importing this module imports neither botocore nor cryptography nor wrapt: a run that does not use the fixture pays for
none of them. What needs them is imported inside the functions that use it.
"""

import os
import warnings
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager
    from pytest_secretsmanager.seeds import Seed

FIXTURE = "secretsmanager"
SECRET = "secret"  # noqa: S105 - a marker's name
SECRETS_FILE = "secrets_file"
OPTIONS = "secretsmanager"

REGION = "secretsmanager_region"
ACCOUNT = "secretsmanager_account"
RANDOM_SEED = "secretsmanager_random_seed"
BLOCK_NETWORK = "secretsmanager_block_network"
SEEDS = "secretsmanager_seeds"

ROLLBACK = "_secretsmanager_rollback"

DEFAULT_REGION = "us-east-1"

_MANAGER = pytest.StashKey["SecretsManager"]()
"""Where the manager of a running test stands, whatever a fixture of the same name makes of it."""

_STARTED = pytest.StashKey[ExitStack]()
"""What was started for the whole run, and ends with it."""

_OPTIONS = ("region", "account", "random_seed", "now", "version_quota")

_MARKERS = (
    f"{SECRET}(name, value, *, versions, tags, description, kms_key, policy, owning_service, rotation, replicas, "
    "deleted, region, account): a secret that is there when the test starts; activates the fixture secretsmanager.",
    f"{SECRETS_FILE}(path): a TOML or JSON file, by its path from the test's own file, of secrets that are there when "
    "the test starts; activates the fixture secretsmanager.",
    f"{OPTIONS}(*, region, account, random_seed, now, version_quota): options of the fixture secretsmanager; activates "
    "it.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the ini options."""
    parser.addini(
        REGION, "region of the fixture secretsmanager (default: AWS_DEFAULT_REGION, else us-east-1)", default=""
    )
    parser.addini(ACCOUNT, "account of the fixture secretsmanager", default="123456789012")
    parser.addini(RANDOM_SEED, "makes ARN suffixes, version ids and request ids repeatable", default="")
    parser.addini(
        BLOCK_NETWORK, "refuses Secrets Manager calls that would reach AWS, by botocore", type="bool", default=False
    )
    parser.addini(
        SEEDS, "TOML or JSON file of secrets that are there from before the first import of a conftest file", default=""
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Starts what has to be there before conftest files are imported."""
    _start(early_config)
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Registers the markers, and starts what is not yet there: the plugin may be loaded by a conftest file."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    _start(config)


def _start(config: pytest.Config) -> None:
    """Starts what is there for the whole run, once."""
    if _STARTED in config.stash:
        return
    started = config.stash[_STARTED] = ExitStack()
    config.add_cleanup(started.close)  # which is called though the run end before it is configured
    if config.getini(BLOCK_NETWORK):
        guard = _NetworkGuard()
        started.callback(guard.take_down)
        config.pluginmanager.register(guard, BLOCK_NETWORK)
    if file := config.getini(SEEDS):
        session = _SeededSession(config, file)
        started.enter_context(session.manager)
        config.pluginmanager.register(session, SEEDS)


class _NetworkGuard:
    """Refuses the calls that would reach AWS, and says in which test that was."""

    def __init__(self) -> None:
        from pytest_secretsmanager.doors.guard import Guard

        self._test: pytest.Item | None = None
        self._refused: str | None = None
        self.take_down = Guard(self._refusal).take_down

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._test, self._refused = item, None
        try:
            return (yield)
        finally:
            self._test = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Fails a test that has swallowed the refusal, or whose thread was refused."""
        report = yield
        if report.passed and self._refused is not None:
            report.outcome, report.longrepr = "failed", self._refused
        if not report.passed:
            self._refused = None
        return report

    def _refusal(self, text: str) -> BaseException:
        """What is raised in the place of a call: while a test runs, what its code under test does not catch."""
        from pytest_secretsmanager.engine.errors import NetworkBlocked

        advice = (
            'Give the test the fixture, or the secrets that it reads: @pytest.mark.secret("name", "value"). For code '
            f"that reads them as it is imported there is {SEEDS} in the ini file."
        )
        if self._test is None:
            return NetworkBlocked(f"{text}\n  while no test was running\n{advice}")
        if FIXTURE in getattr(self._test, "fixturenames", ()) and _MANAGER not in self._test.stash:
            advice = (
                f"The fixture {FIXTURE} of this test has not begun yet: fixtures of wider scope, and those that the "
                f"test names before it, run first. For what they read there is {SEEDS} in the ini file."
            )
        self._refused = f"{text}\n  in {self._test.nodeid}\n{advice}"
        return pytest.fail.Exception(self._refused, pytrace=False)


class _SeededSession:
    """The manager that answers for the whole run, from before the first conftest file is imported; and its tests'."""

    def __init__(self, config: pytest.Config, file: str) -> None:
        from pytest_secretsmanager.engine.errors import UsageError
        from pytest_secretsmanager.manager import SecretsManager
        from pytest_secretsmanager.seed_files import read_seeds

        directory = config.rootpath if config.inipath is None else config.inipath.parent
        options = _ini_options(config)
        if problem := _ini_problem(options):
            raise pytest.UsageError(f"the ini option {OPTIONS}_{problem}")
        try:
            self.seeds = read_seeds(directory / file)
            self.manager = SecretsManager(**options)
            for seed in self.seeds:
                self.manager.plant(seed)
        except UsageError as error:
            raise pytest.UsageError(f"{SEEDS}: {error}") from None

    @pytest.fixture(autouse=True, name=ROLLBACK)
    def _rolled_back(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Takes back what a test does to the secrets of the run, and gives it a log of its own."""
        request.node.stash.setdefault(_MANAGER, self.manager)  # a test with options has its own there already
        with self.manager.rolled_back(own_log=True):
            yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Activates the fixture for tests that carry one of the markers, before all of a test's own fixtures.

    With secrets of the run, rolling back stands before them too: autouse fixtures of other plugins may write as well.
    It comes last, so that a marker which another plugin or a conftest file has added counts too.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", None)
        if fixtures is None:
            continue
        if any(map(item.get_closest_marker, (SECRET, SECRETS_FILE, OPTIONS))):
            _put_before_others(item, FIXTURE)
        if ROLLBACK in fixtures:
            _put_before_others(item, ROLLBACK)


def _put_before_others(item: Any, fixture: str) -> None:
    others = [name for name in item.fixturenames if name != fixture]
    position = _first_of_function_scope(item, others)
    # A list of its own: parametrized siblings share theirs.
    item.fixturenames = [*others[:position], fixture, *others[position:]]


def _first_of_function_scope(item: Any, fixtures: list[str]) -> int:
    """Where the fixture goes: behind all of wider scope, before those of the test, which may need its secrets."""
    definitions = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - no public name
    for position, name in enumerate(fixtures):
        if name in definitions and definitions[name][-1].scope == "function":
            return position
    return len(fixtures)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to a failing test what its reader should know of its secrets, and to any what crashed inside."""
    report = yield
    manager = item.stash.get(_MANAGER, None)
    if manager is None or not (report.failed or (report.when == "call" and manager.crashes)):
        return report
    if text := manager.failure_section():
        report.sections.append((FIXTURE, text))
    return report


@pytest.fixture
def secretsmanager(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator["SecretsManager"]:
    """A local AWS Secrets Manager that answers every call made through botocore in this process.

    Markers `secret` and `secrets_file` seed it, the marker `secretsmanager` sets its options. See `SecretsManager` for
    what it offers.
    """
    node = request.node
    session: _SeededSession | None = request.config.pluginmanager.get_plugin(SEEDS)
    if session is not None and node.get_closest_marker(OPTIONS) is None:
        request.getfixturevalue(ROLLBACK)  # before the first seed
        _seed(session.manager, node)
        yield session.manager
        _warn_of_crashes(session.manager)
        return
    manager = _build(node)
    # By monkeypatch, so that a test's own changes of these variables are undone before ours, in whatever order.
    for name, value in manager.unset_variables().items():
        monkeypatch.setenv(name, value)
    node.stash[_MANAGER] = manager
    with manager:
        for seed in () if session is None else session.seeds:
            manager.plant(seed)
        _seed(manager, node)
        yield manager
    _warn_of_crashes(manager)


def _warn_of_crashes(manager: "SecretsManager") -> None:
    """A test may pass though something crashed inside: its program tried again, say."""
    if manager.crashes:
        warnings.warn(pytest.PytestWarning(f"{FIXTURE}: {manager.crashes[0]}"), stacklevel=1)


def _build(node: Any) -> "SecretsManager":
    from pytest_secretsmanager.engine.errors import UsageError, nearest
    from pytest_secretsmanager.manager import SecretsManager

    ini = _ini_options(node.config)
    options = dict(ini)
    for marker in _farthest_first(node, OPTIONS):
        if marker.args:
            advice = f"a secret is seeded by @pytest.mark.{SECRET}"
            raise _failure(node, OPTIONS, f"options are given by name, not by position ({len(marker.args)}); {advice}")
        for name in marker.kwargs.keys() - {*_OPTIONS}:
            raise _failure(node, OPTIONS, f"there is no option {name!r}{nearest(name, _OPTIONS)}")
        options |= marker.kwargs
    try:
        return SecretsManager(**options)
    except UsageError as error:
        problem = _ini_problem(ini)
        if problem is not None:
            raise pytest.fail.Exception(f"the ini option {OPTIONS}_{problem}", pytrace=False) from None
        raise _failure(node, OPTIONS, str(error)) from None


def _ini_options(config: pytest.Config) -> dict[str, Any]:
    """What the ini file says, and for the region, where it says nothing, what the environment says to every client."""
    return {
        "region": config.getini(REGION) or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION,
        "account": config.getini(ACCOUNT),
        "random_seed": config.getini(RANDOM_SEED) or None,
    }


def _ini_problem(ini: dict[str, Any]) -> str | None:
    """What is wrong with the ini file's options by themselves."""
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.manager import SecretsManager

    try:
        SecretsManager(**ini)
    except UsageError as error:
        return str(error)
    return None


def _seed(manager: "SecretsManager", node: Any) -> None:
    """Seeds what the markers say. A seed takes the place of one of the same name, so the nearest marker wins."""
    from pytest_secretsmanager.engine.errors import UsageError

    for marker in _farthest_first(node, SECRET, SECRETS_FILE):
        try:
            for seed in _seeds_of(marker, node.path.parent):
                manager.plant(seed)
        except UsageError as error:
            failure = _failure(node, _spelled(marker), str(error))
            del marker  # its values would be seen where local variables are printed
            raise failure from None


def _seeds_of(marker: pytest.Mark, directory: Path) -> "list[Seed]":
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.seed_files import read_seeds
    from pytest_secretsmanager.seeds import seed_of

    if marker.name == SECRET:
        return [seed_of(*marker.args, **marker.kwargs)]
    if not _names_a_file(marker):
        raise UsageError(f"it takes the path of one file, as in {SECRETS_FILE}('seeds.toml')")
    return read_seeds(directory / marker.args[0])


def _names_a_file(marker: pytest.Mark) -> bool:
    return len(marker.args) == 1 and not marker.kwargs and isinstance(marker.args[0], str | os.PathLike)


def _spelled(marker: pytest.Mark) -> str:
    """A marker as a failure names it: with its secret's name or its file, and no more, which may be a secret value."""
    if marker.name == SECRETS_FILE and _names_a_file(marker):
        return f"{marker.name}({os.fspath(marker.args[0])!r})"
    if marker.name == SECRET and marker.args and isinstance(marker.args[0], str):
        return f"{marker.name}({shorten(marker.args[0], 80)!r})"
    return marker.name


def _farthest_first(node: Any, *markers: str) -> list[pytest.Mark]:
    """The markers of a test, the one nearest to it last: the lowest decorator of a function, a subclass's own."""
    found = []
    for level in node.listchain():
        marks = [mark for mark in level.own_markers if mark.name in markers]
        if isinstance(level, pytest.Class):
            found += marks  # pytest lists those of its bases first
        else:
            # pytest lists the lowest decorator's first, and those of a parameter last.
            callspec = getattr(level, "callspec", None)
            of_parameter = [mark for mark in marks if callspec is not None and mark in callspec.marks]
            found += [mark for mark in marks[::-1] if mark not in of_parameter] + of_parameter
    return found


def _failure(node: Any, marker: str, text: str) -> BaseException:
    """What ends the set-up of a test in words, without a traceback through this plugin."""
    return pytest.fail.Exception(f"@pytest.mark.{marker} of {node.nodeid}: {text}", pytrace=False)
