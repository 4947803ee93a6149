"""A thread pool that doesn't keep the process alive."""

import subprocess
import sys
import weakref
from threading import Barrier, Event, current_thread

import pytest

from pytest_secretsmanager.doors.daemon_pool import DaemonPool

PATIENCE = 20.0


@pytest.fixture
def pool():
    pool = DaemonPool(2, "pool")
    yield pool
    pool.shutdown(wait=False)


@pytest.fixture
def go_on():
    """The event that blocked calls wait for."""
    event = Event()
    yield event
    event.set()


def test_a_daemon_pool_returns_the_result_of_a_function(pool):
    assert pool.submit(divmod, 7, 2).result(PATIENCE) == (3, 1)


def test_a_daemon_pool_passes_keyword_arguments(pool):
    assert pool.submit(int, "ff", base=16).result(PATIENCE) == 255


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_daemon_pool_returns_the_error_of_a_function_and_runs_the_next(pool, error):
    def fail():
        raise error

    assert isinstance(pool.submit(fail).exception(PATIENCE), error)
    assert pool.submit(int).result(PATIENCE) == 0


def test_the_threads_of_a_daemon_pool_are_daemons_and_have_its_name(pool):
    thread = pool.submit(current_thread).result(PATIENCE)
    assert (thread.daemon, thread.name) == (True, "pool_0")


def test_a_daemon_pool_runs_successive_calls_in_one_thread(pool):
    threads = {pool.submit(current_thread).result(PATIENCE) for _ in range(50)}
    assert len(threads) == 1


def test_a_daemon_pool_runs_as_many_concurrent_calls_as_it_has_threads(pool):
    """Each call waits for the other."""
    together = Barrier(2)
    calls = [pool.submit(together.wait, PATIENCE) for _ in range(2)]
    assert {call.result(PATIENCE) for call in calls} == {0, 1}


def test_a_daemon_pool_queues_a_call_while_all_threads_are_busy(pool, go_on):
    for _ in range(2):
        pool.submit(go_on.wait, PATIENCE)
    third = pool.submit(current_thread)
    assert not third.done()
    assert len(pool._threads) == 2
    go_on.set()
    assert third.result(PATIENCE) in pool._threads


def test_a_daemon_pool_does_not_run_a_call_that_was_cancelled_in_the_queue(pool, go_on):
    for _ in range(2):
        pool.submit(go_on.wait, PATIENCE)
    called = []
    third = pool.submit(called.append, "called")
    third.cancel()
    go_on.set()
    assert pool.submit(int).result(PATIENCE) == 0
    assert called == []


def test_a_daemon_pool_keeps_no_argument_after_a_call(pool):
    class Argument:
        pass

    def fail(_):
        raise ValueError

    argument = Argument()
    kept = weakref.ref(argument)
    assert pool.submit(fail, argument).exception(PATIENCE)
    assert pool.submit(int).result(PATIENCE) == 0
    del argument
    assert kept() is None


def test_shutdown_ends_the_threads_of_a_daemon_pool(pool):
    thread = pool.submit(current_thread).result(PATIENCE)
    pool.shutdown()
    assert not thread.is_alive()


def test_shutdown_cancels_the_queued_calls_of_a_daemon_pool(pool, go_on):
    for _ in range(2):
        pool.submit(go_on.wait, PATIENCE)
    third = pool.submit(int)
    pool.shutdown(wait=False)
    assert third.cancelled()


def test_shutdown_lets_a_running_call_of_a_daemon_pool_finish(pool, go_on):
    begun = Event()
    call = pool.submit(lambda: (begun.set(), go_on.wait(PATIENCE)))
    assert begun.wait(PATIENCE)
    pool.shutdown(wait=False)
    go_on.set()
    assert call.result(PATIENCE) == (None, True)


def test_a_daemon_pool_can_be_shut_down_twice(pool):
    pool.submit(int).result(PATIENCE)
    pool.shutdown()
    pool.shutdown()


def test_a_daemon_pool_refuses_calls_after_shutdown(pool):
    pool.shutdown()
    with pytest.raises(RuntimeError, match="was shut down"):
        pool.submit(int)


def test_a_program_exits_although_a_call_of_its_daemon_pool_never_ends():
    code = (
        "from threading import Event; from pytest_secretsmanager.doors.daemon_pool import DaemonPool\n"
        "begun = Event(); DaemonPool(1, 'pool').submit(lambda: (begun.set(), Event().wait())); begun.wait(); print(1)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("1\n", "", 0)
