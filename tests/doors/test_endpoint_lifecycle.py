"""The local endpoint: how it starts and stops."""

import socket
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import freezegun
import pytest
from signed_requests import (
    PATIENCE,
    connect,
    open_sockets,
    port_of,
    read_answer,
    send,
    signed,
    threads_of_endpoints,
)

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import http_server
from pytest_secretsmanager.engine.errors import UsageError


def test_asked_twice_it_is_the_same_one(secretsmanager, endpoint):
    assert secretsmanager.endpoint() is endpoint
    assert secretsmanager.endpoint(port=port_of(endpoint)) is endpoint


def test_it_is_at_one_port_at_a_time(secretsmanager, endpoint):
    other = port_of(endpoint) - 1
    with pytest.raises(UsageError, match=f"at port {port_of(endpoint)} already: stop it to have it at {other}"):
        secretsmanager.endpoint(port=other)


def test_it_ends_with_the_block_that_is_rolled_back(secretsmanager):
    with secretsmanager.snapshot():
        inside = secretsmanager.endpoint()
    assert inside.is_stopped
    outside = secretsmanager.endpoint()
    with secretsmanager.snapshot():
        assert secretsmanager.endpoint() is outside
    assert not outside.is_stopped


def test_a_stopped_one_is_made_anew(secretsmanager, endpoint):
    endpoint.stop()
    again = secretsmanager.endpoint()
    assert again is not endpoint
    assert (endpoint.is_stopped, again.is_stopped) == (True, False)
    assert send(again, signed(again, "ListSecrets", {})).status == 200


def test_it_can_be_started_at_the_port_of_one_that_was_stopped(secretsmanager, endpoint):
    endpoint.stop()
    assert secretsmanager.endpoint(port=port_of(endpoint)).url == endpoint.url


def test_a_taken_port_is_told_and_leaves_no_thread(secretsmanager):
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            secretsmanager.endpoint(port=other.getsockname()[1])
        assert threads_of_endpoints() == []
    endpoint = secretsmanager.endpoint()
    assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200


def test_a_failed_start_leaves_no_socket(secretsmanager):
    with socket.create_server(("127.0.0.1", 0)) as other:
        before = open_sockets()
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            secretsmanager.endpoint(port=other.getsockname()[1])
        assert open_sockets() - before == Counter()


def test_a_with_statement_stops_it(secretsmanager):
    with secretsmanager.endpoint() as endpoint:
        assert not endpoint.is_stopped
    assert endpoint.is_stopped
    with pytest.raises(OSError, match="refused"):
        connect(endpoint)


def test_stopping_twice_is_stopping_once(endpoint):
    endpoint.stop()
    endpoint.stop()
    assert threads_of_endpoints() == []


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt], ids=str)
def test_it_stops_with_its_manager(error):
    before = open_sockets()
    found = []

    def run():
        with SecretsManager() as sm:
            found.append(sm.endpoint())
            if error is not None:
                raise error

    if error is None:
        run()
    else:
        with pytest.raises(error):
            run()
    assert found[0].is_stopped
    assert threads_of_endpoints() == []
    assert open_sockets() - before == Counter()


def test_it_outlives_an_inner_entering_of_the_same_manager():
    with SecretsManager() as sm:
        endpoint = sm.endpoint()
        with sm:
            assert sm.endpoint() is endpoint
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200


def idle(endpoint):
    connection = connect(endpoint)
    connection.sendall(bytes(signed(endpoint, "ListSecrets", {})))
    assert read_answer(connection).status == 200
    return connection


def silent(endpoint):
    return connect(endpoint)


def half_of_the_head(endpoint):
    connection = connect(endpoint)
    connection.sendall(bytes(signed(endpoint))[:60])
    return connection


def half_of_the_body(endpoint):
    connection = connect(endpoint)
    connection.sendall(bytes(signed(endpoint))[:-10])
    return connection


@pytest.mark.parametrize("client", [idle, silent, half_of_the_head, half_of_the_body])
def test_stopping_leaves_nothing_though_a_client_holds_on(client):
    before = open_sockets()
    with SecretsManager() as sm:
        sm.seed("db", "old")
        endpoint = sm.endpoint()
        connections = [client(endpoint) for _ in range(3)]
        # Connections are taken in the order they come in: when this is answered, the others are known.
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200
    assert threads_of_endpoints() == []
    for connection in connections:
        connection.close()
    assert open_sockets() - before == Counter()


def begin_to_stop(endpoint):
    """Stops the endpoint elsewhere; gives the thread when all that is left is to wait for answers."""
    stopping = Thread(target=endpoint.stop)
    stopping.start()
    for _ in range(int(PATIENCE * 100)):
        if endpoint._server._loop.is_closed():
            return stopping
        stopping.join(0.01)
    raise AssertionError("the endpoint does not stop")


def test_stopping_waits_for_an_answer_that_is_being_made(secretsmanager, endpoint, blocked, monkeypatch):
    monkeypatch.setattr(http_server, "SECONDS_TO_ANSWER", PATIENCE)
    before = open_sockets()
    secretsmanager.seed("db", "old")
    with blocked.begin(endpoint):
        stopping = begin_to_stop(endpoint)
        stopping.join(0.1)
        assert stopping.is_alive()
        blocked.go_on.set()
        stopping.join(PATIENCE)
        assert not stopping.is_alive()
    assert threads_of_endpoints() == []
    assert open_sockets() - before == Counter()
    (run,) = secretsmanager.rotation.runs
    assert [step.step for step in run.steps] == ["createSecret", "setSecret", "testSecret", "finishSecret"]


def test_stopping_does_not_wait_for_ever(secretsmanager, endpoint, blocked, monkeypatch):
    monkeypatch.setattr(http_server, "SECONDS_TO_ANSWER", 0.01)
    secretsmanager.seed("db", "old")
    with blocked.begin(endpoint):
        endpoint.stop()
        late = [thread for thread in endpoint._server._pool._threads if thread.is_alive()]
        assert late
    blocked.go_on.set()
    for thread in late:
        thread.join(PATIENCE)
    assert threads_of_endpoints() == []


def raise_interrupt(*_args, **_kwargs):
    raise KeyboardInterrupt


INTERRUPTED = {
    "its connections are closed": lambda _: (http_server, "wait"),
    "its loop ends": lambda server: (server._has_ended, "wait"),
    "its thread ends": lambda server: (server._thread, "join"),
    "its port is freed": lambda server: (server._loop, "close"),
    "its pool is shut down": lambda server: (server._pool, "shutdown"),
}


@pytest.mark.parametrize("where", INTERRUPTED.values(), ids=INTERRUPTED)
def test_a_stop_that_is_interrupted_while_can_be_repeated(endpoint, where, monkeypatch):
    idle(endpoint).close()
    with monkeypatch.context() as interrupt:
        interrupt.setattr(*where(endpoint._server), raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            endpoint.stop()
    assert not endpoint.is_stopped
    endpoint.stop()
    assert endpoint.is_stopped
    assert threads_of_endpoints() == []
    with pytest.raises(OSError, match="refused"):
        connect(endpoint)


def test_a_manager_that_is_left_stops_its_endpoint_though_an_interrupt_comes(monkeypatch):
    sm = SecretsManager()
    sm.__enter__()
    endpoint = sm.endpoint()
    waits = [raise_interrupt, http_server.wait]
    monkeypatch.setattr(http_server, "wait", lambda *args: (waits.pop(0) if len(waits) > 1 else waits[0])(*args))
    with pytest.raises(KeyboardInterrupt):
        sm.__exit__(None, None, None)
    assert endpoint.is_stopped
    assert threads_of_endpoints() == []


def test_a_manager_that_is_not_entered_has_none():
    with pytest.raises(UsageError, match="start its endpoint inside `with SecretsManager"):
        SecretsManager().endpoint()


def test_a_manager_that_was_left_has_none():
    with SecretsManager() as sm:
        sm.endpoint()
    with pytest.raises(UsageError, match="answers no calls now"):
        sm.endpoint()


def test_without_aiohttp_the_extra_is_named():
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from pytest_secretsmanager import SecretsManager\n"
        "from pytest_secretsmanager.engine.errors import UsageError\n"
        "with SecretsManager() as sm:\n"
        "    try: sm.endpoint()\n"
        "    except UsageError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    told = "the endpoint needs aiohttp, which is not installed: pip install 'pytest-secretsmanager[endpoint]'"
    assert (ran.stdout.strip(), ran.stderr) == (told, "")


def test_threads_that_ask_at_once_get_the_same_one():
    start = Barrier(16)
    with SecretsManager() as sm:

        def ask(_):
            start.wait(PATIENCE)
            return sm.endpoint()

        with ThreadPoolExecutor(16) as pool:
            assert len(set(pool.map(ask, range(16)))) == 1
    assert threads_of_endpoints() == []


@pytest.mark.parametrize("client", [idle, silent, half_of_the_head, half_of_the_body])
def test_it_stops_in_frozen_time_too(secretsmanager, client):
    """freezegun stops the clock by which aiohttp would give up on a client."""
    secretsmanager.seed("db", "old")
    with freezegun.freeze_time("2001-01-01"):
        endpoint = secretsmanager.endpoint()
        connection = client(endpoint)
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200
        endpoint.stop()
    connection.close()
    assert threads_of_endpoints() == []


@pytest.mark.parametrize("port", [-1, 65_536, "80", 80.0, True])
def test_a_port_that_is_none_is_refused(secretsmanager, port):
    with pytest.raises(UsageError, match="a port is a number from 0 to 65535, not"):
        secretsmanager.endpoint(port=port)
