"""Rotation functions: which manager answers their calls."""

import asyncio
import contextvars
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress

import boto3
import pytest
from application import VARIABLES
from botocore.exceptions import ClientError

from pytest_secretsmanager import Rotation, SecretsManager


def writes_what_it_is_called_for(event: dict[str, str], _: object) -> None:
    client = boto3.client("secretsmanager")
    if event["Step"] == "createSecret":
        with suppress(client.exceptions.ResourceExistsException):  # AWS tries again what failed
            client.create_secret(Name="written-by-function", SecretString="x")


def test_a_function_that_the_clock_calls_after_its_manager_was_left_is_still_answered_there() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(writes_what_it_is_called_for, days=1))
    sm.clock.advance(days=2)
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert not any(name in os.environ for name in VARIABLES)


def test_a_function_that_was_held_when_its_manager_was_left_is_still_answered_there() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(writes_what_it_is_called_for))
        held = sm.rotation.hold("db", before="createSecret")
        sm.client().rotate_secret(SecretId="db")
    held.resume()
    assert "written-by-function" in sm.secrets


def begun_rotation(sm: SecretsManager) -> Callable[[], None]:
    """Begins a rotation in another thread, whose function waits; gives what lets it go on, and waits for its end."""
    begun, may_go_on = threading.Event(), threading.Event()

    def handler(event: dict[str, str], context: object) -> None:
        begun.set()
        assert may_go_on.wait(60)
        writes_what_it_is_called_for(event, context)

    def finish() -> None:
        may_go_on.set()
        thread.join()

    sm.seed("db", "one", rotation=Rotation(handler))
    thread = threading.Thread(target=sm.client().rotate_secret, kwargs={"SecretId": "db"})
    thread.start()
    assert begun.wait(60)
    return finish


def test_a_function_is_answered_by_its_own_manager_though_another_thread_enters_one_meanwhile() -> None:
    with SecretsManager() as sm:
        finish = begun_rotation(sm)
        with SecretsManager() as other:
            finish()
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert list(other.secrets) == []


def test_a_function_is_answered_by_its_own_manager_though_that_is_left_meanwhile() -> None:
    with SecretsManager() as outer:
        with pytest.warns(RuntimeWarning, match="was still running"), SecretsManager() as sm:
            finish = begun_rotation(sm)
        finish()
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert list(outer.secrets) == []


def test_a_manager_that_a_function_enters_answers_it_until_it_is_left() -> None:
    seen: list[list[str]] = []

    def names() -> list[str]:
        return [secret["Name"] for secret in boto3.client("secretsmanager").list_secrets()["SecretList"]]

    def handler(event: dict[str, str], _: object) -> None:
        if event["Step"] == "createSecret":
            with SecretsManager() as inner:
                inner.seed("of-inner", "x")
                seen.append(names())
            seen.append(names())

    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(handler))
        sm.client().rotate_secret(SecretId="db")
    assert seen == [["of-inner"], ["db"]]


def test_a_manager_that_a_task_of_a_function_enters_answers_the_function_too() -> None:
    """A task has a copy of its function's context."""
    seen: list[list[str]] = []

    def handler(event: dict[str, str], _: object) -> None:
        async def enter(stack: ExitStack) -> SecretsManager:
            return stack.enter_context(SecretsManager())

        if event["Step"] == "createSecret":
            with ExitStack() as stack:
                inner = asyncio.run(enter(stack))
                boto3.client("secretsmanager").create_secret(Name="of-inner")
                seen.append(list(inner.secrets))

    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(handler))
        sm.client().rotate_secret(SecretId="db")
    assert seen == [["of-inner"]]


def test_a_context_that_outlives_its_function_is_answered_as_any_other() -> None:
    """A pool or a task may keep it, long after the rotation."""
    contexts: list[contextvars.Context] = []
    with SecretsManager() as other:
        with SecretsManager() as sm:
            rotation = Rotation(lambda *_: contexts.append(contextvars.copy_context()), days=1)
            sm.seed("db", "one", rotation=rotation)
        sm.clock.advance(days=2)
        contexts[0].run(boto3.client("secretsmanager").create_secret, Name="of-context")
        assert list(other.secrets) == ["of-context"]


def test_a_context_that_outlives_its_function_is_not_answered_by_the_next_one() -> None:
    contexts: list[contextvars.Context] = []

    def handler(*_: object) -> None:
        if contexts:
            with suppress(ClientError):  # AWS tries again what failed
                contexts[0].run(boto3.client("secretsmanager").create_secret, Name="of-context")
        contexts.append(contextvars.copy_context())

    with SecretsManager() as other:
        with SecretsManager() as sm:
            sm.seed("db", "one", rotation=Rotation(handler, days=1))
        sm.clock.advance(days=2)
        assert list(other.secrets) == ["of-context"]
        assert list(sm.secrets) == ["db"]


def test_a_thread_of_a_function_of_a_manager_that_was_left_reaches_no_network() -> None:
    def handler(event: dict[str, str], context: object) -> None:
        thread = threading.Thread(target=writes_what_it_is_called_for, args=(event, context))
        thread.start()
        thread.join()

    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(handler, days=1))
    sm.clock.advance(days=2)
    assert "written-by-function" in sm.secrets


@pytest.mark.parametrize("how", ["over its endpoint", "by its clock"])
def test_a_function_is_answered_by_its_own_manager_though_another_was_entered_since(how: str) -> None:
    with SecretsManager() as outer:
        outer.seed("db", "one", rotation=Rotation(writes_what_it_is_called_for, days=1))
        endpoint = outer.endpoint()
        client = boto3.client(
            "secretsmanager",
            endpoint_url=endpoint.url,
            aws_access_key_id=endpoint.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=endpoint.env["AWS_SECRET_ACCESS_KEY"],
        )
        with SecretsManager() as inner:
            if how == "by its clock":
                outer.clock.advance(days=2)
            else:
                client.rotate_secret(SecretId="db")
            assert dict(inner.secrets) == {}
        client.close()
        assert sorted(outer.secrets) == ["db", "written-by-function"]
