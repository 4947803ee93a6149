"""Runs of pytest that Ctrl-C or pytest-timeout stops inside this plugin: the next test, or the next run, is intact.

Each place is a function of this package, and the signal comes right before or after it. No test waits for a signal: it
raises one.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

import invariants
import pytest
from botocore.client import BaseClient

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors.switchboard import Switchboard
from pytest_secretsmanager.engine.commits import Commits
from pytest_secretsmanager.engine.effects.replicas import Replicas
from pytest_secretsmanager.engine.effects.rotations import Rotations
from pytest_secretsmanager.engine.effects.steps import Steps
from pytest_secretsmanager.engine.rollbacks import Rollbacks
from pytest_secretsmanager.engine.store import Store
from pytest_secretsmanager.managing.entering import Entering
from pytest_secretsmanager.surroundings.process import Environment

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="pytest-timeout needs SIGALRM")

NEEDS_TIMEOUT = pytest.mark.skipif(find_spec("pytest_timeout") is None, reason="pytest-timeout is not installed")

SOURCE = """
    import pytest
    from pytest_secretsmanager import Rotation

    @pytest.fixture(scope="module")
    def shared(module_secretsmanager):
        module_secretsmanager.seed("shared", "one")

    def test_before(WIDER):
        pass

    @pytest.mark.secret("db", "one", replicas=["eu-west-1"])
    def test_stopped(WIDER, secretsmanager):
        client = secretsmanager.client()

        def rotate(event, _):
            if event["Step"] == "createSecret":
                pending = {"ClientRequestToken": event["ClientRequestToken"], "VersionStages": ["AWSPENDING"]}
                client.put_secret_value(SecretId=event["SecretId"], SecretString="rotated", **pending)

        secretsmanager.seed("rotated", "one", rotation=Rotation(rotate, days=30))
        client.put_secret_value(SecretId="db", SecretString="two")
        client.rotate_secret(SecretId="rotated")
        secretsmanager.clock.advance(days=100)

    @pytest.mark.secret("db", "one", replicas=["eu-west-1"])
    def test_next(WIDER, secretsmanager):
        assert len(secretsmanager.log) == 0
        assert "rotated" not in secretsmanager.secrets
        secretsmanager.assert_history("db", ["one"])
        secretsmanager.client().put_secret_value(SecretId="db", SecretString="two")
        secretsmanager.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
        assert secretsmanager.secret("db", region="eu-west-1").value == "two"
"""


class Place(NamedTuple):
    """A function of the package, and the number of its call, from the set-up of the test, at which the signal comes.

    `wider` is another fixture of the tests: inside a wider manager, a test is rolled back in place of being left.
    """

    owner: type
    name: str
    number: int = 1
    wider: str = "request"


PLACES = {
    "entering": Place(Switchboard, "activate"),
    "setting variables": Place(Environment, "enter"),
    "the lock of entering": Place(Entering, "enter"),
    "leaving": Place(Switchboard, "deactivate"),
    "taking back variables": Place(Environment, "leave"),
    "opening the journal of a test": Place(Rollbacks, "rolled_back", wider="shared"),
    "rolling back": Place(Store, "close_journal", 3, wider="shared"),
    "seeding": Place(Commits, "make"),
    "a call": Place(Switchboard, "responder_for"),
    "a replication": Place(Replicas, "update", 2),
    "the announcement of a rotation": Place(Rotations, "start"),
    "a rotation step": Place(Steps, "succeeds"),
    "another rotation step": Place(Steps, "succeeds", 3),
    "a due rotation": Place(Rotations, "begin_first_due"),
}


class Armed:
    """A plugin of the inner run. It counts calls from the set-up of `test_stopped` on."""

    is_armed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.is_armed = self.is_armed or item.name == "test_stopped"


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def go(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Return a function that runs the tests in this process, and checks that nothing of a manager is left."""
    bare = BaseClient.__dict__["_make_api_call"]

    def run(place: Place, *arguments: str, plugins: Sequence[object] = ()) -> pytest.RunResult:
        pytester.makepyfile(test_it=SOURCE.replace("WIDER", place.wider))
        own = ("-p", "pytest_secretsmanager.plugin", "-o", "secretsmanager_block_network=false")
        result = pytester.runpytest_inprocess(*own, *arguments, plugins=plugins, no_reraise_ctrlc=True)
        invariants.no_manager_is_active()
        assert BaseClient.__dict__["_make_api_call"] is bare
        return result

    return run


@pytest.fixture
def stopped(go: Callable[..., pytest.RunResult]) -> Callable[..., pytest.RunResult]:
    """Return a function that runs the tests, and lets a signal come at a place of `test_stopped`, once."""

    def run(place: Place, when: str, number: int, *arguments: str) -> pytest.RunResult:
        function: Callable[..., Any] = getattr(place.owner, place.name)
        calls: list[object] = []
        armed = Armed()

        def stopping(*args: Any, **kwargs: Any) -> Any:
            calls.extend([place] * armed.is_armed)
            comes = armed.is_armed and len(calls) == place.number
            if comes and when == "before":
                signal.raise_signal(number)
            result = function(*args, **kwargs)
            if comes and when == "after":
                signal.raise_signal(number)
            return result

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(place.owner, place.name, stopping)
            result = go(place, *arguments, plugins=[armed])
        assert len(calls) >= place.number
        return result

    return run


@NEEDS_TIMEOUT
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_the_next_test_is_intact_after_pytest_timeout_stopped_one(
    stopped: Callable[..., pytest.RunResult], place: Place, when: str
) -> None:
    result = stopped(place, when, signal.SIGALRM, "-p", "pytest_timeout", "--timeout=600", "--timeout-method=signal")
    assert "failed" in outcomes_of(result, "test_stopped")
    assert outcomes_of(result, "test_next") == ["passed"] * 3


def outcomes_of(result: pytest.RunResult, name: str) -> list[str]:
    """The outcomes of a test's set-up, call and teardown."""
    recorded: Any = result.reprec  # type: ignore[attr-defined]
    reports: list[pytest.TestReport] = recorded.getreports("pytest_runtest_logreport")
    return [report.outcome for report in reports if report.nodeid.endswith(name)]


@pytest.fixture
def _ctrl_c() -> Iterator[None]:
    """Let SIGINT raise KeyboardInterrupt: a program that a shell runs in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c")
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_manager_is_intact_after_ctrl_c_stopped_a_run(stopped: Callable[..., pytest.RunResult], place: Place) -> None:
    assert stopped(place, "after", signal.SIGINT).ret == pytest.ExitCode.INTERRUPTED
    with SecretsManager() as sm:
        sm.seed("db", "one")
        sm.client().put_secret_value(SecretId="db", SecretString="two")
        sm.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
        assert [event.operation for event in sm.log] == ["PutSecretValue"]


@NEEDS_TIMEOUT
def test_the_next_test_is_intact_after_pytest_timeout_ended_the_worker_of_one(pytester: pytest.Pytester) -> None:
    """The method `thread` ends the process. Here that is a worker of xdist, which begins another one."""
    pytester.makepyfile(
        """
        import threading
        import pytest

        @pytest.mark.timeout(0.2)
        @pytest.mark.secret("db", "one")
        def test_stopped(secretsmanager):
            client = secretsmanager.client()
            client.meta.events.register("before-call", lambda **_: threading.Event().wait())
            client.put_secret_value(SecretId="db", SecretString="two")

        @pytest.mark.secret("db", "one")
        def test_next(secretsmanager):
            secretsmanager.assert_history("db", ["one"])
            assert len(secretsmanager.log) == 0
        """
    )
    plugins = ("-p", "pytest_secretsmanager.plugin", "-p", "xdist", "-p", "pytest_timeout")
    result = pytester.runpytest_subprocess(*plugins, "-n1", "--timeout-method=thread", timeout=300)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*worker 'gw0' crashed while running 'test_*::test_stopped'*"])
