"""The owner of each thread: the running test, a test that is over and left it behind, or a wider fixture.

A thread belongs to the test in whose own part (its fixtures of function scope, its body) it was started, or whose
thread started it. Comparing the threads that are alive before and after a test would give a chain of timers to each
later test: that is why `Thread.start` is wrapped. A pool's threads outlive the test that starts them, so work that is
submitted to a pool belongs to the test that submits it. Threads and work of a fixture of wider scope belong to that
fixture. Threads are watched only while calls are blocked or a run has secrets.
"""

import sys
import threading
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Self, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE, SEEDS

__tracebackhide__ = True
"""pytest leaves the frames of this module out: each piece of work that is submitted to a pool runs through one."""

_NAME = "secretsmanager_threads"
"""The name of the registered plugin."""

_Refused = TypeVar("_Refused", bound=Exception)


class Owner:
    """The owner of threads, and the words about a thread that calls when its owner is over."""

    __slots__ = ("is_over", "name")

    test: str | None = None
    """The test that the warning names."""
    words: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.is_over = True

    @property
    def place(self) -> str:
        """The running thread, in words."""
        return f"in the thread {threading.current_thread().name!r}, {self.words.format(self.name)}"


class Part(Owner):
    """A test's own part, from its first fixture of function scope to its last."""

    __slots__ = ("test",)

    words = "which {} left running"
    advice = "End the thread before its test ends, and join it. No other test fails."

    def __init__(self, test: str) -> None:
        self.name = self.test = test
        self.is_over = False


class WiderFixture(Owner):
    """A fixture of wider scope. Its threads work beside all tests, so they fail none."""

    __slots__ = ("scope",)

    words = "which the fixture {} started"
    advice = (
        f"For secrets that it reads, set {SEEDS} in the ini file, or let the fixture ask for that of its scope, such "
        f"as module_{FIXTURE}. No test fails."
    )

    def __init__(self, name: str, scope: str) -> None:
        super().__init__(f"{name!r} (scope {scope})")
        self.scope = scope


class _Earlier(Owner):
    __slots__ = ()

    words = "which ran before calls were blocked"
    advice = "End the thread in the test, or in the fixture, that starts it."


class Threads:
    """Knows the owner of each thread."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._runner = threading.current_thread()
        self._owners: WeakKeyDictionary[threading.Thread, Owner | None] = WeakKeyDictionary()
        self._owners.update(dict.fromkeys(threading.enumerate(), _Earlier()))
        self._part: Part | None = None
        self._here: Owner | None = None
        self._quiet: WeakSet[threading.Thread] = WeakSet()
        self._reported: set[tuple[str, str]] = set()
        self._to_report: list[tuple[str, str]] = []

    @classmethod
    def of(cls, config: pytest.Config) -> Self:
        """Return the threads of a run. They are watched from the first request until the run ends."""
        threads: Self | None = config.pluginmanager.get_plugin(_NAME)
        if threads is None:
            threads = cls(config)
            threads._wrap()
            config.pluginmanager.register(threads, _NAME)
        return threads

    def _wrap(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        from pytest_secretsmanager.doors.patching import install, uninstall

        wrappers = (threading.Thread, "start", self._note_start), (ThreadPoolExecutor, "submit", self._note_work)
        for owner, method, wrapper in wrappers:
            install(owner, method, wrapper)
            self._config.add_cleanup(partial(uninstall, owner, method, wrapper))

    @property
    def wider_fixture(self) -> WiderFixture | None:
        """The fixture of wider scope that is being set up; None if no such fixture is."""
        return self._here if isinstance(self._here, WiderFixture) else None

    def left_by(self) -> Owner | None:
        """Return the owner of the running thread if that owner is over, else None."""
        thread = threading.current_thread()
        owner = None if thread is self._runner else self._owners.get(thread)
        return owner if owner is not None and owner.is_over else None

    def begin(self, node: pytest.Item) -> None:
        """Begin the running test's own part late: it had begun before threads were watched."""
        self._part = self._here = Part(node.nodeid)

    def end(self) -> None:
        """End the running test's own part: its threads that still run are left behind.

        Threads that wider fixtures start as they end don't belong to the test.
        """
        if self._part is not None:
            self._part.is_over = True
        self._here = None

    def refuse(self, kind: type[_Refused], text: str, owner: Owner | None = None) -> _Refused:
        """Return the error that refuses a call. In a thread it is shown as a warning, once, and fails no test."""
        thread = threading.current_thread()
        if thread is not threading.main_thread():
            report = ((owner and owner.test) or "", text)
            if report not in self._reported:
                self._reported.add(report)
                self._to_report.append(report)
            self._end_quietly(thread)
        return kind(text)

    def _end_quietly(self, thread: threading.Thread) -> None:
        """Let a refusal end a thread silently: pytest would report it in the test that runs at that moment."""
        report = getattr(thread, "_invoke_excepthook", None)
        if report is None or thread in self._quiet:
            return
        self._quiet.add(thread)

        def report_others(ended: threading.Thread) -> None:
            if not _is_of_a_refusal(sys.exc_info()[1]):
                report(ended)

        thread._invoke_excepthook = report_others  # type: ignore[attr-defined] # noqa: SLF001 - threads have no public one

    def _owner_here(self) -> Owner | None:
        thread = threading.current_thread()
        return self._here if thread is self._runner else self._owners.get(thread)

    def _note_start(
        self, wrapped: Any, thread: threading.Thread, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        owner = self._owner_here()
        if owner is not None:
            self._owners[thread] = owner
        return wrapped(*args, **kwargs)

    def _note_work(self, wrapped: Any, _: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if not args:  # the pool says what is missing
            return wrapped(**kwargs)
        work, *arguments = args
        return wrapped(partial(self._work_for, self._owner_here(), work), *arguments, **kwargs)

    def _work_for(self, owner: Owner | None, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Do a piece of work. During the work, the pool's thread belongs to the owner that submitted it."""
        thread = threading.current_thread()
        before = self._owners.get(thread)
        self._owners[thread] = owner
        try:
            return work(*args, **kwargs)
        finally:
            self._owners[thread] = before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.end()  # of the same test, if it is run again
        self._part, self._runner = Part(item.nodeid), threading.current_thread()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        before = self._here
        is_wider = fixturedef.scope != "function"
        self._here = WiderFixture(fixturedef.argname, fixturedef.scope) if is_wider else self._part
        try:
            return (yield)
        finally:
            self._here = before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        self._here = self._part

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        self._here = self._part

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logfinish(self) -> None:
        self.end()
        self._part = None
        self._show()

    def pytest_sessionfinish(self) -> None:
        self._show()

    def _show(self) -> None:
        """Show the warnings by pytest's own hook, past its filters: as an error, one would fail another test."""
        while self._to_report:
            test, text = self._to_report.pop(0)
            warning, file = pytest.PytestWarning(f"{FIXTURE}: {text}"), test.partition("::")[0]
            message = warnings.WarningMessage(warning, type(warning), file, lineno=0)
            self._config.hook.pytest_warning_recorded.call_historic(
                kwargs={"warning_message": message, "when": "runtest", "nodeid": test, "location": None}
            )


def _is_of_a_refusal(error: BaseException | None) -> bool:
    """Return whether an error is a refusal, or was caused by one."""
    from pytest_secretsmanager.engine.errors import LateWrite, NetworkBlocked

    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, LateWrite | NetworkBlocked):
            return True
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False
