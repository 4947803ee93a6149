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


def test_sm_endpoint_returns_the_running_endpoint(secretsmanager, endpoint):
    assert secretsmanager.endpoint() is endpoint
    assert secretsmanager.endpoint(port=port_of(endpoint)) is endpoint


def test_sm_endpoint_refuses_another_port_while_the_endpoint_runs(secretsmanager, endpoint):
    other = port_of(endpoint) - 1
    with pytest.raises(UsageError, match=f"at port {port_of(endpoint)} already: stop it to have it at {other}"):
        secretsmanager.endpoint(port=other)


def test_a_rollback_stops_an_endpoint_that_was_started_inside_it(secretsmanager):
    with secretsmanager.snapshot():
        inside = secretsmanager.endpoint()
    assert inside.is_stopped
    outside = secretsmanager.endpoint()
    with secretsmanager.snapshot():
        assert secretsmanager.endpoint() is outside
    assert not outside.is_stopped


def test_sm_endpoint_starts_a_new_endpoint_after_a_stop(secretsmanager, endpoint):
    endpoint.stop()
    again = secretsmanager.endpoint()
    assert again is not endpoint
    assert (endpoint.is_stopped, again.is_stopped) == (True, False)
    assert send(again, signed(again, "ListSecrets", {})).status == 200


def test_sm_endpoint_can_reuse_the_port_of_a_stopped_endpoint(secretsmanager, endpoint):
    endpoint.stop()
    assert secretsmanager.endpoint(port=port_of(endpoint)).url == endpoint.url


def test_sm_endpoint_raises_oserror_for_a_port_in_use_and_leaves_no_thread(secretsmanager):
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            secretsmanager.endpoint(port=other.getsockname()[1])
        assert threads_of_endpoints() == []
    endpoint = secretsmanager.endpoint()
    assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200


def test_sm_endpoint_at_a_port_in_use_leaves_no_socket(secretsmanager):
    with socket.create_server(("127.0.0.1", 0)) as other:
        before = open_sockets()
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            secretsmanager.endpoint(port=other.getsockname()[1])
        assert open_sockets() - before == Counter()


def test_a_with_statement_stops_the_endpoint(secretsmanager):
    with secretsmanager.endpoint() as endpoint:
        assert not endpoint.is_stopped
    assert endpoint.is_stopped
    with pytest.raises(OSError, match="refused"):
        connect(endpoint)


def test_an_endpoint_can_be_stopped_twice(endpoint):
    endpoint.stop()
    endpoint.stop()
    assert threads_of_endpoints() == []


@pytest.mark.parametrize(
    "error", [None, RuntimeError, KeyboardInterrupt], ids=["no error", "RuntimeError", "KeyboardInterrupt"]
)
def test_leaving_the_manager_stops_its_endpoint(error):
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


def test_an_endpoint_runs_on_when_a_nested_with_of_the_same_manager_ends():
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
def test_leaving_the_manager_leaves_no_thread_or_socket_although_clients_stay_connected(client):
    before = open_sockets()
    with SecretsManager() as sm:
        sm.seed("db", "old")
        endpoint = sm.endpoint()
        connections = [client(endpoint) for _ in range(3)]
        # The endpoint accepts connections in order: after this answer it knows the others.
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200
    assert threads_of_endpoints() == []
    for connection in connections:
        connection.close()
    assert open_sockets() - before == Counter()


def begin_to_stop(endpoint):
    """Stop the endpoint in a thread. Return the thread once it only waits for running calls."""
    stopping = Thread(target=endpoint.stop)
    stopping.start()
    for _ in range(int(PATIENCE * 100)):
        if endpoint._server._loop.is_closed():
            return stopping
        stopping.join(0.01)
    raise AssertionError("the endpoint does not stop")


def test_stop_waits_for_a_running_call(secretsmanager, endpoint, blocked, monkeypatch):
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


def test_stop_gives_up_on_a_running_call_after_seconds_to_answer(secretsmanager, endpoint, blocked, monkeypatch):
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
    "closing connections": lambda _: (http_server, "wait"),
    "ending the loop": lambda server: (server._has_ended, "wait"),
    "joining the thread": lambda server: (server._thread, "join"),
    "closing the loop": lambda server: (server._loop, "close"),
    "shutting down the pool": lambda server: (server._pool, "shutdown"),
}


@pytest.mark.parametrize("where", INTERRUPTED.values(), ids=INTERRUPTED)
def test_a_stop_that_is_interrupted_can_be_repeated(endpoint, where, monkeypatch):
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


def test_leaving_the_manager_stops_its_endpoint_although_an_interrupt_comes(monkeypatch):
    sm = SecretsManager()
    sm.__enter__()
    endpoint = sm.endpoint()
    waits = [raise_interrupt, http_server.wait]
    monkeypatch.setattr(http_server, "wait", lambda *args: (waits.pop(0) if len(waits) > 1 else waits[0])(*args))
    with pytest.raises(KeyboardInterrupt):
        sm.__exit__(None, None, None)
    assert endpoint.is_stopped
    assert threads_of_endpoints() == []


def test_sm_endpoint_is_refused_before_the_manager_is_entered():
    with pytest.raises(UsageError, match="start its endpoint inside `with SecretsManager"):
        SecretsManager().endpoint()


def test_sm_endpoint_is_refused_after_the_manager_was_left():
    with SecretsManager() as sm:
        sm.endpoint()
    with pytest.raises(UsageError, match="answers no calls now"):
        sm.endpoint()


def test_sm_endpoint_without_aiohttp_names_the_extra_to_install():
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


def test_sm_endpoint_returns_one_endpoint_to_concurrent_threads():
    start = Barrier(16)
    with SecretsManager() as sm:

        def ask(_):
            start.wait(PATIENCE)
            return sm.endpoint()

        with ThreadPoolExecutor(16) as pool:
            assert len(set(pool.map(ask, range(16)))) == 1
    assert threads_of_endpoints() == []


@pytest.mark.parametrize("client", [idle, silent, half_of_the_head, half_of_the_body])
def test_an_endpoint_stops_while_freezegun_stops_time(secretsmanager, client):
    """freezegun stops the clock of aiohttp's timeouts."""
    secretsmanager.seed("db", "old")
    with freezegun.freeze_time("2001-01-01"):
        endpoint = secretsmanager.endpoint()
        connection = client(endpoint)
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200
        endpoint.stop()
    connection.close()
    assert threads_of_endpoints() == []


@pytest.mark.parametrize("port", [-1, 65_536, "80", 80.0, True], ids=repr)
def test_sm_endpoint_refuses_a_port_that_is_not_a_number_from_0_to_65535(secretsmanager, port):
    with pytest.raises(UsageError, match="a port is a number from 0 to 65535, not"):
        secretsmanager.endpoint(port=port)
