"""Whose thread is it: of the test that is running, of a wider fixture, or of a test that is over and left it behind?

A thread belongs to the test in whose own part (its fixtures of function scope, its body) it was started, or whose
thread started it: a chain of timers, or a pool that grows, would look like the work of each later test otherwise. That
is why `Thread.start` is wrapped, rather than the threads that are alive compared before and after a test. What a
fixture of wider scope starts belongs to no test. All of this stands only while calls are blocked or a run has secrets.
"""

import sys
import threading
import warnings
from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import Any, Self
from weakref import WeakKeyDictionary, WeakSet

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE

_NAME = "secretsmanager_threads"
"""What they are registered by."""


class Part:
    """A test's own part, from its first fixture of function scope to its last."""

    __slots__ = ("is_over", "test")

    def __init__(self, test: str) -> None:
        self.test = test
        self.is_over = False


class Threads:
    """Knows the test that each thread belongs to."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._parts: WeakKeyDictionary[threading.Thread, Part] = WeakKeyDictionary()
        self._part: Part | None = None
        self._here: Part | None = None
        self._runner = threading.current_thread()
        self._older = WeakSet(thread for thread in threading.enumerate() if thread is not self._runner)
        self._told: set[tuple[str, str]] = set()
        self._to_tell: list[tuple[str, str]] = []
        self.wider_fixture: str | None = None
        """The fixture of wider scope that is being set up, in words."""

    @classmethod
    def of(cls, config: pytest.Config) -> Self:
        """Those of a run, which are noted from the first time that they are asked for until the run ends."""
        from pytest_secretsmanager.doors.patching import install, uninstall

        threads: Self | None = config.pluginmanager.get_plugin(_NAME)
        if threads is None:
            threads = cls(config)
            note = threads._note
            install(threading.Thread, "start", note)
            config.add_cleanup(partial(uninstall, threading.Thread, "start", note))
            config.pluginmanager.register(threads, _NAME)
        return threads

    def test_that_left(self, thread: threading.Thread) -> str | None:
        """The test that left a thread behind; None for a thread of the test that is running, or of none."""
        part = self._parts.get(thread)
        return part.test if part is not None and part.is_over else None

    def is_older(self, thread: threading.Thread) -> bool:
        """Whether a thread was there before this began to look."""
        return thread in self._older

    def begin(self, node: pytest.Item) -> None:
        """A test's own part has begun, in the midst of which this was made."""
        self._part = self._here = Part(node.nodeid)

    def end(self) -> None:
        """The own part of the test that is running is over: threads of it that still run are left behind."""
        if self._part is not None:
            self._part.is_over = True

    def tell(self, test: str | None, text: str) -> None:
        """Has a warning shown, once, of what a thread did, under the name of its test, if any. It fails no test."""
        told = (test or "", text)
        if told not in self._told:
            self._told.add(told)
            self._to_tell.append(told)

    def _note(self, wrapped: Any, thread: threading.Thread, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        starter = threading.current_thread()
        part = self._here if starter is self._runner else self._parts.get(starter)
        if part is not None:
            self._parts[thread] = part
        return wrapped(*args, **kwargs)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.end()  # of the same test, where it is run once more
        self._part, self._runner = Part(item.nodeid), threading.current_thread()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        before = self._here, self.wider_fixture
        if fixturedef.scope == "function":
            self._here = self._part
        else:
            self._here, self.wider_fixture = None, f"{fixturedef.argname!r} (scope {fixturedef.scope})"
        try:
            return (yield)
        finally:
            self._here, self.wider_fixture = before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        self._here = self._part

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        self._here = self._part

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logfinish(self) -> None:
        self.end()
        self._part = self._here = None
        self._show()

    def pytest_sessionfinish(self) -> None:
        self._show()

    def _show(self) -> None:
        """Shows the warnings by pytest's own hook, past its filters: one that is an error would fail another test."""
        while self._to_tell:
            test, text = self._to_tell.pop(0)
            warning, file = pytest.PytestWarning(f"{FIXTURE}: {text}"), test.partition("::")[0]
            message = warnings.WarningMessage(warning, type(warning), file, lineno=0)
            self._config.hook.pytest_warning_recorded.call_historic(
                kwargs={"warning_message": message, "when": "runtest", "nodeid": test, "location": None}
            )


def end_quietly(thread: threading.Thread, kind: type[BaseException]) -> None:
    """Lets a thread end by such an error without a word: pytest would warn of it in whatever test is running then."""
    report = getattr(thread, "_invoke_excepthook", None)
    if report is None:
        return

    def report_others(ended: threading.Thread) -> None:
        if not any(isinstance(error, kind) for error in _chain(sys.exc_info()[1])):
            report(ended)

    thread._invoke_excepthook = report_others  # type: ignore[attr-defined] # noqa: SLF001 - threads have no public one


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and what it came of."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
