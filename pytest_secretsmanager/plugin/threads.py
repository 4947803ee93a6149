"""What does a thread work for: the test that is running, a test that is over and left it behind, or a wider fixture?

A thread belongs to the test in whose own part (its fixtures of function scope, its body) it was started, or whose
thread started it: a chain of timers would look like the work of each later test otherwise. That is why `Thread.start`
is wrapped, rather than the threads that are alive compared before and after a test. A pool's threads outlive the test
that happens to start them, so what is submitted to a pool belongs to the test that submits it. What a fixture of wider
scope starts or submits belongs to that fixture. All of this stands only while calls are blocked or a run has secrets.
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
"""What they are registered by."""

_Refused = TypeVar("_Refused", bound=Exception)


class Owner:
    """What threads belong to, and what is said of one that calls when its owner is over."""

    __slots__ = ("is_over", "name")

    test: str | None = None
    """The test that is told of it."""
    words: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.is_over = True

    @property
    def place(self) -> str:
        """The thread that is running, in words."""
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
    """A fixture of wider scope. Its threads work beside all tests, so none of them fails of one."""

    __slots__ = ()

    words = "which the fixture {} started"
    advice = (
        f"For what it reads there is {SEEDS} in the ini file, or `with SecretsManager() as sm:` in the fixture, around "
        "its yield. No test fails."
    )


class _Earlier(Owner):
    __slots__ = ()

    words = "which ran before calls were blocked"
    advice = "End the thread in the test, or in the fixture, that starts it."


class Threads:
    """Knows what each thread belongs to."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._runner = threading.current_thread()
        self._owners: WeakKeyDictionary[threading.Thread, Owner | None] = WeakKeyDictionary()
        self._owners.update(dict.fromkeys(threading.enumerate(), _Earlier()))
        self._part: Part | None = None
        self._here: Owner | None = None
        self._quiet: WeakSet[threading.Thread] = WeakSet()
        self._told: set[tuple[str, str]] = set()
        self._to_tell: list[tuple[str, str]] = []

    @classmethod
    def of(cls, config: pytest.Config) -> Self:
        """Those of a run, made at the first request; they are noted until the run ends."""
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
    def wider_fixture(self) -> str | None:
        """The fixture of wider scope that is being set up, in words."""
        return self._here.name if isinstance(self._here, WiderFixture) else None

    def left_by(self) -> Owner | None:
        """What the thread that is running belongs to, if that is over; None in one of the running test, or of none."""
        thread = threading.current_thread()
        owner = None if thread is self._runner else self._owners.get(thread)
        return owner if owner is not None and owner.is_over else None

    def begin(self, node: pytest.Item) -> None:
        """The running test's own part had begun before this was made."""
        self._part = self._here = Part(node.nodeid)

    def end(self) -> None:
        """The own part of the test that is running is over: threads of it that still run are left behind.

        What the wider fixtures around it start as they end is none of it.
        """
        if self._part is not None:
            self._part.is_over = True
        self._here = None

    def refuse(self, kind: type[_Refused], text: str, owner: Owner | None = None) -> _Refused:
        """The error that refuses a call. In a thread it is shown as a warning, once, and fails no test."""
        thread = threading.current_thread()
        if thread is not threading.main_thread():
            told = ((owner and owner.test) or "", text)
            if told not in self._told:
                self._told.add(told)
                self._to_tell.append(told)
            self._end_quietly(thread)
        return kind(text)

    def _end_quietly(self, thread: threading.Thread) -> None:
        """Lets a thread end by a refusal without a word: pytest would warn of it in whatever test is running then."""
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
        """Does a piece of work, for which a pool's thread belongs to the one that has submitted it."""
        thread = threading.current_thread()
        before = self._owners.get(thread)
        self._owners[thread] = owner
        try:
            return work(*args, **kwargs)
        finally:
            self._owners[thread] = before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.end()  # of the same test, where it is run once more
        self._part, self._runner = Part(item.nodeid), threading.current_thread()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        before = self._here
        is_wider = fixturedef.scope != "function"
        self._here = WiderFixture(f"{fixturedef.argname!r} (scope {fixturedef.scope})") if is_wider else self._part
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
        """Shows the warnings by pytest's own hook, past its filters: one that is an error would fail another test."""
        while self._to_tell:
            test, text = self._to_tell.pop(0)
            warning, file = pytest.PytestWarning(f"{FIXTURE}: {text}"), test.partition("::")[0]
            message = warnings.WarningMessage(warning, type(warning), file, lineno=0)
            self._config.hook.pytest_warning_recorded.call_historic(
                kwargs={"warning_message": message, "when": "runtest", "nodeid": test, "location": None}
            )


def _is_of_a_refusal(error: BaseException | None) -> bool:
    """Whether an error is a refusal, or came of one."""
    from pytest_secretsmanager.engine.errors import LateWrite, NetworkBlocked

    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, LateWrite | NetworkBlocked):
            return True
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False
