"""A pool of threads that a process does not wait for at its end."""

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
    """What blocked calls wait for."""
    event = Event()
    yield event
    event.set()


def test_it_gives_what_a_function_returns(pool):
    assert pool.submit(divmod, 7, 2).result(PATIENCE) == (3, 1)


def test_it_hands_keywords_on(pool):
    assert pool.submit(int, "ff", base=16).result(PATIENCE) == 255


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_it_gives_what_a_function_raises_and_calls_on(pool, error):
    def fail():
        raise error

    assert isinstance(pool.submit(fail).exception(PATIENCE), error)
    assert pool.submit(int).result(PATIENCE) == 0


def test_its_threads_are_daemons_of_its_name(pool):
    thread = pool.submit(current_thread).result(PATIENCE)
    assert (thread.daemon, thread.name) == (True, "pool_0")


def test_calls_one_after_another_share_a_thread(pool):
    threads = {pool.submit(current_thread).result(PATIENCE) for _ in range(50)}
    assert len(threads) == 1


def test_it_calls_as_many_at_a_time_as_it_has_threads(pool):
    """Each waits for the other."""
    together = Barrier(2)
    calls = [pool.submit(together.wait, PATIENCE) for _ in range(2)]
    assert {call.result(PATIENCE) for call in calls} == {0, 1}


def test_what_is_too_much_for_its_threads_waits_for_one(pool, go_on):
    for _ in range(2):
        pool.submit(go_on.wait, PATIENCE)
    third = pool.submit(current_thread)
    assert not third.done()
    assert len(pool._threads) == 2
    go_on.set()
    assert third.result(PATIENCE) in pool._threads


def test_a_call_that_was_cancelled_before_it_began_is_not_made(pool, go_on):
    for _ in range(2):
        pool.submit(go_on.wait, PATIENCE)
    called = []
    third = pool.submit(called.append, "called")
    third.cancel()
    go_on.set()
    assert pool.submit(int).result(PATIENCE) == 0
    assert called == []


def test_nothing_of_a_call_is_kept_after_it(pool):
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


def test_shutting_it_down_ends_its_threads(pool):
    thread = pool.submit(current_thread).result(PATIENCE)
    pool.shutdown()
    assert not thread.is_alive()


def test_shutting_it_down_cancels_what_has_not_begun(pool, go_on):
    for _ in range(2):
        pool.submit(go_on.wait, PATIENCE)
    third = pool.submit(int)
    pool.shutdown(wait=False)
    assert third.cancelled()


def test_shutting_it_down_lets_a_call_end(pool, go_on):
    begun = Event()
    call = pool.submit(lambda: (begun.set(), go_on.wait(PATIENCE)))
    assert begun.wait(PATIENCE)
    pool.shutdown(wait=False)
    go_on.set()
    assert call.result(PATIENCE) == (None, True)


def test_shutting_it_down_twice_is_shutting_it_down_once(pool):
    pool.submit(int).result(PATIENCE)
    pool.shutdown()
    pool.shutdown()


def test_one_that_was_shut_down_refuses_calls(pool):
    pool.shutdown()
    with pytest.raises(RuntimeError, match="was shut down"):
        pool.submit(int)


def test_a_program_ends_though_a_call_never_does():
    code = (
        "from threading import Event; from pytest_secretsmanager.doors.daemon_pool import DaemonPool\n"
        "begun = Event(); DaemonPool(1, 'pool').submit(lambda: (begun.set(), Event().wait())); begun.wait(); print(1)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("1\n", "", 0)
