"""A pool of threads that do not keep a process from ending.

The interpreter joins the threads of `concurrent.futures` when it exits. With those, a rotation function that never
returns would keep a test run from ending.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from pytest_secretsmanager.engine.locks import Lock

__tracebackhide__ = True

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class _Task(NamedTuple, Generic[_Result]):
    """A call that waits for a thread."""

    future: Future[_Result]
    call: Callable[[], _Result]


class DaemonPool:
    """Calls functions in its own daemon threads, at most `size` of them. It starts a thread when none is free."""

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._name = name
        self._tasks: SimpleQueue[_Task[Any] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = Lock()
        self._free = 0
        """The number of threads without a task, minus that of tasks that wait for a thread."""
        self._is_shut_down = False

    def submit(
        self, function: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> Future[_Result]:
        """Call a function when a thread is free. Raise RuntimeError if the pool was shut down."""
        future: Future[_Result] = Future()
        task = _Task(future, lambda: function(*args, **kwargs))
        with self._lock:
            if self._is_shut_down:
                raise RuntimeError("this pool of threads was shut down, and takes no more calls")
            if self._free <= 0 and len(self._threads) < self._size:
                self._start_thread()
            self._free -= 1
            self._tasks.put(task)
        return future

    def shutdown(self, *, wait: bool = True) -> None:
        """Cancel the calls that have not begun, and end each thread when its call has returned.

        With `wait`, return when every thread has ended.
        """
        with self._lock:
            self._is_shut_down = True
        self._cancel_tasks()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name=f"{self._name}_{len(self._threads)}", daemon=True)
        thread.start()
        self._threads.append(thread)
        self._free += 1

    def _cancel_tasks(self) -> None:
        try:
            while True:
                if task := self._tasks.get_nowait():
                    task.future.cancel()
        except Empty:
            pass

    def _work(self) -> None:
        while task := self._tasks.get():
            self._do(task)
            del task  # or the thread would keep its objects alive until the next task

    def _do(self, task: _Task[_Result]) -> None:
        if not task.future.set_running_or_notify_cancel():
            self._add_free()
            return
        try:
            result = task.call()
        except BaseException as error:
            self._add_free()
            task.future.set_exception(error)
            del task  # or a cycle stays: this frame, the future, the error
        else:
            # First, so that a caller that waits for the result finds the thread free.
            self._add_free()
            task.future.set_result(result)

    def _add_free(self) -> None:
        with self._lock:
            self._free += 1
