"""The endpoint of a manager that several threads stop: once, and completely."""

import threading
from collections.abc import Callable, Iterator

import pytest

from pytest_secretsmanager import SecretsManager


@pytest.fixture
def sm() -> Iterator[SecretsManager]:
    with SecretsManager() as manager:
        yield manager


def test_two_threads_that_stop_an_endpoint_close_its_server_once(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = sm.endpoint()
    close, closings = endpoint._server.stop, []
    is_closing, may_go_on = threading.Event(), threading.Event()

    def slow_close() -> None:
        closings.append(threading.get_ident())
        is_closing.set()
        assert may_go_on.wait(30)
        close()

    monkeypatch.setattr(endpoint._server, "stop", slow_close)
    first, second = (threading.Thread(target=endpoint.stop) for _ in range(2))
    first.start()
    assert is_closing.wait(30)
    second.start()
    second.join(0.05)  # time enough to close it a second time
    may_go_on.set()
    first.join(30)
    second.join(30)
    assert endpoint.is_stopped
    assert closings == [first.ident]


def while_stopping(endpoint: object, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let another thread act while the endpoint is being stopped for the first time."""
    stop = endpoint.stop  # type: ignore[attr-defined]
    to_do = [act]

    def acting_stop() -> None:
        if to_do:
            thread = threading.Thread(target=to_do.pop())
            thread.start()
            thread.join(30)
        stop()

    monkeypatch.setattr(endpoint, "stop", acting_stop)


def test_an_endpoint_that_starts_while_a_snapshot_stops_another_is_kept(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    with sm.snapshot():
        while_stopping(sm.endpoint(), monkeypatch, lambda: started.append(sm.endpoint()))
    (later,) = started
    assert sm.endpoint() is later
    assert not later.is_stopped


def test_two_threads_that_leave_a_manager_stop_all_its_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    sm, started = SecretsManager(), []

    def enter_and_leave() -> None:
        with sm:
            started.append(sm.endpoint())

    with sm:
        started.append(sm.endpoint())
        while_stopping(started[0], monkeypatch, enter_and_leave)
    assert [endpoint.is_stopped for endpoint in started] == [True, True]
