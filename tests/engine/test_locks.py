"""The lock that guards shared state."""

from concurrent.futures import ThreadPoolExecutor
from threading import RLock

import pytest

from pytest_secretsmanager.engine.locks import Lock


@pytest.fixture
def elsewhere():
    """Another thread."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda function: pool.submit(function).result(5)


def test_a_held_lock_blocks_another_thread(is_free):
    lock = Lock()
    with lock:
        assert not is_free(lock)
    assert is_free(lock)


def test_a_lock_is_reentrant():
    lock = Lock()
    with lock:
        assert lock.acquire(blocking=False)
        lock.release()


def test_let_go_releases_every_acquisition_of_this_thread(is_free):
    lock = Lock()
    lock.acquire()
    lock.acquire()
    lock.let_go()
    assert is_free(lock)


def test_let_go_of_a_free_lock_does_nothing(is_free):
    lock = Lock()
    lock.let_go()
    assert is_free(lock)


def test_let_go_does_not_release_the_lock_of_another_thread(elsewhere):
    lock = Lock()
    elsewhere(lock.acquire)
    lock.let_go()
    assert not lock.acquire(blocking=False)


@pytest.mark.parametrize("name", ["acquire", "release", "__enter__", "__exit__"])
def test_a_lock_has_the_methods_of_rlock(name):
    """Every call takes the lock: a method in Python would cost several times as much."""
    assert getattr(Lock, name) is getattr(type(RLock()), name)
