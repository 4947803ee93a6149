"""The guard in a run: when it goes up, which test a refused call fails, and the text of the failure."""

import sys
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.plugin.names import BLOCK_NETWORK, FIXTURE, MARKED, PARTS, SEEDS
from pytest_secretsmanager.plugin.scopes import asked_for, name_of
from pytest_secretsmanager.plugin.settings import Blocking
from pytest_secretsmanager.plugin.threads import Threads

if TYPE_CHECKING:
    from pytest_secretsmanager.doors.guard import Guard, StoppedCall

_GIVE_THE_FIXTURE = (
    'Give the test the fixture, or the secrets that it reads: @pytest.mark.secret("name", "value"). For code '
    f"that reads them at import, set {SEEDS} in the ini file."
)
_NOT_BEGUN = (
    f"The fixture {FIXTURE} of this test has not begun yet: fixtures that the test names before it run first. Let them "
    f"ask for {FIXTURE}."
)
_WIDER = (
    f"A fixture of wider scope runs before the fixture {FIXTURE} of any test. Let it ask for {{fixture}}, or mark its "
    '{scope} with @pytest.mark.usefixtures("{fixture}"): markers of the {scope} seed that one. For secrets of the '
    f"whole run, set {SEEDS} in the ini file."
)
_WIDEST = (
    f"A fixture of wider scope runs before the fixture {FIXTURE} of any test. Let it ask for {{fixture}} and seed what "
    f"it reads, or set {SEEDS} in the ini file."
)
_ENDED = (
    f"The fixture {FIXTURE} of this test has ended: fixtures of wider scope, and those that were set up before it, end "
    f"after it. A fixture that calls as it ends requests {FIXTURE} itself; one of wider scope calls inside "
    "`with SecretsManager():`."
)
_LEFT = (
    "The `SecretsManager` that answered when the client was made has been left: its `with` block, or the function that "
    "it decorates, has ended. Call inside it, or give the test the fixture."
)


class NetworkGuard:
    """Refuses the calls that would reach AWS, and names the test."""

    def __init__(self, config: pytest.Config, blocking: Blocking, running: Callable[[], pytest.Item | None]) -> None:
        self._config = config
        self._blocking = blocking
        self._running = running
        self._verdict = _Verdict(config)
        self._guard: Guard | None = None
        if blocking == "true":
            self._go_up()

    def go_up(self, test: pytest.Item) -> None:
        """Block calls from now on, inside a test, unless they are blocked already."""
        if self._guard is None:
            self._go_up().begin(test)

    def _go_up(self) -> Threads:
        from pytest_secretsmanager.doors.guard import Guard

        threads = Threads.of(self._config)
        self._guard = Guard(partial(self._refusal, threads), self._name_of_test)
        self._config.add_cleanup(self._guard.take_down)
        return threads

    def _name_of_test(self) -> str | None:
        test = self._running()
        return None if test is None else test.nodeid

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """With `auto`, put the guard up for the first test that uses the plugin, before its wider fixtures run."""
        if self._guard is not None:
            self._verdict.forget()
            self._guard.follow()
        elif MARKED in item.stash or FIXTURE in getattr(item, "fixturenames", ()) or asked_for(item):
            self._go_up()
        return (yield)

    def _refusal(self, threads: Threads, call: "StoppedCall") -> BaseException:
        """Return the error in place of a call: while a test runs, one that its code under test does not catch."""
        from pytest_secretsmanager.engine.errors import NetworkBlocked

        test, owner = self._running(), threads.left_by()
        if test is not None and owner is None:
            wider = threads.wider_fixture
            where = f"in the set-up of the fixture {wider.name} for " if wider else "in "
            refusal = _Refusal(self._text(call, f"{where}{test.nodeid}", _advice(test, threads, call)), pytrace=False)
            self._verdict.remember(refusal)
            return refusal
        place, advice = (
            ("while no test was running", _GIVE_THE_FIXTURE) if owner is None else (owner.place, owner.advice)
        )
        return threads.refuse(NetworkBlocked, self._text(call, place, advice), owner)

    def _text(self, call: "StoppedCall", where: str, advice: str) -> str:
        maker, test = call.maker, self._running()
        elsewhere = maker.test is not None and (test is None or maker.test != test.nodeid)
        made = f"{maker.place}, in {maker.test}" if elsewhere else maker.place
        return (
            f"{call.operation} was stopped on its way to AWS ({call.host}): no SecretsManager is active, and "
            f"{BLOCK_NETWORK} is {self._blocking}\n"
            f"  called at {call.caller}\n"
            f"  by a client made at {made}\n"
            f"  {where}\n"
            f"{advice}\n"
            'A test that expects this compares the text: pytest.raises(pytest.fail.Exception, match="was stopped").\n'
            f"To let such calls through, set {BLOCK_NETWORK} = false in the ini file."
        )


def _advice(test: pytest.Item, threads: Threads, call: "StoppedCall") -> str:
    """Return the advice for a running test."""
    if PARTS in test.stash:
        return _ENDED
    if call.maker.was_answered and call.maker.test == test.nodeid:
        return _LEFT
    if wider := threads.wider_fixture:
        advice = _WIDER if wider.scope in ("class", "module") else _WIDEST  # markers are of classes and modules
        return advice.format(fixture=name_of(wider.scope), scope=wider.scope)
    return _NOT_BEGUN if FIXTURE in getattr(test, "fixturenames", ()) else _GIVE_THE_FIXTURE


class _Verdict:
    """Fails a test that has swallowed a refusal, or whose thread was refused."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager
        self._refused: list[_Refusal] = []
        self._lock = Lock()

    def remember(self, refusal: "_Refusal") -> None:
        """Note a refusal in the running test."""
        with self._lock:
            self._refused.append(refusal)
            if not self._plugins.is_registered(self):  # not earlier: most runs don't need its hooks
                self._plugins.register(self)

    def forget(self) -> None:
        """Forget the refusals of the last test."""
        self._refused.clear()

    @pytest.hookimpl(wrapper=True, trylast=True)  # innermost, so that all others see a failed test
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        swallowed = next((refusal for refusal in self._refused if not refusal.was_expected), None)
        if report.passed and swallowed is not None:
            report.outcome, report.longrepr = "failed", swallowed.msg
        if not report.passed:
            self._refused.clear()
        return report


class _Refusal(pytest.fail.Exception):  # type: ignore[name-defined,misc] # pytest gives its class no type
    """A failure that `except Exception` does not catch. A test expects it by comparing its text."""

    was_expected = False

    def __str__(self) -> str:
        """Return the text. `pytest.raises` and `assertRaisesRegex` read it; a test that swallows it doesn't."""
        reader = str(sys._getframe(1).f_globals.get("__name__"))  # noqa: SLF001 - as logging does
        if reader.startswith(("_pytest.", "unittest.case")):
            self.was_expected = True
        return str(self.msg)


_Refusal.__module__, _Refusal.__qualname__ = "builtins", "Failed"  # as pytest shows its own
