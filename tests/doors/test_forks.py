"""A forked process: its locks are free, its first write warns, and it leaves the parent's endpoint alone."""

import asyncio
import multiprocessing
import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path
from threading import Event, Thread

import boto3
import pytest
from botocore.exceptions import ClientError
from forked import PATIENCE, beside_threads, child, forking_allowed, in_child, warned_of
from signed_requests import TOKEN, connect, port_of, read_answer, send, signed

import pytest_secretsmanager
from pytest_secretsmanager import Rotation, SecretsManager
from pytest_secretsmanager.controls import clock, steps
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import above_rate, keys, locks
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.managing import entering

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

COPY = "PutSecretValue changes a copy: this process was forked"


@pytest.fixture
def impatient(monkeypatch):
    """A fork waits for taken locks for a millisecond."""
    monkeypatch.setattr(locks, "_ROUNDS", 1)
    monkeypatch.setattr(locks, "_SECONDS_A_ROUND", 0.001)


@contextmanager
def beside_a_thread(function):
    """Another thread is inside the context that `function` returns."""
    inside, leave = Event(), Event()

    def stay():
        with function():
            inside.set()
            leave.wait(PATIENCE)

    thread = Thread(target=stay)
    thread.start()
    assert inside.wait(PATIENCE)
    try:
        yield
    finally:
        leave.set()
        thread.join()


# --- locks -----------------------------------------------------------------------------------------------------------


LOCKS = {
    "service lock": lambda sm: sm._parts.service.lock,
    "entering lock": lambda _: entering.lock,
    "clock lock": lambda _: clock._lock,
    "KMS lock": lambda _: keys._lock,
    "lock of rotation plans": lambda _: steps.lock,
    "lock of refusals": lambda _: above_rate._counting,
    "replication hold lock": lambda sm: sm.replication.hold(polls=1)._counting,
    "process lock": lambda _: PROCESS.lock,
    "environment lock": lambda _: PROCESS.environment.lock,
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("lock_of", LOCKS.values(), ids=LOCKS)
def test_a_forked_child_finds_a_lock_free_that_another_thread_of_the_parent_holds(secretsmanager, lock_of, is_free):
    lock = lock_of(secretsmanager)
    with beside_a_thread(lambda: lock):
        assert in_child(lambda: is_free(lock))
        assert not is_free(lock)
    assert is_free(lock)


@pytest.mark.parametrize("lock_of", LOCKS.values(), ids=LOCKS)
def test_a_fork_leaves_free_locks_free_in_parent_and_child(secretsmanager, lock_of, is_free):
    lock = lock_of(secretsmanager)
    assert in_child(lambda: is_free(lock))
    assert is_free(lock)


def test_parent_and_child_both_hold_a_lock_that_the_forking_thread_held_and_can_release_it(secretsmanager, is_free):
    lock = secretsmanager._parts.service.lock

    def look():
        held = not is_free(lock)
        lock.release()
        lock.release()
        return held, is_free(lock)

    with lock, lock:
        assert in_child(look) == [True, True]
        assert not is_free(lock)
    assert is_free(lock)


def test_a_fork_waits_until_a_transaction_of_several_secrets_is_complete(secretsmanager):
    begun = Event()

    def change():
        with secretsmanager._parts.service.transaction():
            secretsmanager.seed("a", "new")
            begun.set()
            Event().wait(0.05)
            secretsmanager.seed("b", "new")

    thread = Thread(target=change)
    thread.start()
    assert begun.wait(PATIENCE)
    assert in_child(lambda: sorted(secretsmanager.secrets)) == ["a", "b"]
    thread.join()


def test_a_fork_holds_no_lock_while_it_waits_for_another_lock():
    """Threads may take two locks in any order: a fork that kept one of them would deadlock."""
    one, other = locks.Lock(), locks.Lock()
    begun = Event()
    got = []

    def take_both():
        with one:
            begun.set()
            got.append(other.acquire(timeout=PATIENCE))
            other.release()

    thread = Thread(target=take_both)
    thread.start()
    assert begun.wait(PATIENCE)
    locks._take_all((other, one))
    thread.join()
    assert got == [True]
    assert (one.is_mine, other.is_mine) == (True, True)


def enter_another():
    with SecretsManager() as inner:
        inner.seed("inner", "value")


def roll_back(sm):
    with sm.snapshot():
        sm.seed("other", "value")


BUSY = {
    "reading": lambda sm: sm.client().batch_get_secret_value(SecretIdList=["db"]),
    "seeding": lambda sm: sm.seed("other", "value"),
    "viewing": lambda sm: (sm.secret("db").value, len(sm.secrets)),
    "entering managers": lambda _: enter_another(),
    "rolling back": roll_back,
    "advancing the clock": lambda sm: sm.clock.advance(seconds=1),
}


@pytest.mark.parametrize("work", BUSY.values(), ids=BUSY)
def test_a_child_of_a_parent_with_busy_threads_reads_and_enters_managers(secretsmanager, work):
    secretsmanager.seed("db", "one")

    def call():
        enter_another()
        secretsmanager.clock.advance(seconds=1)
        return secretsmanager.secret("db").value

    with beside_threads(lambda: work(secretsmanager)):
        assert [in_child(call) for _ in range(5)] == ["one"] * 5


def test_threads_can_fork_at_the_same_time(secretsmanager, is_free):
    secretsmanager.seed("db", "one")
    with ThreadPoolExecutor(4) as pool:
        values = [pool.submit(in_child, lambda: secretsmanager.secret("db").value) for _ in range(8)]
        assert [value.result() for value in values] == ["one"] * 8
    assert is_free(secretsmanager._parts.service.lock)


clients = ()
"""The client for `read_in_pool`: a pool can't pickle a client."""


def read_in_pool(name):
    return clients[-1].get_secret_value(SecretId=name)["SecretString"]


def test_workers_of_a_process_pool_read_while_threads_of_the_parent_call(secretsmanager, monkeypatch):
    secretsmanager.seed("db", "one")
    monkeypatch.setitem(globals(), "clients", [secretsmanager.client()])
    work = BUSY["reading"]
    fork = multiprocessing.get_context("fork")
    with beside_threads(lambda: work(secretsmanager)), forking_allowed(), ProcessPoolExecutor(2, fork) as pool:
        assert list(pool.map(read_in_pool, ["db"] * 4, timeout=PATIENCE)) == ["one"] * 4


def test_a_forked_multiprocessing_process_reads_with_the_parents_client(secretsmanager, client):
    secretsmanager.seed("db", "one")
    fork = multiprocessing.get_context("fork")
    values = fork.SimpleQueue()
    with forking_allowed():
        process = fork.Process(target=lambda: values.put(client.get_secret_value(SecretId="db")["SecretString"]))
        process.start()
    process.join(PATIENCE)
    assert (process.exitcode, values.get()) == (0, "one")


class SlowModule(MetaPathFinder, Loader):
    """Finds one module of the package. Its import lasts until a fork begins."""

    name = "pytest_secretsmanager.slow"

    def __init__(self):
        self.begun, self.may_end = Event(), Event()
        os.register_at_fork(before=self.may_end.set)

    def find_spec(self, name, *_):
        return spec_from_loader(name, self) if name == self.name else None

    def create_module(self, _):
        return None

    def exec_module(self, _):
        self.begun.set()
        assert self.may_end.wait(PATIENCE)


def test_a_fork_waits_for_an_import_by_another_thread_so_that_the_child_can_import_the_module(monkeypatch):
    slow = SlowModule()
    monkeypatch.setattr(sys, "meta_path", [slow, *sys.meta_path])
    importing = Thread(target=import_module, args=[slow.name])
    importing.start()
    try:
        assert slow.begun.wait(PATIENCE)
        assert in_child(lambda: import_module(slow.name).__name__) == slow.name
    finally:
        importing.join()
        del sys.modules[slow.name], pytest_secretsmanager.slow


# --- writes ----------------------------------------------------------------------------------------------------------


def put(client):
    client.put_secret_value(SecretId="db", SecretString="child's")


def put_by_hooked_client(sm):
    client = sm.client(config=None)
    client.meta.events.register("before-call.secrets-manager", lambda **_: None)
    put(client)


def put_over_http(sm):
    assert send(sm.endpoint(), signed(sm.endpoint())).status == 200


async def put_by_async_client(new_async_client):
    async with new_async_client() as client:
        await client.put_secret_value(SecretId="db", SecretString="child's")


WAYS = {
    "a client": lambda sm: put(sm.client()),
    "a client with hooks": put_by_hooked_client,
    "the child's own endpoint": put_over_http,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_first_put_secret_value_in_a_child_warns_and_leaves_the_parent_unchanged(secretsmanager, way):
    secretsmanager.seed("db", "parent's")
    (text,) = in_child(lambda: warned_of(lambda: way(secretsmanager)))
    assert text.startswith(COPY)
    assert secretsmanager.secret("db").value == "parent's"


def test_the_first_put_secret_value_of_an_async_client_in_a_child_warns(secretsmanager, new_async_client):
    secretsmanager.seed("db", "parent's")
    (text,) = in_child(lambda: warned_of(lambda: asyncio.run(put_by_async_client(new_async_client))))
    assert text.startswith(COPY)


def test_seeding_in_a_forked_child_warns(secretsmanager):
    (text,) = in_child(lambda: warned_of(lambda: secretsmanager.seed("db", "child's")))
    assert text.startswith("CreateSecret changes a copy")


def test_seeding_an_outer_manager_in_a_child_forked_inside_an_inner_manager_warns():
    with SecretsManager() as outer:
        outer.seed("db", "parent's")
        with SecretsManager():
            (text,) = in_child(lambda: warned_of(lambda: outer.seed("other", "child's")))
    assert text.startswith("CreateSecret changes a copy")


def test_a_write_in_a_child_warns_if_the_manager_was_created_before_the_fork_and_entered_after():
    sm = SecretsManager()
    sm.seed("db", "one")

    def write():
        with sm:
            return warned_of(lambda: put(sm.client()))

    (text,) = in_child(write)
    assert text.startswith(COPY)


def test_the_fork_warning_names_the_ways_to_share_secrets_with_a_child(secretsmanager):
    secretsmanager.seed("db", "parent's")
    (text,) = in_child(lambda: warned_of(lambda: put(secretsmanager.client())))
    for name in (
        "sm.endpoint()",
        "env=os.environ | endpoint.env",
        "os.environ.update(endpoint.env)",
        "boto3.Session()",
    ):
        assert name in text


def test_a_child_that_uses_the_environment_of_the_endpoint_shares_the_parents_secrets(secretsmanager):
    secretsmanager.seed("db", "parent's")
    endpoint = secretsmanager.endpoint()

    def write():
        os.environ.update(endpoint.env)
        put(boto3.Session().client("secretsmanager"))

    assert in_child(lambda: warned_of(write)) == []
    assert secretsmanager.secret("db").value == "child's"


def test_the_second_write_in_a_child_does_not_warn(secretsmanager):
    secretsmanager.seed("db", "parent's")
    client = secretsmanager.client()
    assert in_child(lambda: (len(warned_of(lambda: put(client))), warned_of(lambda: put(client)))) == [1, []]


def test_a_child_of_a_child_warns_at_its_own_first_write(secretsmanager):
    secretsmanager.seed("db", "parent's")
    client = secretsmanager.client()

    def write():
        return len(warned_of(lambda: put(client)))

    assert in_child(lambda: (write(), in_child(write), write())) == [1, 1, 0]


READS = {
    "GetSecretValue": lambda client: client.get_secret_value(SecretId="db"),
    "ListSecrets": lambda client: client.list_secrets(),
    "GetRandomPassword": lambda client: client.get_random_password(),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_read_in_a_forked_child_does_not_warn(secretsmanager, read):
    secretsmanager.seed("db", "parent's")
    client = secretsmanager.client()
    assert in_child(lambda: warned_of(lambda: read(client))) == []


def test_a_refused_write_in_a_forked_child_does_not_warn(secretsmanager):
    client = secretsmanager.client()

    def write():
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            put(client)

    assert in_child(lambda: warned_of(write)) == []


def test_a_write_to_a_manager_that_the_child_created_does_not_warn(secretsmanager):
    def write():
        with SecretsManager() as own:
            own.seed("db", "one")
            put(own.client())
            return own.secret("db").value

    assert in_child(lambda: warned_of(write)) == []
    assert list(secretsmanager.secrets) == []


def test_a_write_in_the_parent_does_not_warn_after_a_fork(secretsmanager):
    secretsmanager.seed("db", "one")
    in_child(lambda: None)
    assert warned_of(lambda: put(secretsmanager.client())) == []


def test_the_fork_warning_names_the_file_and_line_of_the_write(secretsmanager):
    secretsmanager.seed("db", "parent's")
    client = secretsmanager.client()

    def write():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            put(client)
        return caught[0].filename, caught[0].lineno

    assert in_child(write) == [__file__, put.__code__.co_firstlineno + 1]


def test_the_fork_warning_is_printed_to_stderr_even_if_warnings_are_recorded(secretsmanager, capfd):
    """pytest records the warnings of a test. A child's records are lost when it ends."""
    secretsmanager.seed("db", "parent's")
    in_child(lambda: warned_of(lambda: put(secretsmanager.client())))
    told = capfd.readouterr().err
    assert told.count(COPY) == 1
    assert "child's" not in told


def test_the_fork_warning_is_printed_once_if_warnings_are_printed(secretsmanager, capfd):
    secretsmanager.seed("db", "parent's")

    def write():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_: sys.stderr.write(f"{message}\n")
        put(secretsmanager.client())

    in_child(write)
    assert capfd.readouterr().err.count(COPY) == 1


def test_the_fork_warning_is_not_printed_if_warnings_are_ignored(secretsmanager, capfd):
    secretsmanager.seed("db", "parent's")

    def write():
        warnings.simplefilter("ignore")
        put(secretsmanager.client())

    in_child(write)
    assert capfd.readouterr().err == ""


def test_a_write_in_a_child_changes_and_logs_nothing_if_warnings_are_errors(secretsmanager):
    secretsmanager.seed("db", "parent's")
    client = secretsmanager.client()

    def write():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match=COPY):
            put(client)
        return secretsmanager.secret("db").value, [event.operation for event in secretsmanager.log]

    assert in_child(write) == ["parent's", []]


# --- the endpoint ----------------------------------------------------------------------------------------------------


@pytest.fixture
def endpoint(secretsmanager):
    secretsmanager.seed("db", "parent's")
    return secretsmanager.endpoint()


def is_served(endpoint):
    return send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"})).json["SecretString"]


def test_stopping_the_parents_endpoint_in_a_child_leaves_it_running(endpoint):
    in_child(endpoint.stop)
    assert is_served(endpoint) == "parent's"


def test_leaving_the_manager_in_a_child_leaves_the_parents_endpoint_running(secretsmanager, endpoint):
    in_child(lambda: secretsmanager.__exit__(None, None, None))
    assert is_served(endpoint) == "parent's"


def test_the_parents_endpoint_is_stopped_in_a_child_and_running_in_the_parent(endpoint):
    assert in_child(lambda: endpoint.is_stopped)
    assert not endpoint.is_stopped


def test_a_child_reads_from_the_parents_endpoint(endpoint):
    assert in_child(lambda: is_served(endpoint)) == "parent's"


def test_sm_endpoint_in_a_child_starts_an_endpoint_for_the_childs_secrets(secretsmanager, endpoint):
    def ask():
        own = secretsmanager.endpoint()
        warned_of(lambda: put(secretsmanager.client()))
        return own.url, is_served(own), own is secretsmanager.endpoint()

    url, value, is_same = in_child(ask)
    assert url != endpoint.url
    assert (value, is_same) == ("child's", True)
    assert is_served(endpoint) == "parent's"


def test_env_of_on_the_parents_endpoint_is_refused_in_a_child(endpoint):
    def ask():
        with pytest.raises(UsageError, match="the parent process serves this endpoint"):
            endpoint.env_of(region="eu-west-1")

    in_child(ask)


def test_a_child_does_not_keep_the_port_of_an_endpoint_that_the_parent_stops(endpoint):
    with child(lambda: None) as living:
        living.answer()
        endpoint.stop()
        with pytest.raises(OSError, match="refused"):
            connect(endpoint)


def test_a_child_does_not_keep_the_connections_of_an_endpoint_that_the_parent_stops(endpoint):
    with connect(endpoint) as connection:
        connection.sendall(bytes(signed(endpoint, "ListSecrets", {})))
        assert read_answer(connection).status == 200
        with child(lambda: None) as living:
            living.answer()
            endpoint.stop()
            connection.settimeout(PATIENCE)
            assert connection.recv(1) == b""


def test_the_parents_endpoint_can_be_restarted_at_its_port_while_a_child_lives(secretsmanager, endpoint):
    with child(lambda: None) as living:
        living.answer()
        endpoint.stop()
        assert is_served(secretsmanager.endpoint(port=port_of(endpoint))) == "parent's"


def test_an_endpoint_that_was_stopped_before_the_fork_stays_stopped_in_the_child(endpoint):
    endpoint.stop()
    assert in_child(lambda: (endpoint.stop(), endpoint.is_stopped)) == [None, True]


def test_the_profile_file_of_an_endpoint_outlives_the_exit_of_a_child(secretsmanager, monkeypatch):
    """A child that exits normally runs the atexit functions."""
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-is-not-there")
    endpoint = secretsmanager.endpoint()
    profile = Path(endpoint.env["AWS_CONFIG_FILE"])
    in_child(lambda: sys.modules["atexit"]._run_exitfuncs())
    assert profile.exists()
    endpoint.stop()
    assert not profile.exists()


def test_a_rotation_called_over_http_finishes_if_its_function_forks(secretsmanager, endpoint):
    """The function runs in a thread of the endpoint. The child is a copy of that thread."""
    forked = []

    def function(event, _):
        if event["Step"] == "setSecret":
            forked.append(in_child(lambda: secretsmanager.secret("db").value))

    secretsmanager.seed("rotated", "one", rotation=Rotation(function))
    rotate = signed(endpoint, "RotateSecret", {"SecretId": "rotated", "ClientRequestToken": TOKEN})
    assert send(endpoint, rotate).status == 200
    assert forked == ["parent's"]
