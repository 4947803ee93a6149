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


def create_a_secret(event: dict[str, str], _: object) -> None:
    client = boto3.client("secretsmanager")
    if event["Step"] == "createSecret":
        with suppress(client.exceptions.ResourceExistsException):  # AWS retries a failed rotation
            client.create_secret(Name="written-by-function", SecretString="x")


def test_rotation_function_run_by_the_clock_of_a_manager_that_was_left_is_answered_by_it() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(create_a_secret, days=1))
    sm.clock.advance(days=2)
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert not any(name in os.environ for name in VARIABLES)


def test_rotation_function_held_when_its_manager_was_left_is_answered_by_it() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(create_a_secret))
        held = sm.rotation.hold("db", before="createSecret")
        sm.client().rotate_secret(SecretId="db")
    held.resume()
    assert "written-by-function" in sm.secrets


def begun_rotation(sm: SecretsManager) -> Callable[[], None]:
    """Begin a rotation in another thread, with a function that waits. Return a function that finishes it."""
    begun, may_go_on = threading.Event(), threading.Event()

    def handler(event: dict[str, str], context: object) -> None:
        begun.set()
        assert may_go_on.wait(60)
        create_a_secret(event, context)

    def finish() -> None:
        may_go_on.set()
        thread.join()

    sm.seed("db", "one", rotation=Rotation(handler))
    thread = threading.Thread(target=sm.client().rotate_secret, kwargs={"SecretId": "db"})
    thread.start()
    assert begun.wait(60)
    return finish


def test_rotation_function_is_answered_by_its_own_manager_while_another_thread_enters_one() -> None:
    with SecretsManager() as sm:
        finish = begun_rotation(sm)
        with SecretsManager() as other:
            finish()
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert list(other.secrets) == []


def test_rotation_function_is_answered_by_its_own_manager_after_that_is_left() -> None:
    with SecretsManager() as outer:
        with pytest.warns(RuntimeWarning, match="was still running"), SecretsManager() as sm:
            finish = begun_rotation(sm)
        finish()
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert list(outer.secrets) == []


def test_manager_entered_by_a_rotation_function_answers_it_until_it_is_left() -> None:
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


def test_manager_entered_by_a_task_of_a_function_answers_the_function() -> None:
    """A task runs in a copy of its function's context."""
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


def test_context_that_outlives_its_function_is_answered_by_the_active_manager() -> None:
    """A pool or a task may keep the context long after the rotation."""
    contexts: list[contextvars.Context] = []
    with SecretsManager() as other:
        with SecretsManager() as sm:
            rotation = Rotation(lambda *_: contexts.append(contextvars.copy_context()), days=1)
            sm.seed("db", "one", rotation=rotation)
        sm.clock.advance(days=2)
        contexts[0].run(boto3.client("secretsmanager").create_secret, Name="of-context")
        assert list(other.secrets) == ["of-context"]


def test_context_that_outlives_its_function_is_not_answered_as_the_next_function() -> None:
    contexts: list[contextvars.Context] = []

    def handler(*_: object) -> None:
        if contexts:
            with suppress(ClientError):  # AWS retries a failed rotation
                contexts[0].run(boto3.client("secretsmanager").create_secret, Name="of-context")
        contexts.append(contextvars.copy_context())

    with SecretsManager() as other:
        with SecretsManager() as sm:
            sm.seed("db", "one", rotation=Rotation(handler, days=1))
        sm.clock.advance(days=2)
        assert list(other.secrets) == ["of-context"]
        assert list(sm.secrets) == ["db"]


def test_thread_of_a_function_of_a_manager_that_was_left_is_answered_by_it() -> None:
    def handler(event: dict[str, str], context: object) -> None:
        thread = threading.Thread(target=create_a_secret, args=(event, context))
        thread.start()
        thread.join()

    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(handler, days=1))
    sm.clock.advance(days=2)
    assert "written-by-function" in sm.secrets


@pytest.mark.parametrize("how", ["endpoint", "clock"])
def test_rotation_function_is_answered_by_its_own_manager_when_another_was_entered_since(how: str) -> None:
    with SecretsManager() as outer:
        outer.seed("db", "one", rotation=Rotation(create_a_secret, days=1))
        endpoint = outer.endpoint()
        client = boto3.client(
            "secretsmanager",
            endpoint_url=endpoint.url,
            aws_access_key_id=endpoint.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=endpoint.env["AWS_SECRET_ACCESS_KEY"],
        )
        with SecretsManager() as inner:
            if how == "clock":
                outer.clock.advance(days=2)
            else:
                client.rotate_secret(SecretId="db")
            assert dict(inner.secrets) == {}
        client.close()
        assert sorted(outer.secrets) == ["db", "written-by-function"]
