"""The switchboard: the responder for a call, and the time during which its doors are wrapped."""

import os
from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.switchboard import Switchboard


class RecordingDoor:
    """A door that only records whether it is wrapped."""

    def __init__(self, switchboard: Switchboard) -> None:
        self.switchboard, self.is_wrapped = switchboard, False

    def wrap(self) -> None:
        self.is_wrapped = True

    def unwrap(self) -> None:
        self.is_wrapped = False


@pytest.fixture
def switchboard(monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    """A new switchboard, without its fork hook: Python can't unregister one."""
    monkeypatch.setattr(os, "register_at_fork", lambda **_: None, raising=False)
    return Switchboard((RecordingDoor,))


@pytest.fixture
def door(switchboard: Switchboard) -> Any:
    return switchboard._doors[0]


def responder() -> Responder:
    return SecretsManager()._parts.responder


def test_the_switchboard_picks_the_responder_that_was_activated_last(switchboard: Switchboard, new_client: Any) -> None:
    client, first, second = new_client(), responder(), responder()
    switchboard.activate(first)
    switchboard.activate(second)
    assert switchboard.responder_for(client) is second
    switchboard.deactivate(second)
    assert switchboard.responder_for(client) is first
    switchboard.deactivate(first)
    assert switchboard.responder_for(client) is None


def test_a_client_of_another_service_has_no_responder(switchboard: Switchboard, new_client: Any) -> None:
    switchboard.activate(responder())
    assert switchboard.responder_for(new_client(service="sts")) is None


def test_a_client_of_a_managers_endpoint_has_no_responder(switchboard: Switchboard, new_client: Any) -> None:
    client = new_client(endpoint_url="http://127.0.0.1:5000/")
    switchboard.activate(responder())
    with switchboard.endpoint_at("http://127.0.0.1:5000"):
        assert switchboard.responder_for(client) is None
    assert switchboard.responder_for(client) is not None


def test_a_door_is_wrapped_from_the_first_activation_to_the_last_deactivation(
    switchboard: Switchboard, door: Any
) -> None:
    first, second = responder(), responder()
    assert not door.is_wrapped
    switchboard.activate(first)
    switchboard.activate(second)
    switchboard.deactivate(first)
    assert door.is_wrapped
    switchboard.deactivate(second)
    assert not door.is_wrapped


def test_a_door_stays_wrapped_until_a_running_call_is_answered(switchboard: Switchboard, door: Any) -> None:
    one = responder()
    switchboard.activate(one)
    with switchboard.call_under_way(one, None):
        switchboard.deactivate(one)
        assert door.is_wrapped
    assert not door.is_wrapped


def test_the_calls_of_a_running_function_go_to_the_functions_responder(
    switchboard: Switchboard, door: Any, new_client: Any
) -> None:
    client, own = new_client(), responder()
    switchboard.activate(responder())
    assert switchboard.run_function(own, "rotate", lambda _: switchboard.responder_for(client)) is own


def test_a_door_is_wrapped_while_a_function_runs_without_an_active_responder(
    switchboard: Switchboard, door: Any
) -> None:
    assert switchboard.run_function(responder(), "rotate", lambda _: door.is_wrapped) is True
    assert not door.is_wrapped


def test_a_responder_that_a_running_function_activates_answers_its_calls(
    switchboard: Switchboard, new_client: Any
) -> None:
    client, added = new_client(), responder()

    def body(_: object) -> object:
        switchboard.activate(added)
        try:
            return switchboard.responder_for(client)
        finally:
            switchboard.deactivate(added)

    assert switchboard.run_function(responder(), "rotate", body) is added


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="this system does not fork")
def test_a_switchboard_registers_its_fork_hook_once_at_its_first_activation(
    switchboard: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[object] = []
    monkeypatch.setattr(os, "register_at_fork", lambda **hooks: registered.append(hooks))
    one = responder()
    assert registered == []
    for _ in range(2):
        switchboard.activate(one)
        switchboard.deactivate(one)
    assert len(registered) == 1
