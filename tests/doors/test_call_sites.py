"""`event.caller`: the line of the program that made a call, for each kind of client and each way of a call."""

import asyncio
import functools
import gc
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest

from pytest_secretsmanager import CallSite
from pytest_secretsmanager.engine.errors import InternalServiceError
from pytest_secretsmanager.engine.faults import Fault, FaultPlan


def line_here():
    """The number of the line that calls this."""
    return sys._getframe(1).f_lineno


@pytest.fixture(autouse=True)
def _db(secretsmanager):
    secretsmanager.seed("db", "one")


@pytest.fixture
def caller(secretsmanager):
    """Return a function that returns the place of the last call."""
    return lambda: secretsmanager.log[-1].caller


@pytest.fixture(params=["short", "long", "full"])
def way(request, secretsmanager):
    """Return a function that leads the calls of a client by one of the three ways."""

    def lead(client):
        if request.param == "long":
            client.meta.events.register("before-call", lambda **_: None)
        elif request.param == "full":
            fault = Fault(InternalServiceError("x"))
            plan = FaultPlan(lambda _: True, lambda number: fault if number == 0 else None)
            secretsmanager._parts.responder.plans.append(plan)
        return client

    return lead


def test_the_caller_of_a_call_is_its_file_line_and_function(caller, new_client, way):
    client = way(new_client())
    line = line_here() + 1
    client.get_secret_value(SecretId="db")
    assert caller() == CallSite(__file__, line, "test_the_caller_of_a_call_is_its_file_line_and_function")


def test_a_call_site_prints_a_path_relative_to_the_current_directory(caller, new_client, monkeypatch, tmp_path):
    new_client().get_secret_value(SecretId="db")
    monkeypatch.chdir(Path(__file__).parent)
    assert str(caller()) == f"{Path(__file__).name}:{caller().line}"
    monkeypatch.chdir(tmp_path)
    assert str(caller()) == f"{__file__}:{caller().line}"


def test_the_caller_of_a_call_over_several_lines_is_its_first_line(caller, new_client):
    client = new_client()
    line = line_here() + 1
    client.get_secret_value(
        SecretId="db",
    )
    assert caller().line == line


def test_the_caller_of_a_boto3_clients_call_is_the_programs_line(caller):
    client = boto3.client("secretsmanager")
    line = line_here() + 1
    client.get_secret_value(SecretId="db")
    assert (caller().file, caller().line) == (__file__, line)


def test_the_caller_of_a_refused_call_is_the_programs_line(caller, new_client):
    client = new_client()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="none")
    assert caller().function == "test_the_caller_of_a_refused_call_is_the_programs_line"


def test_the_caller_of_a_page_is_the_line_that_iterates(caller, new_client):
    pages = new_client().get_paginator("list_secrets").paginate()
    line = line_here() + 1
    for _ in pages:
        assert caller().line == line


def test_the_reads_of_a_batch_have_the_caller_of_the_batch(secretsmanager, new_client):
    new_client().batch_get_secret_value(SecretIdList=["db"])
    assert len(secretsmanager.log) == 2
    assert len({event.caller for event in secretsmanager.log}) == 1


def test_the_caller_of_a_call_by_a_private_method_is_the_line_that_calls_the_method(caller, new_client):
    client = new_client()
    line = line_here() + 1
    client._make_api_call("GetSecretValue", {"SecretId": "db"})
    assert caller().line == line


def test_the_caller_of_a_decorated_function_is_the_line_inside_it(caller, new_client):
    @functools.lru_cache
    def load(client):
        return client.get_secret_value(SecretId="db")["SecretString"]

    load(new_client())
    assert caller().function.endswith("<locals>.load")


def test_the_caller_of_a_partial_is_the_line_that_calls_it(caller, new_client):
    read = functools.partial(new_client().get_secret_value, SecretId="db")
    line = line_here() + 1
    read()
    assert caller().line == line


def test_the_caller_in_a_generator_is_its_own_line(caller, new_client):
    def values():
        yield new_client().get_secret_value(SecretId="db")

    next(values())
    assert caller().function.endswith("<locals>.values")


def test_the_caller_in_a_thread_is_the_line_of_its_function(caller, new_client):
    def load():
        new_client().get_secret_value(SecretId="db")

    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
    assert caller().function.endswith("<locals>.load")


@pytest.mark.parametrize("kind", ["thread", "pool"])
def test_a_call_that_a_thread_or_a_pool_makes_directly_has_no_caller(caller, new_client, kind):
    read = functools.partial(new_client().get_secret_value, SecretId="db")
    if kind == "pool":
        with ThreadPoolExecutor(1) as pool:
            pool.submit(read).result()
    else:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert caller() is None


def test_code_without_a_file_is_named_as_python_names_it(caller, new_client):
    exec("\nclient.get_secret_value(SecretId='db')", {"client": new_client(), "__name__": "made"})  # noqa: S102
    assert (caller().file, caller().line) == ("<string>", 2)


def test_the_caller_of_a_rotation_functions_call_is_its_own_line(secretsmanager):
    def rotate(event, _):
        boto3.client("secretsmanager").describe_secret(SecretId=event["SecretId"])

    arn = secretsmanager.rotation.register(rotate)
    secretsmanager.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    described = [event for event in secretsmanager.log if event.operation == "DescribeSecret"]
    assert {event.caller.function.rpartition(".")[2] for event in described} == {"rotate"}


def test_an_event_of_the_service_has_no_caller(secretsmanager):
    secretsmanager.seed("managed", {"password": "x"}, owning_service="rds")
    secretsmanager.client().rotate_secret(SecretId="managed")
    assert {event.caller for event in secretsmanager.log if event.by_service} == {None}


def test_a_call_over_http_has_no_caller(caller, over_http):
    over_http().get_secret_value(SecretId="db")
    assert caller() is None


def test_a_call_keeps_no_local_variable_of_its_caller_alive(new_client):
    class Value:
        pass

    def load(client):
        value = Value()
        client.get_secret_value(SecretId="db")
        return weakref.ref(value)

    gc.disable()
    try:
        assert load(new_client())() is None
    finally:
        gc.enable()


# --- async clients ---------------------------------------------------------------------------------------------------


def test_the_caller_of_an_awaited_call_is_the_line_of_the_coroutine(caller, new_async_client, way):
    async def load():
        async with new_async_client() as client:
            way(client)
            line = line_here() + 1
            await client.get_secret_value(SecretId="db")
            return line

    line = asyncio.run(load())
    assert (caller().line, caller().function.rpartition(".")[2]) == (line, "load")


def test_the_callers_of_gathered_calls_are_the_lines_that_made_them(secretsmanager, new_async_client, way):
    async def load():
        async with new_async_client() as client:
            way(client)
            line = line_here() + 2
            await asyncio.gather(
                client.get_secret_value(SecretId="db"),
                client.describe_secret(SecretId="db"),
            )
            return line

    line = asyncio.run(load())
    assert {event.caller.line for event in secretsmanager.log} == {line, line + 1}


def test_the_caller_of_an_async_page_is_the_line_that_iterates(caller, new_async_client):
    async def load():
        async with new_async_client() as client:
            async for _ in client.get_paginator("list_secrets").paginate():
                assert caller().line == line_here() - 1
                assert caller().function.endswith("load")

    asyncio.run(load())


def test_the_caller_of_a_page_in_wait_for_is_the_line_that_waits(caller, new_async_client):
    async def load():
        async with new_async_client() as client:
            pages = client.get_paginator("list_secrets").paginate().__aiter__()
            await asyncio.wait_for(pages.__anext__(), 5)

    asyncio.run(load())
    assert caller() is None or caller().function.endswith("load")  # CPython 3.11 waits in another task
