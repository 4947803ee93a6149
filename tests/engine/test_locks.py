"""The lock that guards whatever several threads may change."""

from concurrent.futures import ThreadPoolExecutor
from threading import RLock

import pytest

from pytest_secretsmanager.engine.locks import Lock


@pytest.fixture
def elsewhere():
    """Another thread."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda function: pool.submit(function).result(5)


def test_another_thread_waits_for_it(is_free):
    lock = Lock()
    with lock:
        assert not is_free(lock)
    assert is_free(lock)


def test_the_thread_that_holds_it_may_take_it_once_more():
    lock = Lock()
    with lock:
        assert lock.acquire(blocking=False)
        lock.release()


def test_let_go_releases_all_that_this_thread_holds(is_free):
    lock = Lock()
    lock.acquire()
    lock.acquire()
    lock.let_go()
    assert is_free(lock)


def test_let_go_of_a_lock_that_is_free_does_nothing(is_free):
    lock = Lock()
    lock.let_go()
    assert is_free(lock)


def test_let_go_leaves_another_threads_hold_alone(elsewhere):
    lock = Lock()
    elsewhere(lock.acquire)
    lock.let_go()
    assert not lock.acquire(blocking=False)


@pytest.mark.parametrize("name", ["acquire", "release", "__enter__", "__exit__"])
def test_it_costs_what_pythons_own_lock_costs(name):
    """A method in Python would cost several times as much, on the way of every call."""
    assert getattr(Lock, name) is getattr(type(RLock()), name)
